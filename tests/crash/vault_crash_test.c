/* The vault over a disk that loses its power: the intake, the key store, and what was seen of the
 * ledger. A small day - batches in groups, reveals between them, what was seen written down - is
 * broken at every call that changes the disk, under many ways of losing what was not synced; a start
 * after a crash is broken in turn. After each: it opens; every batch that was answered "stored" is
 * there and opens with its share; no row is there whose share is not; the checkpoint that was written
 * down is there or a later one, and the ledger goes on from it. Then single failing calls, and
 * planted bugs that must be found. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ledger/tree.h"
#include "support/opening_room.h"
#include "support/test.h"
#include "vault/inside/value_table.h"

/* 115 subjects in the first batch, 4 new ones in each further: over the edge of a key page. */
enum { BATCHES = 7, FIRST = 115, LATER = 8, TEXTS = FIRST + (BATCHES - 1) * LATER,
       VARIANTS = 12, AGAIN_VARIANTS = 2 };

static struct opening_room desk;      /* link, ledger and auth for all; its vault is another's */
static struct vault_room model;       /* the keys of all vaults */
static struct vault_room_value values[TEXTS];
static char texts[TEXTS][24];
static struct bytes batches[BATCHES];

struct day {
    struct vault_room room;
    struct turn turn;
    struct opening *opening;
    uint32_t stored;          /* bit b: batch b was answered */
    uint64_t saved;           /* the size that was written down */
};

static void prepare(void)
{
    opening_room_open(&desk);
    vault_room_init(&model);
    for (uint32_t i = 0; i < TEXTS; i++) {
        uint32_t later = i < FIRST ? 0 : i - FIRST;
        (void)snprintf(texts[i], sizeof(texts[i]), "value-%u", i);
        values[i] = (struct vault_room_value){
            i < FIRST ? i : later % 2 ? later * 5 % FIRST : FIRST + later / 2,
            i % 3 ? "$email" : "$name", texts[i], (int64_t)(1000 - i) };
    }
    for (uint32_t b = 0; b < BATCHES; b++) {
        uint32_t from = b == 0 ? 0 : FIRST + (b - 1) * LATER;
        vault_room_seal(&model, &values[from], b == 0 ? FIRST : LATER, b + 1, &batches[b]);
    }
    desk.ledger.share_ctx = &model;
}

static void day_begin(struct day *day)
{
    *day = (struct day){ .stored = 0 };
    vault_room_init(&day->room);
    day->room.secrets = model.secrets;
    memcpy(day->room.ledger_secret, model.ledger_secret, 32);
    memcpy(day->room.ledger_public, model.ledger_public, 32);
    desk.ledger.count = 0;
    turn_init(&day->turn);
}

static void day_end(struct day *day)
{
    opening_destroy(day->opening);
    vault_room_release(&day->room);
    turn_release(&day->turn);
}

static void day_kill(struct day *day)
{
    opening_destroy(day->opening);
    day->opening = NULL;
    vault_room_kill(&day->room);
}

static int day_open(struct day *day)
{
    int r = vault_room_open(&day->room);
    if (r != 0)
        return r;
    struct opening_config config = { .intake = day->room.intake, .turn = &day->turn,
                                     .ledger = desk.link, .origin = LEDGER_STAND_ORIGIN };
    memcpy(config.auth_public, desk.auth_public, 32);
    memcpy(config.log_public, desk.ledger.public_key, 32);
    r = opening_create(&config, &day->opening);
    if (r == 0)
        opening_set_auth_boot(day->opening, desk.boot_id);
    return r;
}

/* One reveal of a stored subject: its answer's type, or the error. */
static int reveal(struct day *day)
{
    static const char *const fields[] = { "$email", "$name" };
    static const uint32_t who[] = { 7 };
    static struct opening_ask ask;
    struct bytes body = { 0 };
    uint8_t type = 0;
    opening_ask_reveal(&desk, fields, 2, who, 1, &ask);
    int r = opening_reveal(day->opening, &ask.wire, &type, &body);
    if (r == 0 && type == VAULT_REVEALED && (day->stored & 1))
        assert_true(str_find(bytes_str(&body), STR("value-7")) >= 0);
    opening_ask_release(&ask);
    bytes_release(&body);
    return r == 0 ? type : r;
}

static void save(struct day *day)
{
    int type = reveal(day);
    uint64_t size = desk.ledger.count;
    if (type == VAULT_REVEALED && opening_save(day->opening) == 0)
        day->saved = size;
}

/* Groups of two; a reveal and a save after each, two before the save at times. */
static void live(struct day *day)
{
    uint32_t group = 0;
    for (uint32_t b = 0; b < BATCHES; b++) {
        struct vault_stored stored;
        enum vault_refusal refusal;
        if (intake_add(day->room.intake, bytes_str(&batches[b]), &stored, &refusal))
            group |= 1u << b;
        if (b % 2 == 1 && b + 1 < BATCHES)
            continue;
        if (intake_finish(day->room.intake) == 0)
            day->stored |= group;
        group = 0;
        if (b % 4 == 0)
            (void)reveal(day);
        save(day);
    }
}

static uint64_t count_steps(void)
{
    static struct day day;
    day_begin(&day);
    assert_int_equal(day_open(&day), 0);
    live(&day);
    assert_int_equal(day.stored, (1u << BATCHES) - 1);
    assert_true(day.saved == desk.ledger.count && day.saved > 4);
    uint64_t steps = disk_steps(day.room.disk);
    day_end(&day);
    return steps;
}

/* ---- what must be ---------------------------------------------------------------------------- */

/* Batches are stored in order, so what must be there is a beginning of values. */
static bool are_stored(struct day *day)
{
    uint32_t count = 0;
    for (uint32_t b = 0; b < BATCHES; b++)
        count += !(day->stored & 1u << b) ? 0 : b == 0 ? FIRST : LATER;
    for (uint32_t b = 1; b < BATCHES; b++)
        assert_true(!(day->stored & 1u << b) || (day->stored & 1u << (b - 1)));
    return vault_room_damaged(&day->room, values, count, TEXTS) == 0;
}

/* One checkpoint of the real log, no older than the one that was written down. */
static bool is_seen(struct day *day)
{
    struct value_seen seen[4];
    struct tree_edge edge = { 0 };
    uint8_t root[32];
    uint32_t count = 0;
    if (value_table_read_seen(intake_table(day->room.intake), 4, seen, &count) != 0 || count > 1)
        return false;
    if (count == 0)
        return day->saved == 0;
    if (seen[0].size < day->saved || seen[0].size > desk.ledger.count)
        return false;
    for (uint32_t i = 0; i < seen[0].size; i++)
        tree_edge_add(&edge, desk.ledger.leaves[i]);
    tree_edge_root(&edge, root);
    return memcmp(root, seen[0].root, sizeof(root)) == 0;
}

/* After the crash, on a well disk. One in `every` also lives the whole day again. */
static bool is_whole(struct day *day, uint64_t at, uint64_t every)
{
    disk_fail_at(day->room.disk, UINT64_MAX, 0, false);
    if (day_open(day) != 0 || !is_seen(day))
        return false;
    if (at % every == 0)
        live(day); /* query sends all of it again */
    else
        save(day);
    bool is_live = day->saved == desk.ledger.count &&
                   (at % every != 0 || day->stored == (1u << BATCHES) - 1);
    day_kill(day);
    return is_live && are_stored(day);
}

static void complain(const struct day *day, uint64_t at, uint64_t seed)
{
    (void)fprintf(stderr, "step %llu, seed %llu: stored %x, saved %llu\n", (unsigned long long)at,
                  (unsigned long long)seed, day->stored, (unsigned long long)day->saved);
}

/* ---- breaking it ----------------------------------------------------------------------------- */

static void run_broken(struct day *day, uint64_t at, bool once)
{
    day_begin(day);
    disk_fail_at(day->room.disk, at, at % 2 ? ERR_IO : ERR_FULL, once);
    if (day_open(day) == 0)
        live(day);
}

static void test_vault_crash__every_step_under_every_variant(void **state)
{
    (void)state;
    static struct day day;
    const uint64_t steps = count_steps();
    uint64_t points = 0;
    for (uint64_t at = 0; at <= steps; at++)
        for (uint64_t variant = 0; variant < VARIANTS; variant++) {
            run_broken(&day, at, false);
            day_kill(&day);
            disk_crash(day.room.disk, at * VARIANTS + variant);
            if (!is_whole(&day, at + variant, 8)) {
                complain(&day, at, variant);
                fail();
            }
            day_end(&day);
            points++;
        }
    (void)printf("crash points: %llu (%llu steps, %d variants each)\n",
                 (unsigned long long)points, (unsigned long long)steps, VARIANTS);
    assert_true(steps > 60);
}

static void test_vault_crash__again_while_starting(void **state)
{
    (void)state;
    static struct day day;
    const uint64_t steps = count_steps();
    uint64_t points = 0;
    for (uint64_t at = 1; at < steps; at += 9)
        for (uint64_t again = 0; again < 24; again++)
            for (uint64_t variant = 0; variant < AGAIN_VARIANTS; variant++) {
                run_broken(&day, at, false);
                day_kill(&day);
                disk_crash(day.room.disk, at + 77 * variant);
                disk_fail_at(day.room.disk, again, ERR_IO, false);
                if (day_open(&day) == 0)
                    live(&day);
                day_kill(&day);
                disk_crash(day.room.disk, 1000 + at * 31 + again * 7 + variant);
                if (!is_whole(&day, at + variant, 8)) {
                    complain(&day, at, again);
                    fail();
                }
                day_end(&day);
                points++;
            }
    (void)printf("crash points: %llu while starting after a crash\n", (unsigned long long)points);
}

static void test_vault_crash__one_failing_call(void **state)
{
    (void)state;
    static struct day day;
    const uint64_t steps = count_steps();
    for (uint64_t at = 0; at < steps; at++)
        for (uint64_t variant = 0; variant < 4; variant++) {
            run_broken(&day, at, true);
            /* The first failure was the end: nothing is taken although the disk is well. */
            if (day.room.intake && day.opening && disk_steps(day.room.disk) > at) {
                struct vault_stored stored;
                enum vault_refusal refusal;
                bool is_added = intake_add(day.room.intake, bytes_str(&batches[0]), &stored,
                                           &refusal);
                bool is_durable = intake_finish(day.room.intake) == 0;
                assert_true(!is_added || !is_durable || (day.stored & 1));
            }
            day_kill(&day);
            if (variant)
                disk_crash(day.room.disk, at * 5 + variant);
            if (!is_whole(&day, at + variant, 8)) {
                complain(&day, at, variant);
                fail();
            }
            day_end(&day);
        }
    (void)printf("failing calls: %llu, 4 variants each\n", (unsigned long long)steps);
}

/* True when some crash shows that the syncs of that file are missing. */
static bool is_found(const char *name)
{
    static struct day day;
    const uint64_t steps = count_steps();
    for (uint64_t at = steps + 1; at-- > 0;)
        for (uint64_t variant = 0; variant < 6; variant++) {
            day_begin(&day);
            disk_skip_sync(day.room.disk, name);
            disk_fail_at(day.room.disk, at, ERR_IO, false);
            if (day_open(&day) == 0)
                live(&day);
            day_kill(&day);
            disk_crash(day.room.disk, at * 6 + variant);
            bool whole = is_whole(&day, at + variant, 8);
            day_end(&day);
            if (!whole)
                return true;
        }
    return false;
}

static void test_vault_crash__missing_syncs_are_found(void **state)
{
    (void)state;
    (void)fprintf(stderr, "---- planted bugs: complaints are wanted from here\n");
    assert_true(is_found(KEY_STORE_PAGES));
    assert_true(is_found(KEY_STORE_ROOTS));
    assert_true(is_found(VALUE_TABLE_NAME));
    assert_true(is_found(VALUE_TABLE_NAME "-journal"));
    assert_true(is_found("."));
    (void)fprintf(stderr, "---- until here\n");
}

int main(void)
{
    prepare();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vault_crash__every_step_under_every_variant),
        cmocka_unit_test(test_vault_crash__again_while_starting),
        cmocka_unit_test(test_vault_crash__one_failing_call),
        cmocka_unit_test(test_vault_crash__missing_syncs_are_found),
    };
    int r = RUN(tests);
    opening_room_close(&desk);
    vault_room_release(&model);
    for (int b = 0; b < BATCHES; b++)
        bytes_release(&batches[b]);
    return r;
}
