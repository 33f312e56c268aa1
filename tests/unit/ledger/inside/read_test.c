#include "ledger/inside/read.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "json/doc.h"
#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "ledger/tree.h"
#include "support/file_fault.h"
#include "support/ledger_room.h"
#include "support/test.h"

static struct ledger_room room;
static struct json_doc *doc;

static int begin(void **state)
{
    (void)state;
    ledger_room_start(&room);
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 3), "");
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_ROWS, 2, 40), "");
    assert_string_equal(ledger_room_try(&room, ROOM_ANALYST, GRANT_REVEAL, 0, 1), "right");
    return 0;
}

static int end(void **state)
{
    (void)state;
    struct fs *fs = room.fs;
    json_doc_destroy(doc);
    doc = NULL;
    ledger_room_release(&room);
    fs_destroy(fs);
    return 0;
}

static const struct json_node *answer(enum ledger_room_who who, const char *text)
{
    struct bytes json = { 0 };
    json_doc_destroy(doc);
    doc = NULL;
    ledger_room_read(&room, who, text, &json);
    assert_int_equal(json_doc_parse(bytes_str(&json), 1 << 20, &doc), 0);
    bytes_release(&json);
    return json_doc_root(doc);
}

static const struct json_node *member(const struct json_node *node, const char *name)
{
    node = json_doc_member(node, name);
    assert_non_null(node);
    return node;
}

static uint64_t number(const struct json_node *node, const char *name)
{
    return (uint64_t)json_doc_number(member(node, name));
}

static struct str error_of(const struct json_node *root)
{
    return json_doc_get_string(json_doc_member(root, "error"), "code", STR(""));
}

static void test_read__the_line(void **state)
{
    (void)state;
    const struct json_node *root = answer(ROOM_SUPPORT, "{\"read\":\"line\"}");
    assert_str(json_doc_get_string(member(root, "log"), "origin", STR("")), "localhost/amana/1");
    assert_int_equal(number(member(root, "log"), "size"), 3);
    assert_int_equal(number(root, "witnesses"), 0);
    assert_int_equal(number(member(root, "named"), "used"), 3);
    assert_int_equal(number(member(root, "named"), "limit"), 200);
    assert_int_equal(number(member(root, "named"), "used_30d"), 3);
    assert_int_equal(number(member(root, "rows"), "used"), 0);
    assert_false(json_doc_bool(member(root, "frozen")));
    assert_false(json_doc_bool(member(root, "away")));
    root = answer(ROOM_ANALYST, "{\"read\":\"line\"}");
    assert_int_equal(number(member(root, "rows"), "used"), 40);
    assert_int_equal(number(member(root, "named"), "used"), 0);
}

static void test_read__own_entries_unless_one_decides(void **state)
{
    (void)state;
    const struct json_node *root = answer(ROOM_ANALYST, "{\"read\":\"entries\"}");
    const struct json_node *list = member(root, "entries"), *first = json_doc_next(list, NULL);
    for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL;)
        assert_int_equal(number(n, "principal"), 3);
    /* Newest first: the refusal, then the rows. */
    assert_str(json_doc_get_string(first, "verdict", STR("")), "refused");
    assert_str(json_doc_get_string(first, "code", STR("")), "right");
    assert_int_equal(number(json_doc_next(list, first), "persons"), 40);
    root = answer(ROOM_ANALYST, "{\"read\":\"entries\",\"principal\":2}");
    assert_int_equal(json_doc_count(member(root, "entries")), 0);
    root = answer(ROOM_OWNER, "{\"read\":\"entries\",\"kind\":\"people\"}");
    assert_int_equal(json_doc_count(member(root, "entries")), 3);
    assert_int_equal(number(member(root, "totals"), "named_30d"), 3);
    assert_int_equal(number(member(root, "totals"), "rows_30d"), 40);
    assert_int_equal(number(member(root, "totals"), "refused_30d"), 1);
    assert_int_equal(number(member(root, "totals"), "members_30d"), 2);
    root = answer(ROOM_OWNER, "{\"read\":\"entries\",\"kind\":\"reveal\",\"principal\":2}");
    first = json_doc_next(member(root, "entries"), NULL);
    assert_str(json_doc_get_string(first, "purpose", STR("")), "support");
    assert_str(json_doc_get_string(first, "ticket", STR("")), "4711");
    assert_int_equal(json_doc_count(member(first, "fields")), 2);
    assert_int_equal(number(first, "level"), 2);
}

static void test_read__pages_of_entries(void **state)
{
    (void)state;
    uint64_t before = 0;
    uint32_t seen = 0;
    for (int page = 0; page < 20; page++) {
        char text[96];
        (void)snprintf(text, sizeof(text), "{\"read\":\"entries\",\"limit\":2%s%.0llu}",
                       before ? ",\"before\":" : "", (unsigned long long)before);
        const struct json_node *root = answer(ROOM_OWNER, text);
        const struct json_node *list = member(root, "entries");
        for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL; seen++) {
            assert_true(before == 0 || number(n, "sequence") < before);
            before = number(n, "sequence");
        }
        if (!json_doc_bool(member(root, "more")))
            break;
        assert_int_equal(json_doc_count(list), 2);
    }
    assert_int_equal(seen, 13); /* start, boot, 4 passkeys, 4 logins, and what begin() did */
    assert_int_equal(before, 1);
}

static uint64_t last_of(enum ledger_room_who who, const char *kind)
{
    char text[96];
    (void)snprintf(text, sizeof(text), "{\"read\":\"entries\",\"kind\":\"%s\"}", kind);
    return number(json_doc_next(member(answer(who, text), "entries"), NULL), "sequence");
}

/* What a browser does with an entry: hashes it, and climbs to the root that was signed. */
static void test_read__an_entry_with_its_proof(void **state)
{
    (void)state;
    uint8_t bytes[ENTRY_BYTES], leaf[32], public_key[32];
    struct proof proof = { 0 };
    struct checkpoint checkpoint;
    struct str name;
    char text[64];
    (void)snprintf(text, sizeof(text), "{\"read\":\"entry\",\"sequence\":%llu}",
                   (unsigned long long)last_of(ROOM_SUPPORT, "reveal"));
    const struct json_node *root = answer(ROOM_SUPPORT, text);
    assert_true(str_to_hex_bytes(json_doc_string(member(root, "bytes")), bytes, ENTRY_BYTES));
    const struct json_node *path = member(root, "inclusion");
    for (const struct json_node *n = NULL; (n = json_doc_next(path, n)) != NULL;)
        assert_true(str_to_hex_bytes(json_doc_string(n), proof.hashes[proof.count++], 32));
    assert_int_equal(checkpoint_parse_vkey(json_doc_string(member(root, "vkey")), &name,
                                           public_key), 0);
    assert_memory_equal(public_key, room.log_public, 32);
    assert_int_equal(checkpoint_open(json_doc_string(member(root, "checkpoint")), name, public_key,
                                     &checkpoint), 0);
    assert_int_equal(checkpoint.size, number(root, "size"));
    tree_leaf(str_of(bytes, ENTRY_BYTES), leaf);
    assert_int_equal(proof_check_inclusion(&proof, number(root, "index"), checkpoint.size, leaf,
                                           checkpoint.root), 0);
    const struct json_node *sections = member(root, "sections");
    assert_str(json_doc_get_string(sections, "purpose", STR("")), "support\n4711\n");
    assert_null(json_doc_member(sections, "login")); /* that is for who decides */
    root = answer(ROOM_OWNER, text);
    assert_non_null(json_doc_member(member(root, "sections"), "login"));
    /* Somebody else's is none of one's business, and neither is one that is not there. */
    assert_str(error_of(answer(ROOM_ANALYST, text)), "path");
    assert_str(error_of(answer(ROOM_OWNER, "{\"read\":\"entry\",\"sequence\":999}")), "path");
    assert_str(error_of(answer(ROOM_OWNER, "{\"read\":\"entry\",\"sequence\":0}")), "path");
}

static void test_read__who_has_looked(void **state)
{
    (void)state;
    struct bytes text = { 0 };
    static const uint32_t people[] = { 0, 2, 30, 500 };
    static const uint32_t entries[] = { 1, 2, 1, 0 };
    for (int i = 0; i < 4; i++) {
        char hex[33];
        str_hex(room.refs[people[i]].bytes, 16, hex);
        bytes_reset(&text);
        bytes_printf(&text, "{\"read\":\"looked\",\"refs\":[\"%s\"]}", hex);
        bytes_put_u8(&text, 0);
        const struct json_node *root = answer(ROOM_SUPPORT, (char *)text.ptr);
        assert_int_equal(json_doc_count(member(root, "entries")), entries[i]);
        assert_true(number(root, "since") > 0);
    }
    /* Also across a restart. */
    ledger_room_close(&room);
    assert_int_equal(ledger_room_open(&room), 0);
    bytes_reset(&text);
    bytes_printf(&text, "{\"read\":\"looked\",\"refs\":[\"00020000000000000000000000000001\"]}");
    bytes_put_u8(&text, 0);
    assert_int_equal(json_doc_count(member(answer(ROOM_SUPPORT, (char *)text.ptr), "entries")), 2);
    bytes_release(&text);
}

static void test_read__budgets(void **state)
{
    (void)state;
    const struct json_node *list = member(answer(ROOM_SUPPORT, "{\"read\":\"budget\"}"),
                                          "principals");
    assert_int_equal(json_doc_count(list), 1);
    assert_int_equal(number(json_doc_next(list, NULL), "principal"), 2);
    list = member(answer(ROOM_SECOND, "{\"read\":\"budget\"}"), "principals");
    assert_int_equal(json_doc_count(list), 5);
    /* Whoever is frozen sees what is its own, and no more. */
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_FREEZE,
                                           "{\"do\":\"freeze\",\"principal\":4}", "", NULL), "");
    list = member(answer(ROOM_SECOND, "{\"read\":\"budget\"}"), "principals");
    assert_int_equal(json_doc_count(list), 1);
    assert_true(json_doc_bool(member(json_doc_next(list, NULL), "frozen")));
}

static void test_read__nothing_else(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "{}", "[]", "7", "{\"read\":7}", "{\"read\":\"all\"}" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_str(error_of(answer(ROOM_OWNER, bad[i])), "invalid");
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_read__the_line), WITH(test_read__own_entries_unless_one_decides),
        WITH(test_read__pages_of_entries), WITH(test_read__an_entry_with_its_proof),
        WITH(test_read__who_has_looked), WITH(test_read__budgets), WITH(test_read__nothing_else),
    };
    return RUN(tests);
}
