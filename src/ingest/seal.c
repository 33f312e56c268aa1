#include "ingest/seal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "event/limits.h"
#include "event/normal.h"
#include "event/ref_key.h"
#include "ingest/classify.h"
#include "ingest/seal_box.h"
#include "ingest/seal_cache.h"
#include "sys/clock.h"
#include "sys/sandbox.h"

#ifndef SEAL_EPOCH_MS
#define SEAL_EPOCH_MS (60 * 1000)
#endif

enum { EPOCH_VALUES_MAX = 1 << 20, PROJECT_KEYS_MAX = 1024,
       BATCH_RECORDS_MAX = LIMIT_SEALED_BATCH_BYTES - SEAL_HEADER_BYTES - 64 };

/* Everything secret lies in one locked block. */
struct sealer_secrets {
    struct sealer_keys keys;
    struct seal_epoch epoch;
    uint8_t tag_key[16];
    struct ref_key projects[PROJECT_KEYS_MAX];
};

struct sealer {
    struct sealer_secrets *secrets;
    pthread_mutex_t lock;
    uint32_t project_count;
    uint64_t epoch_began_ms;   /* 0 = none is running */
    uint32_t epoch_values;
    struct seal_cache *cache;
    uint8_t boot_id[16];
    _Atomic uint64_t sequence;
};

/* A sealed value on its way into a batch, and its tag for the cache. */
struct sealed {
    struct sealed *next;
    uint64_t project;
    uint64_t tag;
    struct str record;
};

struct seal_session {
    struct sealer *sealer;
    struct arena *arena;
    struct seal_epoch epoch;
    struct sealed *first;
    struct sealed **last;
    struct sealed **slots;     /* the same by their tags: a request may hold 100,000 of them */
    uint32_t slot_count;       /* a power of two, or 0 */
    uint32_t count;
    struct ref_key key;        /* of the project looked up last */
};

/* ---- the sealer ----------------------------------------------------------------------------- */

struct sealer *sealer_create(const struct sealer_keys *keys, const uint8_t boot_id[16])
{
    struct sealer *sealer = calloc(1, sizeof(*sealer));
    check(sealer != NULL);
    sealer->secrets = sandbox_key_alloc(sizeof(*sealer->secrets));
    sealer->secrets->keys = *keys;
    random_bytes(sealer->secrets->tag_key, sizeof(sealer->secrets->tag_key));
    memcpy(sealer->boot_id, boot_id, sizeof(sealer->boot_id));
    sealer->cache = seal_cache_create();
    check(pthread_mutex_init(&sealer->lock, NULL) == 0);
    return sealer;
}

void sealer_destroy(struct sealer *sealer)
{
    if (!sealer)
        return;
    sandbox_key_free(sealer->secrets, sizeof(*sealer->secrets));
    seal_cache_destroy(sealer->cache);
    (void)pthread_mutex_destroy(&sealer->lock);
    free(sealer);
}

void sealer_add_project_key(struct sealer *sealer, uint64_t project, uint32_t epoch,
                            const uint8_t key[32])
{
    bool is_known = false;
    (void)pthread_mutex_lock(&sealer->lock);
    for (uint32_t i = 0; i < sealer->project_count; i++)
        is_known |= sealer->secrets->projects[i].project == project &&
                    sealer->secrets->projects[i].epoch == epoch;
    if (!is_known && sealer->project_count < PROJECT_KEYS_MAX)
        ref_key_derive(&sealer->secrets->projects[sealer->project_count++], project, epoch, key);
    (void)pthread_mutex_unlock(&sealer->lock);
}

static void end_epoch(struct sealer *sealer)
{
    hash_wipe(&sealer->secrets->epoch, sizeof(sealer->secrets->epoch));
    sealer->epoch_began_ms = 0;
    sealer->epoch_values = 0;
}

/* Under the lock: a running epoch. e lives for this call only. */
static void ensure_epoch(struct sealer *sealer, uint64_t now_ms)
{
    uint8_t secret[32];
    bool is_over = now_ms - sealer->epoch_began_ms >= SEAL_EPOCH_MS ||
                   sealer->epoch_values >= EPOCH_VALUES_MAX;
    if (sealer->epoch_began_ms && !is_over)
        return;
    const struct sealer_keys *keys = &sealer->secrets->keys;
    end_epoch(sealer);
    random_bytes(secret, sizeof(secret));
    check(seal_box_epoch(&sealer->secrets->epoch, secret, keys->vault_public, keys->ledger_public,
                         keys->intake_secret) == 0);
    hash_wipe(secret, sizeof(secret));
    sealer->epoch_began_ms = now_ms;
}

void sealer_tick(struct sealer *sealer)
{
    uint64_t now_ms = clock_boot_ms();
    (void)pthread_mutex_lock(&sealer->lock);
    if (sealer->epoch_began_ms && now_ms - sealer->epoch_began_ms >= SEAL_EPOCH_MS)
        end_epoch(sealer);
    seal_cache_expire(sealer->cache, now_ms);
    (void)pthread_mutex_unlock(&sealer->lock);
}

/* ---- the session ---------------------------------------------------------------------------- */

struct seal_session *seal_session_begin(struct sealer *sealer, struct arena *arena)
{
    struct seal_session *session = arena_alloc(arena, sizeof(*session));
    session->sealer = sealer;
    session->arena = arena;
    session->last = &session->first;
    (void)pthread_mutex_lock(&sealer->lock);
    ensure_epoch(sealer, clock_boot_ms());
    session->epoch = sealer->secrets->epoch;
    (void)pthread_mutex_unlock(&sealer->lock);
    return session;
}

static const struct ref_key *find_key(struct seal_session *session,
                                      const struct ingest_project *project)
{
    struct sealer *sealer = session->sealer;
    if (session->key.project == project->id && session->key.epoch == project->key_epoch)
        return &session->key;
    bool is_found = false;
    (void)pthread_mutex_lock(&sealer->lock);
    for (uint32_t i = 0; i < sealer->project_count && !is_found; i++) {
        const struct ref_key *key = &sealer->secrets->projects[i];
        is_found = key->project == project->id && key->epoch == project->key_epoch;
        if (is_found)
            session->key = *key;
    }
    (void)pthread_mutex_unlock(&sealer->lock);
    return is_found ? &session->key : NULL;
}

/* False when the request's arena is at its limit. */
static bool make_tag(const struct seal_session *session, const struct seal_place *place,
                     uint64_t *tag)
{
    size_t len = 8 + 16 + 16 + place->property.len;
    uint8_t *text = arena_try(session->arena, len);
    if (!text)
        return false;
    memcpy(text, &place->project, 8);
    memcpy(text + 8, place->subject.bytes, 16);
    memcpy(text + 24, place->ref.bytes, 16);
    if (place->property.len)
        memcpy(text + 40, place->property.ptr, place->property.len);
    *tag = hash_sip64(session->sealer->secrets->tag_key, str_of(text, len));
    return true;
}

static bool was_sealed(struct sealer *sealer, uint64_t tag)
{
    (void)pthread_mutex_lock(&sealer->lock);
    bool has = seal_cache_has(sealer->cache, tag);
    sealer->epoch_values += !has;
    (void)pthread_mutex_unlock(&sealer->lock);
    return has;
}

static struct sealed **find_slot(struct sealed **slots, uint32_t slot_count, uint64_t project,
                                 uint64_t tag)
{
    uint32_t at = (uint32_t)tag & (slot_count - 1);
    while (slots[at] && (slots[at]->tag != tag || slots[at]->project != project))
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

/* Room for one more in the table; the tag is keyed, so no stranger makes its runs long. */
static bool grow_slots(struct seal_session *session)
{
    if (session->count * 2 < session->slot_count)
        return true;
    uint32_t slot_count = session->slot_count ? session->slot_count * 4 : 16;
    struct sealed **slots = arena_try(session->arena, slot_count * sizeof(struct sealed *));
    if (!slots)
        return false;
    memset(slots, 0, slot_count * sizeof(struct sealed *));
    for (struct sealed *s = session->first; s; s = s->next)
        *find_slot(slots, slot_count, s->project, s->tag) = s;
    session->slots = slots;
    session->slot_count = slot_count;
    return true;
}

/* Seals one value; false when the request's arena is at its limit. */
static bool seal_value(struct seal_session *session, const struct seal_place *place,
                       struct str text, int64_t seen_ms)
{
    uint64_t tag;
    struct bytes record = { 0 };
    if (!make_tag(session, place, &tag))
        return false;
    if (was_sealed(session->sealer, tag))
        return true;
    if (!grow_slots(session))
        return false;
    struct sealed **slot = find_slot(session->slots, session->slot_count, place->project, tag);
    if (*slot)
        return true;
    seal_box_value(&session->epoch, place, text, (uint64_t)seen_ms, &record);
    struct sealed *sealed = arena_try(session->arena, sizeof(*sealed));
    struct str copy = arena_copy(session->arena, bytes_str(&record));
    bytes_release(&record);
    if (!sealed || !copy.ptr)
        return false;
    *sealed = (struct sealed){ .project = place->project, .tag = tag, .record = copy };
    *session->last = *slot = sealed;
    session->last = &sealed->next;
    session->count++;
    return true;
}

/* ---- the step ------------------------------------------------------------------------------- */

struct sealing {
    struct ingest_request *request;
    struct record *record;
    struct seal_session *session;
    const struct ref_key *key;
    struct ref subject;
    struct str property;   /* top level: the p of all that lies below */
    int64_t seen_ms;
};

static bool has_index(enum ref_kind kind) { return kind != REF_KIND_BOUND; }

/* The ref of a text of that kind, over its normal form. */
static struct ref make_ref(const struct sealing *s, enum ref_kind kind, struct str text)
{
    struct bytes normal = { 0 };
    struct ref ref;
    struct str form = text;
    if (kind == REF_KIND_EMAIL)
        check(normal_email(text, &normal));
    else if (kind == REF_KIND_PHONE)
        check(normal_phone(text, s->record->project->phone_country, &normal));
    else if (kind == REF_KIND_BOUND && !normal_text(text, &normal))
        bytes_append_str(&normal, text);
    if (kind != REF_KIND_ID)
        form = bytes_str(&normal);
    ref = has_index(kind) ? ref_key_indexed(s->key, kind, form)
                          : ref_key_bound(s->key, s->property, &s->subject, form);
    bytes_wipe(&normal);
    return ref;
}

/* A device's ref is always over "$device:X", whatever property it stands in. */
static struct str id_text(const struct sealing *s, struct str property, struct str text)
{
    if (!str_equal(property, STR("$device_id")) || str_starts(text, STR("$device:")))
        return text;
    struct str prefixed = arena_printf(s->request->arena, "$device:" STR_FMT, STR_ARG(text));
    return prefixed.ptr ? prefixed : text;
}

static void seal_under(const struct sealing *s, const struct ref *ref, struct str text)
{
    struct seal_place place = { .project = s->record->project->id, .subject = s->subject,
                                .property = s->property, .ref = *ref };
    memcpy(place.epoch, s->session->epoch.public_key, sizeof(place.epoch));
    if (!seal_value(s->session, &place, text, s->seen_ms))
        record_refuse(s->record, REFUSAL_overload, s->property);
}

/* Turns one scalar into a ref and seals its text. Without a subject the value is dropped. */
static void seal_scalar(const struct sealing *s, enum ref_kind kind, struct str text,
                        struct value *v)
{
    if (ref_is_none(&s->subject)) {
        s->request->dropped[REFUSAL_no_subject]++;
        *v = (struct value){ .type = VALUE_NULL };
        return;
    }
    struct ref ref = make_ref(s, kind, text);
    seal_under(s, &ref, text);
    *v = (struct value){ .type = VALUE_REF };
    v->as.sealed.ref = ref;
    v->as.sealed.kind = kind;
}

static struct str number_text(const struct sealing *s, const struct value *v)
{
    struct bytes json = { 0 };
    value_format_json(v, &json);
    struct str text = arena_copy(s->request->arena, bytes_str(&json));
    bytes_wipe(&json);
    return text.ptr ? text : STR("");
}

/* `name` is the nearest name: the member's inside an object, else the property's. */
static void seal_tree(const struct sealing *s, struct str name, struct value *v)
{
    if (v->type == VALUE_LIST) {
        for (uint32_t i = 0; i < v->as.list.count; i++)
            seal_tree(s, name, &v->as.list.items[i]);
        return;
    }
    if (v->type == VALUE_OBJECT) {
        for (uint32_t i = 0; i < v->as.object.count; i++)
            seal_tree(s, v->as.object.members[i].name, v->as.object.members[i].value);
        return;
    }
    if (v->type != VALUE_STRING && v->type != VALUE_NUMBER)
        return;
    struct str text = v->type == VALUE_STRING ? v->as.string : number_text(s, v);
    struct verdict verdict = v->type == VALUE_STRING
                                 ? classify_again(s->record->project, name, v)
                                 : classify_value(s->record->project, name, text);
    /* A number is personal by its name only: a count of eleven digits is no phone. */
    bool by_name = v->type == VALUE_STRING ||
                   classify_value(s->record->project, name, STR("0")).class == SCHEMA_PERSONAL;
    if (verdict.class != SCHEMA_PERSONAL) {
        struct verdict top = classify_value(s->record->project, s->property, STR("0"));
        if (top.class != SCHEMA_PERSONAL)
            return;
        verdict = classify_value(s->record->project, s->property, text);
        by_name = true;
    }
    if (by_name && text.len)
        seal_scalar(s, verdict.kind, verdict.kind == REF_KIND_ID ? id_text(s, name, text) : text,
                    v);
}

/* The subject's own id is a personal value too: sealed under "distinct_id". */
static void seal_id(struct sealing *s, const char *property, struct str id, struct ref *ref)
{
    *ref = ref_key_indexed(s->key, REF_KIND_ID, id);
    if (ref_is_none(&s->subject))
        s->subject = *ref;
    s->property = str_from(property);
    seal_under(s, ref, id);
}

static void seal_event_ids(struct sealing *s)
{
    struct record *record = s->record;
    if (record->distinct_id.len)
        seal_id(s, "distinct_id", record->distinct_id, &record->event.person);
    if (record->user_id.len && record->device_id.len)
        seal_id(s, "$device_id", id_text(s, STR("$device_id"), record->device_id),
                &record->event.device);
    record->event.insert_hash = ref_key_insert(s->key, record->insert_id);
    s->seen_ms = record->event.time_ms;
}

/* A group is an organisation, its id lies in the open (wall.md 2); but an id that is plainly a
 * person's is sealed like any value, and the group goes by its ref. E-mail addresses and phones
 * have the same ref in an event's property, so their events still find the group; what is bound to
 * its subject (a name) does not. */
static void seal_group_id(struct sealing *s)
{
    struct profile_update *update = &s->record->update;
    struct verdict verdict =
        classify_value(s->record->project, update->group_key, update->group_id);
    struct value v;
    if (verdict.class == SCHEMA_SECRET)
        record_refuse(s->record, REFUSAL_secret_dropped, STR("$group_id"));
    if (verdict.class != SCHEMA_PERSONAL)
        return;
    s->property = STR("$group_id");
    seal_scalar(s, verdict.kind, update->group_id, &v);
    char *text = arena_try(s->request->arena, REF_GROUP_TEXT_BYTES);
    if (text)
        ref_format_group(&v.as.sealed.ref, text);
    else
        record_refuse(s->record, REFUSAL_overload, STR("$group_id"));
    update->group_id = text ? str_from(text) : STR("");
}

static void seal_update_ids(struct sealing *s)
{
    struct profile_update *update = &s->record->update;
    if (update->group_key.len) {
        struct str id = arena_printf(s->request->arena, "$group:" STR_FMT ":" STR_FMT,
                                     STR_ARG(update->group_key), STR_ARG(update->group_id));
        s->subject = update->subject =
            ref_key_indexed(s->key, REF_KIND_ID, id.ptr ? id : STR("$group:"));
        seal_group_id(s);
    } else if (s->record->distinct_id.len) {
        seal_id(s, "distinct_id", s->record->distinct_id, &update->subject);
    }
}

void seal_step(struct ingest_request *request, struct record *record)
{
    struct sealing s = { .request = request, .record = record, .session = request->seal,
                         .seen_ms = request->received_ms };
    uint32_t *count;
    s.key = find_key(request->seal, record->project);
    if (!s.key) {
        log_error("project %llu has no key", (unsigned long long)record->project->id);
        record_refuse(record, REFUSAL_overload, STR("token"));
        return;
    }
    if (record->kind == RECORD_EVENT)
        seal_event_ids(&s);
    else
        seal_update_ids(&s);
    struct property *properties = *record_properties(record, &count);
    for (uint32_t i = 0; i < *count; i++) {
        if (properties[i].value.is_plain)
            continue;
        s.property = properties[i].name;
        seal_tree(&s, properties[i].name, &properties[i].value);
    }
    record->distinct_id = record->user_id = record->device_id = record->insert_id = STR("");
}

/* ---- batches -------------------------------------------------------------------------------- */

static void close_batch(struct seal_session *session, uint64_t project, uint32_t count,
                        struct bytes *records, seal_batch_fn each, void *ctx)
{
    struct bytes out = { 0 };
    struct seal_batch batch = { .project = project, .count = count,
                                .sequence = ++session->sealer->sequence,
                                .time_ms = (uint64_t)clock_wall_ms() };
    memcpy(batch.boot_id, session->sealer->boot_id, sizeof(batch.boot_id));
    seal_box_batch(&session->epoch, &batch, bytes_str(records), &out);
    each(ctx, bytes_str(&out));
    bytes_release(&out);
    bytes_reset(records);
}

void seal_session_finish(struct seal_session *session, seal_batch_fn each, void *ctx)
{
    struct bytes records = { 0 };
    uint64_t project = 0;
    uint32_t count = 0;
    for (struct sealed *s = session->first; s; s = s->next) {
        if (count && (s->project != project || records.len + s->record.len > BATCH_RECORDS_MAX)) {
            close_batch(session, project, count, &records, each, ctx);
            count = 0;
        }
        project = s->project;
        bytes_append_str(&records, s->record);
        count++;
    }
    if (count)
        close_batch(session, project, count, &records, each, ctx);
    bytes_release(&records);
}

void seal_session_confirm(struct seal_session *session)
{
    struct sealer *sealer = session->sealer;
    uint64_t now_ms = clock_boot_ms();
    (void)pthread_mutex_lock(&sealer->lock);
    for (struct sealed *s = session->first; s; s = s->next)
        seal_cache_add(sealer->cache, s->tag, now_ms);
    (void)pthread_mutex_unlock(&sealer->lock);
    hash_wipe(&session->epoch, sizeof(session->epoch));
    hash_wipe(&session->key, sizeof(session->key));
}
