#include "cli/sample_write.h"

#include <stdio.h>

#include "base/hash.h"
#include "json/write.h"

enum { DURATION_MEDIAN_MS = 180 };

static const char *const plans[] = { "Free", "Pro", "Team" };
static const char *const languages[] = { "Node", "Python", "Go", "Java" };
static const char *const libraries[] = { "node", "python", "go", "java" };

static const char *browser_of(const struct sample_person *p)
{
    return p->browser < 64 ? "Chrome" : p->browser < 80 ? "Safari"
           : p->browser < 91 ? "Firefox" : "Microsoft Edge";
}

static const char *system_of(const struct sample_person *p)
{
    return p->system < 46 ? "Mac OS X" : p->system < 79 ? "Windows"
           : p->system < 93 ? "Linux" : p->system < 97 ? "iOS" : "Android";
}

static const char *source_of(const struct sample_person *p)
{
    return p->source < 38 ? "$direct" : p->source < 66 ? "www.google.com"
           : p->source < 78 ? "github.com" : p->source < 86 ? "news.ycombinator.com"
           : p->source < 93 ? "chatgpt.com" : "www.linkedin.com";
}

static void put(struct json_write *w, const char *key, const char *text)
{
    json_write_key(w, key);
    json_write_text(w, text);
}

static void put_number(struct json_write *w, const char *key, int64_t number)
{
    json_write_key(w, key);
    json_write_i64(w, number);
}

static void put_ids(struct json_write *w, const struct sample_event *event)
{
    char text[40];
    (void)snprintf(text, sizeof(text), "dev-%08x",
                   (unsigned)hash_mix_u64(event->person + 1) & 0xffffffffu);
    put(w, "$device_id", text);
    if (event->is_anonymous)
        return;
    (void)snprintf(text, sizeof(text), "u-%u", 1000 + event->person);
    put(w, "$user_id", text);
}

static void put_organisation(struct json_write *w, const struct sample_organisation *o)
{
    json_write_key(w, "company");
    json_write_begin_array(w);
    json_write_text(w, o->name);
    json_write_end_array(w);
    put(w, "plan", plans[o->plan]);
}

/* What only some kinds of events carry. */
static void put_details(struct json_write *w, const struct sample_world *world,
                        const struct sample_event *event)
{
    const struct sample_person *p = &world->people[event->person];
    enum sample_plan plan = world->organisations[p->organisation].plan;
    struct str name = str_from(sample_world_kind_name(event->kind));
    uint32_t d = event->detail;
    if (str_equal(name, STR("Upgrade plan"))) {
        put(w, "to", plan == SAMPLE_TEAM ? "Team" : "Pro");
        put_number(w, "amount", plan == SAMPLE_TEAM ? 199 : 49);
    } else if (str_equal(name, STR("Run playground")) || str_equal(name, STR("First call"))) {
        put_number(w, "duration_ms", DURATION_MEDIAN_MS / 3 + d % 97 + (d % 11 == 0) * (d % 4000));
        put_number(w, "status", d % 23 == 0 ? 500 : d % 13 == 0 ? 429 : 200);
        put(w, "sdk", languages[p->language]);
    } else if (str_equal(name, STR("Sign up"))) {
        put(w, "method", d % 10 < 6 ? "email" : d % 10 < 9 ? "Google" : "GitHub");
    } else if (str_equal(name, STR("Export usage"))) {
        put_number(w, "rows", 100 + d % 9000);
    }
}

static void put_client(struct json_write *w, const struct sample_person *p, bool is_server)
{
    if (is_server) {
        put(w, "mp_lib", libraries[p->language]);
        return;
    }
    put(w, "mp_lib", "web");
    put(w, "$browser", browser_of(p));
    put(w, "$os", system_of(p));
    put(w, "$initial_referring_domain", source_of(p));
}

void sample_write_event(const struct sample_world *world, const struct sample_event *event,
                        const char *token, struct bytes *out)
{
    uint32_t count;
    const struct sample_person *p = &world->people[event->person];
    const struct sample_country *country = &sample_names_countries(&count)[p->country];
    const char *path = sample_world_kind_path(event);
    struct json_write w;
    char insert_id[24];
    (void)snprintf(insert_id, sizeof(insert_id), "%016llx",
                   (unsigned long long)hash_mix_u64((uint64_t)event->time_ms ^
                                                    hash_mix_u64((uint64_t)event->person << 16 |
                                                                 event->kind)));
    json_write_init(&w, out);
    json_write_begin_object(&w);
    put(&w, "event", sample_world_kind_name(event->kind));
    json_write_key(&w, "properties");
    json_write_begin_object(&w);
    put(&w, "token", token);
    put_number(&w, "time", event->time_ms);
    put(&w, "$insert_id", insert_id);
    put_ids(&w, event);
    put(&w, "mp_country_code", country->code);
    put(&w, "$city", country->city);
    put_client(&w, p, path == NULL);
    if (path)
        put(&w, "path", path);
    if (!event->is_anonymous)
        put_organisation(&w, &world->organisations[p->organisation]);
    put_details(&w, world, event);
    json_write_end_object(&w);
    json_write_end_object(&w);
}

void sample_write_person(const struct sample_world *world, uint32_t person, const char *token,
                         struct bytes *out)
{
    uint32_t count;
    const struct sample_person *p = &world->people[person];
    const struct sample_organisation *o = &world->organisations[p->organisation];
    struct json_write w;
    char id[24];
    (void)snprintf(id, sizeof(id), "u-%u", 1000 + person);
    json_write_init(&w, out);
    json_write_begin_object(&w);
    put(&w, "$token", token);
    put(&w, "$distinct_id", id);
    put_number(&w, "$ip", 0);
    json_write_key(&w, "$set");
    json_write_begin_object(&w);
    put(&w, "$name", p->name);
    put(&w, "$email", p->email);
    put(&w, "$phone", p->phone);
    put(&w, "$country_code", sample_names_countries(&count)[p->country].code);
    put(&w, "sdk", languages[p->language]);
    put_organisation(&w, o);
    json_write_end_object(&w);
    json_write_end_object(&w);
}

void sample_write_organisation(const struct sample_world *world, uint32_t organisation,
                               const char *token, struct bytes *out)
{
    uint32_t count;
    const struct sample_organisation *o = &world->organisations[organisation];
    struct json_write w;
    json_write_init(&w, out);
    json_write_begin_object(&w);
    put(&w, "$token", token);
    put(&w, "$group_key", "company");
    put(&w, "$group_id", o->name);
    json_write_key(&w, "$set");
    json_write_begin_object(&w);
    put(&w, "plan", plans[o->plan]);
    put(&w, "country", sample_names_countries(&count)[o->country].code);
    put_number(&w, "people", o->people);
    json_write_end_object(&w);
    json_write_end_object(&w);
}
