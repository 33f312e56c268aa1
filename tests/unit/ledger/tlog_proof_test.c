#include "ledger/tlog_proof.h"

#include <string.h>

#include "base/err.h"
#include "support/test.h"

static struct bytes make(void)
{
    static struct tlog_proof proof;
    struct bytes text = { 0 };
    proof = (struct tlog_proof){ .index = 42, .path.count = 3, .checkpoint = STR("a note\n") };
    for (int i = 0; i < 3; i++)
        memset(proof.path.hashes[i], i + 1, TREE_HASH_BYTES);
    tlog_proof_format(&proof, &text);
    return text;
}

static void test_tlog_proof__comes_back(void **state)
{
    (void)state;
    static struct tlog_proof proof;
    struct bytes text = make();
    assert_true(str_starts(bytes_str(&text), STR("c2sp.org/tlog-proof@v1\nindex 42\nAQEBAQ")));
    assert_int_equal(tlog_proof_parse(bytes_str(&text), &proof), 0);
    assert_int_equal(proof.index, 42);
    assert_int_equal(proof.path.count, 3);
    assert_int_equal(proof.path.hashes[2][31], 3);
    assert_str(proof.checkpoint, "a note\n");
    bytes_release(&text);
}

static void test_tlog_proof__other_text_is_refused(void **state)
{
    (void)state;
#define HASH "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
    static const struct { const char *text; int r; } cases[] = {
        { "c2sp.org/tlog-proof@v1\nindex 0\n\nnote\n", 0 },
        { "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 7\n" HASH "\n\nnote\n", 0 },
        { "c2sp.org/tlog-proof@v2\nindex 0\n\nnote\n", ERR_INVALID },
        { "c2sp.org/tlog-proof@v1\nindex 00\n\nnote\n", ERR_INVALID },
        { "c2sp.org/tlog-proof@v1\nindex +1\n\nnote\n", ERR_INVALID },
        { "c2sp.org/tlog-proof@v1\nindex \n\nnote\n", ERR_INVALID },
        { "c2sp.org/tlog-proof@v1\nindex 18446744073709551616\n\nnote\n", ERR_INVALID },
        { "c2sp.org/tlog-proof@v1\nextra A\nindex 7\n\nnote\n", ERR_INVALID },
        { "c2sp.org/tlog-proof@v1\nindex 7\nAQEB\n\nnote\n", ERR_INVALID },
        /* The last character before the padding has bits that mean nothing: one form only. */
        { "c2sp.org/tlog-proof@v1\nindex 7\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF=\n\nnote\n",
          ERR_INVALID },
        { "c2sp.org/tlog-proof@v1\nindex 7\n" HASH "\nnote\n", ERR_INVALID },
        { "c2sp.org/tlog-proof@v1\nindex 7\n" HASH "\n\n", ERR_INVALID },
        { "c2sp.org/tlog-proof@v1\nindex 7\n" HASH, ERR_INVALID },
        { "c2sp.org/tlog-proof@v1", ERR_INVALID },
        { "", ERR_INVALID },
    };
    static struct tlog_proof proof;
    struct bytes text = { 0 };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(tlog_proof_parse(str_from(cases[i].text), &proof), cases[i].r);
    bytes_append_str(&text, STR("c2sp.org/tlog-proof@v1\nindex 7\n"));
    for (int i = 0; i <= TREE_DEPTH_MAX; i++)
        bytes_append_str(&text, STR(HASH "\n"));
    bytes_append_str(&text, STR("\nnote\n"));
    assert_int_equal(tlog_proof_parse(bytes_str(&text), &proof), ERR_INVALID);
    bytes_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tlog_proof__comes_back),
        cmocka_unit_test(test_tlog_proof__other_text_is_refused),
    };
    return RUN(tests);
}
