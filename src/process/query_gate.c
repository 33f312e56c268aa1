#include "process/query_gate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "json/write.h"
#include "ledger/receipt.h"
#include "ledger/wire/ledger_wire.h"

#define SEEN_FILE "ledger.seen"
#define SEEN_MAGIC "AMLS"

enum {
    ORIGIN_MAX = 255,
    SEEN_BYTES = 4 + 8 + 32 + HASH_SHA256_BYTES,
    REFS_A_MS = 100,           /* the ledger may take so much longer for many */
    READ_MAX = 64 * 1024,
    ANSWER_ARENA_MAX = 64 * 1024 * 1024,
};

struct query_gate {
    struct fs *data;
    struct link *ledger;
    bool has_keys;
    uint8_t public_key[32];
    char origin[ORIGIN_MAX + 1];
    pthread_mutex_t lock;      /* one ask before the ledger at a time */
    struct receipt_seen seen;
};

/* ---- errors --------------------------------------------------------------------------------- */

static const struct { const char *code; uint32_t status; const char *answer; const char *message; }
codes[] = {
    { "closed", 503, NULL, "the ledger is away: nothing about single people is shown" },
    { "late", 503, NULL, "the ledger did not answer in time" },
    { "stopped", 503, NULL, "the ledger has stopped, or what it says does not hold" },
    { "ask_malformed", 400, "ask", "the ask is not in its canonical form" },
    { "ask", 400, NULL, "the ask does not fit what is asked" },
    { "subjects", 400, NULL, "these are not all subjects of the person" },
    { "field", 400, NULL, "the ask names no such field" },
    { "limit", 400, NULL, "more people than the ask allows" },
    { "invalid", 400, NULL, "the ledger cannot read this" },
    { "proof", 401, NULL, "the proof does not hold" },
    { "erased", 409, NULL, "the person was erased" },
    { "grant", 403, NULL, "the grant does not hold for this question" },
    { "grant_signature", 403, "grant", "the grant does not hold for this question" },
    { "grant_ask", 403, "grant", "the grant does not hold for this question" },
    { "grant_old", 403, "grant", "the grant does not hold for this question" },
    { "grant_boot", 403, "grant", "the grant does not hold for this question" },
    { "grant_spent", 403, "grant", "the grant was used already" },
    { "budget", 403, NULL, "your budget of people is spent" },
    { "project_budget", 403, NULL, "the project's budget of people is spent" },
    { "frozen", 403, NULL, "frozen: another member has to thaw it" },
    { "person", 404, NULL, "nobody is known by that" },
    { "project", 404, NULL, "the project has sent nothing yet" },
    { "path", 404, NULL, "there is no such export, or its time is over" },
    { "rate", 429, NULL, "too many; ask again in a moment" },
};

static size_t code_index(struct str code)
{
    size_t i = 0;
    while (i < sizeof(codes) / sizeof(codes[0]) && !str_equal(code, str_from(codes[i].code)))
        i++;
    return i;
}

static bool is_word(struct str code)
{
    for (size_t i = 0; i < code.len; i++)
        if (!(code.ptr[i] >= 'a' && code.ptr[i] <= 'z') && code.ptr[i] != '_')
            return false;
    return code.len > 0;
}

static uint32_t write_refusal(struct bytes *json, uint32_t status,
                              const struct ledger_refused *refused, bool has_left)
{
    struct json_write w;
    size_t i = code_index(refused->code);
    bool is_known = i < sizeof(codes) / sizeof(codes[0]);
    struct str code = is_known && codes[i].answer ? str_from(codes[i].answer) : refused->code;
    json_write_init(&w, json);
    json_write_begin_object(&w);
    json_write_key(&w, "error");
    json_write_begin_object(&w);
    json_write_key(&w, "at");
    json_write_text(&w, "");
    json_write_key(&w, "code");
    json_write_str(&w, is_word(code) ? code : STR("closed"));
    json_write_key(&w, "message");
    json_write_text(&w, is_known ? codes[i].message : "the ledger refused");
    if (has_left) {
        json_write_key(&w, "left");
        json_write_u64(&w, refused->left);
    }
    if (refused->sequence) {
        json_write_key(&w, "entry");
        json_write_u64(&w, refused->sequence);
    }
    json_write_end_object(&w);
    json_write_end_object(&w);
    return status ? status : is_known ? codes[i].status : 403;
}

uint32_t query_gate_refuse(struct bytes *json, uint32_t status, const char *code)
{
    return write_refusal(json, status, &(struct ledger_refused){ .code = str_from(code) }, false);
}

/* What came instead of the answer that was asked for. */
static uint32_t refuse_as_ledger(int r, uint8_t type, const struct bytes *answer,
                                 struct bytes *json)
{
    struct ledger_refused refused;
    if (r != 0)
        return query_gate_refuse(json, 503, r == ERR_TIMEOUT ? "late" : "closed");
    if (type != LEDGER_REFUSED || ledger_wire_decode_refused(bytes_str(answer), &refused) != 0)
        return query_gate_refuse(json, 503, "closed");
    return write_refusal(json, 0, &refused, true);
}

/* ---- what was last seen --------------------------------------------------------------------- */

static int load_seen(struct query_gate *gate)
{
    uint8_t raw[SEEN_BYTES], hash[HASH_SHA256_BYTES];
    int r = fs_read_exactly(gate->data, SEEN_FILE, raw, sizeof(raw));
    if (r == ERR_NOT_FOUND)
        return 0;
    if (r != 0)
        return r == ERR_INVALID ? ERR_CORRUPT : r;
    hash_sha256(str_of(raw, SEEN_BYTES - HASH_SHA256_BYTES), hash);
    struct bytes_reader reader = bytes_reader_over(str_of(raw, sizeof(raw)));
    struct str magic = bytes_get_raw(&reader, 4);
    gate->seen.size = bytes_get_u64(&reader);
    memcpy(gate->seen.root, bytes_get_raw(&reader, 32).ptr, 32);
    bool is_sound = str_equal(magic, STR(SEEN_MAGIC)) &&
                    memcmp(hash, bytes_get_raw(&reader, sizeof(hash)).ptr, sizeof(hash)) == 0;
    return is_sound ? 0 : ERR_CORRUPT;
}

static int save_seen(struct query_gate *gate, const struct receipt_seen *seen)
{
    struct bytes raw = { 0 };
    uint8_t hash[HASH_SHA256_BYTES];
    bytes_append_str(&raw, STR(SEEN_MAGIC));
    bytes_put_u64(&raw, seen->size);
    bytes_append(&raw, seen->root, sizeof(seen->root));
    hash_sha256(bytes_str(&raw), hash);
    bytes_append(&raw, hash, sizeof(hash));
    int r = fs_replace_file(gate->data, SEEN_FILE, bytes_str(&raw), 0);
    bytes_release(&raw);
    return r;
}

/* ---- life ----------------------------------------------------------------------------------- */

static int load_keys(struct query_gate *gate, struct fs *keys)
{
    struct bytes origin = { 0 };
    int r = fs_read_exactly(keys, "log.pub", gate->public_key, sizeof(gate->public_key));
    if (r == 0)
        r = fs_read_file(keys, "log.origin", ORIGIN_MAX, &origin);
    struct str text = str_trim(bytes_str(&origin));
    if (r == 0 && (text.len == 0 || str_find_byte(text, '\0') >= 0))
        r = ERR_INVALID;
    if (r == 0)
        memcpy(gate->origin, text.ptr, text.len);
    bytes_release(&origin);
    gate->has_keys = r == 0;
    if (r == ERR_NOT_FOUND)
        log_warn("no key of the ledger's log: nothing about single people is shown");
    return r == ERR_NOT_FOUND ? 0 : r;
}

int query_gate_open(struct fs *keys, struct fs *data, struct link *ledger,
                    struct query_gate **out)
{
    struct query_gate *gate = calloc(1, sizeof(*gate));
    check(gate != NULL && pthread_mutex_init(&gate->lock, NULL) == 0);
    gate->data = data;
    gate->ledger = ledger;
    int r = load_keys(gate, keys);
    if (r == 0)
        r = load_seen(gate);
    if (r != 0) {
        query_gate_close(gate);
        gate = NULL;
    }
    *out = gate;
    return r;
}

void query_gate_close(struct query_gate *gate)
{
    if (!gate)
        return;
    (void)pthread_mutex_destroy(&gate->lock);
    free(gate);
}

/* ---- the ask -------------------------------------------------------------------------------- */

uint32_t query_gate_read_ask(const struct query_question *question, const struct grant *grant,
                             struct query_gate_ask *out, struct bytes *json)
{
    uint8_t hash[HASH_SHA256_BYTES];
    *out = (struct query_gate_ask){ .question = question, .grant = grant };
    if (ask_parse(question->ask, &out->ask) != 0)
        return query_gate_refuse(json, 0, "ask_malformed");
    ask_hash(question->ask, out->hash);
    hash_sha256(question->question, hash);
    bool fits = out->ask.project == question->project && out->ask.kind == grant->kind &&
                out->ask.has_question && hash_equal(hash, out->ask.question, sizeof(hash)) &&
                hash_equal(out->hash, grant->ask_hash, sizeof(out->hash)) &&
                (question->refs.len == 0) == !out->ask.has_subjects;
    return fits ? 0 : query_gate_refuse(json, 0, "ask");
}

/* ---- recording ------------------------------------------------------------------------------ */

static int compare_refs(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct ref));
}

/* Sorted, and each once: a device that was linked meanwhile may have come twice. */
static uint32_t sort_refs(struct ref *refs, uint32_t count)
{
    uint32_t n = 0;
    if (count > 1)
        qsort(refs, count, sizeof(*refs), compare_refs);
    for (uint32_t i = 0; i < count; i++)
        if (n == 0 || !ref_equal(&refs[n - 1], &refs[i]))
            refs[n++] = refs[i];
    return n;
}

static void encode_release(const struct query_gate *gate, const struct query_gate_ask *ask,
                           const struct ledger_release *what, struct bytes *body)
{
    struct ledger_release release = *what;
    release.grant = ask->question->grant;
    release.ask = ask->question->ask;
    release.evidence = ask->question->evidence;
    release.question = ask->question->question;
    release.seen_size = gate->seen.size;
    ledger_wire_encode_release(&release, body);
}

/* 0: the entry is on disk and about this. Under the lock. */
static uint32_t verify(struct query_gate *gate, const struct query_gate_ask *ask, uint32_t count,
                       const struct ledger_released *released, struct bytes *json)
{
    struct receipt_expect expect = { .origin = gate->origin, .public_key = gate->public_key,
                                     .principal = ask->grant->principal,
                                     .project = ask->grant->project, .persons = count };
    struct receipt_seen seen = gate->seen;
    struct receipt *receipt = malloc(sizeof(*receipt));
    struct entry entry;
    check(receipt != NULL);
    memcpy(expect.ask_hash, ask->hash, sizeof(expect.ask_hash));
    int r = receipt_decode(released->receipt, receipt);
    if (r == 0)
        r = receipt_verify(receipt, &expect, &seen, &entry);
    free(receipt);
    if (r == 0 && (entry.kind != ask->grant->kind || entry.sequence != released->sequence))
        r = ERR_DENIED;
    if (r == 0)
        r = save_seen(gate, &seen);
    if (r == 0) {
        gate->seen = seen;
        return 0;
    }
    log_error("ledger_inconsistent: a receipt does not hold, no row leaves: %s", err_text(r));
    return query_gate_refuse(json, 503, "stopped");
}

static uint32_t ask_ledger(struct query_gate *gate, const struct query_gate_ask *ask,
                           const struct ledger_release *what, uint64_t *sequence,
                           struct bytes *json)
{
    struct bytes body = { 0 }, answer = { 0 };
    struct ledger_released released;
    struct arena arena;
    uint8_t type = 0;
    uint32_t status, ms = QUERY_GATE_MS + what->ref_count / REFS_A_MS;
    arena_init(&arena, ANSWER_ARENA_MAX);
    encode_release(gate, ask, what, &body);
    int r = link_ask(gate->ledger, LEDGER_RECORD, bytes_str(&body),
                     ms < QUERY_GATE_MS_MAX ? ms : QUERY_GATE_MS_MAX, &type, &answer);
    if (r == 0 && type == LEDGER_RECORDED &&
        ledger_wire_decode_released(bytes_str(&answer), &arena, &released) == 0) {
        status = verify(gate, ask, what->ref_count, &released, json);
        *sequence = released.sequence;
    } else {
        status = refuse_as_ledger(r, type, &answer, json);
    }
    arena_release(&arena);
    bytes_wipe(&body);
    bytes_wipe(&answer);
    return status;
}

uint32_t query_gate_record(struct query_gate *gate, const struct query_gate_ask *ask,
                           struct ref *refs, uint32_t count, uint64_t rows, uint64_t *sequence,
                           struct bytes *json)
{
    uint8_t hash[32];
    *sequence = 0;
    if (!gate->has_keys || !link_is_open(gate->ledger))
        return query_gate_refuse(json, 503, "closed");
    count = sort_refs(refs, count);
    if (count > ask->ask.limit || count > ASK_SUBJECTS_MAX)
        return query_gate_refuse(json, 0, "limit");
    if (ask->ask.has_subjects &&
        (count != ask->ask.subject_count || ask_hash_subjects(refs, count, hash) != 0 ||
         !hash_equal(hash, ask->ask.subjects_hash, sizeof(hash))))
        return query_gate_refuse(json, 0, "subjects");
    struct ledger_release what = { .rows = rows < UINT32_MAX ? (uint32_t)rows : UINT32_MAX,
                                   .refs = refs, .ref_count = count };
    (void)pthread_mutex_lock(&gate->lock);
    uint32_t status = ask_ledger(gate, ask, &what, sequence, json);
    (void)pthread_mutex_unlock(&gate->lock);
    return status;
}

/* ---- the other two -------------------------------------------------------------------------- */

uint32_t query_gate_check(struct query_gate *gate, const struct grant *grant,
                          const uint8_t ask_hash[ASK_HASH_BYTES], struct bytes *json)
{
    struct ledger_check what = { .principal = grant->principal, .project = grant->project };
    struct bytes body = { 0 }, answer = { 0 };
    uint8_t type = 0;
    memcpy(what.ask_hash, ask_hash, sizeof(what.ask_hash));
    ledger_wire_encode_check(&what, &body);
    int r = link_ask(gate->ledger, LEDGER_CHECK, bytes_str(&body), QUERY_GATE_MS, &type, &answer);
    uint32_t status = r == 0 && type == LEDGER_DONE ? 0
                                                    : refuse_as_ledger(r, type, &answer, json);
    bytes_release(&body);
    bytes_release(&answer);
    return status;
}

uint32_t query_gate_pass(struct query_gate *gate, const struct query_question *question,
                         struct bytes *json)
{
    struct ledger_read what = { .grant = question->grant, .text = question->question };
    struct bytes body = { 0 }, answer = { 0 };
    uint8_t type = 0;
    uint32_t status = 200;
    if (question->question.len > READ_MAX)
        return query_gate_refuse(json, 0, "invalid");
    ledger_wire_encode_read(&what, &body);
    int r = link_ask(gate->ledger, LEDGER_READ, bytes_str(&body), QUERY_GATE_MS, &type, &answer);
    if (r == 0 && type == LEDGER_JSON)
        bytes_append_str(json, bytes_str(&answer));
    else
        status = refuse_as_ledger(r, type, &answer, json);
    bytes_wipe(&body);
    bytes_wipe(&answer);
    return status;
}
