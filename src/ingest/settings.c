#include "ingest/settings.h"

#include <stdlib.h>

#include "base/err.h"
#include "json/doc.h"

enum { SETTINGS_MAX_BYTES = 4 * 1024 * 1024 };

static bool parse_write_keys(struct settings *s, const struct json_node *node,
                             struct ingest_project *project)
{
    uint32_t count = node ? json_doc_count(node) : 0;
    project->write_keys = arena_alloc(&s->arena, (count + 1) * sizeof(*project->write_keys));
    for (const struct json_node *k = NULL; (k = json_doc_next(node, k)) != NULL;) {
        struct write_key *key = &project->write_keys[project->write_key_count++];
        key->key = arena_copy(&s->arena, json_doc_get_string(k, "key", STR("")));
        if (key->key.len == 0 || !str_to_hex_bytes(json_doc_get_string(k, "hash", STR("")),
                                                   key->secret_hash, sizeof(key->secret_hash)))
            return false;
    }
    return true;
}

static bool parse_classes(const struct json_node *node, struct ingest_project *project)
{
    for (const struct json_node *c = NULL; (c = json_doc_next(node, c)) != NULL;) {
        enum schema_class class;
        if (!schema_class_find(json_doc_string(c), &class))
            return false;
        (void)map_put(&project->classes, json_doc_name(c), (uint32_t)class, NULL);
    }
    return true;
}

static bool parse_project(struct settings *s, const struct json_node *node,
                          struct ingest_project *project)
{
    uint64_t epoch = 0, window = 0;
    project->token = arena_copy(&s->arena, json_doc_get_string(node, "token", STR("")));
    project->phone_country =
        arena_copy(&s->arena, json_doc_get_string(node, "phone_country", STR("")));
    if (json_doc_member(node, "window_days") && !json_doc_get_u64(node, "window_days", &window))
        return false;
    if (!json_doc_get_u64(node, "id", &project->id) || project->id == 0 ||
        !json_doc_get_u64(node, "key_epoch", &epoch) || epoch == 0 || epoch > UINT32_MAX ||
        window > 36500 || project->token.len == 0)
        return false;
    project->key_epoch = (uint32_t)epoch;
    project->window_days = (uint32_t)window;
    return parse_write_keys(s, json_doc_member(node, "write_keys"), project) &&
           parse_classes(json_doc_member(node, "classes"), project);
}

static bool parse_root(struct settings *s, const struct json_node *root)
{
    const struct json_node *projects = json_doc_member(root, "projects");
    const struct json_node *proxies = json_doc_member(root, "trusted_proxies");
    if (!projects || json_doc_type(projects) != JSON_ARRAY)
        return false;
    s->projects = arena_alloc(&s->arena, (json_doc_count(projects) + 1) * sizeof(*s->projects));
    for (const struct json_node *p = NULL; (p = json_doc_next(projects, p)) != NULL;)
        if (!parse_project(s, p, &s->projects[s->project_count++]))
            return false;
    uint32_t count = proxies ? json_doc_count(proxies) : 0;
    s->trusted_proxies = arena_alloc(&s->arena, (count + 1) * sizeof(*s->trusted_proxies));
    for (const struct json_node *p = NULL; (p = json_doc_next(proxies, p)) != NULL;)
        s->trusted_proxies[s->trusted_proxy_count++] = arena_copy(&s->arena, json_doc_string(p));
    return true;
}

int settings_parse(struct str json, struct settings **out)
{
    struct json_doc *doc = NULL;
    int r = json_doc_parse(json, SETTINGS_MAX_BYTES, &doc);
    if (r != 0)
        return ERR_INVALID;
    struct settings *s = calloc(1, sizeof(*s));
    check(s != NULL);
    arena_init(&s->arena, 0);
    s->pins = 1;
    bool is_valid = parse_root(s, json_doc_root(doc));
    json_doc_destroy(doc);
    if (!is_valid) {
        settings_unpin(s);
        return ERR_INVALID;
    }
    *out = s;
    return 0;
}

struct settings *settings_pin(struct settings *settings)
{
    settings->pins++;
    return settings;
}

void settings_unpin(struct settings *settings)
{
    if (!settings || --settings->pins > 0)
        return;
    for (uint32_t i = 0; i < settings->project_count; i++)
        map_release(&settings->projects[i].classes);
    arena_release(&settings->arena);
    free(settings);
}

const struct ingest_project *settings_find_token(const struct settings *settings,
                                                 struct str token)
{
    for (uint32_t i = 0; i < settings->project_count; i++)
        if (str_equal(settings->projects[i].token, token))
            return &settings->projects[i];
    return NULL;
}

const struct ingest_project *settings_find_id(const struct settings *settings, uint64_t id)
{
    for (uint32_t i = 0; i < settings->project_count; i++)
        if (settings->projects[i].id == id)
            return &settings->projects[i];
    return NULL;
}

enum schema_class settings_class(const struct ingest_project *project, struct str property)
{
    uint32_t *class = map_find(&project->classes, property);
    return class ? (enum schema_class)*class : SCHEMA_UNKNOWN;
}
