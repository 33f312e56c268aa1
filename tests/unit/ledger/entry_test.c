#include "ledger/entry.h"

#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "ledger/tree.h"
#include "support/test.h"

/* The vector of the wall, part 9. */
static const char ask_bytes[] =
    "amana ask 1\nproject 7\nkind reveal\npurpose support\nticket 4711\nfields email name\n"
    "question -\nsubjects 1 ";

static struct entry vector_entry(uint8_t ask_hash[32])
{
    static const uint32_t numbers[] = { 5 };
    static struct bytes ask;
    uint8_t subject[16], hash[32];
    char hex[65];
    bytes_reset(&ask);
    assert_true(str_to_hex_bytes(STR("accb3473c16f9108790d24f9fea47cb4"), subject, 16));
    hash_sha256(str_of(subject, 16), hash);
    str_hex(hash, 32, hex);
    bytes_printf(&ask, "%s%s\nlimit 1\nnonce 000102030405060708090a0b0c0d0e0f\n"
                 "time 2026-11-23T17:00:00.000Z\n", ask_bytes, hex);
    assert_int_equal(ask.len, 244);
    hash_sha256(bytes_str(&ask), ask_hash);
    struct entry_sections s = { .numbers = numbers, .number_count = 1 };
    memset(s.secret, 0x66, sizeof(s.secret));
    s.sections[0] = STR("principal 12\nrole support\n");
    s.sections[1] = STR("session 9\naddress 192.0.2.7\n");
    s.sections[2] = STR("support\n4711\n");
    s.sections[4] = STR("email name\n");
    s.sections[6] = bytes_str(&ask);
    struct entry entry = { .kind = 1, .verdict = 1, .level = 1, .time_ms = 1795453200000,
                           .sequence = 1, .principal = 12, .project = 7, .persons = 1, .rows = 1,
                           .fields = 3 };
    memcpy(entry.ask_hash, ask_hash, 32);
    entry_commit(&s, entry.commitment);
    return entry;
}

static void assert_hex(const uint8_t *bytes, const char *expected)
{
    char hex[65];
    str_hex(bytes, 32, hex);
    assert_string_equal(hex, expected);
}

static void test_entry__the_vector_holds(void **state)
{
    (void)state;
    uint8_t ask_hash[32], leaf[32], bytes[ENTRY_BYTES];
    struct entry entry = vector_entry(ask_hash);
    assert_hex(ask_hash, "c199d41e6174f5d85f99ccc2e621193266ca6556e4e830cda27490909eeb869a");
    /* Of its own sections, by this reading of them; docs/formats/ledger.md has the same vector. */
    assert_hex(entry.commitment,
               "53f58a1e976aeb4baa5c8e288a5b886da32d465c4ea018ad1b9ada43abfdaeb9");
    assert_true(str_to_hex_bytes(
        STR("4ddfeb346adf52724617614ce19c8bd3ffe17d03c79ad8de473e06898fd4b9b9"),
        entry.commitment, 32));
    entry.level = 0;
    entry_encode(&entry, bytes);
    tree_leaf(str_of(bytes, sizeof(bytes)), leaf);
    assert_hex(leaf, "a044d53ea55776d8710e4ea88553817990774e757303c7b96719457fbd2a927e");
}

static void test_entry__what_is_encoded_is_decoded(void **state)
{
    (void)state;
    uint8_t ask_hash[32], bytes[ENTRY_BYTES], again[ENTRY_BYTES];
    struct entry entry = vector_entry(ask_hash), out;
    entry.refers_to = 0x0102030405060708;
    entry_encode(&entry, bytes);
    assert_int_equal(entry_decode(bytes, &out), 0);
    entry_encode(&out, again);
    assert_memory_equal(bytes, again, ENTRY_BYTES);
    assert_int_equal(out.refers_to, entry.refers_to);
    bytes[0] = 2;
    assert_int_equal(entry_decode(bytes, &out), ERR_INVALID);
    bytes[0] = 1;
    bytes[2] = 5;
    assert_int_equal(entry_decode(bytes, &out), ERR_INVALID);
}

static void test_entry__a_section_is_shown_without_the_others(void **state)
{
    (void)state;
    uint8_t secret[ENTRY_SECRET_BYTES], salt[ENTRY_SALT_BYTES], whole[32], over[32];
    uint8_t parts[ENTRY_SECTIONS][32] = { 0 };
    struct entry_sections s = { 0 };
    memset(secret, 7, sizeof(secret));
    memcpy(s.secret, secret, sizeof(secret));
    s.sections[2] = STR("support\n");
    s.sections[7] = STR("remarks");
    entry_commit(&s, whole);
    entry_salt(secret, 3, salt);
    entry_commit_section(salt, STR("support\n"), parts[2]);
    entry_salt(secret, 8, salt);
    entry_commit_section(salt, STR("remarks"), parts[7]);
    entry_commit_over((const uint8_t(*)[32])parts, over);
    assert_memory_equal(whole, over, 32);
    entry_commit_section(salt, STR("remark"), parts[7]);
    entry_commit_over((const uint8_t(*)[32])parts, over);
    assert_memory_not_equal(whole, over, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entry__the_vector_holds),
        cmocka_unit_test(test_entry__what_is_encoded_is_decoded),
        cmocka_unit_test(test_entry__a_section_is_shown_without_the_others),
    };
    crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
