/* vault/inside/vault_answers: over a real link, one answer a batch, in order, and a closed link for
 * anything else. */
#include "vault/inside/vault_answers.h"

#include <string.h>

#include "base/err.h"
#include "support/test.h"
#include "support/vault_room.h"
#include "sys/msg.h"
#include "sys/sock.h"

struct office {
    struct vault_room room;
    struct turn turn;
    pthread_t thread;
    int ours, theirs;
    int result;              /* once the thread has ended */
};

static void *serve(void *arg)
{
    struct office *office = arg;
    office->result = vault_answers_serve(office->theirs, office->room.intake, &office->turn);
    return NULL;
}

static void office_open(struct office *office)
{
    int pair[2];
    vault_room_init(&office->room);
    assert_int_equal(vault_room_open(&office->room), 0);
    assert_int_equal(sock_pair(pair), 0);
    office->ours = pair[0];
    office->theirs = pair[1];
    turn_init(&office->turn);
}

static void office_start(struct office *office)
{
    assert_int_equal(pthread_create(&office->thread, NULL, serve, office), 0);
}

static void office_close(struct office *office, int expected)
{
    sock_close(office->ours);
    assert_int_equal(pthread_join(office->thread, NULL), 0);
    assert_int_equal(office->result, expected);
    vault_room_release(&office->room);
}

static void ask(struct office *office, uint8_t type, struct str body, uint64_t id)
{
    struct msg msg = { .type = type, .id = id, .body = body, .fd = -1 };
    assert_int_equal(msg_send(office->ours, &msg, 1000), 0);
}

static void ask_batch(struct office *office, uint64_t sequence)
{
    struct vault_room_value value = { (uint32_t)sequence, "$email", "a@example.com", 1 };
    struct bytes batch = { 0 };
    vault_room_seal(&office->room, &value, 1, sequence, &batch);
    ask(office, VAULT_INTAKE, bytes_str(&batch), sequence + 1000);
    bytes_release(&batch);
}

static void assert_stored(struct office *office, uint64_t sequence)
{
    struct bytes buf = { 0 };
    struct msg msg;
    struct vault_stored stored;
    assert_int_equal(msg_receive(office->ours, false, 5000, &buf, &msg), 0);
    assert_int_equal(msg.type, VAULT_STORED);
    assert_true(msg.id == sequence + 1000);
    assert_int_equal(vault_wire_decode_stored(msg.body, &stored), 0);
    assert_true(stored.sequence == sequence);
    assert_int_equal(stored.boot_id[0], 9);
    bytes_release(&buf);
}

static void assert_refused(struct office *office, enum vault_refusal expected)
{
    struct bytes buf = { 0 };
    struct msg msg;
    enum vault_refusal refusal;
    assert_int_equal(msg_receive(office->ours, false, 5000, &buf, &msg), 0);
    assert_int_equal(msg.type, VAULT_REFUSED);
    assert_int_equal(vault_wire_decode_refused(msg.body, &refusal), 0);
    assert_int_equal(refusal, expected);
    bytes_release(&buf);
}

static void assert_closed(struct office *office)
{
    struct bytes buf = { 0 };
    struct msg msg;
    assert_int_equal(msg_receive(office->ours, false, 5000, &buf, &msg), ERR_CLOSED);
    bytes_release(&buf);
}

static void test_vault_answers__waiting_batches_are_answered_in_order(void **state)
{
    (void)state;
    struct office office;
    office_open(&office);
    /* They wait before anybody reads: one group, one malformed among them. */
    for (uint64_t i = 1; i <= 5; i++)
        ask_batch(&office, i);
    ask(&office, VAULT_INTAKE, STR("no batch"), 1);
    ask_batch(&office, 3);
    uint64_t before = disk_steps(office.room.disk);
    office_start(&office);
    for (uint64_t i = 1; i <= 5; i++)
        assert_stored(&office, i);
    assert_refused(&office, VAULT_REFUSAL_MALFORMED);
    assert_stored(&office, 3);
    uint64_t group = disk_steps(office.room.disk) - before;
    ask_batch(&office, 6);
    assert_stored(&office, 6);
    /* Seven in a group cost less than seven alone. */
    assert_true(group < 4 * (disk_steps(office.room.disk) - before - group));
    office_close(&office, 0);
}

static void test_vault_answers__a_failed_disk_is_said_and_ends_it(void **state)
{
    (void)state;
    struct office office;
    office_open(&office);
    ask_batch(&office, 1);
    ask_batch(&office, 2);
    disk_fail_at(office.room.disk, 1, ERR_IO, true); /* the sync of the shares */
    office_start(&office);
    assert_refused(&office, VAULT_REFUSAL_STOPPED);
    assert_refused(&office, VAULT_REFUSAL_STOPPED);
    /* It would refuse for ever: only a new start learns what is on disk. */
    assert_closed(&office);
    office_close(&office, ERR_IO);
}

static void test_vault_answers__unknown_types_close_the_link(void **state)
{
    (void)state;
    for (int type = 0; type < 256; type++) {
        struct office office;
        if (type == VAULT_INTAKE)
            continue;
        office_open(&office);
        office_start(&office);
        ask(&office, (uint8_t)type, STR("x"), 1);
        assert_closed(&office);
        office_close(&office, ERR_INVALID);
    }
}

static void test_vault_answers__what_waited_before_a_bad_frame_is_still_answered(void **state)
{
    (void)state;
    struct office office;
    office_open(&office);
    ask_batch(&office, 1);
    ask(&office, VAULT_STORED, STR("x"), 1);
    office_start(&office);
    assert_stored(&office, 1);
    assert_closed(&office);
    assert_false(intake_is_stopped(office.room.intake));
    office_close(&office, ERR_INVALID);
}

static void test_vault_answers__a_descriptor_closes_the_link(void **state)
{
    (void)state;
    struct office office;
    int pair[2];
    office_open(&office);
    office_start(&office);
    assert_int_equal(sock_pair(pair), 0);
    struct msg msg = { .type = VAULT_INTAKE, .id = 1, .body = STR("x"), .fd = pair[0] };
    assert_int_equal(msg_send(office.ours, &msg, 1000), 0);
    assert_closed(&office);
    sock_close(pair[0]);
    sock_close(pair[1]);
    office_close(&office, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vault_answers__waiting_batches_are_answered_in_order),
        cmocka_unit_test(test_vault_answers__a_failed_disk_is_said_and_ends_it),
        cmocka_unit_test(test_vault_answers__unknown_types_close_the_link),
        cmocka_unit_test(test_vault_answers__what_waited_before_a_bad_frame_is_still_answered),
        cmocka_unit_test(test_vault_answers__a_descriptor_closes_the_link),
    };
    return RUN(tests);
}
