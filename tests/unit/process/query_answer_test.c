/* process/query_answer: the bodies that the console reads, folding with and without a grant, and what
 * is refused. Over the real store and engine. */
#include "process/query_answer.h"

#include <stdio.h>
#include <string.h>

#include "auth/wire/grant.h"
#include "base/time.h"
#include "json/doc.h"
#include "support/query_room.h"
#include "support/test.h"

enum { PROJECT = 1, PRO = 12, FREE = 3 };

static int64_t noon;   /* 2025-11-03T12:00:00Z */

static struct value text(const char *s)
{
    return (struct value){ .type = VALUE_STRING, .as.string = str_from(s) };
}

static struct ref person(uint32_t i)
{
    struct ref ref = { { 1 } };
    memcpy(ref.bytes + 4, &i, sizeof(i));
    return ref;
}

/* 15 people sign up: 12 on plan pro, 3 on plan free; each with a sealed e-mail, two sdks. */
static int setup(void **state)
{
    static struct query_room room;
    query_room_open(&room);
    check(time_parse(STR("2025-11-03T12:00:00Z"), &noon));
    for (uint32_t i = 0; i < PRO + FREE; i++) {
        struct property properties[] = {
            { STR("plan"), text(i < PRO ? "pro" : "free") },
            { STR("$email"), { .type = VALUE_REF,
                               .as.sealed = { .ref = person(100 + i), .kind = REF_KIND_EMAIL } } },
            { STR("mp_lib"), text(i % 3 ? "web" : "node") },
            { STR("amount"), { .type = VALUE_NUMBER, .as.number = i } },
            { STR("mp_country_code"), text("SA") },
            { STR("nick"), text("Bo") },
        };
        struct event event = { .name = STR("Sign up"), .time_ms = noon + i, .person = person(i),
                               .properties = properties, .property_count = 6 };
        query_room_feed(&room, PROJECT, &event, 1);
    }
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    query_room_close(*state);
    return 0;
}

/* ---- asking --------------------------------------------------------------------------------- */

struct asked {
    uint32_t status;
    struct bytes json;
    struct json_doc *doc;
};

static struct asked ask_question(struct query_room *room, const struct query_question *question)
{
    struct asked asked = { 0 };
    struct query_verdict verdict = query_answer_judge(&room->answers, question);
    asked.status = query_answer(&room->answers, question, &verdict, NULL, &asked.json);
    if (json_doc_parse(bytes_str(&asked.json), 1 << 24, &asked.doc) != 0)
        fail_msg("no JSON: " STR_FMT, STR_ARG(bytes_str(&asked.json)));
    return asked;
}

static struct asked ask(struct query_room *room, enum query_what what, const char *question)
{
    struct query_question q = { .what = what, .project = PROJECT, .question = str_from(question),
                                .settings = STR("{\"zone\":\"UTC\",\"week_start\":1,"
                                                "\"classes\":{\"nick\":\"personal\"}}") };
    return ask_question(room, &q);
}

static struct asked ask_with(struct query_room *room, enum query_what what, const char *question,
                             uint64_t rights)
{
    uint8_t grant[GRANT_BYTES];
    struct query_question q = { .what = what, .project = PROJECT, .question = str_from(question),
                                .settings = STR("{}") };
    query_room_grant(room, &q, rights, grant);
    q.grant = str_of(grant, sizeof(grant));
    return ask_question(room, &q);
}

static void end(struct asked *asked)
{
    json_doc_destroy(asked->doc);
    bytes_release(&asked->json);
}

static const struct json_node *member(const struct asked *asked, const char *name)
{
    return json_doc_member(json_doc_root(asked->doc), name);
}

static double number(const struct asked *asked, const char *name)
{
    return json_doc_get_number(json_doc_root(asked->doc), name, -1);
}

static void refused(struct asked *asked, uint32_t status, const char *code, const char *at)
{
    const struct json_node *error = member(asked, "error");
    assert_int_equal(asked->status, status);
    assert_true(str_equal(json_doc_get_string(error, "code", STR("")), str_from(code)));
    assert_true(str_equal(json_doc_get_string(error, "at", STR("?")), str_from(at)));
    assert_true(json_doc_get_string(error, "message", STR("")).len > 0);
    end(asked);
}

/* ---- schema and values ---------------------------------------------------------------------- */

static void test_schema__names_classes_and_types(void **state)
{
    static const struct { const char *name, *class, *type; } expected[] = {
        { "plan", "open", "string" }, { "$email", "personal", "string" },
        { "mp_lib", "open", "string" }, { "amount", "open", "number" },
        { "mp_country_code", "quasi", "string" }, { "nick", "personal", "string" },
    };
    struct asked asked = ask(*state, QUERY_SCHEMA, "{}");
    assert_int_equal(asked.status, 200);
    const struct json_node *events = member(&asked, "events"), *event = json_doc_next(events, NULL);
    assert_int_equal(json_doc_count(events), 1);
    assert_str(json_doc_get_string(event, "name", STR("")), "Sign up");
    assert_true(json_doc_get_number(event, "count", 0) == PRO + FREE);
    const struct json_node *properties = member(&asked, "properties"), *p = NULL;
    uint32_t found = 0;
    while ((p = json_doc_next(properties, p)) != NULL) {
        for (size_t i = 0; i < 6; i++) {
            if (!str_equal(json_doc_get_string(p, "name", STR("")), str_from(expected[i].name)))
                continue;
            found++;
            assert_str(json_doc_get_string(p, "of", STR("")), "event");
            assert_true(str_equal(json_doc_get_string(p, "class", STR("")),
                                  str_from(expected[i].class)));
            const struct json_node *types = json_doc_member(p, "types");
            assert_int_equal(json_doc_count(types), 1);
            assert_true(str_equal(json_doc_string(json_doc_next(types, NULL)),
                                  str_from(expected[i].type)));
        }
    }
    assert_int_equal(found, 6);
    end(&asked);
}

static void test_values__of_open_properties_only(void **state)
{
    static const char all[] = "{\"of\":\"event\",\"property\":\"plan\",\"q\":\"\"}";
    static const char few[] = "{\"of\":\"event\",\"property\":\"plan\",\"q\":\"FR\"}";
    struct asked asked = ask(*state, QUERY_VALUES, all);
    assert_str(bytes_str(&asked.json), "{\"values\":[{\"value\":\"pro\",\"count\":12}]}");
    end(&asked);
    asked = ask_with(*state, QUERY_VALUES, all, RIGHT_AGGREGATE);
    assert_str(bytes_str(&asked.json), "{\"values\":[{\"value\":\"pro\",\"count\":12}]}");
    end(&asked);
    asked = ask(*state, QUERY_VALUES, few);
    assert_str(bytes_str(&asked.json), "{\"values\":[]}");
    end(&asked);
    asked = ask_with(*state, QUERY_VALUES, all, RIGHT_AGGREGATE | RIGHT_UNFOLDED);
    assert_int_equal(asked.status, 200);
    assert_str(bytes_str(&asked.json), "{\"values\":[{\"value\":\"pro\",\"count\":12},"
                                       "{\"value\":\"free\",\"count\":3}]}");
    end(&asked);
    asked = ask_with(*state, QUERY_VALUES, few, RIGHT_AGGREGATE | RIGHT_UNFOLDED);
    assert_str(bytes_str(&asked.json), "{\"values\":[{\"value\":\"free\",\"count\":3}]}");
    end(&asked);
    asked = ask(*state, QUERY_VALUES, "{\"of\":\"user\",\"property\":\"plan\"}");
    assert_str(bytes_str(&asked.json), "{\"values\":[]}");
    end(&asked);
    static const char *const personal[] = { "$email", "nick", "$user_id" };
    for (size_t i = 0; i < 3; i++) {
        char question[128];
        (void)snprintf(question, sizeof(question), "{\"property\":\"%s\",\"q\":\"\"}",
                       personal[i]);
        asked = ask(*state, QUERY_VALUES, question);
        refused(&asked, 400, "personal", "/property");
    }
    asked = ask(*state, QUERY_VALUES, "{\"of\":\"people\",\"property\":\"plan\"}");
    refused(&asked, 400, "query", "/of");
    asked = ask(*state, QUERY_VALUES, "{}");
    refused(&asked, 400, "query", "/property");
    asked = ask(*state, QUERY_VALUES, "[]");
    refused(&asked, 400, "query", "");
    asked = ask(*state, QUERY_VALUES, "{");
    refused(&asked, 400, "query", "");
}

/* ---- status and live ------------------------------------------------------------------------ */

static void count(struct query_room *room, uint64_t project, const char *reason, uint64_t n,
                  int64_t at_ms)
{
    struct sink *sink = stores_sink(room->stores);
    check(sink->ops->counts(sink, project, STR("mixpanel"), str_from(reason), n, at_ms) == 0);
    query_live_note_counts(room->live, project);
}

static void test_status__says_what_came_and_what_did_not(void **state)
{
    struct query_room *room = *state;
    count(room, PROJECT, "secret_dropped", 4, 10);
    count(room, PROJECT, "name_missing", 2, 20);
    count(room, 0, "name_missing", 3, 30);
    count(room, 2, "name_missing", 100, 40);
    struct asked asked = ask(room, QUERY_STATUS, "{}");
    assert_int_equal(asked.status, 200);
    assert_true(number(&asked, "events") == PRO + FREE);
    assert_true(number(&asked, "people") == PRO + FREE);
    assert_true(number(&asked, "first_ms") == (double)noon);
    assert_true(number(&asked, "until") == (double)(noon + PRO + FREE - 1));
    assert_true(number(&asked, "behind_ms") == 0);
    assert_true(number(&asked, "sealed") == 0);
    assert_true(number(&asked, "dropped_secrets") == 4);
    const struct json_node *sdk = json_doc_next(member(&asked, "sdks"), NULL);
    assert_int_equal(json_doc_count(member(&asked, "sdks")), 2);
    assert_str(json_doc_get_string(sdk, "sdk", STR("")), "web");
    assert_true(json_doc_get_number(sdk, "count", 0) == 10);
    const struct json_node *refusals = member(&asked, "refusals"), *r = NULL;
    assert_int_equal(json_doc_count(refusals), 2);
    while ((r = json_doc_next(refusals, r)) != NULL) {
        if (!str_equal(json_doc_get_string(r, "reason", STR("")), STR("name_missing")))
            continue;
        assert_str(json_doc_get_string(r, "protocol", STR("")), "mixpanel");
        assert_true(json_doc_get_number(r, "count", 0) == 5);
        assert_true(json_doc_get_number(r, "last", 0) == 30);
    }
    end(&asked);
}

static void test_report__of_single_people_is_closed(void **state)
{
    struct asked asked = ask(*state, QUERY_REPORT, "{\"report\":\"people\"}");
    assert_int_equal(asked.status, 403);
    assert_non_null(strstr((const char *)asked.json.ptr, "\"closed\""));
    end(&asked);
}

static void test_status__of_a_project_without_events(void **state)
{
    struct query_question q = { .what = QUERY_STATUS, .project = 99, .question = STR("{}") };
    struct asked asked = ask_question(*state, &q);
    assert_int_equal(asked.status, 200);
    assert_str(bytes_str(&asked.json),
               "{\"events\":0,\"people\":0,\"first_ms\":null,\"until\":0,\"behind_ms\":0,"
               "\"sealed\":0,\"dropped_secrets\":0,\"sdks\":[],\"refusals\":[]}");
    end(&asked);
    q.what = QUERY_SCHEMA;
    asked = ask_question(*state, &q);
    assert_str(bytes_str(&asked.json), "{\"first\":null,\"events\":[],\"properties\":[]}");
    end(&asked);
}

static void test_live__a_page_and_its_cursor(void **state)
{
    struct query_room *room = *state;
    char question[200];
    struct query_answer_wait wait;
    struct query_question q = { .what = QUERY_LIVE, .project = PROJECT, .question = STR("{}") };
    count(room, PROJECT, "ignored", 2, 10);
    count(room, PROJECT, "secret_dropped", 7, 10);
    assert_false(query_answer_must_wait(&room->answers, &q, &wait));
    struct asked asked = ask(room, QUERY_LIVE, "{}");
    assert_int_equal(asked.status, 200);
    assert_int_equal(json_doc_count(member(&asked, "events")), PRO + FREE);
    assert_true(number(&asked, "accepted") == PRO + FREE);
    assert_true(number(&asked, "refused") == 2); /* what was dropped was not refused */
    assert_int_equal(json_doc_count(member(&asked, "refusals")), 2);
    (void)snprintf(question, sizeof(question), "{\"after\":\"" STR_FMT "\",\"wait_ms\":90000}",
                   STR_ARG(json_doc_string(member(&asked, "cursor"))));
    end(&asked);
    q.question = str_from(question);
    assert_true(query_answer_must_wait(&room->answers, &q, &wait));
    assert_int_equal(wait.wait_ms, QUERY_LIVE_WAIT_MAX_MS);
    asked = ask(room, QUERY_LIVE, question);
    assert_int_equal(json_doc_count(member(&asked, "events")), 0);
    end(&asked);
    struct event event = { .name = STR("Login"), .time_ms = noon };
    query_room_feed(room, PROJECT, &event, 1);
    assert_false(query_answer_must_wait(&room->answers, &q, &wait));
    asked = ask(room, QUERY_LIVE, question);
    assert_int_equal(json_doc_count(member(&asked, "events")), 1);
    end(&asked);
    /* A cursor that means nothing any more: nothing is shown twice, and nobody waits. */
    q.question = STR("{\"after\":\"0000000000000000-3-0\",\"wait_ms\":90000}");
    assert_false(query_answer_must_wait(&room->answers, &q, &wait));
    asked = ask_question(room, &q);
    assert_int_equal(json_doc_count(member(&asked, "events")), 0);
    end(&asked);
    q.question = STR("{\"wait_ms\":\"x\"}");
    assert_false(query_answer_must_wait(&room->answers, &q, &wait));
    q.question = STR("{\"after\":1,\"wait_ms\":-5}");
    assert_false(query_answer_must_wait(&room->answers, &q, &wait));
}

/* ---- reports -------------------------------------------------------------------------------- */

#define BY_PLAN                                                                                    \
    "{\"report\":\"segmentation\",\"unit\":\"all\",\"from\":\"2025-11-01\",\"to\":\"2025-11-30\"," \
    "\"show\":[{\"event\":\"Sign up\",\"measure\":\"unique\"}],\"by\":[\"plan\"]}"

static void test_report__small_groups_are_folded_without_the_right(void **state)
{
    struct query_room *room = *state;
    uint8_t grant[GRANT_BYTES];
    struct query_question q = { .what = QUERY_REPORT, .project = PROJECT, .question = STR(BY_PLAN),
                                .settings = STR("{\"zone\":\"UTC\"}") };
    static const struct { uint64_t rights; bool is_folded; } cases[] = {
        { 0, true }, { RIGHT_AGGREGATE, true },
        { RIGHT_AGGREGATE | RIGHT_UNFOLDED, false },
    };
    for (size_t i = 0; i < 3; i++) {
        if (cases[i].rights) {
            query_room_grant(room, &q, cases[i].rights, grant);
            q.grant = str_of(grant, sizeof(grant));
        }
        struct asked asked = ask_question(room, &q);
        assert_int_equal(asked.status, 200);
        bool shows_free = str_find(bytes_str(&asked.json), STR("\"free\"")) >= 0;
        assert_true(str_find(bytes_str(&asked.json), STR("\"pro\"")) >= 0);
        assert_true(shows_free == !cases[i].is_folded);
        assert_true((number(&asked, "folded") > 0) == cases[i].is_folded);
        assert_true(number(&asked, "rows_scanned") > 0);
        assert_true(number(&asked, "computed_ms") >= 0);
        assert_true(number(&asked, "until") == (double)(noon + PRO + FREE - 1));
        end(&asked);
    }
    /* The project's minimum counts where it is the stricter one. */
    static const struct { const char *settings; bool shows_pro; } minima[] = {
        { "{\"group_min\":13}", false }, { "{\"group_min\":12}", true },
        { "{\"group_min\":1}", true },
    };
    struct asked asked;
    q.grant = STR("");
    for (size_t i = 0; i < 3; i++) {
        q.settings = str_from(minima[i].settings);
        asked = ask_question(room, &q);
        assert_true((str_find(bytes_str(&asked.json), STR("\"pro\"")) >= 0) ==
                    minima[i].shows_pro);
        assert_true(str_find(bytes_str(&asked.json), STR("\"free\"")) < 0);
        end(&asked);
    }
    query_room_grant(room, &q, RIGHT_AGGREGATE, grant);
    q.grant = str_of(grant, sizeof(grant));
    /* The grant is of this text alone; a bad one is not "no grant". */
    q.question = STR(BY_PLAN " ");
    asked = ask_question(room, &q);
    refused(&asked, 403, "grant", "");
    q.what = QUERY_STATUS;
    q.question = STR("{}");
    asked = ask_question(room, &q);
    refused(&asked, 403, "grant", "");
}

static void test_report__what_is_wrong_with_a_question(void **state)
{
    static const struct { const char *question, *code, *at; } cases[] = {
        { "{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":\"2025-11-01\","
          "\"to\":\"2025-11-30\",\"show\":[{\"event\":\"Sign up\",\"measure\":\"total\"}],"
          "\"by\":[\"$email\"]}", "personal", NULL },
        { "{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":\"2025-11-01\","
          "\"to\":\"2025-11-30\",\"show\":[{\"event\":\"Sign up\",\"measure\":\"total\"}],"
          "\"where\":\"properties[\\\"nick\\\"] == \\\"Bo\\\"\"}", "personal", NULL },
        { "{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":\"2025-11-01\","
          "\"to\":\"2025-11-30\",\"show\":[{\"event\":\"Sign up\",\"measure\":\"total\"}],"
          "\"zone\":\"Nowhere/Atall\"}", "query", "/zone" },
        { "{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":\"2025-11-01\","
          "\"to\":\"2025-11-30\",\"show\":[{\"event\":\"Sign up\",\"measure\":\"total\"}],"
          "\"project\":2}", "project", "/project" },
        { "{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":\"2025-11-01\","
          "\"to\":\"2025-11-30\",\"show\":[{\"event\":\"Sign up\",\"measure\":\"total\"}],"
          "\"where\":\"properties[\"}", "where", NULL },
        { "no JSON", "query", NULL },
        { "", "query", NULL },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct asked asked = ask(*state, QUERY_REPORT, cases[i].question);
        const struct json_node *error = member(&asked, "error");
        assert_int_equal(asked.status, 400);
        assert_true(str_equal(json_doc_get_string(error, "code", STR("")),
                              str_from(cases[i].code)));
        if (cases[i].at)
            assert_true(str_equal(json_doc_get_string(error, "at", STR("")),
                                  str_from(cases[i].at)));
        end(&asked);
    }
}

/* Midnight is the project's unless the question says otherwise. */
static void test_report__the_zone_is_the_questions_or_the_projects(void **state)
{
    struct query_room *room = *state;
    uint8_t grant[GRANT_BYTES];
    struct event event = { .name = STR("Late"), .person = person(1) };
    check(time_parse(STR("2025-11-03T22:30:00Z"), &event.time_ms));
    query_room_feed(room, PROJECT, &event, 1);
    assert_non_null(room->zones); /* tzdata */
    static const struct { const char *zone, *settings, *day; } cases[] = {
        { "", "{}", "[\"2025-11-03\",1]" },
        { "", "{\"zone\":\"Asia/Riyadh\"}", "[\"2025-11-04\",1]" },
        { ",\"zone\":\"UTC\"", "{\"zone\":\"Asia/Riyadh\"}", "[\"2025-11-03\",1]" },
    };
    for (size_t i = 0; i < 3; i++) {
        char text_of[400];
        (void)snprintf(text_of, sizeof(text_of),
                       "{\"report\":\"segmentation\",\"unit\":\"day\",\"from\":\"2025-11-03\","
                       "\"to\":\"2025-11-04\",\"show\":[{\"event\":\"Late\",\"measure\":\"total\"}]"
                       "%s}", cases[i].zone);
        struct query_question q = { .what = QUERY_REPORT, .project = PROJECT,
                                    .question = str_from(text_of),
                                    .settings = str_from(cases[i].settings) };
        query_room_grant(room, &q, RIGHT_AGGREGATE | RIGHT_UNFOLDED, grant);
        q.grant = str_of(grant, sizeof(grant));
        struct asked asked = ask_question(room, &q);
        assert_int_equal(asked.status, 200);
        if (str_find(bytes_str(&asked.json), str_from(cases[i].day)) < 0)
            fail_msg(STR_FMT, STR_ARG(bytes_str(&asked.json)));
        end(&asked);
    }
}

static void test_report__of_a_project_without_events(void **state)
{
    struct query_question q = { .what = QUERY_REPORT, .project = 99, .question = STR(BY_PLAN) };
    struct asked asked = ask_question(*state, &q);
    assert_int_equal(asked.status, 200);
    assert_true(number(&asked, "rows_scanned") == 0);
    end(&asked);
}

/* 200 answers that fold something, within a minute; who sees all is not counted. */
static void test_report__folded_questions_are_so_many_a_minute(void **state)
{
    struct query_room *room = *state;
    static struct query_rate rate;
    query_rate_init(&rate);
    room->answers.folded = &rate;
    for (int i = 0; i < QUERY_RATE_A_MINUTE; i++) {
        struct asked asked = ask(room, QUERY_REPORT, BY_PLAN);
        assert_int_equal(asked.status, 200);
        end(&asked);
    }
    struct asked asked = ask(room, QUERY_REPORT, BY_PLAN);
    refused(&asked, 429, "rate", "");
    asked = ask_with(room, QUERY_REPORT, BY_PLAN, RIGHT_AGGREGATE | RIGHT_UNFOLDED);
    assert_int_equal(asked.status, 200);
    end(&asked);
    room->answers.folded = NULL;
    query_rate_release(&rate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
        TEST(schema__names_classes_and_types),
        TEST(values__of_open_properties_only),
        TEST(status__says_what_came_and_what_did_not),
        TEST(status__of_a_project_without_events),
        TEST(live__a_page_and_its_cursor),
        TEST(report__small_groups_are_folded_without_the_right),
        TEST(report__what_is_wrong_with_a_question),
        TEST(report__the_zone_is_the_questions_or_the_projects),
        TEST(report__of_a_project_without_events),
        TEST(report__of_single_people_is_closed),
        TEST(report__folded_questions_are_so_many_a_minute),
    };
    return RUN(tests);
}
