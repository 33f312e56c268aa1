/* ledger/inside/figures: people are counted once, however often they were shown. */
#include "ledger/inside/figures.h"

#include "json/doc.h"
#include "support/file_fault.h"
#include "support/ledger_room.h"
#include "support/test.h"

static uint64_t total(struct ledger_room *room, enum ledger_room_who who, const char *name)
{
    struct bytes json = { 0 };
    struct json_doc *doc = NULL;
    ledger_room_read(room, who, "{\"read\":\"entries\",\"limit\":1}", &json);
    assert_int_equal(json_doc_parse(bytes_str(&json), 1 << 20, &doc), 0);
    const struct json_node *root = json_doc_root(doc), *day = NULL, *last = NULL;
    uint64_t value = (uint64_t)json_doc_get_number(json_doc_member(root, "totals"), name, -1);
    const struct json_node *days = json_doc_member(root, "days");
    assert_int_equal(json_doc_count(days), FIGURES_DAYS);
    while ((day = json_doc_next(days, day)) != NULL)
        last = day;
    if (str_equal(str_from(name), STR("named_30d"))) /* all of it was today */
        assert_int_equal(json_doc_get_number(last, "named", -1), value);
    json_doc_destroy(doc);
    bytes_release(&json);
    return value;
}

static void test_figures__people_are_counted_once(void **state)
{
    (void)state;
    static struct ledger_room room;
    struct fs *fs = file_fault_create();
    ledger_room_init(&room, fs);
    ledger_room_begin(&room);
    assert_int_equal(total(&room, ROOM_OWNER, "named_30d"), 0);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 3), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 2, 3), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 3), "");
    assert_int_equal(total(&room, ROOM_OWNER, "named_30d"), 5);
    assert_string_equal(ledger_room_try(&room, ROOM_OWNER, GRANT_REVEAL, 4, 2), "");
    assert_int_equal(total(&room, ROOM_OWNER, "named_30d"), 6);
    /* Everybody else sees their own. */
    assert_int_equal(total(&room, ROOM_SUPPORT, "named_30d"), 5);
    assert_int_equal(total(&room, ROOM_SUPPORT, "members_30d"), 1);
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_ROWS, 0, 40), "");
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_REVEAL, 0, 1), "right");
    assert_int_equal(total(&room, ROOM_OWNER, "rows_30d"), 40);
    assert_int_equal(total(&room, ROOM_OWNER, "refused_30d"), 1);
    assert_int_equal(total(&room, ROOM_OWNER, "members_30d"), 3);
    assert_int_equal(total(&room, ROOM_SUPPORT, "refused_30d"), 0);
    ledger_room_release(&room);
    fs_destroy(fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures__people_are_counted_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
