/* The ledger over a disk that loses its power. A small workload - boot, passkeys, logins, reveals,
 * rows, misses, several at once, decisions, a freeze, the next day, a restart - is broken at every
 * call that changes the disk, under several ways of losing what was not synced. After each the
 * ledger opens, and holds all that it had answered for: each log grew from the tree of the last
 * receipt, subjects have the numbers they were given, no budget forgets, the frozen are frozen, no
 * grant is good twice, and the public files are those of the tree. Then single failing calls, after
 * which it is stopped whatever the disk does, full disks, and planted bugs that must be found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "ledger/verify.h"
#include "support/crash_drill.h"
#include "support/ledger_room.h"
#include "support/test.h"
#include "sys/clock.h"

enum { VARIANTS = 8, LOGS = 3, SUBJECTS = 64, STEPS = 19 };

static const char *const origins[LOGS] = { "localhost/amana/house", "localhost/amana/1",
                                           "localhost/amana/2" };
static const char *const folders[LOGS] = { "house", "1", "2" };

static struct ledger_room room;

/* What was answered for. */
static struct {
    struct receipt_seen seen[LOGS];
    uint32_t numbers[SUBJECTS];       /* of the first tenant's subjects, 0 = none was told */
    bool was_named[SUBJECTS];
    uint32_t named, misses;
    bool is_frozen;
    struct ledger_room_request last;  /* it was released */
    bool has_last;
} promised;

static void forget_promises(void)
{
    ledger_room_request_release(&promised.last);
    memset(&promised, 0, sizeof(promised));
}

/* ---- the workload ---------------------------------------------------------------------------- */

static bool take_receipt(const struct ledger_room_request *r, uint32_t token,
                         struct receipt_seen *seen)
{
    struct ledger_released released;
    struct receipt receipt;
    struct entry entry;
    struct arena arena;
    const struct ledger_room_answer *a = &room.answers[token];
    struct receipt_expect expect = {
        .origin = origins[r->ask.project == 9 ? 2 : 1], .public_key = room.log_public,
        .principal = r->grant.principal, .project = r->grant.project, .persons = r->ref_count,
    };
    arena_init(&arena, 0);
    memcpy(expect.ask_hash, r->grant.ask_hash, 32);
    check(ledger_wire_decode_released(bytes_str(&a->body), &arena, &released) == 0);
    check(receipt_decode(released.receipt, &receipt) == 0);
    bool holds = receipt_verify(&receipt, &expect, seen, &entry) == 0;
    for (uint32_t i = 0; i < r->ref_count && r->ask.project == 7; i++) {
        uint32_t *number = &promised.numbers[(uint32_t)(r->refs + i - room.refs)];
        holds = holds && (*number == 0 || *number == released.subjects[i].number);
        *number = released.subjects[i].number;
    }
    arena_release(&arena);
    return holds;
}

static struct ledger_room_request make(enum ledger_room_who who, enum grant_kind kind,
                                       uint32_t from, uint32_t count)
{
    struct ledger_room_request r;
    ledger_room_ask(&room, who, kind, from, count, &r);
    r.is_miss = kind == GRANT_FIND && count == 0;
    return r;
}

static void project(struct ledger_room_request *r, uint32_t id)
{
    r->ask.project = id;
    r->grant.project = id;
    r->seen_size = promised.seen[id == 9 ? 2 : 1].size;
}

/* What a request of ROOM_SUPPORT and its answer promise. */
static int promise(struct ledger_room_request *r, uint32_t token)
{
    if (strcmp(ledger_room_code(&room, token), "stopped") == 0) {
        ledger_room_request_release(r);
        return ERR_IO;
    }
    check(ledger_room_code(&room, token)[0] == 0);
    check(take_receipt(r, token, &promised.seen[r->ask.project == 9 ? 2 : 1]));
    promised.misses += r->is_miss;
    for (uint32_t i = 0; r->ask.kind == GRANT_REVEAL && r->ask.project == 7 && i < r->ref_count;
         i++) {
        bool *was_named = &promised.was_named[(uint32_t)(r->refs + i - room.refs)];
        promised.named += !*was_named;
        *was_named = true;
    }
    ledger_room_request_release(&promised.last);
    promised.last = *r;
    promised.has_last = true;
    return 0;
}

static int one(enum grant_kind kind, uint32_t project_id, uint32_t from, uint32_t count)
{
    struct ledger_room_request r = make(ROOM_SUPPORT, kind, from, count);
    project(&r, project_id);
    ledger_room_sign(&room, &r, false);
    uint32_t token = ledger_room_send(&room, &r);
    ledger_room_commit(&room);
    return promise(&r, token);
}

/* Three asks, one sync. */
static int three(uint32_t from)
{
    struct ledger_room_request r[3];
    uint32_t tokens[3];
    int status = 0;
    for (uint32_t i = 0; i < 3; i++) {
        r[i] = make(ROOM_SUPPORT, GRANT_REVEAL, from + i, 1);
        project(&r[i], 7);
        ledger_room_sign(&room, &r[i], false);
        tokens[i] = ledger_room_send(&room, &r[i]);
    }
    ledger_room_commit(&room);
    /* All three are proved from what was seen before the first of them. */
    const struct receipt_seen before = promised.seen[1];
    for (uint32_t i = 0; i < 3; i++) {
        promised.seen[1] = before;
        int one_status = promise(&r[i], tokens[i]);
        check(i == 0 || one_status == status);
        status = one_status;
    }
    return status;
}

static int said(const char *code)
{
    check(code[0] == 0 || strcmp(code, "stopped") == 0);
    return code[0] ? ERR_IO : 0;
}

static int tick(int64_t ms)
{
    clock_shift_for_test(ms, ms);
    ledger_tick(room.ledger);
    return ledger_is_stopped(room.ledger) ? ERR_IO : 0;
}

static int freeze(void)
{
    int r = said(ledger_room_decide(&room, ROOM_OWNER, GRANT_FREEZE,
                                    "{\"do\":\"freeze\",\"principal\":3}", "", NULL));
    promised.is_frozen = promised.is_frozen || r == 0;
    return r;
}

static int restart(void)
{
    ledger_room_close(&room);
    return ledger_room_open(&room);
}

static int step(uint32_t n)
{
    switch (n) {
    case 0: return said(ledger_room_boot(&room));
    case 1: return said(ledger_room_enrol_first(&room, ROOM_OWNER));
    case 2: return said(ledger_room_enrol_first(&room, ROOM_SUPPORT));
    case 3: return said(ledger_room_login(&room, ROOM_OWNER, 2));
    case 4: return said(ledger_room_login(&room, ROOM_SUPPORT, 2));
    case 5: return one(GRANT_REVEAL, 7, 0, 3);
    case 6: return one(GRANT_FIND, 7, 0, 0);
    case 7: return one(GRANT_REVEAL, 9, 10, 2);
    case 8: return tick(1500);
    case 9: return three(3);
    case 10: return freeze();
    case 11: return one(GRANT_ROWS, 7, 20, 8);
    case 12: return restart();
    case 13: return one(GRANT_REVEAL, 7, 6, 2);
    case 14: return tick(1500);
    case 15: return one(GRANT_FIND, 7, 0, 0);
    case 16: return said(ledger_room_decide(&room, ROOM_OWNER, GRANT_ENROL,
                         "{\"do\":\"member\",\"rights\":{\"7\":[\"rows\"]}}",
                         "{\"principal\":20}", NULL));
    case 17: return one(GRANT_ROWS, 7, 20, 12);
    default: return tick(1500);
    }
}

/* Stopped for good, whatever the disk does now. */
static void expect_stopped(struct fs *fs)
{
    uint64_t calls = file_fault_calls(fs);
    file_fault_crash_at(fs, UINT64_MAX);
    file_fault_fail_at(fs, UINT64_MAX);
    file_fault_set_capacity(fs, UINT64_MAX / 2);
    check(strcmp(ledger_room_boot(&room), "stopped") == 0);
    check(strcmp(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 40, 1), "stopped") == 0);
    check(strcmp(ledger_room_login(&room, ROOM_SUPPORT, 2), "stopped") == 0);
    (void)tick(2000);
    check(file_fault_calls(fs) == calls);
    ledger_room_close(&room);
}

/* Runs until the end or the first error. */
static int run(struct fs *fs)
{
    forget_promises();
    room.fs = fs;
    room.grants = 0;
    for (int i = 0; i < ROOM_PEOPLE; i++)
        room.members[i].counter = 0;
    int r = ledger_room_open(&room);
    for (uint32_t i = 0; i < STEPS && r == 0; i++)
        r = step(i);
    if (room.ledger && ledger_is_stopped(room.ledger))
        expect_stopped(fs);
    ledger_room_close(&room);
    return r;
}

/* ---- what must hold afterwards --------------------------------------------------------------- */

struct source { struct fs *fs; const char *folder; };

static int fetch(void *ctx, const char *path, struct bytes *out)
{
    const struct source *source = ctx;
    char name[128];
    (void)snprintf(name, sizeof(name), "%s/%s", source->folder, path);
    return fs_read_file(source->fs, name, 1 << 20, out);
}

static bool complain(const char *what)
{
    (void)fprintf(stderr, "%s\n", what);
    return false;
}

static bool files_hold(struct fs *fs, int log)
{
    struct source source = { fs, folders[log] };
    struct verify_result result;
    const struct verify_source from = {
        .fetch = fetch, .ctx = &source, .origin = str_from(origins[log]),
        .public_key = room.log_public, .seen_size = promised.seen[log].size,
    };
    struct verify_source check_from = from;
    memcpy(check_from.seen_root, promised.seen[log].root, 32);
    if (promised.seen[log].size == 0 && log == 2)
        return true; /* nothing was ever written to it */
    return verify_log(&check_from, &result) == 0 || complain(result.what);
}

static uint64_t number_in(const struct bytes *json, const char *after, const char *key)
{
    char *at = strstr((char *)json->ptr, after);
    at = at ? strstr(at, key) : NULL;
    return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static bool budget_holds(void)
{
    struct bytes json = { 0 };
    ledger_room_read(&room, ROOM_SUPPORT, "{\"read\":\"line\"}", &json);
    bytes_put_u8(&json, 0);
    bool holds = number_in(&json, "\"named\"", "\"used\":") >= promised.named &&
                 number_in(&json, "\"named\"", "\"used_30d\":") >= promised.named;
    if (promised.is_frozen) {
        ledger_room_read(&room, ROOM_ANALYST, "{\"read\":\"line\"}", &json);
        bytes_put_u8(&json, 0);
        holds = holds && strstr((char *)json.ptr, "\"frozen\":true");
    }
    bytes_release(&json);
    return holds || complain("a budget or a freeze is forgotten");
}

static bool grants_hold(void)
{
    if (!promised.has_last)
        return true;
    uint32_t token = ledger_room_send(&room, &promised.last);
    ledger_room_commit(&room);
    return strcmp(ledger_room_code(&room, token), "grant_spent") == 0 ||
           complain("a grant is good again");
}

/* It goes on from there, and each log grew from what was seen of it. */
static bool logs_grow(void)
{
    for (uint32_t id = 7; id <= 9; id += 2) {
        if (!promised.has_last)
            continue;
        struct ledger_room_request r = make(ROOM_SUPPORT, GRANT_REVEAL, id == 7 ? 0 : 10, 2);
        project(&r, id);
        ledger_room_sign(&room, &r, false);
        uint32_t token = ledger_room_send(&room, &r);
        ledger_room_commit(&room);
        bool holds = ledger_room_code(&room, token)[0] == 0 &&
                     take_receipt(&r, token, &promised.seen[id == 9 ? 2 : 1]);
        ledger_room_request_release(&r);
        if (!holds)
            return complain("a log did not grow from what was seen, or gave other numbers");
    }
    return true;
}

static bool is_whole_after(struct fs *fs, uint64_t seed)
{
    (void)seed;
    room.fs = fs;
    if (ledger_room_open(&room) != 0) {
        room.ledger = NULL;
        return complain("it does not open");
    }
    bool is_whole = budget_holds() && grants_hold() && logs_grow() && restart() == 0;
    for (int log = 0; log < LOGS && is_whole; log++)
        is_whole = files_hold(fs, log);
    is_whole = is_whole && logs_grow();
    ledger_room_close(&room);
    return is_whole;
}

static uint64_t count_calls(void)
{
    struct fs *fs = file_fault_create();
    assert_int_equal(run(fs), 0);
    uint64_t calls = file_fault_calls(fs);
    assert_int_equal(promised.named, 8);
    assert_true(promised.is_frozen);
    assert_true(is_whole_after(fs, 0));
    fs_destroy(fs);
    return calls;
}

static struct crash_drill drill(void)
{
    return (struct crash_drill){ run, is_whole_after, count_calls(), VARIANTS };
}

static void test_ledger_crash__every_call_under_every_variant(void **state)
{
    (void)state;
    const struct crash_drill all = drill();
    crash_drill_every_call(&all);
}

/* A killed program leaves its writes in the kernel's memory; the next start builds on them, and
 * then the power fails while it starts or soon after. */
static void test_ledger_crash__again_while_starting(void **state)
{
    (void)state;
    const uint64_t calls = count_calls();
    uint64_t points = 0;
    for (uint64_t at = 3; at < calls; at += 11)
        for (uint64_t again = 0; again < 60; again += 2) {
            struct fs *fs = file_fault_create();
            file_fault_crash_at(fs, at);
            (void)run(fs);
            file_fault_crash(fs, at % 2 ? FILE_FAULT_KEEP : 2 + at);
            file_fault_crash_at(fs, again);
            if (ledger_room_open(&room) == 0 && promised.has_last)
                (void)one(GRANT_REVEAL, 7, 0, 1);
            ledger_room_close(&room);
            bool is_over = file_fault_calls(fs) <= again;
            file_fault_crash(fs, again % 4 ? 3 + at + again : FILE_FAULT_DROP);
            if (!is_whole_after(fs, 0)) {
                (void)fprintf(stderr, "call %llu, again %llu\n", (unsigned long long)at,
                              (unsigned long long)again);
                fail();
            }
            fs_destroy(fs);
            points++;
            if (is_over)
                break;
        }
    (void)printf("crash points: %llu while starting after a crash\n",
                 (unsigned long long)points);
    assert_true(points > 200);
}

static void test_ledger_crash__one_failing_call(void **state)
{
    (void)state;
    const struct crash_drill all = drill();
    assert_true(crash_drill_one_failing_call(&all) > 50);
}

static void test_ledger_crash__full_disk(void **state)
{
    (void)state;
    uint32_t full = 0;
    for (uint64_t capacity = 0; capacity < 240000; capacity += 1500) {
        struct fs *fs = file_fault_create();
        file_fault_set_capacity(fs, capacity);
        full += run(fs) != 0;
        file_fault_set_capacity(fs, UINT64_MAX / 2);
        assert_true(is_whole_after(fs, 0));
        fs_destroy(fs);
    }
    assert_true(full > 10);
    (void)printf("full disks: %u\n", full);
}

static void test_ledger_crash__missing_syncs_are_found(void **state)
{
    (void)state;
    const struct crash_drill all = drill();
    (void)fprintf(stderr, "---- planted bugs: complaints are wanted from here\n");
    assert_true(crash_drill_finds(&all, "journal-"));
    assert_true(crash_drill_finds(&all, "day-"));
    assert_true(crash_drill_finds(&all, "./"));
    (void)fprintf(stderr, "---- until here\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ledger_crash__every_call_under_every_variant),
        cmocka_unit_test(test_ledger_crash__again_while_starting),
        cmocka_unit_test(test_ledger_crash__one_failing_call),
        cmocka_unit_test(test_ledger_crash__full_disk),
        cmocka_unit_test(test_ledger_crash__missing_syncs_are_found),
    };
    ledger_room_init(&room, NULL);
    int r = RUN(tests);
    forget_promises();
    ledger_room_release(&room);
    return r;
}
