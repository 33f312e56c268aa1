#include "vault/inside/opening.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "auth/wire/grant_check.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "ledger/receipt.h"
#include "ledger/wire/ledger_wire.h"
#include "sys/clock.h"
#include "vault/inside/sealed_value.h"

enum {
    RELEASE_MS = 2000,
    SEEN_MAX = 16,
    SEALED_BYTES_MAX = 32 * 1024 * 1024, /* of one reveal, so that its answer fits a message */
};

struct opening {
    struct opening_config config;
    pthread_mutex_t asking;        /* one ask before the ledger at a time */
    pthread_mutex_t lock;          /* of the boot id */
    uint8_t auth_boot[16];
    bool has_auth_boot;
    struct receipt_seen seen;
    uint64_t saved_size;           /* what the table has */
};

/* ---- life ------------------------------------------------------------------------------------ */

/* The largest is the last; several may lie there after a crash between two statements. */
static int load_seen(struct opening *o)
{
    struct value_seen seen[SEEN_MAX];
    uint32_t count = 0;
    int r = value_table_read_seen(intake_table(o->config.intake), SEEN_MAX, seen, &count);
    if (r != 0 || count == 0)
        return r;
    o->seen.size = seen[count - 1].size;
    memcpy(o->seen.root, seen[count - 1].root, sizeof(o->seen.root));
    o->saved_size = o->seen.size;
    return 0;
}

int opening_create(const struct opening_config *config, struct opening **out)
{
    struct opening *o = calloc(1, sizeof(*o));
    check(o != NULL);
    o->config = *config;
    check(pthread_mutex_init(&o->asking, NULL) == 0 && pthread_mutex_init(&o->lock, NULL) == 0);
    int r = load_seen(o);
    if (r != 0) {
        opening_destroy(o);
        return r;
    }
    *out = o;
    return 0;
}

void opening_destroy(struct opening *o)
{
    if (!o)
        return;
    (void)pthread_mutex_destroy(&o->asking);
    (void)pthread_mutex_destroy(&o->lock);
    free(o);
}

void opening_set_auth_boot(struct opening *o, const uint8_t boot_id[16])
{
    (void)pthread_mutex_lock(&o->lock);
    memcpy(o->auth_boot, boot_id, sizeof(o->auth_boot));
    o->has_auth_boot = true;
    (void)pthread_mutex_unlock(&o->lock);
}

static int write_seen(struct opening *o, struct value_table *table)
{
    struct value_seen seen = { .size = o->seen.size };
    memcpy(seen.root, o->seen.root, sizeof(seen.root));
    int r = value_table_begin(table);
    if (r == 0)
        r = value_table_add_seen(table, &seen);
    if (r == 0 && o->saved_size)
        r = value_table_end_seen(table, o->saved_size);
    return r == 0 ? value_table_commit(table) : r;
}

static int save(struct opening *o)
{
    if (o->seen.size == o->saved_size)
        return 0;
    turn_take(o->config.turn);
    int r = intake_is_stopped(o->config.intake) ? ERR_IO
                                                : write_seen(o, intake_table(o->config.intake));
    turn_leave(o->config.turn);
    if (r == 0)
        o->saved_size = o->seen.size;
    return r;
}

int opening_save(struct opening *o)
{
    (void)pthread_mutex_lock(&o->asking);
    int r = save(o);
    (void)pthread_mutex_unlock(&o->asking);
    return r;
}

/* ---- one ask --------------------------------------------------------------------------------- */

/* A value whose outer lock is open: the inner one still needs the ledger's share. */
struct found {
    struct found *next;
    uint32_t subject;
    uint32_t field;
    uint32_t triple;
    struct ref ref;
    uint8_t epoch[32];
    int64_t first_seen_ms, last_seen_ms;
    struct str inner;
};

struct ask_turn {
    struct opening *o;
    const struct vault_ask *m;
    struct arena arena;             /* wiped at the end */
    struct ask ask;
    uint8_t ask_hash[32];
    struct grant grant;
    struct str properties[ASK_FIELDS_MAX];
    uint8_t *status;
    struct found *first, **last;
    uint32_t found_count;
    size_t found_bytes;
    struct ledger_triple *triples;
    uint32_t triple_count;
    struct ledger_released released;
    struct entry entry;             /* that the receipt is of */
    uint64_t arrived_boot_ms;
    uint8_t *type;
    struct bytes *body;
};

static int deny(struct ask_turn *t, struct str code, uint32_t left, uint64_t sequence)
{
    const struct vault_denied denied = { .code = code, .left = left, .sequence = sequence };
    vault_wire_encode_denied(&denied, t->body);
    *t->type = VAULT_DENIED;
    return 0;
}

/* NULL, or the code. */
static const char *judge(struct ask_turn *t, enum grant_kind kind)
{
    uint8_t boot[16], hash[32];
    if (ask_parse(t->m->ask, &t->ask) != 0)
        return "malformed";
    ask_hash(t->m->ask, t->ask_hash);
    (void)pthread_mutex_lock(&t->o->lock);
    bool has_boot = t->o->has_auth_boot;
    memcpy(boot, t->o->auth_boot, sizeof(boot));
    (void)pthread_mutex_unlock(&t->o->lock);
    const struct grant_expect expect = {
        .maker = { t->o->config.auth_public, has_boot ? boot : NULL }, .kind = kind,
        .ask_hash = t->ask_hash, .project = t->ask.project, .arrived_boot_ms = t->arrived_boot_ms,
    };
    const char *code = grant_check(t->m->grant, &expect, &t->grant);
    if (code)
        return code;
    if (t->ask.kind != kind)
        return "grant_ask";
    if (ask_hash_subjects(t->m->refs, t->m->ref_count, hash) != 0)
        return "subjects";
    if (kind == GRANT_FIND)
        return t->ask.has_subjects || t->m->ref_count || ref_is_none((const struct ref *)
                                                                      t->grant.found_ref)
                   ? "subjects" : NULL;
    if (!t->ask.has_subjects || t->ask.subject_count != t->m->ref_count ||
        !hash_equal(hash, t->ask.subjects_hash, sizeof(hash)))
        return "subjects";
    return t->ask.field_count ? NULL : "field";
}

/* ---- reading what is sealed ------------------------------------------------------------------ */

struct each {
    struct ask_turn *t;
    uint32_t subject, field;
    uint8_t wrap_key[32];
};

static int keep_value(void *ctx, const struct value_row *row)
{
    struct each *each = ctx;
    struct ask_turn *t = each->t;
    struct bytes inner = { 0 };
    struct sealed_place place = { .project = t->ask.project, .property = row->property,
                                  .subject = t->m->refs[each->subject], .ref = row->ref };
    t->found_bytes += row->box.len;
    if (t->found_count == VAULT_VALUES_MAX || t->found_bytes > SEALED_BYTES_MAX)
        return ERR_TOO_LARGE;
    memcpy(place.epoch, row->epoch, sizeof(place.epoch));
    int r = sealed_unwrap(each->wrap_key, &place, row->box, &inner);
    if (r == 0) {
        struct found *f = arena_alloc(&t->arena, sizeof(*f));
        *f = (struct found){ .subject = each->subject, .field = each->field, .ref = row->ref,
                             .first_seen_ms = row->first_seen_ms,
                             .last_seen_ms = row->last_seen_ms,
                             .inner = arena_copy(&t->arena, bytes_str(&inner)) };
        memcpy(f->epoch, row->epoch, sizeof(f->epoch));
        *t->last = f;
        t->last = &f->next;
        t->found_count++;
    }
    bytes_wipe(&inner);
    /* Our own lock: the table is damaged, and no word of the ledger's is in doubt. */
    return r == ERR_CRYPTO ? ERR_CORRUPT : r;
}

static int read_subject(struct ask_turn *t, uint32_t subject)
{
    struct intake *intake = t->o->config.intake;
    struct each each = { .t = t, .subject = subject };
    uint8_t share[KEY_STORE_SHARE_BYTES];
    uint64_t slot;
    int r = value_table_find_subject(intake_table(intake), t->ask.project,
                                     &t->m->refs[subject], &slot);
    if (r == 0)
        r = key_store_read(intake_store(intake), slot, share);
    if (r == ERR_NOT_FOUND) {
        t->status[subject] = LEDGER_SUBJECT_UNKNOWN;
        return 0;
    }
    if (r != 0)
        return r;
    sealed_wrap_key(share, t->ask.project, &t->m->refs[subject], each.wrap_key);
    hash_wipe(share, sizeof(share));
    for (each.field = 0; each.field < t->ask.field_count && r == 0; each.field++)
        r = value_table_each(intake_table(intake), slot, t->properties[each.field], keep_value,
                             &each);
    hash_wipe(each.wrap_key, sizeof(each.wrap_key));
    return r;
}

static int read_all(struct ask_turn *t)
{
    struct bytes property = { 0 };
    int r = 0;
    for (uint32_t i = 0; i < t->ask.field_count; i++) {
        bytes_reset(&property);
        check(ask_unescape_field(t->ask.fields[i], &property)); /* ask_parse took it */
        t->properties[i] = arena_copy(&t->arena, bytes_str(&property));
    }
    bytes_release(&property);
    t->status = arena_alloc(&t->arena, t->m->ref_count + 1);
    t->last = &t->first;
    turn_take(t->o->config.turn);
    if (intake_is_stopped(t->o->config.intake))
        r = ERR_IO;
    for (uint32_t i = 0; i < t->m->ref_count && r == 0; i++)
        r = read_subject(t, i);
    turn_leave(t->o->config.turn);
    return r;
}

/* One share for each (subject, field, epoch); values of one subject and field lie together. */
static void make_triples(struct ask_turn *t)
{
    uint32_t from = 0;
    t->triples = arena_alloc(&t->arena, (t->found_count + 1) * sizeof(*t->triples));
    for (struct found *f = t->first; f; f = f->next) {
        while (from < t->triple_count && (t->triples[from].subject != f->subject ||
                                          t->triples[from].field != f->field))
            from++;
        f->triple = from;
        while (f->triple < t->triple_count &&
               memcmp(t->triples[f->triple].epoch, f->epoch, sizeof(f->epoch)) != 0)
            f->triple++;
        if (f->triple < t->triple_count)
            continue;
        struct ledger_triple *triple = &t->triples[t->triple_count++];
        *triple = (struct ledger_triple){ .subject = f->subject, .field = (uint8_t)f->field };
        memcpy(triple->epoch, f->epoch, sizeof(triple->epoch));
    }
}

/* ---- the ledger ------------------------------------------------------------------------------ */

static int refused(struct ask_turn *t, int r, uint8_t type, const struct bytes *answer)
{
    struct ledger_refused said;
    if (r == ERR_TIMEOUT)
        return deny(t, STR("late"), 0, 0);
    if (r != 0)
        return deny(t, STR("closed"), 0, 0);
    if (type != LEDGER_REFUSED || ledger_wire_decode_refused(bytes_str(answer), &said) != 0)
        return ERR_CRYPTO;
    return deny(t, said.code, said.left, said.sequence);
}

static bool is_of_the_ask(const struct ask_turn *t, const struct ledger_release *m)
{
    bool is_reveal = t->ask.kind == GRANT_REVEAL;
    if (t->entry.kind != t->ask.kind || t->entry.sequence != t->released.sequence)
        return false;
    if (!is_reveal) /* a record's answer is its receipt, and nothing else is looked at */
        return t->entry.verdict == ENTRY_RELEASED || t->entry.verdict == ENTRY_RECORDED;
    return t->entry.verdict == ENTRY_RELEASED && t->released.subject_count == m->ref_count &&
           t->released.shares.len == (size_t)m->triple_count * LEDGER_SHARE_BYTES;
}

/* The entry is what was asked for, it is in the log, the log grew from what was seen, and the entry
 * is new: an earlier one of the same ask would let a second release go unwritten. */
static int believe(struct ask_turn *t, const struct ledger_release *m)
{
    struct receipt *receipt = arena_alloc(&t->arena, sizeof(*receipt));
    struct receipt_expect expect = { .origin = t->o->config.origin,
                                     .public_key = t->o->config.log_public,
                                     .principal = t->grant.principal,
                                     .project = t->grant.project, .persons = m->ref_count };
    struct receipt_seen now = t->o->seen;
    memcpy(expect.ask_hash, t->ask_hash, sizeof(expect.ask_hash));
    if (receipt_decode(t->released.receipt, receipt) != 0 ||
        receipt_verify(receipt, &expect, &now, &t->entry) != 0 ||
        receipt->index < t->o->seen.size || !is_of_the_ask(t, m))
        return ERR_CRYPTO;
    t->o->seen = now;
    return 0;
}

/* 1: written down, and t->released says so. 0: denied. */
static int ask_ledger(struct ask_turn *t, struct ledger_release *m, struct bytes *answer)
{
    struct bytes body = { 0 };
    uint8_t type = 0, asked = t->ask.kind == GRANT_FIND ? LEDGER_RECORD : LEDGER_RELEASE;
    m->grant = t->m->grant;
    m->ask = t->m->ask;
    m->evidence = t->m->evidence;
    m->seen_size = t->o->seen.size;
    ledger_wire_encode_release(m, &body);
    int r = link_ask(t->o->config.ledger, asked, bytes_str(&body), RELEASE_MS, &type, answer);
    bytes_release(&body);
    if (r != 0 || type == LEDGER_REFUSED)
        return refused(t, r, type, answer);
    if (type != (asked == LEDGER_RECORD ? LEDGER_RECORDED : LEDGER_RELEASED) ||
        ledger_wire_decode_released(bytes_str(answer), &t->arena, &t->released) != 0)
        return ERR_CRYPTO;
    r = believe(t, m);
    return r == 0 ? 1 : r;
}

/* ---- opening --------------------------------------------------------------------------------- */

static void open_values(struct ask_turn *t)
{
    struct vault_value *values = arena_alloc(&t->arena, (t->found_count + 1) * sizeof(*values));
    uint32_t count = 0, broken = 0;
    for (uint32_t i = 0; i < t->m->ref_count; i++)
        if (t->status[i] == LEDGER_SUBJECT_OK)
            t->status[i] = t->released.subjects[i].status;
    for (const struct found *f = t->first; f; f = f->next) {
        struct bytes text = { 0 };
        uint8_t key[32];
        struct sealed_place place = { .project = t->ask.project, .ref = f->ref,
                                      .subject = t->m->refs[f->subject],
                                      .property = t->properties[f->field] };
        memcpy(place.epoch, f->epoch, sizeof(place.epoch));
        if (t->status[f->subject] != LEDGER_SUBJECT_OK)
            continue;
        sealed_value_key((const uint8_t *)t->released.shares.ptr +
                         (size_t)f->triple * LEDGER_SHARE_BYTES, &f->ref, key);
        if (sealed_value_open(key, &place, f->inner, &text) != 0)
            broken++;
        else
            values[count++] = (struct vault_value){
                .subject = f->subject, .field = f->field, .first_seen_ms = f->first_seen_ms,
                .last_seen_ms = f->last_seen_ms, .text = arena_copy(&t->arena, bytes_str(&text)) };
        hash_wipe(key, sizeof(key));
        bytes_wipe(&text);
    }
    if (broken)
        log_warn("%u values did not open: what ingest sealed is not what it said", broken);
    const struct vault_revealed revealed = {
        .sequence = t->released.sequence, .time_ms = t->entry.time_ms, .status = t->status,
        .subject_count = t->m->ref_count, .values = values, .value_count = count,
    };
    vault_wire_encode_revealed(&revealed, t->body);
    *t->type = VAULT_REVEALED;
}

static int reveal(struct ask_turn *t)
{
    struct bytes answer = { 0 };
    const char *code = judge(t, GRANT_REVEAL);
    if (code)
        return deny(t, str_from(code), 0, 0);
    int r = read_all(t);
    if (r == ERR_TOO_LARGE)
        return deny(t, STR("many"), 0, 0);
    if (r != 0)
        return r;
    make_triples(t);
    struct ledger_release m = { .refs = t->m->refs, .ref_count = t->m->ref_count,
                                .triples = t->triples, .triple_count = t->triple_count };
    r = ask_ledger(t, &m, &answer);
    if (r == 1) {
        open_values(t);
        r = 0;
    }
    bytes_wipe(&answer);
    return r;
}

/* ---- lookups --------------------------------------------------------------------------------- */

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct ref));
}

/* Hit or miss, the same reads in the same order. */
static int find_holders(struct ask_turn *t, struct ref *refs, uint32_t *count)
{
    struct value_table *table = intake_table(t->o->config.intake);
    struct ref ref;
    uint64_t slot;
    memcpy(ref.bytes, t->grant.found_ref, sizeof(ref.bytes));
    int own = value_table_find_subject(table, t->ask.project, &ref, &slot);
    int r = value_table_find_holders(table, t->ask.project, &ref, VAULT_FOUND_MAX + 1, refs,
                                     count);
    if (r != 0 || (own != 0 && own != ERR_NOT_FOUND))
        return r != 0 ? r : own;
    bool is_in = false;
    for (uint32_t i = 0; i < *count; i++)
        is_in |= ref_equal(&refs[i], &ref);
    if (own == 0 && !is_in)
        refs[(*count)++] = ref;
    qsort(refs, *count, sizeof(*refs), by_bytes);
    return 0;
}

static int find(struct ask_turn *t)
{
    struct ref refs[VAULT_FOUND_MAX + 2];
    struct bytes answer = { 0 };
    uint32_t count = 0;
    const char *code = judge(t, GRANT_FIND);
    if (code)
        return deny(t, str_from(code), 0, 0);
    turn_take(t->o->config.turn);
    int r = intake_is_stopped(t->o->config.intake) ? ERR_IO : find_holders(t, refs, &count);
    turn_leave(t->o->config.turn);
    if (r != 0)
        return r;
    /* Too many are shown to nobody, but that there are many is an answer: it is written down, and
     * counted as a miss, like any lookup that shows nobody. */
    bool is_many = count > VAULT_FOUND_MAX;
    if (is_many)
        count = 0;
    struct ledger_release m = { .refs = refs, .ref_count = count, .is_miss = count == 0 };
    r = ask_ledger(t, &m, &answer);
    if (r == 1 && is_many) {
        r = deny(t, STR("many"), 0, t->released.sequence);
    } else if (r == 1) {
        const struct vault_found found = { .sequence = t->released.sequence, .refs = refs,
                                           .ref_count = count };
        vault_wire_encode_found(&found, t->body);
        *t->type = VAULT_FOUND;
        r = 0;
    }
    bytes_wipe(&answer);
    return r;
}

static int with_turn(struct opening *o, const struct vault_ask *m, uint8_t *type,
                     struct bytes *body, int (*then)(struct ask_turn *t))
{
    struct ask_turn *t = calloc(1, sizeof(*t));
    check(t != NULL);
    *t = (struct ask_turn){ .o = o, .m = m, .type = type, .body = body,
                            .arrived_boot_ms = clock_boot_ms() };
    arena_init(&t->arena, 0);
    (void)pthread_mutex_lock(&o->asking);
    int r = then(t);
    (void)pthread_mutex_unlock(&o->asking);
    arena_wipe(&t->arena);
    free(t);
    return r;
}

int opening_reveal(struct opening *o, const struct vault_ask *ask, uint8_t *type,
                   struct bytes *body)
{
    return with_turn(o, ask, type, body, reveal);
}

int opening_find(struct opening *o, const struct vault_ask *ask, uint8_t *type,
                 struct bytes *body)
{
    return with_turn(o, ask, type, body, find);
}
