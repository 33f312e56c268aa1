/* vault/inside/web_answers, at the socket: one answer a request by its id; a ledger that lies gets no
 * byte out; anything that is not a request closes the link. */
#include "vault/inside/web_answers.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "support/opening_room.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/msg.h"
#include "sys/sock.h"

static const struct vault_room_value values[] = {
    { 1, "$email", "noura@example.com", 100 }, { 2, "$email", "omar@example.com", 102 },
};
static const char *const email[] = { "$email" };
static const uint32_t who[] = { 1, 2 };

struct office {
    struct opening_room room;
    struct opening_ask ask;
    pthread_t thread;
    int ours, theirs;
    int result;
};

static void *serve(void *arg)
{
    struct office *o = arg;
    o->result = web_answers_serve(o->theirs, o->room.opening);
    return NULL;
}

static struct office *office_open(void)
{
    static struct office office;
    int pair[2];
    memset(&office, 0, sizeof(office));
    opening_room_open(&office.room);
    opening_room_put(&office.room, values, 2);
    opening_ask_reveal(&office.room, email, 1, who, 2, &office.ask);
    assert_int_equal(sock_pair(pair), 0);
    office.ours = pair[0];
    office.theirs = pair[1];
    assert_int_equal(pthread_create(&office.thread, NULL, serve, &office), 0);
    return &office;
}

static void office_close(struct office *o, int expected)
{
    sock_close(o->ours);
    assert_int_equal(pthread_join(o->thread, NULL), 0);
    assert_int_equal(o->result, expected);
    opening_ask_release(&o->ask);
    opening_room_close(&o->room);
}

static void send_body(struct office *o, uint8_t type, struct str body, uint64_t id)
{
    struct msg msg = { .type = type, .id = id, .body = body, .fd = -1 };
    assert_int_equal(msg_send(o->ours, &msg, 1000), 0);
}

static void send_ask(struct office *o, uint8_t type, uint64_t id)
{
    struct bytes body = { 0 };
    vault_wire_encode_ask(&o->ask.wire, &body);
    send_body(o, type, bytes_str(&body), id);
    bytes_release(&body);
}

/* The type of the answer with that id, or the error. */
static int answer(struct office *o, uint64_t id)
{
    struct bytes buf = { 0 };
    struct msg msg;
    int r = msg_receive(o->ours, false, 5000, &buf, &msg);
    if (r == 0)
        assert_true(msg.id == id);
    bytes_release(&buf);
    return r == 0 ? msg.type : r;
}

static void test_web_answers__each_request_has_its_answer(void **state)
{
    (void)state;
    struct office *o = office_open();
    for (uint64_t id = 5; id < 9; id++) {
        opening_ask_make(&o->room, &o->ask);
        send_ask(o, VAULT_REVEAL, id);
    }
    for (uint64_t id = 5; id < 9; id++)
        assert_int_equal(answer(o, id), VAULT_REVEALED);
    send_ask(o, VAULT_FIND, 9); /* the grant is for a reveal */
    assert_int_equal(answer(o, 9), VAULT_DENIED);
    struct ref ref = vault_room_ref(&values[0]);
    opening_ask_release(&o->ask);
    opening_ask_find(&o->room, &ref, &o->ask);
    send_ask(o, VAULT_FIND, 10);
    assert_int_equal(answer(o, 10), VAULT_FOUND);
    send_ask(o, VAULT_REVEAL, 11);
    assert_int_equal(answer(o, 11), VAULT_DENIED);
    office_close(o, 0);
}

static void test_web_answers__three_thousand_subjects_fit(void **state)
{
    (void)state;
    struct office *o = office_open();
    static uint32_t many[OPENING_SUBJECTS_MAX];
    for (uint32_t i = 0; i < OPENING_SUBJECTS_MAX; i++)
        many[i] = i + 1;
    o->room.ledger.lie = LEDGER_REFUSES;
    opening_ask_release(&o->ask);
    opening_ask_reveal(&o->room, email, 1, many, OPENING_SUBJECTS_MAX, &o->ask);
    send_ask(o, VAULT_REVEAL, 1);
    assert_int_equal(answer(o, 1), VAULT_DENIED);
    assert_int_equal(o->room.ledger.ref_count, OPENING_SUBJECTS_MAX);
    o->room.ledger.lie = LEDGER_HONEST;
    opening_ask_make(&o->room, &o->ask);
    send_ask(o, VAULT_REVEAL, 2);
    assert_int_equal(answer(o, 2), VAULT_REVEALED);
    office_close(o, 0);
}

static void test_web_answers__a_lying_ledger_gets_no_byte_out(void **state)
{
    (void)state;
    for (int lie = LEDGER_HONEST + 1; lie < LEDGER_LIES_END; lie++) {
        if (lie == LEDGER_REFUSES || lie == LEDGER_SILENT)
            continue;
        struct office *o = office_open();
        for (uint64_t id = 1; id < 4; id++) {
            opening_ask_make(&o->room, &o->ask);
            send_ask(o, VAULT_REVEAL, id);
            assert_int_equal(answer(o, id), VAULT_REVEALED);
        }
        opening_ask_make(&o->room, &o->ask);
        o->room.ledger.lie = lie;
        send_ask(o, VAULT_REVEAL, 4);
        assert_int_equal(answer(o, 4), ERR_CLOSED);
        office_close(o, ERR_CRYPTO);
    }
}

static void test_web_answers__unknown_types_close_the_link(void **state)
{
    (void)state;
    for (int type = 0; type < 256; type++) {
        if (type == VAULT_REVEAL || type == VAULT_FIND)
            continue;
        struct office *o = office_open();
        send_ask(o, (uint8_t)type, 1);
        assert_int_equal(answer(o, 1), ERR_CLOSED);
        assert_int_equal(o->room.ledger.records, 0);
        office_close(o, ERR_INVALID);
    }
}

/* Bodies that no ask encodes to. */
static void test_web_answers__malformed_requests_close_the_link(void **state)
{
    (void)state;
    for (int bad = 0; bad < 7; bad++) {
        struct office *o = office_open();
        struct bytes body = { 0 };
        vault_wire_encode_ask(&o->ask.wire, &body);
        size_t count_at = body.len - 2 * sizeof(struct ref) - 4;
        switch (bad) {
        case 0: body.len--; break;
        case 1: bytes_put_u8(&body, 0); break;
        case 2: body.ptr[count_at] = 3; break;              /* more refs than there are */
        case 3: body.ptr[count_at] = 1; break;              /* fewer */
        case 4: body.ptr[count_at + 3] = 0x80; break;       /* far more */
        case 5: body.ptr[GRANT_BYTES + 2] = 1; break;       /* an ask of over 64 KiB */
        default: memcpy(body.ptr + count_at + 4, body.ptr + count_at + 20, 16); /* twice one */
        }
        send_body(o, VAULT_REVEAL, bytes_str(&body), 1);
        assert_int_equal(answer(o, 1), ERR_CLOSED);
        assert_int_equal(o->room.ledger.records, 0);
        bytes_release(&body);
        office_close(o, ERR_INVALID);
    }
}

static void test_web_answers__over_many_refs_close_the_link(void **state)
{
    (void)state;
    struct office *o = office_open();
    struct bytes body = { 0 };
    bytes_append(&body, o->ask.grant_bytes, GRANT_BYTES);
    bytes_put_u32(&body, (uint32_t)o->ask.text.len);
    bytes_append(&body, o->ask.text.ptr, o->ask.text.len);
    bytes_put_u32(&body, 0);
    bytes_put_u32(&body, 3001);
    for (uint32_t i = 0; i < 3001; i++) {
        uint8_t ref[16] = { (uint8_t)(i >> 8), (uint8_t)i, 1 };
        bytes_append(&body, ref, sizeof(ref));
    }
    send_body(o, VAULT_REVEAL, bytes_str(&body), 1);
    assert_int_equal(answer(o, 1), ERR_CLOSED);
    bytes_release(&body);
    office_close(o, ERR_INVALID);
}

static void send_with_fd(struct office *o, struct str bytes, int fd)
{
    struct iovec part = { (void *)(uintptr_t)bytes.ptr, bytes.len };
    _Alignas(struct cmsghdr) char space[CMSG_SPACE(sizeof(int))] = { 0 };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = space,
                        .msg_controllen = sizeof(space) };
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    *c = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
                           .cmsg_len = CMSG_LEN(sizeof(int)) };
    memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    assert_int_equal(sendmsg(o->ours, &m, 0), (ssize_t)bytes.len);
}

static void test_web_answers__a_descriptor_closes_the_link(void **state)
{
    (void)state;
    struct office *o = office_open();
    struct bytes body = { 0 };
    vault_wire_encode_ask(&o->ask.wire, &body);
    struct msg msg = { .type = VAULT_REVEAL, .id = 1, .body = bytes_str(&body), .fd = o->ours };
    assert_int_equal(msg_send(o->ours, &msg, 1000), 0);
    assert_int_equal(answer(o, 1), ERR_CLOSED);
    bytes_release(&body);
    office_close(o, ERR_INVALID);
}

/* A file of the right size in the place of a sealed memfd: it could change under the reader. */
static void test_web_answers__an_unsealed_memory_closes_the_link(void **state)
{
    (void)state;
    enum { SIZE = 70000 };
    struct office *o = office_open();
    struct bytes frame = { 0 };
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), SIZE), 0);
    bytes_put_u16(&frame, 0x4d41);
    bytes_put_u8(&frame, 1);
    bytes_put_u8(&frame, VAULT_REVEAL);
    bytes_put_u32(&frame, SIZE);
    bytes_put_u64(&frame, 1);
    bytes_put_u64(&frame, 0);
    bytes_put_u32(&frame, 1);
    bytes_put_u32(&frame, 0);
    send_with_fd(o, bytes_str(&frame), fileno(file));
    assert_int_equal(answer(o, 1), ERR_CLOSED);
    (void)fclose(file);
    bytes_release(&frame);
    office_close(o, ERR_INVALID);
}

/* What was seen of the ledger is written down without anybody asking further. */
static void test_web_answers__saves_what_was_seen_within_a_second(void **state)
{
    (void)state;
    struct office *o = office_open();
    send_ask(o, VAULT_REVEAL, 1);
    assert_int_equal(answer(o, 1), VAULT_REVEALED);
    struct value_seen seen[4];
    uint32_t count = 0;
    for (int i = 0; i < 60 && count == 0; i++) {
        clock_sleep_ms(50);
        turn_take(&o->room.turn);
        assert_int_equal(value_table_read_seen(intake_table(o->room.vault.intake), 4, seen,
                                               &count), 0);
        turn_leave(&o->room.turn);
    }
    assert_int_equal(count, 1);
    assert_true(seen[0].size == 1);
    office_close(o, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_web_answers__each_request_has_its_answer),
        cmocka_unit_test(test_web_answers__three_thousand_subjects_fit),
        cmocka_unit_test(test_web_answers__a_lying_ledger_gets_no_byte_out),
        cmocka_unit_test(test_web_answers__unknown_types_close_the_link),
        cmocka_unit_test(test_web_answers__malformed_requests_close_the_link),
        cmocka_unit_test(test_web_answers__over_many_refs_close_the_link),
        cmocka_unit_test(test_web_answers__a_descriptor_closes_the_link),
        cmocka_unit_test(test_web_answers__an_unsealed_memory_closes_the_link),
        cmocka_unit_test(test_web_answers__saves_what_was_seen_within_a_second),
    };
    return RUN(tests);
}
