/* vault/inside/opening: exactly the named fields of the named subjects, after an entry that holds;
 * a ledger that lies in any way opens nothing and ends the vault; a grant that does not hold does
 * not even reach the ledger. */
#include "vault/inside/opening.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "ledger/wire/ledger_wire.h"
#include "support/opening_room.h"
#include "support/test.h"
#include "sys/clock.h"

static const struct vault_room_value values[] = {
    { 1, "$email", "noura@example.com", 100 }, { 1, "$email", "n@example.com", 300 },
    { 1, "$email", "nn@example.com", 200 },    { 1, "$name", "Noura", 101 },
    { 2, "$email", "omar@example.com", 102 },  { 2, "my phone", "+966501234567", 103 },
    { 3, "$email", "noura@example.com", 104 }, { 3, "$secretary", "Zaynab", 105 },
};
enum { VALUES = sizeof(values) / sizeof(values[0]) };

static const char *const email[] = { "$email" };
static const char *const three[] = { "$email", "$name", "my%20phone" };

struct desk {
    struct opening_room room;
    struct opening_ask ask;
    uint8_t type;
    struct bytes body;
    struct arena arena;
};

static int setup(void **state)
{
    static struct desk desk;
    memset(&desk, 0, sizeof(desk));
    opening_room_open(&desk.room);
    opening_room_put(&desk.room, values, VALUES);
    arena_init(&desk.arena, 16 << 20);
    *state = &desk;
    return 0;
}

static int teardown(void **state)
{
    struct desk *d = *state;
    opening_ask_release(&d->ask);
    bytes_release(&d->body);
    arena_release(&d->arena);
    opening_room_close(&d->room);
    return 0;
}

/* Asks what is in d->ask. */
static int put(struct desk *d)
{
    bytes_reset(&d->body);
    d->type = 0;
    return d->ask.ask.kind == GRANT_FIND
               ? opening_find(d->room.opening, &d->ask.wire, &d->type, &d->body)
               : opening_reveal(d->room.opening, &d->ask.wire, &d->type, &d->body);
}

static void make_reveal(struct desk *d, const char *const *fields, uint32_t count,
                        const uint32_t *subjects, uint32_t subject_count)
{
    opening_ask_release(&d->ask);
    opening_ask_reveal(&d->room, fields, count, subjects, subject_count, &d->ask);
}

static void make_email(struct desk *d)
{
    static const uint32_t who[] = { 1, 2 };
    make_reveal(d, email, 1, who, 2);
}

static void make_find(struct desk *d, struct ref ref)
{
    opening_ask_release(&d->ask);
    opening_ask_find(&d->room, &ref, &d->ask);
}

static struct vault_revealed revealed(struct desk *d)
{
    struct vault_revealed m;
    assert_int_equal(put(d), 0);
    assert_int_equal(d->type, VAULT_REVEALED);
    assert_int_equal(vault_wire_decode_revealed(bytes_str(&d->body), &d->arena, &m), 0);
    assert_int_equal(m.subject_count, d->ask.ask.subject_count);
    return m;
}

static struct vault_found found(struct desk *d)
{
    struct vault_found m;
    assert_int_equal(put(d), 0);
    assert_int_equal(d->type, VAULT_FOUND);
    assert_int_equal(vault_wire_decode_found(bytes_str(&d->body), &d->arena, &m), 0);
    return m;
}

static void assert_denied(struct desk *d, const char *code)
{
    struct vault_denied m;
    assert_int_equal(put(d), 0);
    assert_int_equal(d->type, VAULT_DENIED);
    assert_int_equal(vault_wire_decode_denied(bytes_str(&d->body), &m), 0);
    if (!str_equal(m.code, str_from(code)))
        fail_msg(STR_FMT " instead of %s", STR_ARG(m.code), code);
}

/* Refused by the vault itself: the ledger never hears of it. */
static void assert_denied_here(struct desk *d, const char *code)
{
    uint32_t before = d->room.ledger.records;
    assert_denied(d, code);
    assert_int_equal(d->room.ledger.records, before);
}

/* ---- reveals --------------------------------------------------------------------------------- */

static void assert_value(struct desk *d, const struct vault_value *v, uint32_t subject,
                         uint32_t field, const char *text)
{
    assert_int_equal(v->subject, opening_ask_place(&d->ask, subject));
    assert_int_equal(v->field, field);
    assert_true(str_equal(v->text, str_from(text)));
}

static void test_opening__the_named_fields_of_the_named_subjects(void **state)
{
    struct desk *d = *state;
    static const uint32_t who[] = { 1, 2, 77 };
    make_reveal(d, three, 3, who, 3);
    struct vault_revealed m = revealed(d);
    uint32_t one = opening_ask_place(&d->ask, 1), two = opening_ask_place(&d->ask, 2);
    assert_int_equal(m.value_count, 6);
    const struct vault_value *of_one = &m.values[one < two ? 0 : 2];
    const struct vault_value *of_two = &m.values[one < two ? 4 : 0];
    assert_value(d, &of_one[0], 1, 0, "n@example.com"); /* newest first */
    assert_value(d, &of_one[1], 1, 0, "nn@example.com");
    assert_value(d, &of_one[2], 1, 0, "noura@example.com");
    assert_value(d, &of_one[3], 1, 1, "Noura");
    assert_value(d, &of_two[0], 2, 0, "omar@example.com");
    assert_value(d, &of_two[1], 2, 2, "+966501234567");
    assert_true(of_one[0].first_seen_ms == 300 && of_one[0].last_seen_ms == 300);
    assert_int_equal(m.status[one], LEDGER_SUBJECT_OK);
    assert_int_equal(m.status[opening_ask_place(&d->ask, 77)], LEDGER_SUBJECT_UNKNOWN);
    assert_true(m.sequence == 1000);
    assert_true(m.time_ms == 1); /* the entry's */
    /* One share a field of a subject and epoch, and the whole ask before the ledger. */
    assert_int_equal(d->room.ledger.triple_count, 4);
    assert_int_equal(d->room.ledger.ref_count, 3);
}

static void test_opening__each_epoch_has_a_share_of_its_own(void **state)
{
    struct desk *d = *state;
    static const struct vault_room_value later[] = { { 1, "$email", "later@example.com", 50 },
                                                     { 1, "$email", "n@example.com", 900 } };
    static const uint32_t who[] = { 1 };
    d->room.vault.e[4] ^= 1;
    opening_room_put(&d->room, later, 2);
    make_reveal(d, email, 1, who, 1);
    struct vault_revealed m = revealed(d);
    assert_int_equal(m.value_count, 4);
    assert_value(d, &m.values[0], 1, 0, "n@example.com");
    assert_true(m.values[0].first_seen_ms == 300 && m.values[0].last_seen_ms == 900);
    assert_value(d, &m.values[3], 1, 0, "later@example.com");
    assert_int_equal(d->room.ledger.triple_count, 2);
}

static void test_opening__erased_subjects_and_foreign_shares_open_nothing(void **state)
{
    struct desk *d = *state;
    make_email(d);
    d->room.ledger.lie = LEDGER_ERASED;
    struct vault_revealed m = revealed(d);
    assert_int_equal(m.status[0], LEDGER_SUBJECT_ERASED);
    assert_int_equal(m.status[1], LEDGER_SUBJECT_OK);
    for (uint32_t i = 0; i < m.value_count; i++)
        assert_int_equal(m.values[i].subject, 1);
    make_email(d);
    d->room.ledger.lie = LEDGER_OTHER_SHARES;
    m = revealed(d);
    assert_int_equal(m.value_count, 0);
}

static void test_opening__an_answer_that_would_not_fit_is_many(void **state)
{
    struct desk *d = *state;
    static char text[40000];
    static struct vault_room_value big[1] = { { 9, "$email", text, 1 } };
    static const uint32_t who[] = { 9 };
    memset(text, 'x', sizeof(text) - 1);
    for (int i = 0; i < 900; i++) { /* 36 MB of one field of one subject */
        text[0] = (char)('a' + i / 30);
        text[1] = (char)('a' + i % 30);
        opening_room_put(&d->room, big, 1);
    }
    make_reveal(d, email, 1, who, 1);
    assert_denied_here(d, "many");
}

/* ---- what the vault itself refuses ----------------------------------------------------------- */

static void test_opening__refs_that_are_not_the_asks(void **state)
{
    struct desk *d = *state;
    make_email(d);
    struct ref first = d->ask.refs[0];
    d->ask.refs[0] = d->ask.refs[1];
    d->ask.refs[1] = first;
    assert_denied_here(d, "subjects");
    d->ask.refs[0] = d->ask.refs[1];
    assert_denied_here(d, "subjects");
    make_email(d);
    d->ask.refs[1].bytes[15] ^= 1;
    assert_denied_here(d, "subjects");
    make_email(d);
    d->ask.wire.ref_count = 1;
    assert_denied_here(d, "subjects");
    make_email(d);
    d->ask.ask.has_subjects = false;
    opening_ask_make(&d->room, &d->ask);
    assert_denied_here(d, "subjects");
    make_email(d);
    d->ask.ask.field_count = 0;
    opening_ask_make(&d->room, &d->ask);
    assert_denied_here(d, "field");
}

static void test_opening__asks_that_are_not_canonical(void **state)
{
    struct desk *d = *state;
    make_email(d);
    for (size_t i = 0; i < d->ask.text.len; i++) {
        uint8_t old = d->ask.text.ptr[i];
        struct vault_denied m;
        d->ask.text.ptr[i] = '\r';
        assert_int_equal(put(d), 0);
        assert_int_equal(d->type, VAULT_DENIED);
        assert_int_equal(vault_wire_decode_denied(bytes_str(&d->body), &m), 0);
        assert_true(str_equal(m.code, STR("malformed")) || str_equal(m.code, STR("grant_ask")));
        d->ask.text.ptr[i] = old;
    }
    assert_int_equal(d->room.ledger.records, 0);
    d->ask.wire.ask = str_slice(d->ask.wire.ask, 0, d->ask.wire.ask.len - 1);
    assert_denied_here(d, "malformed");
}

static void test_opening__every_byte_of_a_grant_counts(void **state)
{
    struct desk *d = *state;
    make_email(d);
    for (int i = 0; i < GRANT_BYTES; i++)
        for (int bit = 0; bit < 8; bit += 7) {
            d->ask.grant_bytes[i] ^= (uint8_t)(1 << bit);
            assert_denied_here(d, "grant_signature");
            d->ask.grant_bytes[i] ^= (uint8_t)(1 << bit);
        }
    (void)revealed(d);
}

static void test_opening__a_grant_is_for_one_ask_of_one_kind(void **state)
{
    struct desk *d = *state;
    make_email(d);
    d->ask.grant.ask_hash[0] ^= 1;
    opening_ask_sign(&d->room, &d->ask);
    assert_denied_here(d, "grant_ask");
    make_email(d);
    for (int kind = 0; kind <= GRANT_FREEZE; kind++) {
        if (kind == GRANT_REVEAL)
            continue;
        d->ask.grant.kind = (uint8_t)kind;
        opening_ask_sign(&d->room, &d->ask);
        assert_denied_here(d, "grant_ask");
    }
    /* A whole pair of another kind does not reveal either. */
    d->ask.ask.kind = GRANT_ROWS;
    opening_ask_make(&d->room, &d->ask);
    assert_denied_here(d, "grant_ask");
    make_email(d);
    d->ask.grant.project++;
    opening_ask_sign(&d->room, &d->ask);
    assert_denied_here(d, "right");
}

static void test_opening__a_grant_lives_five_seconds(void **state)
{
    struct desk *d = *state;
    /* Half a second of slack where the clock runs on under the test. */
    const int64_t ages[] = { 0, 4000, 5001, 60000, -500 };
    for (int i = 0; i < 5; i++) {
        make_email(d);
        d->ask.grant.issued_boot_ms = (uint64_t)((int64_t)clock_boot_ms() - ages[i]);
        opening_ask_sign(&d->room, &d->ask);
        if (i < 2)
            (void)revealed(d);
        else
            assert_denied_here(d, "grant_old");
    }
    /* A longer life than five seconds is not believed; a shorter one is. */
    make_email(d);
    d->ask.grant.issued_boot_ms -= 5001;
    d->ask.grant.life_ms = 60000;
    opening_ask_sign(&d->room, &d->ask);
    assert_denied_here(d, "grant_old");
    make_email(d);
    d->ask.grant.issued_boot_ms -= 1000;
    d->ask.grant.life_ms = 900;
    opening_ask_sign(&d->room, &d->ask);
    assert_denied_here(d, "grant_old");
}

static void test_opening__a_grant_dies_with_its_auth(void **state)
{
    struct desk *d = *state;
    uint8_t other[16] = { 1 };
    make_email(d);
    opening_set_auth_boot(d->room.opening, other);
    assert_denied_here(d, "grant_boot");
    opening_set_auth_boot(d->room.opening, d->room.boot_id);
    (void)revealed(d);
    /* Before any auth was announced, none lives. */
    struct opening *announced = d->room.opening, *fresh;
    struct opening_config config = { .intake = d->room.vault.intake, .turn = &d->room.turn,
                                     .ledger = d->room.link, .origin = LEDGER_STAND_ORIGIN };
    memcpy(config.auth_public, d->room.auth_public, 32);
    assert_int_equal(opening_create(&config, &fresh), 0);
    d->room.opening = fresh;
    make_email(d);
    memset(d->ask.grant.boot_id, 0, sizeof(d->ask.grant.boot_id));
    opening_ask_sign(&d->room, &d->ask);
    assert_denied_here(d, "grant_boot");
    opening_destroy(fresh);
    d->room.opening = announced;
}

/* ---- the ledger ------------------------------------------------------------------------------ */

static void test_opening__what_the_ledger_refuses_is_passed_on(void **state)
{
    struct desk *d = *state;
    struct vault_denied m;
    make_email(d);
    d->room.ledger.lie = LEDGER_REFUSES;
    assert_denied(d, "budget");
    assert_int_equal(vault_wire_decode_denied(bytes_str(&d->body), &m), 0);
    assert_true(m.left == 7 && m.sequence == 41);
    d->room.ledger.lie = LEDGER_SILENT;
    make_email(d);
    uint64_t from = clock_boot_ms();
    assert_denied(d, "late");
    assert_in_range(clock_boot_ms() - from, 1900, 4000);
    link_attach(d->room.link, -1);
    assert_denied(d, "closed");
}

static void test_opening__every_lie_ends_the_vault_and_opens_nothing(void **state)
{
    struct desk *d = *state;
    int lies = 0;
    for (int lie = LEDGER_HONEST + 1; lie < LEDGER_LIES_END; lie++)
        for (int kind = 0; kind < 2; kind++) {
            if (lie == LEDGER_REFUSES || lie == LEDGER_SILENT ||
                (kind == 1 && (lie == LEDGER_FEWER_SHARES || lie == LEDGER_FEWER_SUBJECTS)))
                continue;
            (void)teardown(state);
            (void)setup(state);
            for (int i = 0; i < 5; i++) {
                make_email(d);
                (void)revealed(d);
            }
            if (kind == 1)
                make_find(d, vault_room_ref(&values[0]));
            else
                make_email(d);
            d->room.ledger.lie = lie;
            if (put(d) != ERR_CRYPTO || d->body.len != 0)
                fail_msg("lie %d was believed", lie);
            lies++;
        }
    (void)printf("lies: %d\n", lies);
    assert_true(lies > 25);
}

/* Whoever has the same grant twice and a ledger for a friend: the old entry speaks of the first. */
static void test_opening__an_entry_speaks_for_one_release(void **state)
{
    struct desk *d = *state;
    make_email(d);
    (void)revealed(d);
    static struct opening_ask again;
    again = d->ask;
    memset(&d->ask, 0, sizeof(d->ask));
    make_email(d);
    (void)revealed(d);
    opening_ask_release(&d->ask);
    d->ask = again;
    d->ask.wire.refs = d->ask.refs;
    d->ask.wire.grant = str_of(d->ask.grant_bytes, GRANT_BYTES);
    d->room.ledger.lie = LEDGER_OLD_ENTRY;
    assert_int_equal(put(d), ERR_CRYPTO);
    assert_int_equal(d->body.len, 0);
}

static void test_opening__what_was_seen_outlives_the_program(void **state)
{
    struct desk *d = *state;
    for (uint32_t i = 0; i < 4; i++) {
        make_email(d);
        (void)revealed(d);
        assert_true(d->room.ledger.seen_size == i);
    }
    assert_int_equal(opening_save(d->room.opening), 0);
    uint64_t steps = disk_steps(d->room.vault.disk);
    assert_int_equal(opening_save(d->room.opening), 0);
    assert_true(disk_steps(d->room.vault.disk) == steps);
    opening_room_restart(&d->room, true);
    make_email(d);
    (void)revealed(d);
    assert_true(d->room.ledger.seen_size == 4);
    /* Not saved, and lost with the power: the saved one counts. */
    opening_room_restart(&d->room, true);
    make_email(d);
    (void)revealed(d);
    assert_true(d->room.ledger.seen_size == 4);
    assert_int_equal(opening_save(d->room.opening), 0);
    opening_room_restart(&d->room, false);
    d->room.ledger.lie = LEDGER_FORK;
    make_email(d);
    assert_int_equal(put(d), ERR_CRYPTO);
}

/* ---- lookups --------------------------------------------------------------------------------- */

static void test_opening__lookups_find_holders_and_the_subject_itself(void **state)
{
    struct desk *d = *state;
    make_find(d, vault_room_ref(&values[0]));
    struct vault_found m = found(d);
    assert_int_equal(m.ref_count, 2);
    struct ref one = vault_room_subject(1), three_ = vault_room_subject(3);
    assert_true(ref_equal(&m.refs[0], &one) || ref_equal(&m.refs[1], &one));
    assert_true(ref_equal(&m.refs[0], &three_) || ref_equal(&m.refs[1], &three_));
    assert_false(d->room.ledger.was_miss);
    assert_int_equal(d->room.ledger.ref_count, 2);
    make_find(d, vault_room_subject(2));
    m = found(d);
    assert_int_equal(m.ref_count, 1);
    struct ref two = vault_room_subject(2);
    assert_true(ref_equal(&m.refs[0], &two));
    make_find(d, vault_room_subject(400));
    m = found(d);
    assert_int_equal(m.ref_count, 0);
    assert_true(d->room.ledger.was_miss);
    assert_int_equal(d->room.ledger.records, 3);
}

static void test_opening__lookups_stay_in_their_project(void **state)
{
    struct desk *d = *state;
    make_find(d, vault_room_ref(&values[0]));
    struct ref ref = vault_room_ref(&values[0]);
    d->ask.ask.project = 8;
    opening_ask_make(&d->room, &d->ask);
    memcpy(d->ask.grant.found_ref, ref.bytes, 16);
    opening_ask_sign(&d->room, &d->ask);
    struct vault_found m = found(d);
    assert_int_equal(m.ref_count, 0);
}

static void test_opening__a_lookup_brings_no_refs_and_one_ref(void **state)
{
    struct desk *d = *state;
    struct ref none = { { 0 } };
    make_find(d, none);
    assert_denied_here(d, "subjects");
    make_find(d, vault_room_subject(1));
    d->ask.wire.ref_count = 1;
    assert_denied_here(d, "subjects");
}

/* Nobody is shown; that there are many is an entry all the same. */
static void test_opening__too_many_are_written_down_and_not_shown(void **state)
{
    struct desk *d = *state;
    struct vault_denied m;
    static struct vault_room_value shared[VAULT_FOUND_MAX + 1];
    for (uint32_t i = 0; i <= VAULT_FOUND_MAX; i++)
        shared[i] = (struct vault_room_value){ 1000 + i, "$email", "all@example.com", 1 };
    opening_room_put(&d->room, shared, VAULT_FOUND_MAX);
    make_find(d, vault_room_ref(&shared[0]));
    struct vault_found all = found(d);
    assert_int_equal(all.ref_count, VAULT_FOUND_MAX);
    opening_room_put(&d->room, &shared[VAULT_FOUND_MAX], 1);
    make_find(d, vault_room_ref(&shared[0]));
    assert_denied(d, "many");
    assert_int_equal(vault_wire_decode_denied(bytes_str(&d->body), &m), 0);
    assert_true(m.sequence == 1001);
    assert_true(d->room.ledger.was_miss);
    assert_int_equal(d->room.ledger.records, 2);
}

/* ---- the tables ------------------------------------------------------------------------------ */

static void test_opening__a_failed_disk_ends_it(void **state)
{
    struct desk *d = *state;
    make_email(d);
    (void)revealed(d);
    disk_fail_at(d->room.vault.disk, 0, ERR_IO, true);
    assert_int_equal(opening_save(d->room.opening), ERR_IO);
    make_email(d);
    assert_int_equal(put(d), ERR_IO);
    assert_int_equal(d->body.len, 0);
    disk_fail_at(d->room.vault.disk, UINT64_MAX, 0, false);
}

#define FACT(name) cmocka_unit_test_setup_teardown(test_opening__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT(the_named_fields_of_the_named_subjects),
        FACT(each_epoch_has_a_share_of_its_own),
        FACT(erased_subjects_and_foreign_shares_open_nothing),
        FACT(an_answer_that_would_not_fit_is_many),
        FACT(refs_that_are_not_the_asks),
        FACT(asks_that_are_not_canonical),
        FACT(every_byte_of_a_grant_counts),
        FACT(a_grant_is_for_one_ask_of_one_kind),
        FACT(a_grant_lives_five_seconds),
        FACT(a_grant_dies_with_its_auth),
        FACT(what_the_ledger_refuses_is_passed_on),
        FACT(every_lie_ends_the_vault_and_opens_nothing),
        FACT(an_entry_speaks_for_one_release),
        FACT(what_was_seen_outlives_the_program),
        FACT(lookups_find_holders_and_the_subject_itself),
        FACT(lookups_stay_in_their_project),
        FACT(a_lookup_brings_no_refs_and_one_ref),
        FACT(too_many_are_written_down_and_not_shown),
        FACT(a_failed_disk_ends_it),
    };
    return RUN(tests);
}
