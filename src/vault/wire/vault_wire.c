/* The vault's bodies. Integers little endian; a part with a length is a u32 and its bytes; arrays
 * are a u32 count and their elements. What is over a bound, or out of its order, is malformed: what
 * decodes is the only way to write it. */
#include "vault/wire/vault_wire.h"

#include <string.h>

#include "auth/wire/evidence.h"
#include "auth/wire/grant.h"
#include "base/err.h"
#include "event/limits.h"
#include "ledger/wire/ask.h"
#include "ledger/wire/ledger_wire.h"

/* subject, field, first and last seen, length of the text */
enum { VALUE_BYTES_MIN = 4 + 4 + 8 + 8 + 4 };

/* Sorted and distinct, borrowed: refs are bytes, so there is no alignment to mind. */
static const struct ref *get_refs(struct bytes_reader *r, uint32_t max, uint32_t *count)
{
    *count = bytes_get_count(r, max, sizeof(struct ref));
    struct str raw = bytes_get_raw(r, (size_t)*count * sizeof(struct ref));
    const struct ref *refs = (const struct ref *)raw.ptr;
    for (uint32_t i = 1; i < *count; i++)
        if (memcmp(refs[i - 1].bytes, refs[i].bytes, sizeof(refs[i].bytes)) >= 0)
            r->failed = true;
    return refs;
}

static void put_refs(struct bytes *body, const struct ref *refs, uint32_t count)
{
    bytes_put_u32(body, count);
    bytes_append(body, refs, (size_t)count * sizeof(*refs));
}

static int end(const struct bytes_reader *r)
{
    return bytes_reader_is_done(r) ? 0 : ERR_INVALID;
}

/* ---- query's --------------------------------------------------------------------------------- */

void vault_wire_encode_stored(const struct vault_stored *stored, struct bytes *body)
{
    bytes_append(body, stored->boot_id, sizeof(stored->boot_id));
    bytes_put_u64(body, stored->sequence);
}

int vault_wire_decode_stored(struct str body, struct vault_stored *stored)
{
    struct bytes_reader r = bytes_reader_over(body);
    struct str boot_id = bytes_get_raw(&r, sizeof(stored->boot_id));
    uint64_t sequence = bytes_get_u64(&r);
    if (!bytes_reader_is_done(&r))
        return ERR_INVALID;
    memcpy(stored->boot_id, boot_id.ptr, sizeof(stored->boot_id));
    stored->sequence = sequence;
    return 0;
}

void vault_wire_encode_refused(enum vault_refusal refusal, struct bytes *body)
{
    bytes_put_u32(body, (uint32_t)refusal);
}

int vault_wire_decode_refused(struct str body, enum vault_refusal *refusal)
{
    struct bytes_reader r = bytes_reader_over(body);
    uint32_t number = bytes_get_u32(&r);
    if (!bytes_reader_is_done(&r) || number < VAULT_REFUSAL_MALFORMED ||
        number > VAULT_REFUSAL_STOPPED)
        return ERR_INVALID;
    *refusal = (enum vault_refusal)number;
    return 0;
}

/* ---- web's ----------------------------------------------------------------------------------- */

void vault_wire_encode_ask(const struct vault_ask *ask, struct bytes *body)
{
    check(ask->grant.len == GRANT_BYTES && ask->ask.len <= ASK_BYTES_MAX &&
          ask->evidence.len <= EVIDENCE_BYTES_MAX && ask->ref_count <= VAULT_REVEAL_SUBJECTS_MAX);
    bytes_append_str(body, ask->grant);
    bytes_put_part(body, ask->ask);
    bytes_put_part(body, ask->evidence);
    put_refs(body, ask->refs, ask->ref_count);
}

int vault_wire_decode_ask(struct str body, struct arena *arena, struct vault_ask *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    (void)arena; /* all of it borrows from body */
    *out = (struct vault_ask){ .grant = bytes_get_raw(&r, GRANT_BYTES) };
    out->ask = bytes_get_part(&r, ASK_BYTES_MAX);
    out->evidence = bytes_get_part(&r, EVIDENCE_BYTES_MAX);
    out->refs = get_refs(&r, VAULT_REVEAL_SUBJECTS_MAX, &out->ref_count);
    return end(&r);
}

/* By subject, field and last_seen, newest first. */
static bool is_in_order(const struct vault_value *a, const struct vault_value *b)
{
    if (a->subject != b->subject)
        return a->subject < b->subject;
    return a->field != b->field ? a->field < b->field : a->last_seen_ms >= b->last_seen_ms;
}

void vault_wire_encode_revealed(const struct vault_revealed *m, struct bytes *body)
{
    check(m->subject_count <= VAULT_REVEAL_SUBJECTS_MAX && m->value_count <= VAULT_VALUES_MAX);
    bytes_put_u64(body, m->sequence);
    bytes_put_u64(body, (uint64_t)m->time_ms);
    bytes_put_u32(body, m->subject_count);
    bytes_append(body, m->status, m->subject_count);
    bytes_put_u32(body, m->value_count);
    for (uint32_t i = 0; i < m->value_count; i++) {
        const struct vault_value *v = &m->values[i];
        check(i == 0 || is_in_order(&m->values[i - 1], v));
        bytes_put_u32(body, v->subject);
        bytes_put_u32(body, v->field);
        bytes_put_u64(body, (uint64_t)v->first_seen_ms);
        bytes_put_u64(body, (uint64_t)v->last_seen_ms);
        bytes_put_part(body, v->text);
    }
}

static int get_values(struct bytes_reader *r, struct arena *arena, struct vault_revealed *out)
{
    out->value_count = bytes_get_count(r, VAULT_VALUES_MAX, VALUE_BYTES_MIN);
    struct vault_value *values = arena_try(arena, out->value_count * sizeof(*values));
    if (!values)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < out->value_count; i++) {
        values[i].subject = bytes_get_u32(r);
        values[i].field = bytes_get_u32(r);
        values[i].first_seen_ms = (int64_t)bytes_get_u64(r);
        values[i].last_seen_ms = (int64_t)bytes_get_u64(r);
        values[i].text = bytes_get_part(r, LIMIT_SEALED_BATCH_BYTES);
        if (values[i].subject >= out->subject_count || values[i].field >= ASK_FIELDS_MAX ||
            (i > 0 && !is_in_order(&values[i - 1], &values[i])))
            r->failed = true;
    }
    out->values = values;
    return end(r);
}

int vault_wire_decode_revealed(struct str body, struct arena *arena, struct vault_revealed *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct vault_revealed){ .sequence = bytes_get_u64(&r) };
    out->time_ms = (int64_t)bytes_get_u64(&r);
    out->subject_count = bytes_get_count(&r, VAULT_REVEAL_SUBJECTS_MAX, 1);
    out->status = (const uint8_t *)bytes_get_raw(&r, out->subject_count).ptr;
    if (r.failed)
        return ERR_INVALID;
    for (uint32_t i = 0; i < out->subject_count; i++)
        if (out->status[i] > LEDGER_SUBJECT_UNKNOWN)
            return ERR_INVALID;
    return get_values(&r, arena, out);
}

void vault_wire_encode_found(const struct vault_found *m, struct bytes *body)
{
    check(m->ref_count <= VAULT_FOUND_MAX);
    bytes_put_u64(body, m->sequence);
    put_refs(body, m->refs, m->ref_count);
}

int vault_wire_decode_found(struct str body, struct arena *arena, struct vault_found *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    (void)arena;
    *out = (struct vault_found){ .sequence = bytes_get_u64(&r) };
    out->refs = get_refs(&r, VAULT_FOUND_MAX, &out->ref_count);
    return end(&r);
}

void vault_wire_encode_denied(const struct vault_denied *m, struct bytes *body)
{
    check(m->code.len > 0 && m->code.len <= LEDGER_CODE_MAX);
    bytes_put_part(body, m->code);
    bytes_put_u32(body, m->left);
    bytes_put_u64(body, m->sequence);
}

int vault_wire_decode_denied(struct str body, struct vault_denied *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct vault_denied){ .code = bytes_get_part(&r, LEDGER_CODE_MAX) };
    out->left = bytes_get_u32(&r);
    out->sequence = bytes_get_u64(&r);
    return out->code.len ? end(&r) : ERR_INVALID;
}
