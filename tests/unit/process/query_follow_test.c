/* process/query_follow: what ingest acknowledged is in the sink soon, in order and once; files go when
 * nobody needs them; a sink that stops ends it. */
#include "process/query_follow.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "json/doc.h"
#include "support/temp.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/sock.h"
#include "wal/wal_record.h"
#include "wal/wal_write.h"

/* A sink that counts and remembers. */
struct tally {
    struct sink base;
    _Atomic uint64_t events;
    _Atomic uint64_t updates;
    _Atomic uint64_t refusals;
    _Atomic int64_t last_time_ms;
    _Atomic uint64_t file, offset;
    _Atomic bool went_back;
    _Atomic int fail_with;
};

struct room {
    struct temp temp;
    struct fs *fs;
    struct watch *watch;
    struct query_live *live;
    struct wal_write *wal;
    struct query_follow *follow;
    struct tally tally;
    _Atomic int ticks;
    _Atomic int caught_up;
    _Atomic int failed;
    _Atomic uint64_t needed;
};

static int take_events(struct sink *sink, uint64_t project, const struct event *events,
                       uint32_t count, int64_t received_ms)
{
    struct tally *tally = (struct tally *)sink;
    check(project == 1 && received_ms > 0);
    for (uint32_t i = 0; i < count; i++) {
        if (events[i].time_ms != tally->last_time_ms + 1)
            tally->went_back = true;
        tally->last_time_ms = events[i].time_ms;
    }
    tally->events += count;
    return tally->fail_with;
}

static int take_updates(struct sink *sink, uint64_t project, const struct profile_update *updates,
                        uint32_t count)
{
    check(project == 1 && updates != NULL);
    ((struct tally *)sink)->updates += count;
    return 0;
}

static int take_counts(struct sink *sink, uint64_t project, struct str protocol,
                       struct str reason, uint64_t n, int64_t at_ms)
{
    check(project == 2 && at_ms > 0 && str_equal(protocol, STR("mixpanel")) &&
          str_equal(reason, STR("token_unknown")));
    ((struct tally *)sink)->refusals += n;
    return 0;
}

static int advance(struct sink *sink, struct wal_position position)
{
    struct tally *tally = (struct tally *)sink;
    if (position.file < tally->file ||
        (position.file == tally->file && position.offset <= tally->offset))
        tally->went_back = true;
    tally->file = position.file;
    tally->offset = position.offset;
    return 0;
}

static const struct sink_ops tally_ops = { take_events, take_updates, take_counts, advance };

static int tick(void *ctx)
{
    ((struct room *)ctx)->ticks++;
    return 0;
}

static uint64_t needed(void *ctx)
{
    return ((struct room *)ctx)->needed;
}

static void caught_up(void *ctx)
{
    ((struct room *)ctx)->caught_up++;
}

static void failed(void *ctx, int r)
{
    ((struct room *)ctx)->failed = r;
}

static void begin_writing(struct room *room)
{
    assert_int_equal(wal_write_open(room->fs, 1 << 20, &room->wal), 0);
}

static void begin_following(struct room *room, struct wal_position from)
{
    struct query_follow_config config = {
        .wal = room->fs, .watch = room->watch, .sink = &room->tally.base, .from = from,
        .live = room->live, .tick = tick, .needed = needed, .caught_up = caught_up,
        .failed = failed, .ctx = room,
    };
    room->follow = query_follow_start(&config);
}

static int setup(void **state)
{
    static struct room room;
    memset(&room, 0, sizeof(room));
    crypto_init();
    temp_make(&room.temp);
    room.fs = temp_fs(&room.temp);
    int fd = temp_dir_fd(&room.temp);
    room.watch = watch_create(fd);
    sock_close(fd);
    room.live = query_live_create();
    room.tally.base.ops = &tally_ops;
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    struct room *room = *state;
    query_follow_stop(room->follow);
    wal_write_close(room->wal);
    query_live_destroy(room->live);
    watch_destroy(room->watch);
    fs_destroy(room->fs);
    temp_remove(&room->temp);
    return 0;
}

static void on_done(void *ctx, int r)
{
    check(r == 0);
    *(_Atomic int *)ctx = 1;
}

static void append(struct room *room, enum wal_type type, struct bytes *payload)
{
    struct bytes framed = { 0 };
    _Atomic int done = 0;
    struct wal_record record = { type, clock_wall_ms(), bytes_str(payload) };
    wal_record_encode(&record, &framed);
    assert_int_equal(wal_write_append(room->wal, bytes_str(&framed), on_done, &done), 0);
    for (int i = 0; i < 20000 && !done; i++)
        clock_sleep_ms(1);
    assert_int_equal(done, 1);
    bytes_release(&framed);
    bytes_release(payload);
}

/* One batch of events with the times first, first+1, … */
static void append_events(struct room *room, int64_t first, uint32_t count)
{
    struct event events[16];
    struct bytes payload = { 0 };
    struct wal_batch batch = { .project = 1, .event_count = count, .events = events };
    check(count <= 16);
    for (uint32_t i = 0; i < count; i++)
        events[i] = (struct event){ .name = STR("Login"), .time_ms = first + i };
    wal_record_encode_batch(&batch, &payload);
    append(room, WAL_TYPE_BATCH, &payload);
}

static bool within(const _Atomic uint64_t *count, uint64_t wanted, uint32_t timeout_ms)
{
    uint64_t until = clock_boot_ms() + timeout_ms;
    while (*count < wanted && clock_boot_ms() < until)
        clock_sleep_ms(1);
    return *count == wanted;
}

static void test_follow__all_kinds_of_records(void **state)
{
    struct room *room = *state;
    struct bytes payload = { 0 };
    struct ref subject = { .bytes = { 1 } };
    struct profile_update update = { .op = PROFILE_DELETE, .subject = subject, .time_ms = 1 };
    struct wal_batch batch = { .project = 1, .update_count = 1, .updates = &update };
    struct wal_count count = { 2, STR("mixpanel"), STR("token_unknown"), 5 };
    begin_writing(room);
    begin_following(room, (struct wal_position){ 0 });
    append_events(room, 1, 3);
    wal_record_encode_batch(&batch, &payload);
    append(room, WAL_TYPE_BATCH, &payload);
    payload = (struct bytes){ 0 };
    bytes_append_str(&payload, STR("AMSB for the vault alone"));
    append(room, WAL_TYPE_SEALED, &payload);
    payload = (struct bytes){ 0 };
    wal_record_encode_counts(&count, 1, &payload);
    append(room, WAL_TYPE_COUNTS, &payload);
    assert_true(within(&room->tally.refusals, 5, 5000));
    assert_int_equal(room->tally.events, 3);
    assert_int_equal(room->tally.updates, 1);
    assert_false(room->tally.went_back);
    struct query_live_cursor none = { 0 };
    assert_true(query_live_has_news(room->live, 1, &none));
    assert_true(query_live_has_news(room->live, 2, &none));
}

/* Acknowledged, then in the sink: the time between, for single records. */
static void test_follow__is_soon(void **state)
{
    struct room *room = *state;
    enum { ROUNDS = 100 };
    uint64_t sum = 0, worst = 0;
    begin_writing(room);
    begin_following(room, (struct wal_position){ 0 });
    append_events(room, 1, 1);
    assert_true(within(&room->tally.events, 1, 5000));
    for (int i = 0; i < ROUNDS; i++) {
        append_events(room, 2 + i, 1);
        uint64_t begin = clock_boot_ns();
        assert_true(within(&room->tally.events, 2 + (uint64_t)i, 2000));
        uint64_t took = clock_boot_ns() - begin;
        sum += took;
        worst = took > worst ? took : worst;
    }
    print_message("from the answer to the sink: mean %.2f ms, worst %.2f ms\n",
                  (double)sum / ROUNDS / 1e6, (double)worst / 1e6);
    assert_true(sum / ROUNDS < 20 * 1000000);
    clock_sleep_ms(5);
    assert_int_equal(query_follow_behind_ms(room->follow), 0);
}

/* Three lives of ingest; the follower dies and goes on in between from what was durable. */
static void test_follow__goes_on_where_the_sink_was_durable(void **state)
{
    struct room *room = *state;
    struct wal_position durable = { 0 };
    for (int life = 0; life < 3; life++) {
        begin_writing(room);
        append_events(room, life * 32 + 1, 16);
        begin_following(room, durable);
        append_events(room, life * 32 + 17, 16);
        assert_true(within(&room->tally.events, (uint64_t)(life + 1) * 32, 5000));
        query_follow_stop(room->follow);
        room->follow = NULL;
        wal_write_close(room->wal);
        room->wal = NULL;
        durable = (struct wal_position){ room->tally.file, room->tally.offset };
    }
    assert_false(room->tally.went_back);
    assert_int_equal(room->tally.file, 3);
}

static void count_name(void *ctx, struct str name)
{
    (void)name;
    (*(int *)ctx)++;
}

static int files(struct room *room)
{
    int count = 0;
    assert_int_equal(fs_list(room->fs, ".", count_name, &count), 0);
    return count;
}

static void test_follow__removes_what_nobody_needs(void **state)
{
    struct room *room = *state;
    for (int life = 0; life < 3; life++) {
        begin_writing(room);
        append_events(room, life + 1, 1);
        wal_write_close(room->wal);
        room->wal = NULL;
    }
    begin_following(room, (struct wal_position){ 0 });
    assert_true(within(&room->tally.events, 3, 5000));
    for (int i = 0; i < 400 && room->ticks < 2; i++)
        clock_sleep_ms(10);
    assert_int_equal(files(room), 3);
    assert_int_equal(room->caught_up, 1);
    room->needed = 3;
    int ticks = room->ticks;
    for (int i = 0; i < 400 && room->ticks < ticks + 2; i++)
        clock_sleep_ms(10);
    assert_int_equal(files(room), 1);
    room->needed = 99;
    ticks = room->ticks;
    for (int i = 0; i < 400 && room->ticks < ticks + 2; i++)
        clock_sleep_ms(10);
    assert_int_equal(files(room), 1);
}

static void test_follow__a_stopped_sink_ends_it(void **state)
{
    struct room *room = *state;
    begin_writing(room);
    begin_following(room, (struct wal_position){ 0 });
    append_events(room, 1, 1);
    assert_true(within(&room->tally.events, 1, 5000));
    uint64_t offset = room->tally.offset;
    room->tally.fail_with = ERR_IO;
    append_events(room, 2, 1);
    for (int i = 0; i < 500 && !room->failed; i++)
        clock_sleep_ms(10);
    assert_int_equal(room->failed, ERR_IO);
    assert_int_equal(room->tally.offset, offset);
}

/* A record whose checksum holds and whose payload is no batch is passed over, not fatal. */
static void test_follow__passes_over_what_nobody_can_read(void **state)
{
    struct room *room = *state;
    struct bytes payload = { 0 };
    begin_writing(room);
    begin_following(room, (struct wal_position){ 0 });
    bytes_append_str(&payload, STR("no batch at all"));
    append(room, WAL_TYPE_BATCH, &payload);
    payload = (struct bytes){ 0 };
    bytes_append_str(&payload, STR("\xff\xff\xff no counts"));
    append(room, WAL_TYPE_COUNTS, &payload);
    append_events(room, 1, 1);
    assert_true(within(&room->tally.events, 1, 5000));
    assert_int_equal(room->failed, 0);
}

static void test_follow__idles_without_work(void **state)
{
    struct room *room = *state;
    begin_writing(room);
    append_events(room, 1, 1);
    begin_following(room, (struct wal_position){ 0 });
    assert_true(within(&room->tally.events, 1, 5000));
    clock_sleep_ms(100);
    uint64_t before = clock_cpu_ns();
    clock_sleep_ms(1000);
    uint64_t took = clock_cpu_ns() - before;
    print_message("idle: %.3f ms of CPU a second\n", (double)took / 1e6);
    assert_true(took < 10 * 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_follow__##name, setup, teardown)
        TEST(all_kinds_of_records),
        TEST(is_soon),
        TEST(goes_on_where_the_sink_was_durable),
        TEST(removes_what_nobody_needs),
        TEST(a_stopped_sink_ends_it),
        TEST(passes_over_what_nobody_can_read),
        TEST(idles_without_work),
    };
    return RUN(tests);
}
