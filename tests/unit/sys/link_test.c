/* sys/link: many askers, answers out of order, a peer that goes and comes back. */
#include "sys/link.h"

#include <pthread.h>
#include <sys/socket.h>

#include "base/err.h"
#include "support/test.h"
#include "sys/control.h"
#include "sys/sock.h"

/* An answerer that takes `pairs` pairs of questions and answers each pair in reverse. */
static void *answer_in_reverse(void *arg)
{
    int fd = *(int *)arg;
    for (int pair = 0; pair < 50; pair++) {
        struct bytes bufs[2] = { { 0 }, { 0 } };
        struct msg msgs[2];
        for (int i = 0; i < 2; i++)
            if (msg_receive(fd, false, 2000, &bufs[i], &msgs[i]) != 0)
                return NULL;
        for (int i = 1; i >= 0; i--) {
            struct msg answer = { .type = 2, .id = msgs[i].id, .body = msgs[i].body, .fd = -1 };
            if (msg_send(fd, &answer, 2000) != 0)
                return NULL;
        }
        bytes_release(&bufs[0]);
        bytes_release(&bufs[1]);
    }
    return NULL;
}

struct asker {
    struct link *link;
    const char *text;
    int wrong;
};

static void *ask_fifty(void *arg)
{
    struct asker *asker = arg;
    struct bytes answer = { 0 };
    uint8_t type;
    for (int i = 0; i < 50; i++) {
        int r = link_ask(asker->link, 1, str_from(asker->text), 2000, &type, &answer);
        if (r != 0 || type != 2 || !str_equal(bytes_str(&answer), str_from(asker->text)))
            asker->wrong++;
    }
    bytes_release(&answer);
    return NULL;
}

static void test_link__each_asker_gets_its_own_answer(void **state)
{
    (void)state;
    int pair[2];
    pthread_t threads[3];
    assert_int_equal(sock_pair(pair), 0);
    struct link *link = link_create("test");
    link_attach(link, pair[0]);
    struct asker a = { .link = link, .text = "a" }, b = { .link = link, .text = "bb" };
    (void)pthread_create(&threads[0], NULL, answer_in_reverse, &pair[1]);
    (void)pthread_create(&threads[1], NULL, ask_fifty, &a);
    (void)pthread_create(&threads[2], NULL, ask_fifty, &b);
    for (int i = 0; i < 3; i++)
        (void)pthread_join(threads[i], NULL);
    assert_int_equal(a.wrong + b.wrong, 0);
    link_destroy(link);
    sock_close(pair[1]);
}

static void test_link__closed_until_attached_again(void **state)
{
    (void)state;
    int pair[2];
    uint8_t type;
    struct bytes answer = { 0 };
    struct link *link = link_create("test");
    assert_false(link_is_open(link));
    assert_int_equal(link_ask(link, 1, STR("x"), 100, &type, &answer), ERR_CLOSED);
    assert_int_equal(sock_pair(pair), 0);
    link_attach(link, pair[0]);
    sock_close(pair[1]);
    assert_int_equal(link_ask(link, 1, STR("x"), 500, &type, &answer), ERR_CLOSED);
    assert_int_equal(sock_pair(pair), 0);
    link_attach(link, pair[0]);
    assert_int_equal(link_ask(link, 1, STR("x"), 50, &type, &answer), ERR_TIMEOUT);
    link_destroy(link);
    sock_close(pair[1]);
    bytes_release(&answer);
}

/* What is no answer closes the link, fails who waits, and is reported; an end of file is not. */
static void test_link__a_broken_link_is_reported(void **state)
{
    (void)state;
    int pair[2], control[2];
    uint8_t type;
    struct bytes answer = { 0 }, buf = { 0 };
    struct control_event got;
    assert_int_equal(sock_pair(control), 0);
    link_report_to(control[0]);
    struct link *link = link_create("web-auth");
    assert_int_equal(sock_pair(pair), 0);
    link_attach(link, pair[0]);
    sock_close(pair[1]);
    assert_int_equal(link_ask(link, 1, STR("x"), 1000, &type, &answer), ERR_CLOSED);
    assert_int_equal(sock_pair(pair), 0);
    link_attach(link, pair[0]);
    assert_int_equal(send(pair[1], "nonsense", 8, MSG_NOSIGNAL), 8);
    assert_int_equal(link_ask(link, 1, STR("x"), 1000, &type, &answer), ERR_CLOSED);
    assert_int_equal(control_receive(control[1], &buf, &got), 0);
    assert_int_equal(got.type, CONTROL_BROKEN);
    assert_str(got.link, "web-auth");
    link_report_to(-1);
    link_destroy(link);
    sock_close(control[0]);
    assert_int_equal(control_receive(control[1], &buf, &got), ERR_CLOSED);
    sock_close(control[1]);
    sock_close(pair[1]);
    bytes_release(&answer);
    bytes_release(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_link__each_asker_gets_its_own_answer),
        cmocka_unit_test(test_link__closed_until_attached_again),
        cmocka_unit_test(test_link__a_broken_link_is_reported),
    };
    return RUN(tests);
}
