#include "support/random_case.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"

struct change {
    const char *zone;
    const char *day;
};

/* Clocks that go forward or back at night, at midnight, over a whole day, or never. */
static const struct change changes[] = {
    { "America/New_York", "2025-11-02" }, { "America/New_York", "2025-03-09" },
    { "Europe/Berlin", "2025-10-26" },    { "Europe/Berlin", "2025-03-30" },
    { "Africa/Cairo", "2024-04-26" },     { "Africa/Cairo", "2024-10-31" },
    { "America/Havana", "2025-03-09" },   { "America/Sao_Paulo", "2018-11-04" },
    { "Pacific/Apia", "2011-12-30" },     { "Pacific/Auckland", "2025-09-28" },
    { "Asia/Riyadh", "2025-11-01" },      { "Asia/Kathmandu", "2025-12-31" },
    { "UTC", "2024-02-29" },              { "Asia/Beirut", "2025-03-30" },
};

static const char *const names[] = { "Login", "Sign up", "Purchase", "\xd8\xb4\xd8\xb1\xd8\xa7\xd8\xa1" };
static const char *const plans[] = { "pro", "free", "team", "say \\\"hi\\\"" };
static const char *const companies[] = { "acme", "globex", "initech" };
static const char *const tags[] = { "\"red\"", "\"green\"", "\"blue\"", "3", "null",
                                    "{\"$sealed\":\"a@b.example\"}" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t below(struct random_case *c, uint64_t bound)
{
    return rand_below(&c->rand, bound);
}

static bool chance(struct random_case *c, uint32_t percent)
{
    return below(c, 100) < percent;
}

#define PICK(c, array) ((array)[below((c), COUNT(array))])

void random_case_release(struct random_case *c)
{
    for (uint32_t i = 0; i < RANDOM_BATCHES_MAX; i++) {
        bytes_release(&c->batches[i]);
        bytes_release(&c->updates[i]);
    }
    bytes_release(&c->question);
}

/* ---- a project ------------------------------------------------------------------------------ */

static void put_list(struct random_case *c, struct bytes *out)
{
    uint64_t count = below(c, 4);
    bytes_printf(out, ",\"tags\":[");
    for (uint64_t i = 0; i < count; i++)
        bytes_printf(out, "%s%s", i ? "," : "", PICK(c, tags));
    bytes_printf(out, "]");
}

static void put_amount(struct random_case *c, struct bytes *out)
{
    double amount = (double)below(c, 120) / 4 - 5;
    switch (below(c, 8)) {
    case 0: bytes_printf(out, ",\"amount\":\"%g\"", amount); break;
    case 1: bytes_printf(out, ",\"amount\":null"); break;
    case 2: bytes_printf(out, ",\"amount\":%.2f", 1e9 + amount); break;
    default: bytes_printf(out, ",\"amount\":%g", amount); break;
    }
}

static void put_properties(struct random_case *c, struct bytes *out)
{
    if (chance(c, 70))
        bytes_printf(out, ",\"plan\":\"%s\"", PICK(c, plans));
    if (chance(c, 80))
        put_amount(c, out);
    if (chance(c, 45))
        put_list(c, out);
    else if (chance(c, 20))
        bytes_printf(out, ",\"tags\":\"red\"");
    if (chance(c, 60))
        bytes_printf(out, ",\"company\":\"%s\"", PICK(c, companies));
    else if (chance(c, 30))
        bytes_printf(out, ",\"company\":[\"%s\",\"%s\"]", PICK(c, companies), PICK(c, companies));
    if (chance(c, 50))
        bytes_printf(out, ",\"flag\":%s", chance(c, 50) ? "true" : "false");
    if (chance(c, 70))
        bytes_printf(out, ",\"city\":\"city %u\"", (unsigned)(below(c, 8) * below(c, 8)));
    if (chance(c, 50))
        bytes_printf(out, chance(c, 80) ? ",\"mail\":{\"$sealed\":\"m%u@b.example\"}"
                                        : ",\"mail\":\"m%u\"", (unsigned)below(c, 9));
    if (chance(c, 85))
        bytes_printf(out, chance(c, 80) ? ",\"n\":%u" : ",\"n\":\"%u\"", (unsigned)below(c, 6));
    if (chance(c, 15))
        bytes_printf(out, chance(c, 50) ? ",\"meta\":{\"a\":%u}"
                                        : ",\"meta\":{\"a\":{\"$sealed\":\"s%u\"}}",
                     (unsigned)below(c, 2));
}

/* Half of them on a quarter of an hour, where buckets end, or a millisecond beside it. */
static void put_time(struct random_case *c, struct bytes *out)
{
    int64_t span = (int64_t)c->spread_days * 86400;
    int64_t s = c->center_s + (int64_t)below(c, (uint64_t)span) - span / 2;
    int64_t ms = (int64_t)below(c, 1000);
    if (chance(c, 50)) {
        s -= s % 900;
        ms = chance(c, 60) ? 0 : chance(c, 50) ? -1 : 1;
    }
    ms += s * 1000;
    bytes_printf(out, "\"time\":%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
}

/* Nobody, a device, a user, or a user on a device: mostly on one of his own. */
static void put_person(struct random_case *c, uint32_t people, struct bytes *out)
{
    unsigned user = (unsigned)below(c, people), device = user * 2 + (unsigned)below(c, 2);
    switch (below(c, 10)) {
    case 0: break;
    case 1: bytes_printf(out, ",\"distinct_id\":\"u%u\"", user); break;
    case 2:
    case 3:
    case 4: bytes_printf(out, ",\"$device_id\":\"d%u\"", device); break;
    case 5:
    case 6:
        if (chance(c, 15))
            device = (unsigned)below(c, people * 2);
        bytes_printf(out, ",\"$user_id\":\"u%u\",\"$device_id\":\"d%u\"", user, device);
        break;
    default: bytes_printf(out, ",\"$user_id\":\"u%u\"", user); break;
    }
}

static void put_update(struct random_case *c, uint32_t people, struct bytes *out)
{
    static const char *const ops[] = { "$set", "$set", "$set_once" };
    const char *company = PICK(c, companies);
    bool is_group = chance(c, 30);
    if (is_group)
        bytes_printf(out, "{\"$group_key\":\"company\",\"$group_id\":\"%s\",", company);
    else
        bytes_printf(out, "{\"$distinct_id\":\"u%u\",", (unsigned)below(c, people));
    switch (below(c, 8)) {
    case 0: bytes_printf(out, "\"$unset\":[\"tier\"]}\n"); break;
    case 1: bytes_printf(out, "\"$delete\":\"\"}\n"); break;
    case 2: bytes_printf(out, "\"%s\":{\"score\":%u}}\n", is_group ? "$set" : "$add",
                         (unsigned)below(c, 5)); break;
    default:
        bytes_printf(out, "\"%s\":{\"tier\":\"%s\",\"score\":%u}}\n", PICK(c, ops),
                     PICK(c, plans), (unsigned)below(c, 20));
    }
}

/* A sent event again: the same id, person and time, maybe other properties. */
static void put_again(struct random_case *c, const char *head, struct bytes *out)
{
    bytes_printf(out, "%s", head);
    put_properties(c, out);
    bytes_printf(out, "}}\n");
}

static void put_batch(struct random_case *c, uint32_t batch, uint32_t people, uint32_t rows)
{
    struct bytes head = { 0 };
    for (uint32_t i = 0; i < rows; i++) {
        if (head.len > 0 && chance(c, 12)) {
            put_again(c, (const char *)head.ptr, &c->batches[batch]);
            continue;
        }
        bytes_reset(&head);
        bytes_printf(&head, "{\"event\":\"%s\",\"properties\":{", PICK(c, names));
        put_time(c, &head);
        put_person(c, people, &head);
        if (chance(c, 60))
            bytes_printf(&head, ",\"$insert_id\":\"i%u\"", (unsigned)below(c, 100000));
        bytes_put_u8(&head, 0);
        put_again(c, (const char *)head.ptr, &c->batches[batch]);
        if (head.ptr != NULL && strstr((const char *)head.ptr, "$insert_id") == NULL)
            bytes_reset(&head);
    }
    /* The last one comes again with the next batch, which may lie in another part. */
    if (head.len > 0 && batch + 1 < c->batch_count)
        put_again(c, (const char *)head.ptr, &c->batches[batch + 1]);
    bytes_release(&head);
}

void random_case_project(struct random_case *c, uint64_t seed)
{
    int64_t day = 0;
    rand_init(&c->rand, seed);
    for (uint32_t i = 0; i < RANDOM_BATCHES_MAX; i++) {
        bytes_reset(&c->batches[i]);
        bytes_reset(&c->updates[i]);
    }
    const struct change *change = &PICK(c, changes);
    check(time_parse_day(str_from(change->day), &day));
    c->zone = change->zone;
    c->center_s = day * 86400 + 43200;
    c->spread_days = (uint32_t[]){ 2, 4, 10, 60 }[below(c, 4)];
    c->batch_count = 1 + (uint32_t)below(c, RANDOM_BATCHES_MAX);
    uint32_t people = 1 + (uint32_t)below(c, 30);
    for (uint32_t batch = 0; batch < c->batch_count; batch++) {
        put_batch(c, batch, people, 30 + (uint32_t)below(c, 150));
        for (uint64_t n = below(c, 12); n > 0; n--)
            put_update(c, people, &c->updates[batch]);
    }
}

/* ---- a question ----------------------------------------------------------------------------- */

static const char *const operands[] = {
    "properties[\\\"plan\\\"]", "plan", "properties[\\\"n\\\"]", "tags", "tags", "company", "city",
    "city", "properties[\\\"flag\\\"]", "user[\\\"tier\\\"]", "user[\\\"score\\\"]",
    "group[\\\"company\\\"][\\\"tier\\\"]", "event[\\\"name\\\"]", "mail", "meta", "nowhere",
    "amount",
};
static const char *const edges[] = { "[0,10,100]", "[2.5]", "[-5,0,1,2,3]", "[3,4]" };
static const char *const numbers[] = { "amount", "properties[\\\"amount\\\"]", "n", "plan", "tags",
                                       "user[\\\"score\\\"]",
                                       "group[\\\"company\\\"][\\\"score\\\"]" };

/* Every rule of the language that is not disputed, as a condition that is true or false. */
static const char *const conditions[] = {
    "properties[\\\"plan\\\"] == \\\"pro\\\"",
    "properties[\\\"plan\\\"] != \\\"free\\\"",
    "defined(properties[\\\"amount\\\"])",
    "not defined(properties[\\\"mail\\\"])",
    "properties[\\\"n\\\"] > 2",
    "properties[\\\"n\\\"] <= 4 and properties[\\\"amount\\\"] >= 0",
    "properties[\\\"n\\\"] + 1 < properties[\\\"amount\\\"] / 2",
    "number(properties[\\\"n\\\"]) % 2 == 1",
    "string(properties[\\\"n\\\"]) in [\\\"1\\\", \\\"2\\\", \\\"5\\\"]",
    "properties[\\\"plan\\\"] in [\\\"pro\\\", \\\"team\\\"]",
    "\\\"red\\\" in properties[\\\"tags\\\"]",
    "\\\"ty 1\\\" in properties[\\\"city\\\"]",
    "user[\\\"tier\\\"] == \\\"pro\\\"",
    "user[\\\"score\\\"] * 2 - 1 > 9",
    "defined(user[\\\"score\\\"]) or group[\\\"company\\\"][\\\"tier\\\"] == \\\"team\\\"",
    "group[\\\"company\\\"][\\\"score\\\"] > 5",
    "not (properties[\\\"n\\\"] < 3)",
    "boolean(properties[\\\"amount\\\"])",
    "properties[\\\"flag\\\"] == true",
    "properties[\\\"flag\\\"] != false",
    "properties[\\\"amount\\\"] == null",
    "event[\\\"name\\\"] == \\\"Login\\\"",
    "properties[\\\"company\\\"] == \\\"acme\\\"",
    "floor(properties[\\\"amount\\\"]) == ceil(properties[\\\"amount\\\"])",
    "-properties[\\\"n\\\"] > -3",
    "properties[\\\"mail\\\"] == \\\"m1\\\"",
    "properties[\\\"plan\\\"] + \\\"x\\\" == \\\"prox\\\"",
};

static void put_where(struct random_case *c, struct bytes *out)
{
    bytes_printf(out, ",\"where\":\"");
    switch (below(c, 6)) {
    case 0: bytes_printf(out, "%s or %s", PICK(c, conditions), PICK(c, conditions)); break;
    case 1: bytes_printf(out, "not (%s) and (%s or %s)", PICK(c, conditions), PICK(c, conditions),
                         PICK(c, conditions)); break;
    case 2:
        bytes_printf(out, "properties[\\\"$time\\\"] >= %lld.5", (long long)c->center_s);
        break;
    default: bytes_printf(out, "%s", PICK(c, conditions)); break;
    }
    bytes_printf(out, "\"");
}

static void put_show(struct random_case *c, struct bytes *out)
{
    static const char *const measures[] = { "total", "unique", "unique", "sum" };
    const char *measure = PICK(c, measures);
    if (chance(c, 50))
        bytes_printf(out, "{\"event\":\"%s\"", PICK(c, names));
    else if (chance(c, 50))
        bytes_printf(out, "{\"event\":\"$any\"");
    else
        bytes_printf(out, "{\"event\":[\"%s\",\"%s\"]", names[below(c, 2)],
                     chance(c, 20) ? "Nothing" : names[2 + below(c, 2)]);
    bytes_printf(out, ",\"measure\":\"%s\"", measure);
    if (strcmp(measure, "sum") == 0)
        bytes_printf(out, ",\"property\":\"%s\"", PICK(c, numbers));
    if (chance(c, 25))
        put_where(c, out);
    bytes_printf(out, "}");
}

static void put_by(struct random_case *c, uint32_t count, struct bytes *out)
{
    bytes_printf(out, ",\"by\":[");
    for (uint32_t i = 0; i < count; i++) {
        const char *operand = PICK(c, operands);
        if (i > 0)
            bytes_printf(out, ",");
        if (chance(c, 25))
            bytes_printf(out, "{\"of\":\"%s\",\"edges\":%s}",
                         chance(c, 60) ? numbers[below(c, 3)] : operand, PICK(c, edges));
        else
            bytes_printf(out, "\"%s\"", operand);
    }
    bytes_printf(out, "]");
}

/* Few buckets when there are many groups: the slow version looks through everything for each. */
static const char *put_range(struct random_case *c, uint32_t by_count, struct bytes *out)
{
    static const char *const units[] = { "minute", "hour", "day", "day", "day", "day", "week",
                                         "month", "all", "all" };
    const char *unit = PICK(c, units);
    if (by_count > 0 && strcmp(unit, "minute") == 0 && chance(c, 40))
        unit = "day";
    if (c->spread_days > 10 && strcmp(unit, "day") == 0 && chance(c, by_count > 0 ? 90 : 30))
        unit = "week";
    int64_t half = strcmp(unit, "minute") == 0 ? 0 : strcmp(unit, "hour") == 0 ? 1
                                                                              : c->spread_days / 2;
    int64_t center = c->center_s / 86400;
    int64_t from = center - (int64_t)below(c, (uint64_t)half + 1);
    int64_t to = center + (int64_t)below(c, (uint64_t)half + 1);
    int32_t y[2], m[2], d[2];
    time_civil_from_days(from, &y[0], &m[0], &d[0]);
    time_civil_from_days(to, &y[1], &m[1], &d[1]);
    bytes_printf(out, ",\"unit\":\"%s\",\"from\":\"%04d-%02d-%02d\",\"to\":\"%04d-%02d-%02d\"",
                 unit, y[0], m[0], d[0], y[1], m[1], d[1]);
    return unit;
}

void random_case_question(struct random_case *c)
{
    struct bytes *out = &c->question;
    uint32_t by_count = chance(c, 35) ? 0 : 1 + (uint32_t)below(c, 4);
    uint64_t shows = 1 + below(c, 3);
    bytes_reset(out);
    bytes_printf(out, "{\"report\":\"segmentation\",\"zone\":\"%s\"", c->zone);
    (void)put_range(c, by_count, out);
    bytes_printf(out, ",\"show\":[");
    for (uint64_t i = 0; i < shows; i++) {
        if (i > 0)
            bytes_printf(out, ",");
        put_show(c, out);
    }
    bytes_printf(out, "]");
    if (by_count > 0)
        put_by(c, by_count, out);
    if (chance(c, 60))
        bytes_printf(out, ",\"limit\":%u", 1 + (unsigned)below(c, 5));
    if (chance(c, 35))
        put_where(c, out);
    bytes_printf(out, "}");
    c->week_start = 1 + (uint32_t)below(c, 7);
    c->fold_under = chance(c, 30) ? 2 + (uint32_t)below(c, 4) : 0;
    c->threads = 1 + (uint32_t)below(c, 3);
}
