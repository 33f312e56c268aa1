#include "ledger/entry.h"

#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "ledger/tree.h"

enum { VERSION = 1, PERSON_SALT_BYTES = 16, PERSON_LEAF_BYTES = PERSON_SALT_BYTES + 4 };

/* ---- the 112 bytes --------------------------------------------------------------------------- */

static void put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

static uint64_t get(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

void entry_encode(const struct entry *entry, uint8_t out[ENTRY_BYTES])
{
    out[0] = VERSION;
    out[1] = entry->kind;
    out[2] = entry->verdict;
    out[3] = entry->level;
    put(out + 4, (uint64_t)entry->time_ms, 8);
    put(out + 12, entry->sequence, 8);
    put(out + 20, entry->principal, 4);
    put(out + 24, entry->project, 4);
    put(out + 28, entry->persons, 4);
    put(out + 32, entry->rows, 4);
    put(out + 36, entry->fields, 4);
    put(out + 40, entry->refers_to, 8);
    memcpy(out + 48, entry->ask_hash, 32);
    memcpy(out + 80, entry->commitment, 32);
}

int entry_decode(const uint8_t bytes[ENTRY_BYTES], struct entry *out)
{
    *out = (struct entry){
        .kind = bytes[1], .verdict = bytes[2], .level = bytes[3],
        .time_ms = (int64_t)get(bytes + 4, 8), .sequence = get(bytes + 12, 8),
        .principal = (uint32_t)get(bytes + 20, 4), .project = (uint32_t)get(bytes + 24, 4),
        .persons = (uint32_t)get(bytes + 28, 4), .rows = (uint32_t)get(bytes + 32, 4),
        .fields = (uint32_t)get(bytes + 36, 4), .refers_to = get(bytes + 40, 8),
    };
    memcpy(out->ask_hash, bytes + 48, 32);
    memcpy(out->commitment, bytes + 80, 32);
    bool holds = bytes[0] == VERSION && out->kind > 0 && out->verdict >= ENTRY_RELEASED &&
                 out->verdict <= ENTRY_DECIDED && out->level <= 3 && out->time_ms >= 0;
    return holds ? 0 : ERR_INVALID;
}

/* ---- the commitment -------------------------------------------------------------------------- */

void entry_salt(const uint8_t secret[ENTRY_SECRET_BYTES], unsigned section,
                uint8_t out[ENTRY_SALT_BYTES])
{
    uint8_t number = (uint8_t)section, mac[HASH_SHA256_BYTES];
    const struct str parts[] = { STR("amana/section/1"), str_of(&number, 1) };
    hash_hmac_sha256(str_of(secret, ENTRY_SECRET_BYTES), parts, 2, mac);
    memcpy(out, mac, ENTRY_SALT_BYTES);
}

void entry_commit_section(const uint8_t salt[ENTRY_SALT_BYTES], struct str section,
                          uint8_t out[32])
{
    const struct str parts[] = { str_of("\2", 1), str_of(salt, ENTRY_SALT_BYTES), section };
    hash_sha256_parts(parts, 3, out);
}

void entry_commit_over(const uint8_t commitments[ENTRY_SECTIONS][32], uint8_t out[32])
{
    const struct str parts[] = { STR("amana/entry/1\n"),
                                 str_of(commitments, (size_t)ENTRY_SECTIONS * 32) };
    hash_sha256_parts(parts, 2, out);
}

static void person_leaf(const uint8_t salt[ENTRY_SALT_BYTES], uint32_t number, uint8_t out[32])
{
    uint8_t digits[4], mac[HASH_SHA256_BYTES], leaf[PERSON_LEAF_BYTES];
    put(digits, number, 4);
    const struct str part = str_of(digits, sizeof(digits));
    hash_hmac_sha256(str_of(salt, ENTRY_SALT_BYTES), &part, 1, mac);
    memcpy(leaf, mac, PERSON_SALT_BYTES);
    memcpy(leaf + PERSON_SALT_BYTES, digits, sizeof(digits));
    tree_leaf(str_of(leaf, sizeof(leaf)), out);
}

void entry_persons_root(const uint8_t salt[ENTRY_SALT_BYTES], const uint32_t *numbers,
                        uint32_t count, uint8_t out[32])
{
    struct tree_edge edge = { 0 };
    for (uint32_t i = 0; i < count; i++) {
        uint8_t leaf[32];
        check(i == 0 || numbers[i - 1] < numbers[i]);
        person_leaf(salt, numbers[i], leaf);
        tree_edge_add(&edge, leaf);
    }
    tree_edge_root(&edge, out);
}

void entry_commit(const struct entry_sections *s, uint8_t out[32])
{
    uint8_t commitments[ENTRY_SECTIONS][32] = { 0 }, salt[ENTRY_SALT_BYTES], root[32];
    for (unsigned i = 1; i <= ENTRY_SECTIONS; i++) {
        struct str section = s->sections[i - 1];
        entry_salt(s->secret, i, salt);
        if (i == ENTRY_SECTION_PERSONS && s->number_count) {
            entry_persons_root(salt, s->numbers, s->number_count, root);
            section = str_of(root, sizeof(root));
        }
        if (section.len)
            entry_commit_section(salt, section, commitments[i - 1]);
    }
    entry_commit_over(commitments, out);
    hash_wipe(salt, sizeof(salt));
}
