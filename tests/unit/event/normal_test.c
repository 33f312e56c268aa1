/* event/normal: the examples of the specification, equality with and without invisible marks, and
 * idempotence over random text. */
#include "event/normal.h"

#include "base/rand.h"
#include "support/test.h"

static void assert_email(const char *text, const char *expected)
{
    struct bytes out = { 0 };
    assert_true(normal_email(str_from(text), &out) == (expected != NULL));
    if (expected)
        assert_true(str_equal(bytes_str(&out), str_from(expected)));
    bytes_release(&out);
}

static void assert_phone(const char *text, const char *expected)
{
    struct bytes out = { 0 };
    assert_true(normal_phone(str_from(text), STR("966"), &out) == (expected != NULL));
    if (expected)
        assert_true(str_equal(bytes_str(&out), str_from(expected)));
    bytes_release(&out);
}

static void assert_text(const char *text, const char *expected)
{
    struct bytes out = { 0 };
    assert_true(normal_text(str_from(text), &out));
    assert_true(str_equal(bytes_str(&out), str_from(expected)));
    bytes_release(&out);
}

static void test_normal__emails_meet_in_one_form(void **state)
{
    (void)state;
    assert_email(" Noura@Example.COM.", "noura@example.com");
    assert_email("<mailto:a@b.de>", "a@b.de");
    assert_email("mailto:<A@b.de>", "a@b.de");
    assert_email("a+b@x.org", "a+b@x.org");
    assert_email("a.b@x.org", "a.b@x.org");
    assert_email("u@b\xc3\xbc" "cher.example", "u@xn--bcher-kva.example");
    assert_email("\xe2\x80\x8fnoura@example.com\xe2\x80\x8e", "noura@example.com");
    assert_email("two@at@x.org", NULL);
    assert_email("@x.org", NULL);
    assert_email("nobody@", NULL);
}

static void test_normal__phones_meet_in_one_form(void **state)
{
    (void)state;
    assert_phone("٠٥٠١٢٣٤٥٦٧", "+966501234567");
    assert_phone("۰۵۰۱۲۳۴۵۶۷", "+966501234567");
    assert_phone("+966 (0)50 123 4567", "+966501234567");
    assert_phone("00966501234567", "+966501234567");
    assert_phone("tel:+966-50-123.4567", "+966501234567");
    assert_phone("966501234567", "+966501234567");
    assert_phone("+39 06 1234567", "+39061234567");
    assert_phone("12345", NULL);
    assert_phone("+1234567890123456", NULL);
    assert_phone("call me", NULL);
}

static void test_normal__names_keep_their_spelling(void **state)
{
    (void)state;
    assert_text("  Zo\x65\xcc\x88  Kravitz ", "Zo\xc3\xab Kravitz");
    assert_text("نُورة", "نُورة");
    assert_text("a\xe2\x80\x8b" "b", "ab");
}

static void random_text(struct rand *rand, struct bytes *text)
{
    static const char *const pieces[] = { "a", "B", " ", "@", ".", "0", "٥", "+", "ü", "e\xcc\x81",
                                          "\xe2\x80\x8f", "\xef\xbb\xbf", "example.com", "(", "ن" };
    bytes_reset(text);
    for (uint64_t i = rand_below(rand, 12); i > 0; i--)
        bytes_append_str(text, str_from(pieces[rand_below(rand, 15)]));
}

typedef bool (*normal_fn)(struct str text, struct bytes *out);

static bool phone_966(struct str text, struct bytes *out)
{
    return normal_phone(text, STR("966"), out);
}

static void test_normal__normal_forms_are_normal(void **state)
{
    (void)state;
    static const normal_fn functions[] = { normal_email, phone_966, normal_text };
    struct rand rand;
    struct bytes text = { 0 }, once = { 0 }, twice = { 0 };
    int hits = 0;
    rand_init(&rand, 11);
    for (int round = 0; round < 30000; round++) {
        normal_fn normal = functions[round % 3];
        random_text(&rand, &text);
        bytes_reset(&once);
        bytes_reset(&twice);
        if (!normal(bytes_str(&text), &once))
            continue;
        hits++;
        assert_true(normal(bytes_str(&once), &twice));
        if (!str_equal(bytes_str(&once), bytes_str(&twice)))
            fail_msg("\"%.*s\" became \"%.*s\", then \"%.*s\"", STR_ARG(bytes_str(&text)),
                     STR_ARG(bytes_str(&once)), STR_ARG(bytes_str(&twice)));
    }
    assert_true(hits > 5000);
    bytes_release(&text);
    bytes_release(&once);
    bytes_release(&twice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal__emails_meet_in_one_form),
        cmocka_unit_test(test_normal__phones_meet_in_one_form),
        cmocka_unit_test(test_normal__names_keep_their_spelling),
        cmocka_unit_test(test_normal__normal_forms_are_normal),
    };
    return RUN(tests);
}
