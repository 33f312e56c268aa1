#include "auth/inside/project_json.h"

#include "auth/wire/grant.h"
#include "base/err.h"
#include "sys/clock.h"

static void write_text(struct json_write *w, const char *name, struct str value)
{
    json_write_key(w, name);
    json_write_str(w, value);
}

static void write_number(struct json_write *w, const char *name, uint64_t value)
{
    json_write_key(w, name);
    json_write_u64(w, value);
}

static int write_classes(struct projects *projects, uint64_t id, struct arena *arena,
                         struct json_write *w)
{
    struct project_class class = { .property = STR("") };
    int r;
    json_write_key(w, "classes");
    json_write_begin_object(w);
    while ((r = projects_next_class(projects, id, class.property, arena, &class)) == 0) {
        json_write_key_str(w, class.property);
        json_write_str(w, class.class);
    }
    json_write_end_object(w);
    return r == ERR_NOT_FOUND ? 0 : r;
}

static int write_keys(struct api_keys *keys, uint64_t project, struct arena *arena,
                      struct json_write *w)
{
    struct api_key key = { 0 };
    int r;
    json_write_key(w, "write_keys");
    json_write_begin_array(w);
    while ((r = api_keys_next(keys, project, key.principal, arena, &key)) == 0) {
        char hex[2 * SECRET_HASH_BYTES + 1];
        bool is_over = key.expires_ms && key.expires_ms <= clock_wall_ms();
        if (!(key.rights & RIGHT_COLLECT) || key.is_frozen || is_over)
            continue;
        str_hex(key.hash, sizeof(key.hash), hex);
        json_write_begin_object(w);
        write_text(w, "key", key.key);
        write_text(w, "hash", str_from(hex));
        json_write_end_object(w);
    }
    json_write_end_array(w);
    return r == ERR_NOT_FOUND ? 0 : r;
}

static int write_proxies(struct projects *projects, struct arena *arena, struct json_write *w)
{
    struct str address = STR("");
    int r;
    json_write_key(w, "trusted_proxies");
    json_write_begin_array(w);
    while ((r = projects_next_proxy(projects, address, arena, &address)) == 0)
        json_write_str(w, address);
    json_write_end_array(w);
    return r == ERR_NOT_FOUND ? 0 : r;
}

int project_json_write_ingest(struct projects *projects, struct api_keys *keys,
                              struct arena *arena, struct bytes *out)
{
    struct json_write w;
    struct project p = { 0 };
    int r;
    json_write_init(&w, out);
    json_write_begin_object(&w);
    json_write_key(&w, "projects");
    json_write_begin_array(&w);
    while ((r = projects_next(projects, p.id, arena, &p)) == 0) {
        json_write_begin_object(&w);
        write_number(&w, "id", p.id);
        write_text(&w, "token", p.token);
        write_text(&w, "zone", p.zone);
        write_text(&w, "phone_country", p.phone_country);
        write_number(&w, "key_epoch", p.key_epoch);
        write_number(&w, "window_days", p.window_days);
        r = write_classes(projects, p.id, arena, &w);
        if (r == 0)
            r = write_keys(keys, p.id, arena, &w);
        if (r != 0)
            return r;
        json_write_end_object(&w);
    }
    if (r != ERR_NOT_FOUND)
        return r;
    json_write_end_array(&w);
    r = write_proxies(projects, arena, &w);
    json_write_end_object(&w);
    return r;
}

int project_json_write_question(struct projects *projects, const struct project *project,
                                struct arena *arena, struct bytes *out)
{
    struct json_write w;
    json_write_init(&w, out);
    json_write_begin_object(&w);
    write_text(&w, "zone", project->zone);
    write_number(&w, "week_start", project->week_start);
    write_number(&w, "group_min", project->group_min);
    int r = write_classes(projects, project->id, arena, &w);
    json_write_end_object(&w);
    return r;
}

void project_json_write_members(const struct project *project, struct json_write *w)
{
    write_number(w, "id", project->id);
    write_text(w, "name", project->name);
    write_text(w, "token", project->token);
    write_text(w, "zone", project->zone);
    json_write_key(w, "demo");
    json_write_bool(w, project->is_demo);
    write_number(w, "week_start", project->week_start);
}
