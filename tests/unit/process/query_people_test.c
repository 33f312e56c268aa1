/* process/query_people: the list's JSON, what the ledger is told of it, and what is refused. */
#include "process/query_people.h"

#include <stdio.h>
#include <string.h>

#include "engine/people.h"
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

static const struct json_node *member(const struct rows_asked *asked, const char *name)
{
    assert_non_null(asked->doc);
    return json_doc_member(json_doc_root(asked->doc), name);
}

static uint32_t count(struct rows_room *room, const char *question)
{
    struct rows_asked asked = rows_room_get(room, QUERY_PEOPLE, question);
    if (asked.status != 200)
        fail_msg("%s: " STR_FMT, question, STR_ARG(bytes_str(&asked.json)));
    uint32_t n = json_doc_count(member(&asked, "people"));
    assert_int_equal(room->ledger.rows, n);
    assert_int_equal(json_doc_number(member(&asked, "total_known")), n);
    rows_room_end(&asked);
    return n;
}

static void test_people__who_did_what_newest_first(void **state)
{
    struct rows_room *room = *state;
    struct rows_asked asked = rows_room_get(room, QUERY_PEOPLE, "{}");
    assert_int_equal(asked.status, 200);
    assert_int_equal(json_doc_number(member(&asked, "entry")), 1000);
    const struct json_node *first = json_doc_next(member(&asked, "people"), NULL);
    assert_int_equal(json_doc_get_number(first, "events", 0), 3);
    assert_true(json_doc_get_number(first, "last_seen", 0) == (double)(ROWS_T0 + 3600001));
    assert_true(json_doc_get_number(first, "first_seen", 0) == (double)(ROWS_T0 + 2000));
    assert_int_equal(json_doc_count(json_doc_member(first, "refs")), 2);
    const struct json_node *facts = json_doc_member(first, "facts");
    assert_str(json_doc_get_string(facts, "plan", STR("")), "Free");
    assert_str(json_doc_get_string(facts, "country", STR("")), "DE"); /* the newest event's */
    assert_null(json_doc_member(facts, "company"));  /* its id is personal */
    assert_int_equal(room->ledger.ref_count, 7);     /* six people, one with two subjects */
    rows_room_end(&asked);
}

static void test_people__filters(void **state)
{
    struct rows_room *room = *state;
    assert_int_equal(count(room, "{}"), 6);
    assert_int_equal(count(room, "{\"filter\":[[\"plan\",\"==\",\"Pro\"]]}"), 3);
    assert_int_equal(count(room, "{\"filter\":[[\"plan\",\"!=\",\"Pro\"],"
                                 "[\"country\",\"==\",\"SA\"]]}"), 1);
    assert_int_equal(count(room, "{\"filter\":[[\"plan\",\"defined\"]]}"), 6);
    assert_int_equal(count(room, "{\"filter\":[[\"plan\",\"not defined\"]]}"), 0);
    assert_int_equal(count(room, "{\"filter\":[[\"plan\",\"==\",\"a\\\"b\\\\\"]]}"), 0);
    assert_int_equal(count(room, "{\"where\":\"user[\\\"city\\\"] == \\\"X\\\"\"}"), 0);
    assert_int_equal(count(room, "{\"did\":\"Open\"}"), 1);
    assert_int_equal(count(room, "{\"did\":\"Nothing\"}"), 0);
    assert_int_equal(count(room, "{\"from\":\"2025-11-03\",\"to\":\"2025-11-03\"}"), 6);
    assert_int_equal(count(room, "{\"from\":\"2025-11-04\"}"), 0);
    assert_int_equal(count(room, "{\"to\":\"2025-11-02\"}"), 0);
    assert_int_equal(count(room, "{\"project\":7}"), 6);
    /* An empty list is written down too: that nobody is there is an answer. */
    uint32_t records = room->ledger.records;
    assert_int_equal(count(room, "{\"from\":\"2025-11-04\"}"), 0);
    assert_int_equal(room->ledger.records, records + 1);
    assert_int_equal(room->ledger.ref_count, 0);
}

static void test_people__what_is_no_question(void **state)
{
    struct rows_room *room = *state;
    static const struct { const char *question, *code; } cases[] = {
        { "[]", "query" }, { "{", "query" }, { "{\"limit\":0}", "query" },
        { "{\"limit\":201}", "query" }, { "{\"after\":\"x\"}", "query" },
        { "{\"after\":\"1-2-3\"}", "query" }, { "{\"from\":\"yesterday\"}", "query" },
        { "{\"project\":8}", "project" }, { "{\"unknown\":1}", "query" },
        { "{\"filter\":[[\"plan\",\"like\",\"x\"]]}", "query" },
        { "{\"filter\":[\"plan\"]}", "query" }, { "{\"filter\":{}}", "query" },
        { "{\"filter\":[[\"plan\",\"==\",[]]]}", "query" },
        { "{\"filter\":[[\"$email\",\"==\",\"a@b\"]]}", "personal" },
        { "{\"where\":\"properties[\\\"plan\\\"] == 1\"}", "query" },
        { "{\"where\":\"user[\"}", "where" },
        { "{\"where\":\"user[\\\"nick\\\"] == 1\"}", "personal" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rows_asking asking = rows_room_asking(room, QUERY_PEOPLE, cases[i].question);
        asking.settings = "{\"classes\":{\"nick\":\"personal\",\"$email\":\"personal\"}}";
        struct rows_asked asked = rows_room_ask(room, &asking);
        if (asked.status != 400 || !str_equal(rows_room_code(&asked), str_from(cases[i].code)))
            fail_msg("%s: " STR_FMT, cases[i].question, STR_ARG(bytes_str(&asked.json)));
        rows_room_end(&asked);
    }
    assert_int_equal(room->ledger.records, 0);
}

/* The page ends where the ask's limit does, and goes on from there. */
static void test_people__the_limit_of_the_ask_cuts_the_page(void **state)
{
    struct rows_room *room = *state;
    struct rows_asking asking = rows_room_asking(room, QUERY_PEOPLE, "{\"limit\":4}");
    asking.ask.limit = 3;
    struct rows_asked asked = rows_room_ask(room, &asking);
    char question[80];
    assert_int_equal(asked.status, 200);
    assert_int_equal(json_doc_count(member(&asked, "people")), 2); /* of 2 and of 1 subject */
    assert_int_equal(room->ledger.ref_count, 3);
    (void)snprintf(question, sizeof(question), "{\"after\":\"%s\"}",
                   json_doc_string(member(&asked, "next")).ptr);
    rows_room_end(&asked);
    asked = rows_room_get(room, QUERY_PEOPLE, question);
    assert_int_equal(json_doc_count(member(&asked, "people")), 4);
    assert_null(member(&asked, "next"));
    rows_room_end(&asked);
    asking = rows_room_asking(room, QUERY_PEOPLE, "{}");
    asking.ask.limit = 1;
    asked = rows_room_ask(room, &asking);
    assert_int_equal(asked.status, 400);
    assert_str(rows_room_code(&asked), "limit");
    rows_room_end(&asked);
}

static void test_people__a_project_without_events_has_nobody(void **state)
{
    struct rows_room *room = *state;
    rows_room_close(room);
    rows_room_open(room);
    assert_int_equal(count(room, "{}"), 0);
}

/* ---- resolving ------------------------------------------------------------------------------ */

static void put_ref(struct bytes *json, uint32_t number)
{
    char hex[33];
    struct ref ref = store_room_ref(number);
    str_hex(ref.bytes, sizeof(ref.bytes), hex);
    bytes_printf(json, "%s\"%s\"", json->len > 9 ? "," : "", hex);
}

static void test_resolve__says_no_ref_that_was_not_given(void **state)
{
    struct rows_room *room = *state;
    struct bytes question = { 0 };
    bytes_append_str(&question, STR("{\"refs\":["));
    put_ref(&question, 102);
    put_ref(&question, 3);
    put_ref(&question, 9999);
    bytes_append(&question, "]}", 3);
    struct rows_asked asked = rows_room_get(room, QUERY_RESOLVE, (char *)question.ptr);
    assert_int_equal(asked.status, 200);
    assert_int_equal(json_doc_count(member(&asked, "found")), 2);
    const struct json_node *at = NULL;
    while ((at = json_doc_next(member(&asked, "found"), at)) != NULL) {
        assert_int_equal(json_doc_count(json_doc_member(at, "refs")), 1);
        assert_int_equal(json_doc_get_string(at, "person", STR("")).len, 18);
    }
    rows_room_end(&asked);
    /* As everybody with the right to reveal or to rows, and nobody else. */
    struct rows_asking asking = rows_room_asking(room, QUERY_RESOLVE, (char *)question.ptr);
    asking.grant.rights = RIGHT_REVEAL;
    asked = rows_room_ask(room, &asking);
    assert_int_equal(asked.status, 200);
    rows_room_end(&asked);
    asking.grant.rights = ~(uint64_t)(RIGHT_REVEAL | RIGHT_ROWS);
    asked = rows_room_ask(room, &asking);
    assert_int_equal(asked.status, 403);
    rows_room_end(&asked);
    bytes_release(&question);
}

static void test_resolve__is_bounded(void **state)
{
    struct rows_room *room = *state;
    struct bytes question = { 0 };
    bytes_append_str(&question, STR("{\"refs\":["));
    for (uint32_t i = 0; i <= QUERY_RESOLVE_MAX; i++)
        put_ref(&question, i + 1);
    bytes_append(&question, "]}", 3);
    struct rows_asked asked = rows_room_get(room, QUERY_RESOLVE, (char *)question.ptr);
    assert_int_equal(asked.status, 400);
    rows_room_end(&asked);
    for (uint32_t i = 1; i < QUERY_RATE_A_MINUTE; i++) {
        asked = rows_room_get(room, QUERY_RESOLVE, "{\"refs\":[]}");
        assert_int_equal(asked.status, 200);
        rows_room_end(&asked);
    }
    asked = rows_room_get(room, QUERY_RESOLVE, "{\"refs\":[]}");
    assert_int_equal(asked.status, 429);
    assert_str(rows_room_code(&asked), "rate");
    rows_room_end(&asked);
    bytes_release(&question);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
        TEST(people__who_did_what_newest_first),
        TEST(people__filters),
        TEST(people__what_is_no_question),
        TEST(people__the_limit_of_the_ask_cuts_the_page),
        TEST(people__a_project_without_events_has_nobody),
        TEST(resolve__says_no_ref_that_was_not_given),
        TEST(resolve__is_bounded),
    };
    return RUN(tests);
}
