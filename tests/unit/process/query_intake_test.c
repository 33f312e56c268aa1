/* process/query_intake: every sealed batch reaches the vault in wal order, whatever dies in between;
 * the position is behind what the vault answered, never before. */
#include "process/query_intake.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/err.h"
#include "support/temp.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/msg.h"
#include "sys/sock.h"
#include "vault/wire/vault_wire.h"
#include "wal/wal_record.h"
#include "wal/wal_write.h"

enum { SEEN_MAX = 4096, HEADER = 81 };

struct room {
    struct temp wal_temp, data_temp;
    struct fs *wal_fs, *data;
    struct watch *watch;
    struct wal_write *wal;
    struct query_intake *intake;
    _Atomic int failed;
    /* the vault */
    pthread_t vault;
    int vault_fd;
    _Atomic uint32_t seen_count;
    uint64_t seen[SEEN_MAX];       /* sequences, as they came */
    _Atomic uint32_t lost_answers;
    _Atomic int refuse;            /* a vault_refusal for the next frames; 0 = store them */
    _Atomic uint64_t deaf_after;   /* frames that are answered; then it only reads */
};

static void failed(void *ctx, int r)
{
    ((struct room *)ctx)->failed = r;
}

/* ---- a vault -------------------------------------------------------------------------------- */

static void answer(struct room *room, const struct msg *msg, uint64_t sequence)
{
    struct bytes body = { 0 };
    struct vault_stored stored = { .sequence = sequence };
    int refuse = room->refuse;
    if (refuse)
        vault_wire_encode_refused((enum vault_refusal)refuse, &body);
    else
        vault_wire_encode_stored(&stored, &body);
    struct msg reply = { .type = refuse ? VAULT_REFUSED : VAULT_STORED, .id = msg->id, .fd = -1,
                         .body = bytes_str(&body) };
    if (msg_send(room->vault_fd, &reply, 1000) != 0)
        room->lost_answers++;
    bytes_release(&body);
}

static void *be_vault(void *arg)
{
    struct room *room = arg;
    struct bytes buf = { 0 };
    struct msg msg;
    while (msg_receive(room->vault_fd, false, UINT32_MAX, &buf, &msg) == 0) {
        check(msg.type == VAULT_INTAKE && msg.body.len >= HEADER);
        struct bytes_reader r = bytes_reader_over(str_from_index(msg.body, 21));
        uint64_t sequence = bytes_get_u64(&r);
        check(room->seen_count < SEEN_MAX);
        room->seen[room->seen_count] = sequence;
        room->seen_count++;
        if (room->seen_count <= room->deaf_after)
            answer(room, &msg, sequence);
    }
    bytes_release(&buf);
    return NULL;
}

static void start_vault(struct room *room)
{
    int pair[2];
    assert_int_equal(sock_pair(pair), 0);
    room->vault_fd = pair[1];
    assert_int_equal(pthread_create(&room->vault, NULL, be_vault, room), 0);
    query_intake_attach(room->intake, pair[0]);
}

/* The vault's end goes away, as when it is killed. Its thread sits in a read: a new link makes the
 * intake close the other end, which wakes it. */
static void lose_vault(struct room *room)
{
    int pair[2];
    assert_int_equal(sock_pair(pair), 0);
    query_intake_attach(room->intake, pair[0]);
    (void)pthread_join(room->vault, NULL);
    sock_close(room->vault_fd);
    sock_close(pair[1]);
    room->vault_fd = -1;
}

/* ---- the room ------------------------------------------------------------------------------- */

static void start_intake(struct room *room)
{
    struct query_intake_config config = { .wal = room->wal_fs, .watch = room->watch,
                                          .data = room->data, .failed = failed, .ctx = room };
    room->intake = query_intake_start(&config);
}

static int setup(void **state)
{
    static struct room room;
    memset(&room, 0, sizeof(room));
    temp_make(&room.wal_temp);
    temp_make(&room.data_temp);
    room.wal_fs = temp_fs(&room.wal_temp);
    room.data = temp_fs(&room.data_temp);
    int fd = temp_dir_fd(&room.wal_temp);
    room.watch = watch_create(fd);
    sock_close(fd);
    room.vault_fd = -1;
    room.deaf_after = UINT64_MAX;
    *state = &room;
    start_intake(&room);
    return wal_write_open(room.wal_fs, 1 << 20, &room.wal);
}

static int teardown(void **state)
{
    struct room *room = *state;
    query_intake_stop(room->intake);
    if (room->vault_fd >= 0) {
        (void)pthread_join(room->vault, NULL);
        sock_close(room->vault_fd);
    }
    wal_write_close(room->wal);
    watch_destroy(room->watch);
    fs_destroy(room->wal_fs);
    fs_destroy(room->data);
    temp_remove(&room->wal_temp);
    temp_remove(&room->data_temp);
    return 0;
}

static void on_done(void *ctx, int r)
{
    check(r == 0);
    (*(_Atomic uint32_t *)ctx)++;
}

/* Sealed batches first, first+1, … of two values each, with counts in between. */
static void append(struct room *room, uint64_t first, uint32_t count, size_t body_len)
{
    struct bytes framed = { 0 }, payload = { 0 };
    struct wal_count refused = { 1, STR("mixpanel"), STR("ignored"), 1 };
    _Atomic uint32_t done = 0;
    for (uint32_t i = 0; i < count; i++) {
        bytes_reset(&payload);
        bytes_append_str(&payload, STR("AMSB\1boot id boot id."));
        bytes_put_u64(&payload, first + i);
        bytes_put_u64(&payload, 7);
        while (payload.len < HEADER - 4)
            bytes_put_u8(&payload, 0);
        bytes_put_u32(&payload, 2);
        memset(bytes_grow(&payload, body_len), 'x', body_len);
        struct wal_record record = { WAL_TYPE_SEALED, 1, bytes_str(&payload) };
        bytes_reset(&framed);
        wal_record_encode(&record, &framed);
        bytes_reset(&payload);
        wal_record_encode_counts(&refused, 1, &payload);
        record = (struct wal_record){ WAL_TYPE_COUNTS, 1, bytes_str(&payload) };
        wal_record_encode(&record, &framed);
        while (wal_write_append(room->wal, bytes_str(&framed), on_done, &done) == ERR_BUSY)
            clock_sleep_ms(1);
    }
    for (int i = 0; i < 20000 && done < count; i++)
        clock_sleep_ms(1);
    assert_int_equal(done, count);
    bytes_release(&framed);
    bytes_release(&payload);
}

static void seen_reaches(struct room *room, uint32_t count)
{
    for (int i = 0; i < 5000 && room->seen_count < count; i++)
        clock_sleep_ms(1);
    assert_int_equal(room->seen_count, count);
}

static void sealed_reaches(struct room *room, uint64_t values)
{
    for (int i = 0; i < 5000 && query_intake_sealed(room->intake, 7) < values; i++)
        clock_sleep_ms(1);
    assert_int_equal(query_intake_sealed(room->intake, 7), values);
}

static void restart_intake(struct room *room)
{
    query_intake_stop(room->intake);
    if (room->vault_fd >= 0) {
        (void)pthread_join(room->vault, NULL);
        sock_close(room->vault_fd);
        room->vault_fd = -1;
    }
    start_intake(room);
}

static void test_intake__sends_all_in_order(void **state)
{
    struct room *room = *state;
    append(room, 0, 100, 100);
    start_vault(room);
    append(room, 100, 400, 100);
    sealed_reaches(room, 1000);
    assert_int_equal(room->seen_count, 500);
    for (uint32_t i = 0; i < 500; i++)
        assert_int_equal(room->seen[i], i);
    assert_int_equal(query_intake_sealed(room->intake, 8), 0);
}

/* Batches as large as they come: the link's buffer holds a few of them. */
static void test_intake__large_batches_wait_for_the_link(void **state)
{
    struct room *room = *state;
    start_vault(room);
    append(room, 0, 60, 47 * 1024);
    sealed_reaches(room, 120);
    for (uint32_t i = 0; i < 60; i++)
        assert_int_equal(room->seen[i], i);
}

static void test_intake__a_vault_that_dies_gets_the_unanswered_again(void **state)
{
    struct room *room = *state;
    start_vault(room);
    room->deaf_after = 5;
    append(room, 0, 10, 10);
    seen_reaches(room, 10);
    sealed_reaches(room, 10);
    lose_vault(room);
    room->deaf_after = UINT64_MAX;
    start_vault(room);
    sealed_reaches(room, 20);
    assert_int_equal(room->seen_count, 15);
    for (uint32_t i = 10; i < 15; i++)
        assert_int_equal(room->seen[i], i - 5);
}

static void test_intake__goes_on_after_a_restart_of_its_own(void **state)
{
    struct room *room = *state;
    start_vault(room);
    append(room, 0, 10, 10);
    sealed_reaches(room, 20);
    restart_intake(room);
    /* The end writes the position: nothing is sent twice, and the count is kept. */
    assert_int_equal(query_intake_position(room->intake).file, 1);
    assert_int_equal(query_intake_sealed(room->intake, 7), 20);
    start_vault(room);
    append(room, 10, 3, 10);
    sealed_reaches(room, 26);
    assert_int_equal(room->seen_count, 13);
    assert_int_equal(room->seen[10], 10);
}

static void test_intake__a_position_that_cannot_be_read_begins_anew(void **state)
{
    struct room *room = *state;
    start_vault(room);
    append(room, 0, 4, 10);
    sealed_reaches(room, 8);
    query_intake_stop(room->intake);
    (void)pthread_join(room->vault, NULL);
    sock_close(room->vault_fd);
    room->vault_fd = -1;
    assert_int_equal(fs_replace_file(room->data, QUERY_INTAKE_FILE,
                                     STR("{\"version\":1,\"file\":1}"), 0), 0);
    start_intake(room);
    assert_int_equal(query_intake_position(room->intake).file, 0);
    start_vault(room);
    seen_reaches(room, 8);
    assert_int_equal(room->seen[4], 0);
}

/* Appends 300 batches after the first and the `done` ones; how long it took until the position
 * that is on disk had moved. */
static uint64_t position_follows(struct room *room, uint32_t done)
{
    clock_sleep_ms(100); /* the former position is written; the next is due in two seconds */
    uint64_t begin = clock_boot_ms();
    struct wal_position first = query_intake_position(room->intake);
    append(room, 1 + done, 300, 10);
    sealed_reaches(room, 2 + 2ull * (done + 300));
    for (int i = 0; i < 5000 && query_intake_position(room->intake).offset == first.offset; i++)
        clock_sleep_ms(1);
    assert_true(query_intake_position(room->intake).offset > first.offset);
    return clock_boot_ms() - begin;
}

/* A busy wal is not sent again for two seconds' worth: the vault tells only so many repeats. So the
 * position moves by the number of batches, before it would by the time; a machine that is too slow
 * to tell the two apart is given five tries. */
static void test_intake__the_position_keeps_up(void **state)
{
    struct room *room = *state;
    bool by_number = false;
    start_vault(room);
    append(room, 0, 1, 10);
    sealed_reaches(room, 2);
    for (uint32_t i = 0; i < 5 && !by_number; i++)
        by_number = position_follows(room, i * 300) < 1800;
    assert_true(by_number);
}

/* The position is only what the vault answered, and only once it is on disk. */
static void test_intake__does_not_run_ahead_of_the_vault(void **state)
{
    struct room *room = *state;
    append(room, 0, 3, 10);
    clock_sleep_ms(50);
    assert_int_equal(query_intake_position(room->intake).file, 0);
    room->deaf_after = 0;
    start_vault(room);
    seen_reaches(room, 3);
    restart_intake(room);
    assert_int_equal(query_intake_position(room->intake).offset, 0);
    assert_int_equal(query_intake_sealed(room->intake, 7), 0);
}

static void test_intake__what_is_no_batch_is_passed_over(void **state)
{
    struct room *room = *state;
    room->refuse = VAULT_REFUSAL_FORGED;
    start_vault(room);
    append(room, 0, 3, 10);
    seen_reaches(room, 3);
    clock_sleep_ms(20);
    room->refuse = 0;
    append(room, 3, 1, 10);
    sealed_reaches(room, 2);
    assert_int_equal(room->seen_count, 4);
}

/* A vault that opens nothing has the wrong keys: the wal keeps what it refused, however much. */
static void test_intake__a_vault_that_opens_nothing_costs_nothing(void **state)
{
    struct room *room = *state;
    room->refuse = VAULT_REFUSAL_FORGED;
    start_vault(room);
    append(room, 0, 20, 10);
    seen_reaches(room, 16);
    clock_sleep_ms(50);
    restart_intake(room);
    assert_int_equal(query_intake_position(room->intake).offset, 0);
    assert_int_equal(query_intake_sealed(room->intake, 7), 0);
}

/* A vault that stopped takes nothing: all is kept and sent again later. */
static void test_intake__a_stopped_vault_loses_nothing(void **state)
{
    struct room *room = *state;
    room->refuse = VAULT_REFUSAL_STOPPED;
    start_vault(room);
    append(room, 0, 1, 10);
    seen_reaches(room, 1);
    clock_sleep_ms(50);
    assert_int_equal(query_intake_position(room->intake).offset, 0);
    room->refuse = 0;
    sealed_reaches(room, 2);
    assert_int_equal(room->seen[room->seen_count - 1], 0);
    assert_int_equal(room->failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_intake__##name, setup, teardown)
        TEST(sends_all_in_order),
        TEST(large_batches_wait_for_the_link),
        TEST(a_vault_that_dies_gets_the_unanswered_again),
        TEST(goes_on_after_a_restart_of_its_own),
        TEST(a_position_that_cannot_be_read_begins_anew),
        TEST(the_position_keeps_up),
        TEST(does_not_run_ahead_of_the_vault),
        TEST(what_is_no_batch_is_passed_over),
        TEST(a_vault_that_opens_nothing_costs_nothing),
        TEST(a_stopped_vault_loses_nothing),
    };
    return RUN(tests);
}
