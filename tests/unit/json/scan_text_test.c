/* json/scan_text: escapes and broken bytes, at the ends of texts too. */
#include "json/scan_text.h"

#include "base/rand.h"
#include "support/test.h"

static void test_json_scan_text__an_escape_that_is_cut_short_is_refused(void **state)
{
    (void)state;
    char out[16];
    assert_int_equal(json_scan_text_unescape(STR("ab\\"), out), -1);
    assert_int_equal(json_scan_text_unescape(STR("\\u12"), out), -1);
    assert_int_equal(json_scan_text_unescape(STR("\\ud83d\\u1"), out), -1);
    assert_int_equal(json_scan_text_unescape(STR("\\q"), out), -1);
    assert_int_equal(json_scan_text_unescape(STR("\\ud83d\\n"), out), 4);
    assert_int_equal(json_scan_text_unescape(STR(""), out), 0);
}

static void test_json_scan_text__mending_any_bytes_gives_utf8(void **state)
{
    (void)state;
    struct rand rand;
    struct arena arena;
    rand_init(&rand, 11);
    arena_init(&arena, 0);
    for (int round = 0; round < 20000; round++) {
        char raw[24];
        uint32_t broken = 0;
        struct str out;
        size_t len = rand_below(&rand, sizeof(raw));
        for (size_t i = 0; i < len; i++)
            raw[i] = (char)("\xed\xa0\xbd\xb8\x80\xf0\x9f"[rand_below(&rand, 7)] +
                            (rand_below(&rand, 8) == 0));
        assert_true(json_scan_text_mend(str_of(raw, len), &arena, &broken, &out));
        assert_true(str_is_utf8(out));
        if (str_is_utf8(str_of(raw, len))) {
            assert_true(str_equal(out, str_of(raw, len)));
            assert_int_equal(broken, 0);
        }
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_scan_text__an_escape_that_is_cut_short_is_refused),
        cmocka_unit_test(test_json_scan_text__mending_any_bytes_gives_utf8),
    };
    return RUN(tests);
}
