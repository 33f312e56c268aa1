/* process/query_serve: many askers over one link, long polls that cost no worker, bounded reports, and
 * what becomes of it all when web goes away or query ends. */
#include "process/query_serve.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "json/doc.h"
#include "support/query_room.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/msg.h"
#include "sys/sock.h"

enum { PROJECT = 1 };

#define REPORT                                                                                     \
    "{\"report\":\"segmentation\",\"unit\":\"all\",\"from\":\"2025-11-01\",\"to\":\"2025-11-30\"," \
    "\"show\":[{\"event\":\"Sign up\",\"measure\":\"total\"}]}"

/* ---- a backend that holds its answer back ----------------------------------------------------- */

static _Atomic int running, most_running, cancelled;
static _Atomic bool is_held;

static int answer_slowly(struct backend *backend, const struct backend_ask *ask,
                         struct result *out)
{
    (void)backend;
    (void)out;
    int now = ++running;
    if (now > most_running)
        most_running = now;
    while (is_held && !*ask->cancelled)
        clock_sleep_ms(1);
    cancelled += *ask->cancelled;
    running--;
    return *ask->cancelled ? ERR_CANCELLED : ERR_TOO_LARGE;
}

static struct backend *create_slow(struct store *store)
{
    static const struct backend_ops ops = { .segmentation = answer_slowly };
    static struct backend backend = { .ops = &ops };
    (void)store;
    return &backend;
}

static void destroy_slow(struct backend *backend)
{
    (void)backend;
}

/* ---- the room ------------------------------------------------------------------------------- */

struct room {
    struct query_room query;
    struct query_serve *serve;
    int web;
    uint64_t next_id;
    struct bytes buf;
};

static int setup(void **state)
{
    static struct room room;
    int pair[2];
    memset(&room, 0, sizeof(room));
    query_room_open(&room.query);
    running = most_running = cancelled = 0;
    is_held = false;
    room.serve = query_serve_start(&room.query.answers);
    if (sock_pair(pair) != 0)
        return -1;
    room.web = pair[0];
    query_serve_attach(room.serve, pair[1]);
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    sock_close(room->web);
    query_serve_stop(room->serve, 0);
    query_room_close(&room->query);
    bytes_release(&room->buf);
    return 0;
}

static uint64_t send_question(struct room *room, enum query_what what, const char *text,
                              uint64_t deadline_ms)
{
    struct bytes body = { 0 };
    struct query_question q = { .what = what, .project = PROJECT, .question = str_from(text) };
    query_wire_encode_question(&q, &body);
    struct msg msg = { .type = QUERY_QUESTION, .id = ++room->next_id, .fd = -1,
                       .deadline_ms = deadline_ms, .body = bytes_str(&body) };
    assert_int_equal(msg_send(room->web, &msg, 5000), 0);
    bytes_release(&body);
    return msg.id;
}

/* The status of the next answer, its id in *id, its JSON borrowed; 0 when none comes in time. */
static uint32_t receive(struct room *room, uint32_t timeout_ms, uint64_t *id, struct str *json)
{
    struct msg msg;
    struct query_answer answer;
    int r = msg_receive(room->web, false, timeout_ms, &room->buf, &msg);
    if (r == ERR_TIMEOUT)
        return 0;
    assert_int_equal(r, 0);
    assert_int_equal(msg.type, QUERY_ANSWER);
    assert_int_equal(query_wire_decode_answer(msg.body, &answer), 0);
    *id = msg.id;
    if (json)
        *json = answer.json;
    return answer.status;
}

static void login(struct room *room)
{
    struct event event = { .name = STR("Login"), .time_ms = clock_wall_ms() };
    query_room_feed(&room->query, PROJECT, &event, 1);
}

/* {"after":newest,"wait_ms":…} into out. */
static void poll_question(struct room *room, uint32_t wait_ms, char out[160])
{
    struct json_doc *doc;
    struct str json;
    uint64_t id;
    (void)send_question(room, QUERY_LIVE, "{}", 0);
    assert_int_equal(receive(room, 5000, &id, &json), 200);
    assert_int_equal(json_doc_parse(json, 1 << 20, &doc), 0);
    struct str cursor = json_doc_get_string(json_doc_root(doc), "cursor", STR(""));
    (void)snprintf(out, 160, "{\"after\":\"" STR_FMT "\",\"wait_ms\":%u}", STR_ARG(cursor),
                   wait_ms);
    json_doc_destroy(doc);
}

/* ---- answers -------------------------------------------------------------------------------- */

static void test_serve__each_answer_bears_its_questions_id(void **state)
{
    struct room *room = *state;
    bool seen[101] = { false };
    uint64_t id;
    for (int i = 0; i < 100; i++)
        (void)send_question(room, i % 2 ? QUERY_STATUS : QUERY_SCHEMA, "{}", 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(receive(room, 5000, &id, NULL), 200);
        assert_true(id >= 1 && id <= 100 && !seen[id]);
        seen[id] = true;
    }
}

static void test_serve__a_stale_question_is_dropped(void **state)
{
    struct room *room = *state;
    uint64_t id;
    (void)send_question(room, QUERY_STATUS, "{}", clock_boot_ms() - 1);
    uint64_t fresh = send_question(room, QUERY_STATUS, "{}", clock_boot_ms() + 5000);
    assert_int_equal(receive(room, 5000, &id, NULL), 200);
    assert_int_equal(id, fresh);
    assert_int_equal(receive(room, 50, &id, NULL), 0);
}

static void test_serve__what_is_no_question_closes_the_link(void **state)
{
    struct room *room = *state;
    static const struct { uint8_t type; const char *body; } bad[] = {
        { QUERY_ANSWER, "whatever" }, { QUERY_QUESTION, "short" }, { 77, "" },
    };
    for (size_t i = 0; i < 3; i++) {
        struct msg msg = { .type = bad[i].type, .id = 1, .fd = -1, .body = str_from(bad[i].body) };
        int pair[2];
        assert_int_equal(msg_send(room->web, &msg, 1000), 0);
        assert_int_equal(msg_receive(room->web, false, 5000, &room->buf, &msg), ERR_CLOSED);
        sock_close(room->web);
        assert_int_equal(sock_pair(pair), 0);
        room->web = pair[0];
        query_serve_attach(room->serve, pair[1]);
    }
    uint64_t id;
    (void)send_question(room, QUERY_STATUS, "{}", 0);
    assert_int_equal(receive(room, 5000, &id, NULL), 200);
}

/* ---- long polls ------------------------------------------------------------------------------- */

static void test_serve__a_poll_waits_for_news(void **state)
{
    struct room *room = *state;
    char question[160];
    uint64_t id;
    struct str json;
    poll_question(room, 20000, question);
    uint64_t poll = send_question(room, QUERY_LIVE, question, 0);
    assert_int_equal(receive(room, 100, &id, NULL), 0);
    uint64_t before = clock_boot_ms();
    login(room);
    assert_int_equal(receive(room, 5000, &id, &json), 200);
    assert_int_equal(id, poll);
    assert_true(clock_boot_ms() - before < 500);
    assert_true(str_find(json, STR("\"event\":\"Login\"")) > 0);
}

static void test_serve__a_poll_ends_with_its_time_or_its_deadline(void **state)
{
    struct room *room = *state;
    char question[160];
    uint64_t id;
    poll_question(room, 150, question);
    uint64_t before = clock_boot_ms();
    (void)send_question(room, QUERY_LIVE, question, 0);
    assert_int_equal(receive(room, 5000, &id, NULL), 200);
    assert_in_range(clock_boot_ms() - before, 149, 2000);
    poll_question(room, 20000, question);
    before = clock_boot_ms();
    (void)send_question(room, QUERY_LIVE, question, before + 400);
    assert_int_equal(receive(room, 5000, &id, NULL), 200);
    assert_true(clock_boot_ms() - before < 400);
}

/* Far more polls than workers: others are still answered at once, and one event answers all. */
static void test_serve__polls_cost_no_worker(void **state)
{
    struct room *room = *state;
    enum { POLLS = 200 };
    char question[160];
    uint64_t id;
    poll_question(room, 20000, question);
    for (int i = 0; i < POLLS; i++)
        (void)send_question(room, QUERY_LIVE, question, 0);
    clock_sleep_ms(50);
    uint64_t status = send_question(room, QUERY_STATUS, "{}", 0), before = clock_boot_ms();
    assert_int_equal(receive(room, 5000, &id, NULL), 200);
    assert_int_equal(id, status);
    assert_true(clock_boot_ms() - before < 1000);
    login(room);
    for (int i = 0; i < POLLS; i++)
        assert_int_equal(receive(room, 5000, &id, NULL), 200);
}

/* ---- reports -------------------------------------------------------------------------------- */

static void hold_reports(struct room *room)
{
    room->query.answers.create_backend = create_slow;
    room->query.answers.destroy_backend = destroy_slow;
    is_held = true;
}

static void wait_running(int count)
{
    for (int i = 0; i < 5000 && running != count; i++)
        clock_sleep_ms(1);
    assert_int_equal(running, count);
}

static void test_serve__reports_are_bounded_and_keep_nobody_else(void **state)
{
    struct room *room = *state;
    enum { ALL = QUERY_SERVE_REPORTS + QUERY_SERVE_REPORTS_WAITING };
    uint64_t id;
    struct str json;
    hold_reports(room);
    for (int i = 0; i < QUERY_SERVE_REPORTS; i++)
        (void)send_question(room, QUERY_REPORT, REPORT, 0);
    wait_running(QUERY_SERVE_REPORTS);
    for (int i = 0; i < QUERY_SERVE_REPORTS_WAITING; i++)
        (void)send_question(room, QUERY_REPORT, REPORT, 0);
    uint64_t over = send_question(room, QUERY_REPORT, REPORT, 0);
    assert_int_equal(receive(room, 5000, &id, &json), 429);
    assert_int_equal(id, over);
    assert_true(str_find(json, STR("\"code\":\"rate\"")) > 0);
    uint64_t status = send_question(room, QUERY_STATUS, "{}", 0);
    assert_int_equal(receive(room, 5000, &id, NULL), 200);
    assert_int_equal(id, status);
    is_held = false;
    for (int i = 0; i < ALL; i++)
        assert_int_equal(receive(room, 5000, &id, NULL), 413);
    assert_int_equal(most_running, QUERY_SERVE_REPORTS);
}

static void test_serve__reports_end_when_web_is_gone(void **state)
{
    struct room *room = *state;
    int pair[2];
    uint64_t id;
    hold_reports(room);
    for (int i = 0; i < 10; i++)
        (void)send_question(room, QUERY_REPORT, REPORT, 0);
    wait_running(QUERY_SERVE_REPORTS);
    sock_close(room->web);
    wait_running(0);
    assert_int_equal(cancelled, QUERY_SERVE_REPORTS);
    assert_int_equal(sock_pair(pair), 0);
    room->web = pair[0];
    query_serve_attach(room->serve, pair[1]);
    is_held = false;
    (void)send_question(room, QUERY_REPORT, REPORT, 0);
    assert_int_equal(receive(room, 5000, &id, NULL), 413);
}

/* ---- the end --------------------------------------------------------------------------------- */

static void *stop(void *arg)
{
    struct room *room = arg;
    query_serve_stop(room->serve, 5000);
    room->serve = NULL;
    return NULL;
}

static void test_serve__ends_with_what_was_asked(void **state)
{
    struct room *room = *state;
    char question[160];
    uint64_t id;
    uint32_t statuses[2];
    pthread_t thread;
    poll_question(room, 20000, question);
    hold_reports(room);
    (void)send_question(room, QUERY_LIVE, question, 0);
    (void)send_question(room, QUERY_REPORT, REPORT, 0);
    wait_running(1);
    assert_int_equal(pthread_create(&thread, NULL, stop, room), 0);
    statuses[0] = receive(room, 5000, &id, NULL);
    assert_int_equal(statuses[0], 200);
    is_held = false;
    statuses[1] = receive(room, 5000, &id, NULL);
    assert_int_equal(statuses[1], 413);
    (void)pthread_join(thread, NULL);
    struct msg msg;
    assert_int_equal(msg_receive(room->web, false, 1000, &room->buf, &msg), ERR_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_serve__##name, setup, teardown)
        TEST(each_answer_bears_its_questions_id),
        TEST(a_stale_question_is_dropped),
        TEST(what_is_no_question_closes_the_link),
        TEST(a_poll_waits_for_news),
        TEST(a_poll_ends_with_its_time_or_its_deadline),
        TEST(polls_cost_no_worker),
        TEST(reports_are_bounded_and_keep_nobody_else),
        TEST(reports_end_when_web_is_gone),
        TEST(ends_with_what_was_asked),
    };
    return RUN(tests);
}
