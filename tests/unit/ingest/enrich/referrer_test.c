/* ingest/enrich/referrer: the domain of what a browser calls an address, and campaigns in it. */
#include "ingest/enrich/referrer.h"

#include "support/test.h"

static void assert_text(struct str is, const char *expected)
{
    if (!str_equal(is, str_from(expected)))
        fail_msg("\"" STR_FMT "\", not \"%s\"", STR_ARG(is), expected);
}

static void test_referrer__domain(void **state)
{
    (void)state;
    static const struct { const char *url, *domain; } cases[] = {
        { "https://www.google.com/search?q=x", "www.google.com" },
        { "http://news.example:8080/a", "news.example" },
        { "HTTPS://T.co", "T.co" },
        { "https://u:p@mail.example/inbox", "mail.example" },
        { "https://a@b@mail.example?x=1", "mail.example" },
        { "https://[2001:db8::1]:443/x", "[2001:db8::1]" },
        { "https://host.example#frag", "host.example" },
        { "https://host.example?next=http://other.example/", "host.example" },
        { "https:///path", "" },
        { "$direct", "" },
        { "android-app://com.google.android.gm/", "" },
        { "about:blank", "" },
        { "news.example/a", "" },
        { "https://", "" },
        { "", "" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_text(referrer_domain(str_from(cases[i].url)), cases[i].domain);
}

static void test_referrer__campaign(void **state)
{
    (void)state;
    static const struct { const char *url, *name, *value; } cases[] = {
        { "https://a.example/?utm_source=mail&utm_medium=cpc", "utm_medium", "cpc" },
        { "https://a.example/?utm_campaign=spring+sale%202026", "utm_campaign",
          "spring sale 2026" },
        { "https://a.example/?utm_source=%D8%B1%D8%A8%D9%8A%D8%B9", "utm_source", "ربيع" },
        { "https://a.example/?utm_source=%ff%fe", "utm_source", "" },
        { "https://a.example/?x=utm_source=1", "utm_source", "" },
        { "https://a.example/?utm_source=", "utm_source", "" },
        { "https://a.example/#?utm_source=late", "utm_source", "late" },
        { "https://a.example/?x=1#utm_source=late", "utm_source", "" },
        { "https://a.example/utm_source=path", "utm_source", "" },
    };
    struct arena arena;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_text(referrer_campaign(str_from(cases[i].url), str_from(cases[i].name), &arena),
                    cases[i].value);
    arena_release(&arena);
    uint32_t count;
    const struct str *names = referrer_campaign_names(&count);
    assert_int_equal(count, 10);
    for (uint32_t i = 0; i < count; i++)
        assert_true(str_starts(names[i], STR("utm_")) && names[i].ptr[names[i].len] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_referrer__domain),
        cmocka_unit_test(test_referrer__campaign),
    };
    return RUN(tests);
}
