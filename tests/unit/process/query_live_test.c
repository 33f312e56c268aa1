/* process/query_live: what is shown of an event, the ring's bounds, cursors and their strangers. */
#include "process/query_live.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "json/doc.h"
#include "support/test.h"
#include "sys/clock.h"

static struct value text(const char *s)
{
    return (struct value){ .type = VALUE_STRING, .as.string = str_from(s) };
}

static void note_many(struct query_live *live, uint64_t project, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "event %u", first + i);
        struct event event = { .name = str_from(name), .time_ms = first + i };
        query_live_note(live, project, &event, 1, 5000);
    }
}

struct page {
    struct bytes json;
    struct json_doc *doc;
    struct str cursor;
    uint32_t count;
    double first;   /* the time of the first event */
};

static struct page read_page(struct query_live *live, uint64_t project,
                             const struct query_live_cursor *after, bool is_first)
{
    struct page page = { 0 };
    struct json_write w;
    json_write_init(&w, &page.json);
    json_write_begin_object(&w);
    query_live_write(live, project, after, is_first, &w);
    json_write_end_object(&w);
    assert_int_equal(json_doc_parse(bytes_str(&page.json), 1 << 20, &page.doc), 0);
    const struct json_node *root = json_doc_root(page.doc);
    const struct json_node *events = json_doc_member(root, "events");
    page.cursor = json_doc_get_string(root, "cursor", STR(""));
    page.count = json_doc_count(events);
    page.first = json_doc_get_number(json_doc_next(events, NULL), "time", -1);
    return page;
}

static void end_page(struct page *page)
{
    json_doc_destroy(page->doc);
    bytes_release(&page->json);
}

static void test_live__shows_five_things_and_no_sealed_value(void **state)
{
    (void)state;
    struct query_live *live = query_live_create();
    struct property properties[] = {
        { STR("mp_lib"), text("web") }, { STR("$country_code"), text("SA") },
        { STR("plan"), text("secret plan") },
        { STR("$city"), { .type = VALUE_REF } },
    };
    struct event event = { .name = STR("Sign \"up\""), .time_ms = 7, .properties = properties,
                           .property_count = 4 };
    struct bytes json = { 0 };
    struct json_write w;
    query_live_note(live, 1, &event, 1, 9);
    properties[0].value = (struct value){ .type = VALUE_REF };
    properties[1].name = STR("mp_country_code");
    query_live_note(live, 1, &event, 1, 10);
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    query_live_write(live, 1, NULL, true, &w);
    json_write_end_object(&w);
    ptrdiff_t at = str_find(bytes_str(&json), STR("\"events\":"));
    assert_true(at > 0);
    assert_str(str_from_index(bytes_str(&json), (size_t)at),
               "\"events\":[{\"time\":7,\"received\":9,\"event\":\"Sign \\\"up\\\"\",\"sdk\":\"web\","
               "\"country\":\"SA\"},{\"time\":7,\"received\":10,\"event\":\"Sign \\\"up\\\"\","
               "\"sdk\":\"\",\"country\":\"SA\"}]}");
    bytes_release(&json);
    query_live_destroy(live);
}

static void test_live__a_cursor_gives_what_came_after(void **state)
{
    (void)state;
    struct query_live *live = query_live_create();
    struct query_live_cursor cursor;
    note_many(live, 1, 0, 3);
    note_many(live, 2, 100, 50);
    struct page page = read_page(live, 1, NULL, true);
    assert_int_equal(page.count, 3);
    assert_true(query_live_parse(live, page.cursor, &cursor));
    assert_false(query_live_has_news(live, 1, &cursor));
    end_page(&page);
    note_many(live, 2, 100, 1);
    assert_false(query_live_has_news(live, 1, &cursor));
    note_many(live, 1, 3, 2);
    assert_true(query_live_has_news(live, 1, &cursor));
    page = read_page(live, 1, &cursor, false);
    assert_int_equal(page.count, 2);
    assert_true(page.first == 3);
    assert_true(query_live_parse(live, page.cursor, &cursor));
    assert_false(query_live_has_news(live, 1, &cursor));
    end_page(&page);
    query_live_destroy(live);
}

static void test_live__keeps_a_thousand(void **state)
{
    (void)state;
    struct query_live *live = query_live_create();
    struct query_live_cursor cursor;
    struct page page = read_page(live, 1, NULL, true);
    assert_int_equal(page.count, 0);
    assert_true(query_live_parse(live, page.cursor, &cursor));
    end_page(&page);
    note_many(live, 1, 0, 2500);
    page = read_page(live, 1, &cursor, false);
    assert_int_equal(page.count, QUERY_LIVE_KEPT);
    assert_true(page.first == 1500);
    end_page(&page);
    page = read_page(live, 1, NULL, true);
    assert_int_equal(page.count, QUERY_LIVE_FIRST);
    assert_true(page.first == 2300);
    end_page(&page);
    query_live_destroy(live);
}

/* A batch larger than the ring leaves its newest thousand. */
static void test_live__one_large_batch(void **state)
{
    (void)state;
    enum { MANY = 1500 };
    static struct event events[MANY];
    struct query_live *live = query_live_create();
    struct query_live_cursor cursor;
    struct page page = read_page(live, 1, NULL, true);
    assert_true(query_live_parse(live, page.cursor, &cursor));
    end_page(&page);
    for (int i = 0; i < MANY; i++)
        events[i] = (struct event){ .name = STR("x"), .time_ms = i };
    query_live_note(live, 1, events, MANY, 1);
    page = read_page(live, 1, &cursor, false);
    assert_int_equal(page.count, QUERY_LIVE_KEPT);
    assert_true(page.first == 500);
    end_page(&page);
    query_live_destroy(live);
}

static void test_live__refusals_are_news_too(void **state)
{
    (void)state;
    struct query_live *live = query_live_create();
    struct query_live_cursor cursor;
    note_many(live, 1, 0, 1);
    struct page page = read_page(live, 1, NULL, true);
    assert_true(query_live_parse(live, page.cursor, &cursor));
    end_page(&page);
    query_live_note_counts(live, 2);
    assert_false(query_live_has_news(live, 1, &cursor));
    query_live_note_counts(live, 1);
    assert_true(query_live_has_news(live, 1, &cursor));
    page = read_page(live, 1, &cursor, false);
    assert_int_equal(page.count, 0);
    assert_true(query_live_parse(live, page.cursor, &cursor));
    end_page(&page);
    query_live_note_counts(live, 0); /* nobody's are everybody's */
    assert_true(query_live_has_news(live, 1, &cursor));
    query_live_destroy(live);
}

static void test_live__strange_cursors_begin_at_the_newest(void **state)
{
    (void)state;
    struct query_live *live = query_live_create(), *former = query_live_create();
    struct query_live_cursor cursor;
    note_many(former, 1, 0, 5);
    struct page page = read_page(former, 1, NULL, true);
    assert_false(query_live_parse(live, page.cursor, &cursor));
    end_page(&page);
    static const char *const strange[] = { "", "-", "0-0-0", "0000000000000000-1-1", "null",
                                           "0000000000000000" };
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
        assert_false(query_live_parse(live, str_from(strange[i]), &cursor));
    note_many(live, 1, 0, 5);
    page = read_page(live, 1, NULL, false);
    assert_int_equal(page.count, 0);
    assert_true(query_live_parse(live, page.cursor, &cursor));
    assert_false(query_live_has_news(live, 1, &cursor));
    /* One that runs ahead of us shows nothing and is set right. */
    struct bytes forged = { 0 };
    bytes_append_str(&forged, str_slice(page.cursor, 0, 16));
    bytes_append_str(&forged, STR("-99-0"));
    assert_true(query_live_parse(live, bytes_str(&forged), &cursor));
    end_page(&page);
    page = read_page(live, 1, &cursor, false);
    assert_int_equal(page.count, 0);
    end_page(&page);
    bytes_reset(&forged);
    bytes_append_str(&forged, STR("-99-0x"));
    assert_false(query_live_parse(live, bytes_str(&forged), &cursor));
    bytes_release(&forged);
    query_live_destroy(former);
    query_live_destroy(live);
}

static void *note_soon(void *arg)
{
    clock_sleep_ms(40);
    note_many(arg, 1, 0, 1);
    return NULL;
}

static void test_live__waiting_ends_with_news(void **state)
{
    (void)state;
    struct query_live *live = query_live_create();
    uint64_t version = 0, before = clock_boot_ms();
    pthread_t thread;
    query_live_wait(live, &version, 30);
    assert_true(clock_boot_ms() - before >= 29);
    assert_int_equal(pthread_create(&thread, NULL, note_soon, live), 0);
    before = clock_boot_ms();
    query_live_wait(live, &version, 10000);
    assert_in_range(clock_boot_ms() - before, 30, 3000);
    (void)pthread_join(thread, NULL);
    query_live_poke(live);
    query_live_wait(live, &version, 10000);
    query_live_destroy(live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live__shows_five_things_and_no_sealed_value),
        cmocka_unit_test(test_live__a_cursor_gives_what_came_after),
        cmocka_unit_test(test_live__keeps_a_thousand),
        cmocka_unit_test(test_live__one_large_batch),
        cmocka_unit_test(test_live__refusals_are_news_too),
        cmocka_unit_test(test_live__strange_cursors_begin_at_the_newest),
        cmocka_unit_test(test_live__waiting_ends_with_news),
    };
    return RUN(tests);
}
