#include "auth/inside/calls_keys.h"

#include "auth/inside/addresses.h"
#include "auth/inside/decisions.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "json/write.h"
#include "sys/clock.h"

enum {
    KEY_RIGHTS = RIGHT_COLLECT | RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_ROWS,
    KEY_RANDOM_BYTES = 16,
};

/* ---- listing -------------------------------------------------------------------------------- */

static void write_time(struct json_write *json, const char *name, int64_t ms)
{
    json_write_key(json, name);
    if (ms)
        json_write_i64(json, ms);
    else
        json_write_null(json);
}

static void write_key(const struct api_key *key, struct json_write *json)
{
    struct str list = key->addresses, network;
    json_write_begin_object(json);
    json_write_key(json, "id");
    json_write_u64(json, key->principal);
    json_write_key(json, "key");
    json_write_str(json, key->key);
    json_write_key(json, "name");
    json_write_str(json, key->name);
    json_write_key(json, "project");
    json_write_u64(json, key->project);
    json_write_key(json, "rights");
    access_write_rights(key->rights, json);
    write_time(json, "created", key->made_ms);
    write_time(json, "expires", key->expires_ms);
    json_write_key(json, "addresses");
    json_write_begin_array(json);
    while (list.len > 0 && str_next(&list, ' ', &network))
        json_write_str(json, network);
    json_write_end_array(json);
    write_time(json, "last_used", key->used_ms);
    json_write_key(json, "frozen");
    json_write_bool(json, key->is_frozen);
    json_write_end_object(json);
}

/* Of the projects in which the asker has settings. */
static int write_keys(struct work *w, struct json_write *json)
{
    struct project project = { 0 };
    struct access_entry access;
    int r;
    while ((r = projects_next(&w->auth->projects, project.id, w->arena, &project)) == 0) {
        struct api_key key = { 0 };
        r = askers_access(w->auth, &w->asker, project.id, w->arena, &access);
        if (r == ERR_NOT_FOUND || (r == 0 && !(access.rights & RIGHT_SETTINGS)))
            continue;
        while (r == 0 && (r = api_keys_next(&w->auth->keys, project.id, key.principal, w->arena,
                                            &key)) == 0)
            write_key(&key, json);
        if (r != ERR_NOT_FOUND)
            return r;
    }
    return r == ERR_NOT_FOUND ? 0 : r;
}

void calls_keys_list(struct work *w)
{
    struct bytes text = { 0 };
    struct json_write json;
    json_write_init(&json, &text);
    json_write_begin_object(&json);
    json_write_key(&json, "keys");
    json_write_begin_array(&json);
    int r = write_keys(w, &json);
    json_write_end_array(&json);
    json_write_end_object(&json);
    struct str kept = work_keep(w, &text);
    if (work_passes(w, r, "io"))
        work_answer(w, 200, kept);
}

/* ---- adding --------------------------------------------------------------------------------- */

static bool are_networks(const struct json_node *list)
{
    if (!list)
        return true;
    if (json_doc_type(list) != JSON_ARRAY || json_doc_count(list) > ADDRESSES_MAX)
        return false;
    for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL;)
        if (!addresses_is_network(json_doc_string(n)))
            return false;
    return true;
}

/* Every key that is made here ends; one with rows within 90 days. */
static bool is_right_expiry(const struct json_node *detail, uint64_t rights)
{
    uint64_t expires;
    int64_t now = clock_wall_ms();
    const struct json_node *node = json_doc_member(detail, "expires");
    if (!node || json_doc_type(node) == JSON_NULL)
        return !(rights & RIGHT_ROWS);
    return json_doc_get_u64(detail, "expires", &expires) && (int64_t)expires > now &&
           (!(rights & RIGHT_ROWS) || (int64_t)expires <= now + CALLS_KEYS_ROWS_LIFE_MS);
}

static bool read_detail(const struct json_node *detail, uint64_t *project, uint64_t *rights)
{
    return projects_is_name(json_doc_get_string(detail, "name", STR(""))) &&
           json_doc_get_u64(detail, "project", project) && *project > 0 &&
           access_read_rights(json_doc_member(detail, "rights"), rights) && *rights != 0 &&
           !(*rights & ~(uint64_t)KEY_RIGHTS) && is_right_expiry(detail, *rights) &&
           are_networks(json_doc_member(detail, "addresses"));
}

static int make(struct work *w, struct decision *d, const char *key, struct str secret,
                uint32_t *principal)
{
    uint8_t hash[SECRET_HASH_BYTES];
    char hex[2 * SECRET_HASH_BYTES + 1];
    int r = work_begin(w);
    if (r == 0)
        r = work_end(w, members_add_principal(&w->auth->members, "key", clock_wall_ms(),
                                              principal));
    secret_hash(secret, hash);
    str_hex(hash, sizeof(hash), hex);
    d->made = arena_printf(w->arena, "{\"principal\":%u,\"secret_sha256\":\"%s\",\"key\":\"%s\"}",
                           *principal, hex, key);
    return r;
}

static void answer_key(struct work *w, const struct decision *d, uint32_t principal,
                       const char *key, const char *secret)
{
    int r = work_begin(w);
    if (r == 0)
        r = work_end(w, decisions_keep(w, d));
    if (work_passes(w, r, "io"))
        decisions_answer(w, d, arena_printf(w->arena, "\"id\":%u,\"key\":\"%s\",\"secret\":\"%s\",",
                                            principal, key, secret));
}

static void add(struct work *w, struct decision *d)
{
    uint64_t project = 0, rights = 0;
    uint32_t principal = 0;
    uint8_t random[KEY_RANDOM_BYTES];
    char key[2 * KEY_RANDOM_BYTES + 3] = "k_", secret[44];
    if (!read_detail(d->detail, &project, &rights)) {
        work_refuse(w, "invalid");
        return;
    }
    if (!decisions_may(w, &(struct access_entry){ .project = project }, 1) ||
        !decisions_check(w, GRANT_ENROL, rights & RIGHT_ROWS ? ASKS_PASSKEY : ASKS_PLAIN, d))
        return;
    random_bytes(random, sizeof(random));
    str_hex(random, sizeof(random), key + 2);
    random_text(secret);
    if (work_passes(w, make(w, d, key, str_from(secret), &principal), "io") &&
        decisions_tell(w, d))
        answer_key(w, d, principal, key, secret);
    hash_wipe(secret, sizeof(secret));
}

void calls_keys_add(struct work *w)
{
    struct decision d;
    if (!decisions_open(w, "key", &d))
        return;
    add(w, &d);
    decisions_close(&d);
}
