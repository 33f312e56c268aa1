#include "ledger/tree.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "support/test.h"

enum { LEAVES = 300 };

/* RFC 6962 2.1 as it is written. */
static void slow_root(uint8_t (*leaves)[32], uint64_t n, uint8_t out[32])
{
    uint8_t left[32], right[32], pair[65] = { 1 };
    uint64_t k = 1;
    if (n == 1) {
        memcpy(out, leaves[0], 32);
        return;
    }
    while (k * 2 < n)
        k *= 2;
    slow_root(leaves, k, left);
    slow_root(leaves + k, n - k, right);
    memcpy(pair + 1, left, 32);
    memcpy(pair + 33, right, 32);
    hash_sha256(str_of(pair, 65), out);
}

static void assert_hex(const uint8_t *bytes, const char *expected)
{
    char hex[65];
    str_hex(bytes, 32, hex);
    assert_string_equal(hex, expected);
}

/* The eight inputs of the reference log's own tests (certificate-transparency, merkle_tree_test). */
static void test_tree__published_roots_hold(void **state)
{
    (void)state;
    static const char *const inputs[] = { "", "00", "10", "2021", "3031", "40414243",
        "5051525354555657", "606162636465666768696a6b6c6d6e6f" };
    static const char *const roots[] = {
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    };
    struct tree_edge edge = { 0 };
    uint8_t bytes[16], leaf[32], root[32];
    tree_edge_root(&edge, root);
    assert_hex(root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (int i = 0; i < 8; i++) {
        struct str hex = str_from(inputs[i]);
        assert_true(str_to_hex_bytes(hex, bytes, hex.len / 2));
        tree_leaf(str_of(bytes, hex.len / 2), leaf);
        tree_edge_add(&edge, leaf);
        tree_edge_root(&edge, root);
        assert_hex(root, roots[i]);
    }
}

static void test_tree__edge_agrees_with_the_definition(void **state)
{
    (void)state;
    static uint8_t leaves[LEAVES][32];
    struct tree_edge edge = { 0 };
    for (uint32_t i = 0; i < LEAVES; i++) {
        uint8_t root[32], expected[32];
        tree_leaf(str_of(&i, sizeof(i)), leaves[i]);
        tree_edge_add(&edge, leaves[i]);
        tree_edge_root(&edge, root);
        slow_root(leaves, i + 1, expected);
        assert_memory_equal(root, expected, 32);
    }
    assert_int_equal(edge.size, LEAVES);
}

/* Short entries are hashed in one call, long ones in parts: both are H(0x00 | entry). */
static void test_tree__leaves_of_any_length(void **state)
{
    (void)state;
    static const size_t lengths[] = { 0, 1, 112, 254, 255, 256, 257, 4096, 65535 };
    uint8_t *bytes = calloc(1, 65536), leaf[32], expected[32];
    memset(bytes + 1, 'x', 65535);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        tree_leaf(str_of(bytes + 1, lengths[i]), leaf);
        hash_sha256(str_of(bytes, lengths[i] + 1), expected);
        assert_memory_equal(leaf, expected, 32);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree__published_roots_hold),
        cmocka_unit_test(test_tree__edge_agrees_with_the_definition),
        cmocka_unit_test(test_tree__leaves_of_any_length),
    };
    return RUN(tests);
}
