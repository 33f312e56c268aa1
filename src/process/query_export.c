#include "process/query_export.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "engine/export.h"
#include "event/limits.h"
#include "json/write.h"
#include "store/subjects.h"
#include "sys/clock.h"

enum { EVENTS_MAX = 256, HANDLE_BYTES = 16 };

#define DAY_MS ((int64_t)86400000)

struct export_handle {
    uint8_t name[HANDLE_BYTES];
    uint32_t principal;
    uint64_t project;
    uint8_t ask_hash[ASK_HASH_BYTES];
    bool is_in_ms;
    bool is_taken;                /* the slot */
    bool is_busy;                 /* somebody works on it */
    uint64_t touched_ms;
    struct export_set *set;       /* NULL: being made */
};

struct query_exports {
    pthread_mutex_t lock;
    struct export_handle items[QUERY_EXPORTS];
};

/* ---- handles -------------------------------------------------------------------------------- */

struct query_exports *query_exports_create(void)
{
    struct query_exports *exports = calloc(1, sizeof(*exports));
    check(exports != NULL && pthread_mutex_init(&exports->lock, NULL) == 0);
    return exports;
}

static void drop(struct query_exports *exports, struct export_handle *handle)
{
    (void)pthread_mutex_lock(&exports->lock);
    struct export_set *set = handle->set;
    *handle = (struct export_handle){ 0 };
    (void)pthread_mutex_unlock(&exports->lock);
    export_close(set);
}

void query_exports_destroy(struct query_exports *exports)
{
    if (!exports)
        return;
    for (uint32_t i = 0; i < QUERY_EXPORTS; i++)
        export_close(exports->items[i].set);
    (void)pthread_mutex_destroy(&exports->lock);
    free(exports);
}

void query_exports_sweep(struct query_exports *exports)
{
    struct export_set *old[QUERY_EXPORTS];
    uint32_t count = 0;
    uint64_t now = clock_boot_ms();
    (void)pthread_mutex_lock(&exports->lock);
    for (uint32_t i = 0; i < QUERY_EXPORTS; i++) {
        struct export_handle *handle = &exports->items[i];
        if (!handle->is_taken || handle->is_busy ||
            now - handle->touched_ms <= QUERY_EXPORT_LIFE_MS)
            continue;
        old[count++] = handle->set;
        *handle = (struct export_handle){ 0 };
    }
    (void)pthread_mutex_unlock(&exports->lock);
    for (uint32_t i = 0; i < count; i++)
        export_close(old[i]);
}

/* A busy slot; NULL when all, or all of this principal, are taken. */
static struct export_handle *take_slot(struct query_exports *exports, uint32_t principal)
{
    struct export_handle *free_slot = NULL;
    uint32_t own = 0;
    query_exports_sweep(exports);
    (void)pthread_mutex_lock(&exports->lock);
    for (uint32_t i = 0; i < QUERY_EXPORTS; i++) {
        struct export_handle *handle = &exports->items[i];
        own += handle->is_taken && handle->principal == principal;
        if (!handle->is_taken)
            free_slot = handle;
    }
    if (own >= QUERY_EXPORTS_OF_ONE)
        free_slot = NULL;
    if (free_slot)
        *free_slot = (struct export_handle){ .principal = principal, .is_taken = true,
                                             .is_busy = true };
    (void)pthread_mutex_unlock(&exports->lock);
    return free_slot;
}

/* The handle of this name, its own principal and project, now busy. *is_busy: somebody else fetches
 * from it at the moment. */
static struct export_handle *hold(struct query_rows_turn *t, const uint8_t name[HANDLE_BYTES],
                                  bool *is_busy)
{
    struct query_exports *exports = t->rows->exports;
    struct export_handle *found = NULL;
    *is_busy = false;
    query_exports_sweep(exports);
    (void)pthread_mutex_lock(&exports->lock);
    for (uint32_t i = 0; i < QUERY_EXPORTS; i++) {
        struct export_handle *handle = &exports->items[i];
        if (handle->is_taken && handle->set && handle->principal == t->grant->principal &&
            handle->project == t->question->project &&
            hash_equal(handle->name, name, HANDLE_BYTES))
            found = handle;
    }
    if (found && found->is_busy) {
        *is_busy = true;
        found = NULL;
    }
    if (found)
        found->is_busy = true;
    (void)pthread_mutex_unlock(&exports->lock);
    return found;
}

static void let_go(struct query_exports *exports, struct export_handle *handle)
{
    (void)pthread_mutex_lock(&exports->lock);
    handle->touched_ms = clock_boot_ms();
    handle->is_busy = false;
    (void)pthread_mutex_unlock(&exports->lock);
}

/* ---- beginning ------------------------------------------------------------------------------ */

static uint32_t read_events(struct query_rows_turn *t, struct export_ask *ask)
{
    const struct json_node *list = json_doc_member(t->parameters, "event");
    if (!list)
        return 0;
    uint32_t count = json_doc_count(list);
    struct str *names = arena_try(t->arena, (count + 1u) * sizeof(*names));
    if (json_doc_type(list) != JSON_ARRAY || count > EVENTS_MAX || !names)
        return query_rows_refuse(t, "/event", "query", "a list of at most 256 names");
    for (const struct json_node *at = NULL; (at = json_doc_next(list, at)) != NULL;)
        names[ask->event_count++] = json_doc_string(at);
    ask->events = names;
    return 0;
}

/* Days are UTC's, as in Mixpanel's raw export. */
static uint32_t read_question(struct query_rows_turn *t, struct export_ask *ask)
{
    static const char *const names[] = { "project", "from", "to", "event", "where", "limit",
                                         "time_in_ms" };
    const struct json_node *p = t->parameters;
    const struct selector *selector;
    int64_t from, to;
    *ask = (struct export_ask){ .cancelled = t->cancelled,
                                .persons_max = t->ask.ask.limit < ASK_SUBJECTS_MAX
                                                   ? t->ask.ask.limit : ASK_SUBJECTS_MAX };
    if (json_doc_unknown(p, names, 7))
        return query_rows_refuse(t, "", "query", "a member is not known");
    if (!time_parse_day(json_doc_get_string(p, "from", STR("")), &from) ||
        !time_parse_day(json_doc_get_string(p, "to", STR("")), &to) || from > to)
        return query_rows_refuse(t, "/from", "query", "two days such as 2025-11-01 belong here");
    if (json_doc_member(p, "limit") && !json_doc_get_u64(p, "limit", &ask->limit))
        return query_rows_refuse(t, "/limit", "query", "a whole number belongs here");
    ask->from_ms = from * DAY_MS;
    ask->to_ms = (to + 1) * DAY_MS;
    ask->where = json_doc_get_string(p, "where", STR(""));
    uint32_t status = read_events(t, ask);
    return status || ask->where.len == 0 ? status
                                         : query_rows_selector(t, ask->where, false, &selector);
}

/* The subjects of all persons of the set. ERR_TOO_LARGE: more than the ask's limit. */
static int collect(struct query_rows_turn *t, const struct export_set *set, struct bytes *refs)
{
    struct arena work;
    uint32_t count;
    const uint32_t *persons = export_persons(set, &count);
    int r = 0;
    arena_init(&work, 0);
    for (uint32_t i = 0; i < count && r == 0; i++) {
        struct ref *own;
        uint32_t n;
        arena_reset(&work);
        r = subjects_of(t->store, persons[i], &work, &own, &n);
        if (r == 0 && refs->len / sizeof(struct ref) + n > t->ask.ask.limit)
            r = ERR_TOO_LARGE;
        if (r == 0)
            bytes_append(refs, own, n * sizeof(*own));
    }
    arena_release(&work);
    return r;
}

static void write_begun(struct query_rows_turn *t, const struct export_handle *handle,
                        uint64_t sequence)
{
    struct json_write w;
    char name[2 * HANDLE_BYTES + 1];
    uint32_t persons;
    (void)export_persons(handle->set, &persons);
    str_hex(handle->name, HANDLE_BYTES, name);
    json_write_init(&w, t->json);
    json_write_begin_object(&w);
    json_write_key(&w, "handle");
    json_write_text(&w, name);
    json_write_key(&w, "entry");
    json_write_u64(&w, sequence);
    json_write_key(&w, "persons");
    json_write_u64(&w, persons);
    json_write_key(&w, "rows");
    json_write_u64(&w, export_rows(handle->set));
    json_write_end_object(&w);
}

/* 0: the set is fixed and written down. */
static uint32_t fix_set(struct query_rows_turn *t, struct export_handle *handle,
                        uint64_t *sequence)
{
    struct export_ask ask;
    struct bytes refs = { 0 };
    uint32_t status = read_question(t, &ask);
    if (status != 0)
        return status;
    int r = t->store ? export_open(t->store, &ask, &handle->set) : ERR_NOT_FOUND;
    if (r == ERR_NOT_FOUND)
        return query_gate_refuse(t->json, 404, "project");
    if (r == 0)
        r = collect(t, handle->set, &refs);
    if (r == ERR_TOO_LARGE)
        status = query_gate_refuse(t->json, 0, "limit");
    else if (r != 0)
        status = query_rows_trouble(t, r);
    else
        status = query_gate_record(t->rows->gate, &t->ask, (struct ref *)(void *)refs.ptr,
                                   (uint32_t)(refs.len / sizeof(struct ref)),
                                   export_rows(handle->set), sequence, t->json);
    bytes_release(&refs);
    return r == ERR_CANCELLED ? 0 : status ? status : 200;
}

uint32_t query_export_begin(struct query_rows_turn *t)
{
    uint64_t sequence = 0;
    struct export_handle *handle = take_slot(t->rows->exports, t->grant->principal);
    if (!handle)
        return query_gate_refuse(t->json, 0, "rate");
    uint32_t status = fix_set(t, handle, &sequence);
    if (status != 200) {
        drop(t->rows->exports, handle);
        return status;
    }
    handle->project = t->question->project;
    memcpy(handle->ask_hash, t->ask.hash, sizeof(handle->ask_hash));
    handle->is_in_ms = json_doc_get_bool(t->parameters, "time_in_ms", false);
    random_bytes(handle->name, sizeof(handle->name));
    write_begun(t, handle, sequence);
    let_go(t->rows->exports, handle);
    return 200;
}

/* ---- pieces --------------------------------------------------------------------------------- */

struct piece {
    struct query_rows_turn *turn;
    const struct export_handle *handle;
    uint32_t person;                      /* whose pseudonym it is */
    char pseudonym[QUERY_PSEUDONYM_TEXT];
};

static void name_person(struct piece *piece, uint32_t person)
{
    struct ref own;
    if (piece->person == person)
        return;
    check(subjects_copy(piece->turn->store, person, 1, &own) == 1);
    query_pseudonyms_format(&piece->turn->rows->pseudonyms, piece->turn->question->project, &own,
                            piece->pseudonym);
    piece->person = person;
}

static int write_row(void *ctx, const struct export_row *row)
{
    struct piece *piece = ctx;
    struct query_rows_turn *t = piece->turn;
    struct json_write w;
    name_person(piece, row->person);
    json_write_init(&w, t->json);
    json_write_begin_object(&w);
    json_write_key(&w, "event");
    json_write_str(&w, row->name);
    json_write_key(&w, "properties");
    json_write_begin_object(&w);
    json_write_key(&w, "time");
    json_write_i64(&w, piece->handle->is_in_ms ? row->time_ms : row->time_ms / 1000);
    json_write_key(&w, "distinct_id");
    json_write_text(&w, piece->pseudonym);
    for (uint32_t i = 0; i < row->property_count; i++) {
        const struct property *property = &row->properties[i];
        if (str_equal(property->name, STR("time")) ||
            !query_shown_is_open(&t->shown, property->name, &property->value))
            continue;
        json_write_key_str(&w, property->name);
        query_shown_write(&t->shown, &property->value, &w);
    }
    json_write_end_object(&w);
    json_write_end_object(&w);
    bytes_put_u8(t->json, '\n');
    return t->json->len >= QUERY_EXPORT_BYTES;
}

static uint32_t write_piece(struct query_rows_turn *t, struct export_handle *handle)
{
    struct piece piece = { .turn = t, .handle = handle };
    uint32_t status = query_gate_check(t->rows->gate, t->grant, handle->ask_hash, t->json);
    if (status != 0)
        return status;
    int r = export_next(handle->set, QUERY_EXPORT_PERSONS, write_row, &piece);
    if (r >= 0)
        return 200;
    bytes_reset(t->json);
    return query_rows_trouble(t, r);
}

uint32_t query_export_next(struct query_rows_turn *t)
{
    uint8_t name[HANDLE_BYTES];
    bool is_busy = false;
    struct export_handle *handle = NULL;
    if (t->store && str_to_hex_bytes(json_doc_get_string(t->parameters, "handle", STR("")), name,
                                     sizeof(name)))
        handle = hold(t, name, &is_busy);
    if (is_busy)
        return query_gate_refuse(t->json, 0, "rate");
    if (!handle)
        return query_gate_refuse(t->json, 404, "path");
    uint32_t status = write_piece(t, handle);
    if (status != 200 || t->json->len == 0)
        drop(t->rows->exports, handle);
    else
        let_go(t->rows->exports, handle);
    return status;
}
