/* The ledger's bodies. Integers little endian; a part with a length is a u32 and its bytes; arrays
 * are a u32 count and their elements. What is over a bound of the table is malformed. */
#include "ledger/wire/ledger_wire.h"

#include <string.h>

#include "auth/wire/evidence.h"
#include "auth/wire/webauthn.h"
#include "base/err.h"

enum { QUESTION_MAX = 1024 * 1024, RECEIPT_MAX = 16 * 1024, TRIPLE_BYTES = 4 + 1 + 32,
       TEXT_MAX = 64 * 1024, ADDRESS_MAX = 64, NONCE_MAX = 64 };

static bool get_bool(struct bytes_reader *r)
{
    uint8_t v = bytes_get_u8(r);
    if (v > 1)
        r->failed = true;
    return v == 1;
}

static int end(const struct bytes_reader *r)
{
    return bytes_reader_is_done(r) ? 0 : ERR_INVALID;
}

/* ---- RELEASE and RECORD ---------------------------------------------------------------------- */

void ledger_wire_encode_release(const struct ledger_release *m, struct bytes *body)
{
    check(m->grant.len == GRANT_BYTES && m->ref_count <= ASK_SUBJECTS_MAX &&
          m->triple_count <= LEDGER_TRIPLES_MAX);
    bytes_append_str(body, m->grant);
    bytes_put_part(body, m->ask);
    bytes_put_part(body, m->evidence);
    bytes_put_part(body, m->question);
    bytes_put_u64(body, m->seen_size);
    bytes_put_u32(body, m->rows);
    bytes_put_u8(body, m->is_miss);
    bytes_put_u32(body, m->ref_count);
    bytes_append(body, m->refs, (size_t)m->ref_count * sizeof(*m->refs));
    bytes_put_u32(body, m->triple_count);
    for (uint32_t i = 0; i < m->triple_count; i++) {
        bytes_put_u32(body, m->triples[i].subject);
        bytes_put_u8(body, m->triples[i].field);
        bytes_append(body, m->triples[i].epoch, sizeof(m->triples[i].epoch));
    }
}

static void get_triples(struct bytes_reader *r, struct arena *arena, struct ledger_release *out)
{
    out->triple_count = bytes_get_count(r, LEDGER_TRIPLES_MAX, TRIPLE_BYTES);
    struct ledger_triple *triples = arena_alloc(arena, out->triple_count * sizeof(*triples));
    for (uint32_t i = 0; i < out->triple_count; i++) {
        triples[i].subject = bytes_get_u32(r);
        triples[i].field = bytes_get_u8(r);
        bytes_get_fixed(r, triples[i].epoch, sizeof(triples[i].epoch));
    }
    out->triples = triples;
}

int ledger_wire_decode_release(struct str body, struct arena *arena, struct ledger_release *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct ledger_release){ .grant = bytes_get_raw(&r, GRANT_BYTES) };
    out->ask = bytes_get_part(&r, ASK_BYTES_MAX);
    out->evidence = bytes_get_part(&r, LEDGER_EVIDENCE_MAX);
    out->question = bytes_get_part(&r, QUESTION_MAX);
    out->seen_size = bytes_get_u64(&r);
    out->rows = bytes_get_u32(&r);
    out->is_miss = get_bool(&r);
    out->ref_count = bytes_get_count(&r, ASK_SUBJECTS_MAX, sizeof(*out->refs));
    struct str refs = bytes_get_raw(&r, (size_t)out->ref_count * sizeof(*out->refs));
    out->refs = (const struct ref *)refs.ptr; /* bytes: no alignment to mind */
    get_triples(&r, arena, out);
    return end(&r);
}

void ledger_wire_encode_released(const struct ledger_released *m, struct bytes *body)
{
    check(m->receipt.len <= RECEIPT_MAX && m->shares.len % LEDGER_SHARE_BYTES == 0);
    bytes_put_part(body, m->receipt);
    bytes_put_u64(body, m->sequence);
    bytes_put_u32(body, m->subject_count);
    for (uint32_t i = 0; i < m->subject_count; i++) {
        bytes_put_u8(body, m->subjects[i].status);
        bytes_put_u32(body, m->subjects[i].number);
    }
    bytes_put_part(body, m->shares);
}

int ledger_wire_decode_released(struct str body, struct arena *arena, struct ledger_released *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct ledger_released){ .receipt = bytes_get_part(&r, RECEIPT_MAX) };
    out->sequence = bytes_get_u64(&r);
    out->subject_count = bytes_get_count(&r, ASK_SUBJECTS_MAX, 5);
    struct ledger_subject *subjects = arena_alloc(arena, out->subject_count * sizeof(*subjects));
    for (uint32_t i = 0; i < out->subject_count; i++) {
        subjects[i].status = bytes_get_u8(&r);
        subjects[i].number = bytes_get_u32(&r);
        if (subjects[i].status > LEDGER_SUBJECT_UNKNOWN)
            r.failed = true;
    }
    out->subjects = subjects;
    out->shares = bytes_get_part(&r, (size_t)LEDGER_TRIPLES_MAX * LEDGER_SHARE_BYTES);
    return out->shares.len % LEDGER_SHARE_BYTES ? ERR_INVALID : end(&r);
}

/* ---- CHECK, READ ----------------------------------------------------------------------------- */

void ledger_wire_encode_check(const struct ledger_check *m, struct bytes *body)
{
    bytes_put_u32(body, m->principal);
    bytes_put_u32(body, m->project);
    bytes_append(body, m->ask_hash, sizeof(m->ask_hash));
}

int ledger_wire_decode_check(struct str body, struct ledger_check *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct ledger_check){ .principal = bytes_get_u32(&r) };
    out->project = bytes_get_u32(&r);
    bytes_get_fixed(&r, out->ask_hash, sizeof(out->ask_hash));
    return end(&r);
}

void ledger_wire_encode_read(const struct ledger_read *m, struct bytes *body)
{
    bytes_put_part(body, m->grant);
    bytes_put_part(body, m->text);
}

int ledger_wire_decode_read(struct str body, struct ledger_read *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct ledger_read){ .grant = bytes_get_part(&r, GRANT_BYTES) };
    out->text = bytes_get_part(&r, TEXT_MAX);
    return out->grant.len == GRANT_BYTES ? end(&r) : ERR_INVALID;
}

/* ---- auth's ---------------------------------------------------------------------------------- */

void ledger_wire_encode_login(const struct ledger_login *m, struct bytes *body)
{
    bytes_put_u32(body, m->principal);
    bytes_put_u8(body, m->level);
    bytes_append(body, m->login_session, sizeof(m->login_session));
    bytes_put_u8(body, m->key_type);
    bytes_put_u64(body, (uint64_t)m->ends_ms);
    bytes_put_part(body, m->public_key);
    bytes_put_part(body, m->nonce);
    bytes_put_part(body, m->credential_id);
    bytes_put_part(body, m->auth_data);
    bytes_put_part(body, m->client_data);
    bytes_put_part(body, m->signature);
    bytes_put_part(body, m->address);
}

int ledger_wire_decode_login(struct str body, struct ledger_login *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct ledger_login){ .principal = bytes_get_u32(&r) };
    out->level = bytes_get_u8(&r);
    bytes_get_fixed(&r, out->login_session, sizeof(out->login_session));
    out->key_type = bytes_get_u8(&r);
    out->ends_ms = (int64_t)bytes_get_u64(&r);
    out->public_key = bytes_get_part(&r, EVIDENCE_KEY_MAX);
    out->nonce = bytes_get_part(&r, NONCE_MAX);
    out->credential_id = bytes_get_part(&r, WEBAUTHN_CREDENTIAL_MAX);
    out->auth_data = bytes_get_part(&r, WEBAUTHN_AUTH_DATA_MAX);
    out->client_data = bytes_get_part(&r, WEBAUTHN_CLIENT_DATA_MAX);
    out->signature = bytes_get_part(&r, WEBAUTHN_SIGNATURE_MAX);
    out->address = bytes_get_part(&r, ADDRESS_MAX);
    return end(&r);
}

void ledger_wire_encode_decision(const struct ledger_decision *m, struct bytes *body)
{
    bytes_put_part(body, m->grant);
    bytes_put_part(body, m->ask);
    bytes_put_part(body, m->evidence);
    bytes_put_part(body, m->detail);
    bytes_put_part(body, m->made);
}

int ledger_wire_decode_decision(struct str body, struct ledger_decision *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct ledger_decision){ .grant = bytes_get_part(&r, GRANT_BYTES) };
    out->ask = bytes_get_part(&r, ASK_BYTES_MAX);
    out->evidence = bytes_get_part(&r, LEDGER_EVIDENCE_MAX);
    out->detail = bytes_get_part(&r, LEDGER_DETAIL_MAX);
    out->made = bytes_get_part(&r, LEDGER_DETAIL_MAX);
    return out->grant.len == 0 || out->grant.len == GRANT_BYTES ? end(&r) : ERR_INVALID;
}

void ledger_wire_encode_decided(const struct ledger_decided *m, struct bytes *body)
{
    bytes_put_u64(body, m->sequence);
    bytes_put_u64(body, (uint64_t)m->in_force_ms);
}

int ledger_wire_decode_decided(struct str body, struct ledger_decided *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct ledger_decided){ .sequence = bytes_get_u64(&r) };
    out->in_force_ms = (int64_t)bytes_get_u64(&r);
    return end(&r);
}

void ledger_wire_encode_refused(const struct ledger_refused *m, struct bytes *body)
{
    check(m->code.len > 0 && m->code.len <= LEDGER_CODE_MAX);
    bytes_put_part(body, m->code);
    bytes_put_u32(body, m->left);
    bytes_put_u64(body, m->sequence);
}

int ledger_wire_decode_refused(struct str body, struct ledger_refused *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct ledger_refused){ .code = bytes_get_part(&r, LEDGER_CODE_MAX) };
    out->left = bytes_get_u32(&r);
    out->sequence = bytes_get_u64(&r);
    return out->code.len ? end(&r) : ERR_INVALID;
}

void ledger_wire_encode_note(const struct ledger_note *m, struct bytes *body)
{
    bytes_put_u32(body, m->principal);
    bytes_put_u8(body, m->is_frozen);
}

int ledger_wire_decode_note(struct str body, struct ledger_note *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct ledger_note){ .principal = bytes_get_u32(&r) };
    out->is_frozen = get_bool(&r);
    return end(&r);
}
