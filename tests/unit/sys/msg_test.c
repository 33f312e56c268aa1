/* sys/msg: frames as wall.md 1 draws them, and what closes a link. Frames are made by hand here,
 * byte by byte, as a lying peer would. */
#include "sys/msg.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "support/test.h"
#include "sys/sock.h"

struct pair {
    int ends[2];
    struct bytes buf;
};

static int setup(void **state)
{
    static struct pair pair;
    pair = (struct pair){ 0 };
    *state = &pair;
    return sock_pair(pair.ends);
}

static int teardown(void **state)
{
    struct pair *pair = *state;
    sock_close(pair->ends[0]);
    sock_close(pair->ends[1]);
    bytes_release(&pair->buf);
    return 0;
}

static void test_msg__frame_arrives_whole(void **state)
{
    struct pair *p = *state;
    struct msg sent = { .type = 7, .id = 99, .deadline_ms = 5, .body = STR("hello"), .fd = -1 };
    struct msg got;
    assert_int_equal(msg_send(p->ends[0], &sent, 100), 0);
    assert_int_equal(msg_receive(p->ends[1], false, 100, &p->buf, &got), 0);
    assert_int_equal(got.type, 7);
    assert_int_equal(got.id, 99);
    assert_int_equal(got.deadline_ms, 5);
    assert_str(got.body, "hello");
    assert_int_equal(got.fd, -1);
}

static void test_msg__large_body_travels_in_a_memfd(void **state)
{
    struct pair *p = *state;
    struct bytes body = { 0 };
    struct msg got;
    memset(bytes_grow(&body, 300000), 'x', 300000);
    struct msg sent = { .type = 1, .body = bytes_str(&body), .fd = -1 };
    assert_int_equal(msg_send(p->ends[0], &sent, 100), 0);
    assert_int_equal(msg_receive(p->ends[1], false, 100, &p->buf, &got), 0);
    assert_int_equal(got.body.len, 300000);
    assert_int_equal(got.body.ptr[299999], 'x');
    bytes_release(&body);
}

static void test_msg__passed_descriptor_needs_permission(void **state)
{
    struct pair *p = *state;
    struct msg sent = { .type = 1, .fd = 0 }, got;
    assert_int_equal(msg_send(p->ends[0], &sent, 100), 0);
    assert_int_equal(msg_receive(p->ends[1], true, 100, &p->buf, &got), 0);
    assert_true(got.fd > 2);
    (void)close(got.fd);
    assert_int_equal(msg_send(p->ends[0], &sent, 100), 0);
    assert_int_equal(msg_receive(p->ends[1], false, 100, &p->buf, &got), ERR_INVALID);
}

static void frame(struct bytes *out, uint16_t magic, uint8_t version, uint32_t len, uint32_t flags,
                  uint32_t zero)
{
    bytes_put_u16(out, magic);
    bytes_put_u8(out, version);
    bytes_put_u8(out, 1);
    bytes_put_u32(out, len);
    bytes_put_u64(out, 0);
    bytes_put_u64(out, 0);
    bytes_put_u32(out, flags);
    bytes_put_u32(out, zero);
}

static int receive_raw(struct pair *p, struct bytes *raw)
{
    struct msg got;
    assert_true(send(p->ends[0], raw->ptr, raw->len, 0) == (ssize_t)raw->len);
    bytes_release(raw);
    return msg_receive(p->ends[1], false, 100, &p->buf, &got);
}

static void test_msg__malformed_headers_are_invalid(void **state)
{
    struct pair *p = *state;
    struct bytes raw = { 0 };
    frame(&raw, 0x4d42, 1, 0, 0, 0);
    assert_int_equal(receive_raw(p, &raw), ERR_INVALID);
    frame(&raw, 0x4d41, 2, 0, 0, 0);
    assert_int_equal(receive_raw(p, &raw), ERR_INVALID);
    frame(&raw, 0x4d41, 1, 5, 0, 0);
    assert_int_equal(receive_raw(p, &raw), ERR_INVALID);
    frame(&raw, 0x4d41, 1, 0, 2, 0);
    assert_int_equal(receive_raw(p, &raw), ERR_INVALID);
    frame(&raw, 0x4d41, 1, 0, 0, 1);
    assert_int_equal(receive_raw(p, &raw), ERR_INVALID);
    bytes_put_u16(&raw, 0x4d41);
    assert_int_equal(receive_raw(p, &raw), ERR_INVALID);
}

static void send_memfd(struct pair *p, unsigned seals, uint32_t len)
{
    struct bytes raw = { 0 };
    _Alignas(struct cmsghdr) char space[CMSG_SPACE(sizeof(int))] = { 0 };
    int fd = memfd_create("t", MFD_ALLOW_SEALING);
    assert_int_equal(ftruncate(fd, len), 0);
    if (seals)
        assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
    frame(&raw, 0x4d41, 1, len, 1, 0);
    struct iovec part = { raw.ptr, raw.len };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = space,
                        .msg_controllen = sizeof(space) };
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &fd, sizeof(int));
    assert_true(sendmsg(p->ends[0], &m, 0) > 0);
    (void)close(fd);
    bytes_release(&raw);
}

static void test_msg__unsealed_memfd_is_invalid(void **state)
{
    struct pair *p = *state;
    struct msg got;
    send_memfd(p, 0, 100000);
    assert_int_equal(msg_receive(p->ends[1], false, 100, &p->buf, &got), ERR_INVALID);
    send_memfd(p, 15, 100000);
    assert_int_equal(msg_receive(p->ends[1], false, 100, &p->buf, &got), 0);
}

static void test_msg__gone_peer_is_closed_and_silence_times_out(void **state)
{
    struct pair *p = *state;
    struct msg got;
    assert_int_equal(msg_receive(p->ends[1], false, 10, &p->buf, &got), ERR_TIMEOUT);
    sock_close(p->ends[0]);
    p->ends[0] = -1;
    assert_int_equal(msg_receive(p->ends[1], false, 10, &p->buf, &got), ERR_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_msg__frame_arrives_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_msg__large_body_travels_in_a_memfd, setup, teardown),
        cmocka_unit_test_setup_teardown(test_msg__passed_descriptor_needs_permission, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_msg__malformed_headers_are_invalid, setup, teardown),
        cmocka_unit_test_setup_teardown(test_msg__unsealed_memfd_is_invalid, setup, teardown),
        cmocka_unit_test_setup_teardown(test_msg__gone_peer_is_closed_and_silence_times_out, setup,
                                        teardown),
    };
    return RUN(tests);
}
