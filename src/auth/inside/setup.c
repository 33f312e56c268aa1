#include "auth/inside/setup.h"

#include "auth/inside/access.h"
#include "auth/inside/database.h"
#include "auth/inside/project_json.h"
#include "auth/inside/owner_links.h"
#include "auth/wire/grant.h"
#include "base/err.h"
#include "sys/clock.h"

enum { ADDRESS_MAX = 45 };

struct tables {
    struct db *db;
    struct members members;
    struct projects projects;
    struct api_keys keys;
    struct owner_links links;
    struct access access;
};

/* Digits, colons and dots of an address: what is none is never equal to a peer's. */
static bool is_address(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (str_find_byte(STR("0123456789abcdef:."), text.ptr[i]) < 0)
            return false;
    return text.len >= 2 && text.len <= ADDRESS_MAX;
}

static bool are_addresses(struct str list)
{
    struct str address;
    while (list.len > 0 && str_next(&list, ',', &address))
        if (!is_address(str_trim(address)))
            return false;
    return true;
}

const char *setup_find_fault(const struct setup *setup)
{
    if (!projects_is_name(setup->name))
        return "name";
    if (!projects_is_zone(setup->zone))
        return "zone";
    if (setup->host.len > MEMBERS_HOST_MAX)
        return "host";
    return are_addresses(setup->trusted_proxies) ? NULL : "proxy";
}

static int add_key(struct tables *t, const struct setup *setup, uint64_t project, int64_t now)
{
    struct api_key key = {
        .project = project, .key = setup->key,
        .rights = RIGHT_COLLECT | RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_ROWS,
    };
    secret_hash(setup->secret, key.hash);
    int r = members_add_principal(&t->members, "key", now, &key.principal);
    return r == 0 ? api_keys_add(&t->keys, &key) : r;
}

/* So that one person alone can run amana and answer a support question (decision 14). */
static int add_access(struct tables *t, uint32_t owner, uint64_t project)
{
    struct access_entry entry = {
        .project = project, .roles = STR("owner support"),
        .rights = access_role_rights(STR("owner")) | access_role_rights(STR("support")),
    };
    return access_put(&t->access, owner, &entry);
}

static int add_proxies(struct tables *t, struct str list)
{
    struct str address;
    int r = 0;
    while (r == 0 && list.len > 0 && str_next(&list, ',', &address))
        r = projects_add_proxy(&t->projects, str_trim(address));
    return r;
}

/* Owner and key are principals 1 and 2, in this order for ever: the house log's first two
 * entries. */
static int fill(struct tables *t, const struct setup *setup)
{
    int64_t now = clock_wall_ms();
    uint32_t owner;
    struct project project = {
        .name = setup->name, .token = setup->token, .zone = setup->zone, .phone_country = STR(""),
        .key_epoch = 1, .week_start = PROJECTS_WEEK_START, .group_min = PROJECTS_GROUP_MIN,
        .is_demo = setup->is_demo,
    };
    int r = members_add_owner(&t->members, STR("Owner"), now, &owner);
    if (r == 0)
        r = projects_add(&t->projects, &project);
    if (r == 0)
        r = add_access(t, owner, project.id);
    if (r == 0 && setup->host.len)
        r = members_set_host(&t->members, setup->host);
    if (r == 0)
        r = add_key(t, setup, project.id, now);
    if (r == 0)
        r = members_add_os(&t->members, setup->owner_uid, now);
    if (r == 0)
        r = add_proxies(t, setup->trusted_proxies);
    if (r == 0)
        r = owner_links_put(&t->links, owner, setup->owner_link, now, 0);
    return r;
}

/* A directory without amana.json was never finished, so nobody has been told what lies here. */
static int remove_rest(struct fs *fs)
{
    static const char *const names[] = { DATABASE_NAME, DATABASE_NAME "-journal",
                                         OWNER_LINKS_FILE };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int r = fs_remove(fs, names[i]);
        if (r != 0 && r != ERR_NOT_FOUND)
            return r;
    }
    return 0;
}

static int write_settings(struct tables *t, struct bytes *out)
{
    struct arena arena;
    arena_init(&arena, 0);
    int r = project_json_write_ingest(&t->projects, &t->keys, &arena, out);
    arena_release(&arena);
    return r;
}

int setup_make(struct fs *fs, const struct setup *setup, struct bytes *ingest_settings)
{
    struct tables t = { 0 };
    if (setup_find_fault(setup))
        return ERR_INVALID;
    int r = remove_rest(fs);
    if (r == 0)
        r = database_open(fs, &t.db);
    if (r != 0)
        return r;
    members_init(&t.members, t.db);
    projects_init(&t.projects, t.db);
    access_init(&t.access, t.db);
    api_keys_init(&t.keys, t.db);
    owner_links_init(&t.links, t.db, fs);
    r = db_begin(t.db);
    if (r == 0) {
        r = fill(&t, setup);
        if (r == 0)
            r = db_commit(t.db);
        else
            db_rollback(t.db);
    }
    if (r == 0)
        r = owner_links_write_file(&t.links, setup->owner_link);
    if (r == 0)
        r = write_settings(&t, ingest_settings);
    api_keys_release(&t.keys);
    db_close(t.db);
    return r;
}
