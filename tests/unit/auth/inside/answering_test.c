/* auth/inside/answering: what waits does not hold up what only reads, and an answer goes where it was asked. */
#include "auth/inside/answering.h"

#include <string.h>

#include "auth/wire/auth_wire.h"
#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/msg.h"
#include "sys/sock.h"

static void say(int fd, uint64_t id, const struct auth_request *request)
{
    struct bytes body = { 0 };
    auth_wire_encode_request(request, &body);
    struct msg msg = { .type = (uint8_t)request->type, .id = id, .body = bytes_str(&body),
                       .fd = -1 };
    assert_int_equal(msg_send(fd, &msg, 1000), 0);
    bytes_release(&body);
}

static int take(struct answering *a, int fd)
{
    struct bytes buf = { 0 };
    struct msg msg;
    assert_int_equal(msg_receive(fd, false, 1000, &buf, &msg), 0);
    int r = answering_take(a, &msg);
    bytes_release(&buf);
    return r;
}

static uint64_t hear(int fd, uint8_t *type)
{
    struct bytes buf = { 0 };
    struct msg msg;
    assert_int_equal(msg_receive(fd, false, 5000, &buf, &msg), 0);
    *type = msg.type;
    bytes_release(&buf);
    return msg.id;
}

static void test_answering__reads_pass_what_waits(void **state)
{
    (void)state;
    struct auth_stand s;
    int web[2];
    uint8_t type;
    auth_stand_open(&s);
    struct answering *a = answering_create(s.room.auth);
    assert_int_equal(sock_pair(web), 0);
    answering_attach(a, web[0]);
    const struct auth_request me = { .type = AUTH_ME, .by = AUTH_BY_UID, .uid = ROOM_OWNER_UID };
    const struct auth_request link = { .type = AUTH_CALL, .by = AUTH_BY_NOBODY,
                                       .call = AUTH_LOGIN_LINK, .body = STR("{}") };
    /* The call cannot go on while somebody holds the lock; it waits on a thread of its own. */
    auth_lock(s.room.auth);
    say(web[1], 1, &link);
    assert_int_equal(take(a, web[0]), 0);
    auth_unlock(s.room.auth);
    say(web[1], 2, &me);
    assert_int_equal(take(a, web[0]), 0);
    uint64_t first = hear(web[1], &type), second = hear(web[1], &type);
    assert_int_equal(first + second, 3);
    answering_destroy(a);
    sock_close(web[1]);
    auth_stand_close(&s);
}

static void test_answering__a_full_queue_is_throttled_and_an_old_link_hears_nothing(void **state)
{
    (void)state;
    struct auth_stand s;
    int web[2], next[2];
    uint8_t type;
    auth_stand_open(&s);
    struct answering *a = answering_create(s.room.auth);
    assert_int_equal(sock_pair(web), 0);
    assert_int_equal(sock_pair(next), 0);
    answering_attach(a, web[0]);
    const struct auth_request link = { .type = AUTH_CALL, .by = AUTH_BY_NOBODY,
                                       .call = AUTH_LOGIN_LINK, .body = STR("{}") };
    auth_lock(s.room.auth);
    uint64_t id = 1;
    for (; id <= ANSWERING_QUEUE_MAX + ANSWERING_THREADS + 1; id++) {
        say(web[1], id, &link);
        assert_int_equal(take(a, web[0]), 0);
    }
    (void)hear(web[1], &type);
    assert_int_equal(type, AUTH_REFUSED);
    /* A new web: what the former one asked is answered to nobody. */
    answering_attach(a, next[0]);
    auth_unlock(s.room.auth);
    const struct auth_request me = { .type = AUTH_ME, .by = AUTH_BY_UID, .uid = ROOM_OWNER_UID };
    say(next[1], 500, &me);
    assert_int_equal(take(a, next[0]), 0);
    assert_int_equal(hear(next[1], &type), 500);
    assert_int_equal(type, AUTH_IS);
    const struct msg strange = { .type = AUTH_DONE, .id = 1, .body = STR(""), .fd = -1 };
    assert_int_equal(answering_take(a, &strange), ERR_INVALID);
    answering_destroy(a);
    sock_close(web[1]);
    sock_close(next[1]);
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answering__reads_pass_what_waits),
        cmocka_unit_test(test_answering__a_full_queue_is_throttled_and_an_old_link_hears_nothing),
    };
    return RUN(tests);
}
