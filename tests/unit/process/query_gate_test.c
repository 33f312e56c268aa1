/* process/query_gate: a row leaves only with a receipt that is signed, of this ask, and grown from
 * what was seen before; each of these alone, with a ledger that lies. */
#include "process/query_gate.h"

#include <string.h>

#include "base/err.h"
#include "support/rows_room.h"
#include "support/store_room.h"
#include "support/test.h"
#include "sys/clock.h"

static int setup(void **state)
{
    static struct rows_room room;
    rows_room_open(&room);
    for (uint32_t p = 1; p <= 3; p++)
        rows_room_event(&room, "Sign up", p, 0, ROWS_T0 + p);
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    rows_room_close(*state);
    return 0;
}

static void gives(struct rows_room *room, const struct rows_asking *asking, uint32_t status,
                  const char *code)
{
    struct rows_asked asked = rows_room_ask(room, asking);
    if (asked.status != status || !str_equal(rows_room_code(&asked), str_from(code)))
        fail_msg("%u " STR_FMT, (unsigned)asked.status, STR_ARG(bytes_str(&asked.json)));
    assert_true(status == 200 || str_find(bytes_str(&asked.json), STR("p_")) < 0);
    rows_room_end(&asked);
}

static void lie_gives(struct rows_room *room, enum ledger_lie lie, uint32_t status,
                      const char *code)
{
    struct rows_asking asking = rows_room_asking(room, QUERY_PEOPLE, "{}");
    room->ledger.lie = lie;
    gives(room, &asking, status, code);
    room->ledger.lie = LEDGER_HONEST;
}

static void test_gate__an_honest_receipt_opens_it_and_is_remembered(void **state)
{
    struct rows_room *room = *state;
    for (uint32_t i = 0; i < 5; i++) {
        lie_gives(room, LEDGER_HONEST, 200, "");
        assert_int_equal(room->ledger.seen_size, i);
        assert_int_equal(room->ledger.ref_count, 3);
        assert_int_equal(room->ledger.rows, 3);
    }
    rows_room_restart(room);
    lie_gives(room, LEDGER_HONEST, 200, "");
    assert_int_equal(room->ledger.seen_size, 5);
}

static void test_gate__every_lie_keeps_it_shut(void **state)
{
    struct rows_room *room = *state;
    lie_gives(room, LEDGER_HONEST, 200, "");
    lie_gives(room, LEDGER_HONEST, 200, "");
    static const enum ledger_lie lies[] = { LEDGER_OTHER_ASK, LEDGER_OTHER_PERSONS,
                                            LEDGER_OTHER_KEY, LEDGER_SAYS_REFUSED,
                                            LEDGER_OTHER_SEQUENCE };
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
        lie_gives(room, lies[i], 503, "stopped");
    lie_gives(room, LEDGER_GARBAGE, 503, "closed");
    lie_gives(room, LEDGER_HONEST, 200, "");
    lie_gives(room, LEDGER_FORK, 503, "stopped");
    /* The forked log stays refused, also after a restart. */
    lie_gives(room, LEDGER_HONEST, 503, "stopped");
    rows_room_restart(room);
    lie_gives(room, LEDGER_HONEST, 503, "stopped");
}

static void test_gate__refusals_say_what_is_left_and_which_entry(void **state)
{
    struct rows_room *room = *state;
    room->ledger.lie = LEDGER_REFUSES;
    struct rows_asked asked = rows_room_get(room, QUERY_PEOPLE, "{}");
    const struct json_node *error = json_doc_member(json_doc_root(asked.doc), "error");
    assert_int_equal(asked.status, 403);
    assert_str(json_doc_get_string(error, "code", STR("")), "budget");
    assert_true(json_doc_get_number(error, "left", -1) == 7);
    assert_true(json_doc_get_number(error, "entry", -1) == 41);
    rows_room_end(&asked);
}

static void test_gate__without_the_ledger_it_is_closed(void **state)
{
    struct rows_room *room = *state;
    struct rows_asking asking = rows_room_asking(room, QUERY_LEDGER, "{\"read\":\"line\"}");
    link_attach(room->link, -1);
    lie_gives(room, LEDGER_HONEST, 503, "closed");
    gives(room, &asking, 503, "closed");
    ledger_stand_relink(&room->ledger, room->link);
    lie_gives(room, LEDGER_HONEST, 200, "");
    uint64_t begin = clock_boot_ms();
    lie_gives(room, LEDGER_SILENT, 503, "late");
    assert_in_range(clock_boot_ms() - begin, QUERY_GATE_MS - 100, QUERY_GATE_MS + 2000);
}

static void test_gate__without_keys_it_is_closed(void **state)
{
    struct rows_room *room = *state;
    assert_int_equal(fs_remove(room->keys_fs, "log.origin"), 0);
    rows_room_restart(room);
    lie_gives(room, LEDGER_HONEST, 503, "closed");
    assert_int_equal(room->ledger.records, 0);
}

static void test_gate__a_damaged_memory_does_not_open(void **state)
{
    struct rows_room *room = *state;
    struct query_gate *gate;
    struct bytes seen = { 0 };
    lie_gives(room, LEDGER_HONEST, 200, "");
    assert_int_equal(fs_read_file(room->query.data_fs, "ledger.seen", 1000, &seen), 0);
    for (size_t i = 0; i < seen.len; i++) {
        seen.ptr[i] ^= 1;
        assert_int_equal(fs_replace_file(room->query.data_fs, "ledger.seen", bytes_str(&seen), 0),
                         0);
        assert_int_equal(query_gate_open(room->keys_fs, room->query.data_fs, room->link, &gate),
                         ERR_CORRUPT);
        seen.ptr[i] ^= 1;
    }
    assert_int_equal(fs_replace_file(room->query.data_fs, "ledger.seen", STR("short"), 0), 0);
    assert_int_equal(query_gate_open(room->keys_fs, room->query.data_fs, room->link, &gate),
                     ERR_CORRUPT);
    bytes_release(&seen);
}

static void test_gate__the_grant_is_of_the_ask_kind_right_project_and_boot(void **state)
{
    struct rows_room *room = *state;
    for (enum query_what what = QUERY_PEOPLE; what <= QUERY_WHAT_LAST; what++) {
        const struct rows_asking good = rows_room_asking(
            room, what, what == QUERY_EXPORT ? "{\"from\":\"2025-11-01\",\"to\":\"2025-12-01\"}"
                                             : "{}");
        for (int i = 0; i < 6; i++) {
            struct rows_asking asking = good;
            switch (i) {
            case 0: asking.grant.kind = GRANT_REVEAL; break;
            case 1: asking.grant.project++; break;
            case 2: asking.grant.rights &= what == QUERY_LEDGER ? 0 : ~(uint64_t)RIGHT_ROWS; break;
            case 3: asking.grant.boot_id[0] ^= 1; break;
            case 4: asking.grant.issued_boot_ms = clock_boot_ms() - 5001; break;
            default: asking.grant.issued_boot_ms = clock_boot_ms() + 60000; break;
            }
            gives(room, &asking, 403, "grant");
        }
    }
    assert_int_equal(room->ledger.records, 0);
}

static void test_gate__the_ask_fits_what_is_asked(void **state)
{
    struct rows_room *room = *state;
    struct ref ref = store_room_ref(1);
    for (int i = 0; i < 5; i++) {
        struct rows_asking asking = rows_room_asking(room, QUERY_PEOPLE, "{}");
        switch (i) {
        case 0: asking.ask.project++; break;
        case 1: asking.ask.kind = GRANT_TIMELINE; break;
        case 2: asking.ask.question[31] ^= 1; break;
        case 3: asking.ask.has_question = false; break;
        default:
            asking.ask.has_subjects = true;
            asking.ask.subject_count = 1;
            check(ask_hash_subjects(&ref, 1, asking.ask.subjects_hash) == 0);
            break;
        }
        gives(room, &asking, 400, "ask");
    }
    struct rows_asking asking = rows_room_asking(room, QUERY_PEOPLE, "{}");
    asking.ask.limit = 0;
    gives(room, &asking, 400, "limit");
    assert_int_equal(room->ledger.records, 0);
}

static void test_gate__the_ledgers_page_is_passed_on(void **state)
{
    struct rows_room *room = *state;
    struct rows_asked asked = rows_room_get(room, QUERY_LEDGER, "{\"read\":\"line\"}");
    assert_int_equal(asked.status, 200);
    assert_str(bytes_str(&asked.json), "{\"asked\":{\"read\":\"line\"}}");
    rows_room_end(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_gate__##name, setup, teardown)
        TEST(an_honest_receipt_opens_it_and_is_remembered),
        TEST(every_lie_keeps_it_shut),
        TEST(refusals_say_what_is_left_and_which_entry),
        TEST(without_the_ledger_it_is_closed),
        TEST(without_keys_it_is_closed),
        TEST(a_damaged_memory_does_not_open),
        TEST(the_grant_is_of_the_ask_kind_right_project_and_boot),
        TEST(the_ask_fits_what_is_asked),
        TEST(the_ledgers_page_is_passed_on),
    };
    return RUN(tests);
}
