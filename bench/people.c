/* How long people's pages take among many people, on this machine.
 *
 *   bench_people [rows, default 10000000] [persons, default 1000000]
 *
 * Feeds a fresh store (90 days, 8 events, four properties), flushes it, and asks each page five
 * times; the first and the best time are printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "crypto/random.h"
#include "engine/export.h"
#include "engine/people.h"
#include "engine/timeline.h"
#include "process/query_pseudonym.h"
#include "store/subjects.h"
#include "support/asking.h"
#include "sys/clock.h"

enum { BATCH = 2000, DAYS = 90, ROUNDS = 5 };

static const int64_t from_ms = 1756684800000; /* 2025-09-01 */
static const char *const names[] = { "View", "View", "View", "View", "Click", "Login", "Search",
                                     "Purchase" };
static const char *const texts[] = { "Chrome", "Safari", "Firefox", "Edge", "Free", "Pro" };

static struct value text(uint64_t i)
{
    return (struct value){ .type = VALUE_STRING, .as.string = str_from(texts[i]) };
}

static void make_event(struct rand *r, uint32_t persons, struct event *event,
                       struct property *properties)
{
    uint64_t person = 1 + rand_below(r, persons);
    *event = (struct event){
        .name = str_from(names[rand_below(r, 8)]),
        .time_ms = from_ms + (int64_t)rand_below(r, DAYS * 86400000ull),
        .insert_hash = rand_u64(r), .property_count = 4, .properties = properties,
    };
    memcpy(event->person.bytes, &person, sizeof(person));
    properties[0] = (struct property){ STR("$browser"), text(rand_below(r, 4)) };
    properties[1] = (struct property){ STR("plan"), text(4 + person % 2) };
    properties[2] = (struct property){ STR("amount"), { .type = VALUE_NUMBER,
        .as.number = (double)rand_below(r, 10000) / 4 } };
    properties[3] = (struct property){ STR("$email"), { .type = VALUE_REF,
        .as.sealed = { .ref = event->person, .kind = REF_KIND_EMAIL } } };
}

static void feed(struct asking *asking, uint64_t rows, uint32_t persons)
{
    static struct event events[BATCH];
    static struct property properties[BATCH][4];
    struct sink *sink = stores_sink(asking->stores);
    struct rand r;
    rand_init(&r, 1);
    for (uint64_t done = 0; done < rows; done += BATCH) {
        for (uint32_t i = 0; i < BATCH; i++)
            make_event(&r, persons, &events[i], properties[i]);
        check(sink->ops->events(sink, ASKING_PROJECT, events, BATCH, from_ms) == 0);
        check(stores_tick(asking->stores) == 0);
    }
    asking_flush(asking);
}

static int ask_people(struct store *store, struct arena *arena, const char *where, bool did)
{
    struct people_ask ask = { .limit = 50, .threads = 2, .arena = arena, .has_did = did,
                              .did = STR("Purchase"), .from_ms = from_ms,
                              .to_ms = from_ms + 7 * 86400000ll };
    struct people_page page;
    struct selector_error error;
    if (!did)
        ask.did = STR("");
    if (where)
        check(selector_parse(str_from(where), arena, &ask.where, &error) == 0);
    return people_answer(store, &ask, &page);
}

static int ask_timeline(struct store *store, struct arena *arena, uint32_t code)
{
    struct timeline_ask ask = { .code = code, .before_ms = INT64_MAX, .limit = 500,
                                .arena = arena };
    struct timeline timeline;
    return timeline_read(store, &ask, &timeline);
}

static int count_row(void *ctx, const struct export_row *row)
{
    *(uint64_t *)ctx += row->property_count > 0;
    return 0;
}

static int ask_export(struct store *store)
{
    struct export_ask ask = { .from_ms = from_ms, .to_ms = from_ms + 86400000,
                              .persons_max = 1 << 20 };
    struct export_set *set;
    uint64_t rows = 0;
    int r = export_open(store, &ask, &set);
    while (r == 0 && (r = export_next(set, 1000, count_row, &rows)) > 0)
        r = 0;
    if (r == 0)
        check(rows == export_rows(set));
    export_close(set);
    return r;
}

static void measure(struct store *store, const char *name, int which, uint32_t persons)
{
    struct arena arena;
    struct query_pseudonyms pseudonyms;
    double best = 1e9, first = 0;
    struct ref ref;
    char pseudonym[QUERY_PSEUDONYM_TEXT];
    random_bytes(pseudonyms.key, sizeof(pseudonyms.key));
    check(subjects_copy(store, persons, 1, &ref) == 1);
    query_pseudonyms_format(&pseudonyms, ASKING_PROJECT, &ref, pseudonym);
    arena_init(&arena, 0);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint64_t before = clock_boot_ns();
        int r = which == 0   ? ask_people(store, &arena, NULL, false)
                : which == 1 ? ask_people(store, &arena, "user[\"plan\"] == \"Pro\"", false)
                : which == 2 ? ask_people(store, &arena, NULL, true)
                : which == 3 ? ask_timeline(store, &arena, 1 + persons / 7 * (round + 1))
                : which == 4 ? ask_export(store) : 0;
        if (which == 5)
            check(query_pseudonyms_find(&pseudonyms, store, ASKING_PROJECT,
                                        str_from(pseudonym)) == persons);
        double ms = (double)(clock_boot_ns() - before) / 1e6;
        check(r == 0);
        first = round == 0 ? ms : first;
        best = ms < best ? ms : best;
        arena_reset(&arena);
    }
    arena_release(&arena);
    printf("%-40s first %9.2f ms, best %9.2f ms\n", name, first, best);
}

int main(int argc, char **argv)
{
    struct asking asking;
    uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    uint32_t persons = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1000000;
    struct store_status status;
    crypto_init();
    asking_open(&asking);
    feed(&asking, rows, persons);
    struct store *store = stores_find(asking.stores, ASKING_PROJECT);
    store_get_status(store, &status);
    persons = (uint32_t)status.persons;
    printf("%llu rows, %u persons, %u parts\n", (unsigned long long)status.events, persons,
           status.parts);
    measure(store, "timeline of one person", 3, persons);
    measure(store, "people, first page", 0, persons);
    measure(store, "people, by a fact", 1, persons);
    measure(store, "people who did, 7 days", 2, persons);
    measure(store, "export of one day, all pieces", 4, persons);
    measure(store, "from a pseudonym to the person", 5, persons);
    asking_close(&asking);
    return 0;
}
