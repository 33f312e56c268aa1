/* process/query_export: lines in Mixpanel's form, one entry for the set, a check before each piece,
 * handles that are somebody's and do not last. */
#include "process/query_export.h"

#include <stdio.h>
#include <string.h>

#include "support/rows_room.h"
#include "support/store_room.h"
#include "support/test.h"
#include "sys/clock.h"

#define WEEK "{\"from\":\"2025-11-01\",\"to\":\"2025-11-07\""

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

static char next_question[80];

/* Begins one; next_question asks for its pieces. */
static void begin(struct rows_room *room, const char *question, uint32_t persons, uint32_t rows)
{
    struct rows_asked asked = rows_room_get(room, QUERY_EXPORT, question);
    if (asked.status != 200)
        fail_msg(STR_FMT, STR_ARG(bytes_str(&asked.json)));
    const struct json_node *root = json_doc_root(asked.doc);
    assert_int_equal(json_doc_get_number(root, "persons", -1), persons);
    assert_int_equal(json_doc_get_number(root, "rows", -1), rows);
    assert_true(json_doc_get_number(root, "entry", 0) >= 1000);
    assert_int_equal(room->ledger.rows, rows);
    (void)snprintf(next_question, sizeof(next_question), "{\"handle\":\"%s\"}",
                   json_doc_get_string(root, "handle", STR("")).ptr);
    rows_room_end(&asked);
}

static void next_gives(struct rows_room *room, uint32_t status, const char *code)
{
    struct rows_asked asked = rows_room_get(room, QUERY_EXPORT_NEXT, next_question);
    assert_int_equal(asked.status, status);
    assert_true(str_equal(rows_room_code(&asked), str_from(code)));
    rows_room_end(&asked);
}

static void test_export__lines_then_the_end(void **state)
{
    struct rows_room *room = *state;
    begin(room, WEEK "}", 6, 8);
    assert_int_equal(room->ledger.ref_count, 7);
    struct rows_asked asked = rows_room_get(room, QUERY_EXPORT_NEXT, next_question);
    assert_int_equal(asked.status, 200);
    struct str rest = bytes_str(&asked.json), line;
    uint32_t lines = 0;
    while (str_next(&rest, '\n', &line) && line.len > 0) {
        struct json_doc *doc;
        assert_int_equal(json_doc_parse(line, 10000, &doc), 0);
        const struct json_node *p = json_doc_member(json_doc_root(doc), "properties");
        assert_true(json_doc_get_number(p, "time", 0) >= (double)(ROWS_T0 / 1000));
        assert_true(json_doc_get_number(p, "time", 0) < (double)ROWS_T0);
        assert_true(str_starts(json_doc_get_string(p, "distinct_id", STR("")), STR("p_")));
        assert_int_equal(json_doc_count(p), 2 + 4);
        json_doc_destroy(doc);
        lines++;
    }
    assert_int_equal(lines, 8);
    rows_room_end(&asked);
    asked = rows_room_get(room, QUERY_EXPORT_NEXT, next_question);
    assert_int_equal(asked.status, 200);
    assert_int_equal(asked.json.len, 0);
    rows_room_end(&asked);
    next_gives(room, 404, "path");
    assert_int_equal(room->ledger.records, 1);
    assert_int_equal(room->ledger.checks, 2);
}

static void test_export__filters_and_bounds(void **state)
{
    struct rows_room *room = *state;
    begin(room, WEEK ",\"event\":[\"Open\"]}", 1, 2);
    begin(room, WEEK ",\"where\":\"properties[\\\"plan\\\"] == \\\"Pro\\\"\"}", 3, 3);
    begin(room, WEEK ",\"limit\":5,\"time_in_ms\":true}", 3, 5);
    begin(room, "{\"from\":\"2024-01-01\",\"to\":\"2024-01-01\"}", 0, 0);
    static const struct { const char *question, *code; } cases[] = {
        { "{}", "query" }, { WEEK ",\"x\":1}", "query" }, { WEEK ",\"event\":\"Open\"}", "query" },
        { WEEK ",\"limit\":-1}", "query" }, { WEEK ",\"where\":\"(\"}", "where" },
        { "{\"from\":\"2025-11-02\",\"to\":\"2025-11-01\"}", "query" },
        { WEEK ",\"where\":\"properties[\\\"$email\\\"] == \\\"a\\\"\"}", "personal" },
    };
    query_exports_destroy(room->rows.exports); /* four are open */
    room->rows.exports = query_exports_create();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rows_asking asking = rows_room_asking(room, QUERY_EXPORT, cases[i].question);
        asking.settings = "{\"classes\":{\"$email\":\"personal\"}}";
        struct rows_asked asked = rows_room_ask(room, &asking);
        assert_int_equal(asked.status, 400);
        assert_true(str_equal(rows_room_code(&asked), str_from(cases[i].code)));
        rows_room_end(&asked);
    }
}

static void test_export__handles_belong_to_somebody_and_end(void **state)
{
    struct rows_room *room = *state;
    begin(room, WEEK "}", 6, 8);
    struct rows_asking other = rows_room_asking(room, QUERY_EXPORT_NEXT, next_question);
    other.grant.principal++;
    struct rows_asked asked = rows_room_ask(room, &other);
    assert_int_equal(asked.status, 404);
    rows_room_end(&asked);
    clock_shift_for_test(0, QUERY_EXPORT_LIFE_MS - 1000);
    next_gives(room, 200, "");
    clock_shift_for_test(0, QUERY_EXPORT_LIFE_MS + 1000);
    next_gives(room, 404, "path");
}

static void test_export__a_frozen_principal_gets_no_further_piece(void **state)
{
    struct rows_room *room = *state;
    begin(room, WEEK "}", 6, 8);
    room->ledger.is_frozen = true;
    next_gives(room, 403, "frozen");
    room->ledger.is_frozen = false;
    next_gives(room, 404, "path");
    begin(room, WEEK "}", 6, 8);
    link_attach(room->link, -1);
    next_gives(room, 503, "closed");
    ledger_stand_relink(&room->ledger, room->link);
    next_gives(room, 404, "path");
}

static void test_export__as_many_at_once_as_may_be(void **state)
{
    struct rows_room *room = *state;
    for (int i = 0; i < QUERY_EXPORTS_OF_ONE; i++)
        begin(room, WEEK "}", 6, 8);
    struct rows_asked asked = rows_room_get(room, QUERY_EXPORT, WEEK "}");
    assert_int_equal(asked.status, 429);
    rows_room_end(&asked);
    struct rows_asking other = rows_room_asking(room, QUERY_EXPORT, WEEK "}");
    for (uint32_t i = QUERY_EXPORTS_OF_ONE; i < QUERY_EXPORTS; i++) {
        other.grant.principal = 100 + i;
        asked = rows_room_ask(room, &other);
        assert_int_equal(asked.status, 200);
        rows_room_end(&asked);
    }
    other.grant.principal++;
    asked = rows_room_ask(room, &other);
    assert_int_equal(asked.status, 429);
    rows_room_end(&asked);
    clock_shift_for_test(0, QUERY_EXPORT_LIFE_MS + 1000);
    query_rows_tick(&room->rows);
    begin(room, WEEK "}", 6, 8);
}

static void test_export__refused_leaves_no_handle(void **state)
{
    struct rows_room *room = *state;
    room->ledger.lie = LEDGER_REFUSES;
    for (int i = 0; i <= QUERY_EXPORTS_OF_ONE; i++) {
        struct rows_asked asked = rows_room_get(room, QUERY_EXPORT, WEEK "}");
        assert_int_equal(asked.status, 403);
        assert_str(rows_room_code(&asked), "budget");
        rows_room_end(&asked);
    }
    room->ledger.lie = LEDGER_HONEST;
    struct rows_asking asking = rows_room_asking(room, QUERY_EXPORT, WEEK "}");
    asking.ask.limit = 6; /* six people, seven subjects */
    struct rows_asked asked = rows_room_ask(room, &asking);
    assert_int_equal(asked.status, 400);
    assert_str(rows_room_code(&asked), "limit");
    rows_room_end(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_export__##name, setup, teardown)
        TEST(lines_then_the_end),
        TEST(filters_and_bounds),
        TEST(handles_belong_to_somebody_and_end),
        TEST(a_frozen_principal_gets_no_further_piece),
        TEST(as_many_at_once_as_may_be),
        TEST(refused_leaves_no_handle),
    };
    return RUN(tests);
}
