/* sys/control: the supervisor's words, both ways. */
#include "sys/control.h"

#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "support/test.h"
#include "sys/msg.h"
#include "sys/sock.h"

static void test_control__relink_carries_names_boot_id_and_descriptor(void **state)
{
    (void)state;
    int pair[2];
    struct bytes buf = { 0 };
    struct control_event got, sent = { .link = STR("web-auth"), .peer = STR("auth"), .fd = 0 };
    memset(sent.boot_id, 7, sizeof(sent.boot_id));
    assert_int_equal(sock_pair(pair), 0);
    assert_int_equal(control_send_relink(pair[0], &sent), 0);
    assert_int_equal(control_receive(pair[1], &buf, &got), 0);
    assert_int_equal(got.type, CONTROL_RELINK);
    assert_str(got.link, "web-auth");
    assert_str(got.peer, "auth");
    assert_memory_equal(got.boot_id, sent.boot_id, 16);
    assert_true(got.fd >= 0);
    sock_close(got.fd);
    sock_close(pair[0]);
    sock_close(pair[1]);
    bytes_release(&buf);
}

static void test_control__plain_words_end_of_file_and_nonsense(void **state)
{
    (void)state;
    int pair[2];
    struct bytes buf = { 0 };
    struct control_event got;
    struct msg nonsense = { .type = 9, .fd = -1 };
    assert_int_equal(sock_pair(pair), 0);
    assert_int_equal(control_send_drain(pair[0]), 0);
    assert_int_equal(control_send_ready(pair[0]), 0);
    assert_int_equal(msg_send(pair[0], &nonsense, 100), 0);
    assert_int_equal(control_receive(pair[1], &buf, &got), 0);
    assert_int_equal(got.type, CONTROL_DRAIN);
    assert_int_equal(control_receive(pair[1], &buf, &got), 0);
    assert_int_equal(got.type, CONTROL_READY);
    assert_int_equal(control_receive(pair[1], &buf, &got), ERR_INVALID);
    sock_close(pair[0]);
    assert_int_equal(control_receive(pair[1], &buf, &got), ERR_CLOSED);
    sock_close(pair[1]);
    bytes_release(&buf);
}

static void test_control__broken_carries_the_link(void **state)
{
    (void)state;
    int pair[2];
    struct bytes buf = { 0 };
    struct control_event got;
    struct msg short_one = { .type = CONTROL_BROKEN, .body = STR("\x05web"), .fd = -1 };
    assert_int_equal(sock_pair(pair), 0);
    assert_int_equal(control_send_broken(pair[0], STR("web-auth")), 0);
    assert_int_equal(msg_send(pair[0], &short_one, 100), 0);
    assert_int_equal(control_receive(pair[1], &buf, &got), 0);
    assert_int_equal(got.type, CONTROL_BROKEN);
    assert_str(got.link, "web-auth");
    assert_int_equal(got.fd, -1);
    assert_int_equal(control_receive(pair[1], &buf, &got), ERR_INVALID);
    sock_close(pair[0]);
    sock_close(pair[1]);
    bytes_release(&buf);
}

static void test_control__ready_carries_the_layers(void **state)
{
    (void)state;
    int pair[2];
    struct bytes buf = { 0 };
    struct control_event got;
    /* This test confines nothing: all is off. Then all is on, by hand, and then too much. */
    const char on[] = { 15, 7, 67, 0 }, more[] = { 16, 7, 67, 0 };
    struct msg ready = { .type = CONTROL_READY, .body = str_of(on, 4), .fd = -1 };
    assert_int_equal(sock_pair(pair), 0);
    assert_int_equal(control_send_ready(pair[0]), 0);
    assert_int_equal(control_receive(pair[1], &buf, &got), 0);
    assert_false(got.layers.is_confined || got.layers.has_own_uid || got.layers.locks_keys);
    assert_int_equal(got.layers.landlock_abi + got.layers.seccomp_calls, 0);
    assert_int_equal(msg_send(pair[0], &ready, 100), 0);
    assert_int_equal(control_receive(pair[1], &buf, &got), 0);
    assert_true(got.layers.is_confined && got.layers.has_own_uid && got.layers.locks_keys &&
                got.layers.has_no_network);
    assert_int_equal(got.layers.landlock_abi, 7);
    assert_int_equal(got.layers.seccomp_calls, 67);
    ready.body = str_of(more, 4);
    assert_int_equal(msg_send(pair[0], &ready, 100), 0);
    assert_int_equal(control_receive(pair[1], &buf, &got), ERR_INVALID);
    ready.body = str_of(on, 3);
    assert_int_equal(msg_send(pair[0], &ready, 100), 0);
    assert_int_equal(control_receive(pair[1], &buf, &got), ERR_INVALID);
    sock_close(pair[0]);
    sock_close(pair[1]);
    bytes_release(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_control__relink_carries_names_boot_id_and_descriptor),
        cmocka_unit_test(test_control__ready_carries_the_layers),
        cmocka_unit_test(test_control__broken_carries_the_link),
        cmocka_unit_test(test_control__plain_words_end_of_file_and_nonsense),
    };
    return RUN(tests);
}
