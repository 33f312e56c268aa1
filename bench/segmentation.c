/* How long segmentation takes over many rows, in memory-mapped parts on this machine.
 *
 *   bench_segmentation [rows, default 10000000] [persons, default 200000]
 *
 * Feeds a fresh store (90 days, 8 events, a browser of 6, an amount, a path of 100,000 values),
 * flushes it, and asks each question three times with one and with two threads; the best time and
 * nanoseconds a row counted are printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "support/asking.h"
#include "sys/clock.h"

enum { BATCH = 2000, DAYS = 90 };

static const int64_t from_ms = 1756684800000; /* 2025-09-01 */

static const char *const names[] = { "View", "View", "View", "View", "Click", "Login", "Search",
                                     "Purchase" };
static const char *const browsers[] = { "Chrome", "Chrome", "Safari", "Firefox", "Edge", "Opera" };

static void make_event(struct rand *r, uint32_t persons, struct event *event,
                       struct property *properties, char path[24])
{
    uint64_t person = 1 + rand_below(r, persons);
    *event = (struct event){
        .name = str_from(names[rand_below(r, 8)]),
        .time_ms = from_ms + (int64_t)rand_below(r, DAYS * 86400000ull),
        .insert_hash = rand_u64(r),
        .property_count = 3,
        .properties = properties,
    };
    memcpy(event->person.bytes, &person, sizeof(person));
    (void)snprintf(path, 24, "/page/%u", (unsigned)(rand_below(r, 317) * rand_below(r, 317)));
    properties[0] = (struct property){ STR("browser"), { .type = VALUE_STRING,
        .as.string = str_from(browsers[rand_below(r, 6)]) } };
    properties[1] = (struct property){ STR("amount"), { .type = VALUE_NUMBER,
        .as.number = (double)rand_below(r, 10000) / 4 } };
    properties[2] = (struct property){ STR("path"), { .type = VALUE_STRING,
        .as.string = str_from(path) } };
}

static void feed(struct asking *asking, uint64_t rows, uint32_t persons)
{
    static struct event events[BATCH];
    static struct property properties[BATCH][3];
    static char paths[BATCH][24];
    struct sink *sink = stores_sink(asking->stores);
    struct rand r;
    rand_init(&r, 1);
    for (uint64_t done = 0; done < rows; done += BATCH) {
        for (uint32_t i = 0; i < BATCH; i++)
            make_event(&r, persons, &events[i], properties[i], paths[i]);
        check(sink->ops->events(sink, ASKING_PROJECT, events, BATCH, from_ms) == 0);
        check(stores_tick(asking->stores) == 0);
    }
    asking_flush(asking);
}

static void measure(struct asking *asking, const char *name, const char *rest)
{
    struct bytes question = { 0 };
    bytes_printf(&question, "{\"report\":\"segmentation\",\"from\":\"2025-09-01\",\"to\":"
                 "\"2025-11-29\",\"zone\":\"America/New_York\",%s}", rest);
    for (asking->threads = 1; asking->threads <= 2; asking->threads++) {
        double best = 1e9;
        for (int round = 0; round < 3; round++) {
            uint64_t before = clock_boot_ns();
            int r = asking_ask(asking, bytes_str(&question), NULL);
            double ms = (double)(clock_boot_ns() - before) / 1e6;
            if (r != 0)
                printf("error %d\n", r);
            best = ms < best ? ms : best;
        }
        printf("%-34s %u thread%s %8.1f ms %7.2f ns/row\n", name, asking->threads,
               asking->threads > 1 ? "s" : " ", best,
               best * 1e6 / (double)asking->result.rows_scanned);
    }
    bytes_release(&question);
}

int main(int argc, char **argv)
{
    struct asking asking;
    uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    uint32_t persons = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 200000;
    asking_open(&asking);
    uint64_t before = clock_boot_ns();
    feed(&asking, rows, persons);
    printf("%llu rows, %u persons, fed in %.1f s\n", (unsigned long long)rows, persons,
           (double)(clock_boot_ns() - before) / 1e9);
    measure(&asking, "total per day", "\"unit\":\"day\",\"show\":[{\"event\":\"$any\","
            "\"measure\":\"total\"}]");
    measure(&asking, "unique per day", "\"unit\":\"day\",\"show\":[{\"event\":\"$any\","
            "\"measure\":\"unique\"}]");
    measure(&asking, "unique per hour", "\"unit\":\"hour\",\"show\":[{\"event\":\"$any\","
            "\"measure\":\"unique\"}]");
    measure(&asking, "unique per day of one event", "\"unit\":\"day\",\"show\":[{\"event\":"
            "\"Login\",\"measure\":\"unique\"}]");
    measure(&asking, "sum per day", "\"unit\":\"day\",\"show\":[{\"event\":\"$any\",\"measure\":"
            "\"sum\",\"property\":\"amount\"}]");
    measure(&asking, "unique per day, filter", "\"unit\":\"day\",\"where\":\"properties[\\\"browser"
            "\\\"] == \\\"Chrome\\\"\",\"show\":[{\"event\":\"$any\",\"measure\":\"unique\"}]");
    measure(&asking, "unique per day by browser", "\"unit\":\"day\",\"by\":[\"browser\"],\"show\":"
            "[{\"event\":\"$any\",\"measure\":\"unique\"}]");
    measure(&asking, "total per day by path", "\"unit\":\"day\",\"by\":[\"path\"],\"show\":"
            "[{\"event\":\"$any\",\"measure\":\"total\"}]");
    asking_close(&asking);
    return 0;
}
