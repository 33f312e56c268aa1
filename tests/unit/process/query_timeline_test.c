/* process/query_timeline: one person's page, by pseudonym and by refs, and what is refused. */
#include "process/query_timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/rows_room.h"
#include "support/store_room.h"
#include "support/test.h"

static int setup(void **state)
{
    static struct rows_room room;
    rows_room_open(&room);
    for (uint32_t p = 1; p <= 6; p++)
        rows_room_event(&room, "Sign up", p, 0, ROWS_T0 + p * 1000);
    rows_room_event(&room, "Open", 2, 102, ROWS_T0 + 3600000);
    rows_room_event(&room, "Open", 102, 0, ROWS_T0 + 3600001);
    rows_room_event(&room, "Open", 0, 0, ROWS_T0 + 3600002);
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    rows_room_close(*state);
    return 0;
}

static char question[200];

/* The question about person number 2, who has two subjects. */
static const char *about(const struct rows_room *room, uint32_t number, const char *more)
{
    char text[QUERY_PSEUDONYM_TEXT];
    struct ref ref = store_room_ref(number);
    query_pseudonyms_format(&room->rows.pseudonyms, ROWS_PROJECT, &ref, text);
    (void)snprintf(question, sizeof(question), "{\"person\":\"%s\"%s}", text, more);
    return question;
}

static const struct json_node *member(const struct rows_asked *asked, const char *name)
{
    assert_non_null(asked->doc);
    return json_doc_member(json_doc_root(asked->doc), name);
}

static const struct json_node *at(const struct json_node *list, uint32_t index)
{
    const struct json_node *node = json_doc_next(list, NULL);
    while (index-- > 0)
        node = json_doc_next(list, node);
    return node;
}

static void test_timeline__shows_visits_and_seals(void **state)
{
    struct rows_room *room = *state;
    struct rows_asked asked = rows_room_get(room, QUERY_TIMELINE, about(room, 2, ""));
    assert_int_equal(asked.status, 200);
    assert_int_equal(json_doc_number(member(&asked, "events")), 3);
    assert_int_equal(json_doc_count(member(&asked, "visits")), 2);
    const struct json_node *events = json_doc_member(at(member(&asked, "visits"), 0), "events");
    assert_int_equal(json_doc_count(events), 2);
    const struct json_node *event = at(events, 1);
    assert_true(json_doc_get_number(event, "time", 0) == (double)(ROWS_T0 + 3600000));
    assert_str(json_doc_get_string(json_doc_member(event, "properties"), "plan", STR("")), "Free");
    assert_int_equal(json_doc_count(json_doc_member(event, "properties")), 4);
    assert_int_equal(json_doc_count(json_doc_member(event, "sealed")), 6);
    assert_int_equal(json_doc_count(member(&asked, "sealed")), 5);
    assert_int_equal(json_doc_count(member(&asked, "refs")), 2);
    assert_int_equal(json_doc_count(member(&asked, "links")), 2);
    assert_true(json_doc_get_number(at(member(&asked, "links"), 1), "since", 0) ==
                (double)(ROWS_T0 + 3600000));
    assert_false(json_doc_bool(member(&asked, "more")));
    assert_int_equal(room->ledger.ref_count, 2);
    assert_int_equal(room->ledger.rows, 3);
    rows_room_end(&asked);
}

/* The pseudonym that the device had before it was linked leads to the same person. */
static void test_timeline__pages_and_old_pseudonyms(void **state)
{
    struct rows_room *room = *state;
    char more[80];
    struct rows_asked asked = rows_room_get(room, QUERY_TIMELINE, about(room, 102, ",\"limit\":1"));
    assert_int_equal(asked.status, 200);
    assert_true(json_doc_bool(member(&asked, "more")));
    assert_int_equal(room->ledger.rows, 1);
    rows_room_end(&asked);
    (void)snprintf(more, sizeof(more), ",\"before\":%lld", (long long)(ROWS_T0 + 3600000));
    asked = rows_room_get(room, QUERY_TIMELINE, about(room, 2, more));
    assert_int_equal(json_doc_count(member(&asked, "visits")), 1);
    assert_int_equal(room->ledger.rows, 1);
    rows_room_end(&asked);
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct ref));
}

static struct rows_asked by_refs(struct rows_room *room, const uint32_t *numbers, uint32_t count,
                                 const char *text)
{
    static struct ref refs[4];
    struct rows_asking asking = rows_room_asking(room, QUERY_TIMELINE, text);
    for (uint32_t i = 0; i < count; i++)
        refs[i] = store_room_ref(numbers[i]);
    qsort(refs, count, sizeof(refs[0]), compare);
    asking.refs = refs;
    asking.ref_count = count;
    asking.ask.has_subjects = true;
    asking.ask.subject_count = count;
    check(ask_hash_subjects(refs, count, asking.ask.subjects_hash) == 0);
    return rows_room_ask(room, &asking);
}

static void test_timeline__by_refs_they_are_all_of_one_person(void **state)
{
    struct rows_room *room = *state;
    static const struct { uint32_t numbers[3], count, status; const char *code; } cases[] = {
        { { 2, 102 }, 2, 200, "" }, { { 3 }, 1, 200, "" },
        { { 2 }, 1, 400, "subjects" }, { { 102 }, 1, 400, "subjects" },
        { { 3, 4 }, 2, 400, "subjects" }, { { 2, 3, 102 }, 3, 400, "subjects" },
        { { 9999 }, 1, 404, "person" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t records = room->ledger.records;
        struct rows_asked asked = by_refs(room, cases[i].numbers, cases[i].count, "{}");
        assert_int_equal(asked.status, cases[i].status);
        assert_true(str_equal(rows_room_code(&asked), str_from(cases[i].code)));
        assert_int_equal(room->ledger.records, records + (cases[i].status == 200));
        rows_room_end(&asked);
    }
    /* Refs and a pseudonym name the same person, or nobody. */
    struct rows_asked asked = by_refs(room, (uint32_t[]){ 3 }, 1, about(room, 3, ""));
    assert_int_equal(asked.status, 200);
    rows_room_end(&asked);
    asked = by_refs(room, (uint32_t[]){ 3 }, 1, about(room, 4, ""));
    assert_int_equal(asked.status, 404);
    rows_room_end(&asked);
}

static void test_timeline__what_is_no_question(void **state)
{
    struct rows_room *room = *state;
    static const struct { const char *question; uint32_t status; } cases[] = {
        { "{}", 404 }, { "{\"person\":\"p_0000000000000000\"}", 404 },
        { "{\"person\":7}", 404 }, { "{\"limit\":0}", 400 }, { "{\"limit\":1001}", 400 },
        { "{\"before\":-1}", 400 }, { "{\"project\":8}", 400 }, { "{\"x\":1}", 400 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rows_asked asked = rows_room_get(room, QUERY_TIMELINE, cases[i].question);
        assert_int_equal(asked.status, cases[i].status);
        rows_room_end(&asked);
    }
    struct rows_asking asking = rows_room_asking(room, QUERY_TIMELINE, about(room, 2, ""));
    asking.ask.limit = 1; /* it has two subjects */
    struct rows_asked asked = rows_room_ask(room, &asking);
    assert_int_equal(asked.status, 400);
    assert_str(rows_room_code(&asked), "limit");
    rows_room_end(&asked);
    assert_int_equal(room->ledger.records, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_timeline__##name, setup, teardown)
        TEST(shows_visits_and_seals),
        TEST(pages_and_old_pseudonyms),
        TEST(by_refs_they_are_all_of_one_person),
        TEST(what_is_no_question),
    };
    return RUN(tests);
}
