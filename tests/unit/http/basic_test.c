/* http/basic: Authorization headers as clients really send them. */
#include "http/basic.h"

#include <string.h>

#include "support/test.h"

static void expect(const char *header, const char *user, const char *password)
{
    struct arena arena;
    struct http_basic basic;
    arena_init(&arena, 1 << 16);
    bool is_parsed = http_basic_parse(str_from(header), &arena, &basic);
    if (is_parsed != (user != NULL))
        fail_msg("%s was %sread", header, is_parsed ? "" : "not ");
    if (user && (!str_equal(basic.user, str_from(user)) ||
                 !str_equal(basic.password, str_from(password))))
        fail_msg("%s gave " STR_FMT " and " STR_FMT, header, STR_ARG(basic.user),
                 STR_ARG(basic.password));
    arena_release(&arena);
}

static void test_basic__reads_both_alphabets_and_clear_text(void **state)
{
    (void)state;
    expect("Basic a19nb29kOnNfZ29vZA==", "k_good", "s_good");
    expect("basic   a19nb29kOnNfZ29vZA", "k_good", "s_good");
    expect("Basic Pz8/Pj4+Oj8/Pw==", "?\?\?>>>", "?\?\?");
    expect("Basic Pz8_Pj4-Oj8_Pw", "?\?\?>>>", "?\?\?");
    expect("Basic k_good:s_good", "k_good", "s_good");
    expect("Basic YTpiOmM=", "a", "b:c");
    expect("Basic YTo=", "a", "");
}

static void test_basic__a_secret_by_itself_is_the_user(void **state)
{
    (void)state;
    expect("Basic c19nb29k", "s_good", "");
}

static void test_basic__refuses_what_is_none(void **state)
{
    (void)state;
    char longer[5000];
    expect("", NULL, NULL);
    expect("Basic", NULL, NULL);
    expect("Basic ", NULL, NULL);
    expect("Bearer a19nb29kOnNfZ29vZA==", NULL, NULL);
    expect("Basic !!!!", NULL, NULL);
    expect("Basic AAEC", NULL, NULL); /* base64 of bytes that are no text */
    memset(longer, 'a', sizeof(longer) - 1);
    memcpy(longer, "Basic ", 6);
    longer[sizeof(longer) - 1] = 0;
    expect(longer, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_basic__reads_both_alphabets_and_clear_text),
        cmocka_unit_test(test_basic__a_secret_by_itself_is_the_user),
        cmocka_unit_test(test_basic__refuses_what_is_none),
    };
    return RUN(tests);
}
