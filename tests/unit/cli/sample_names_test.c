/* cli/sample_names: people in their own script, addresses in ASCII, organisations told apart. */
#include "cli/sample_names.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "support/test.h"

static void test_sample_names__every_country_has_people_with_ascii_addresses(void **state)
{
    (void)state;
    uint32_t count;
    struct rand rand;
    rand_init(&rand, 7);
    (void)sample_names_countries(&count);
    for (uint32_t c = 0; c < count; c++) {
        for (int i = 0; i < 200; i++) {
            char full[SAMPLE_NAME_MAX], latin[SAMPLE_NAME_MAX];
            sample_names_person(&rand, c, full, latin);
            assert_true(str_is_utf8(str_from(full)));
            assert_non_null(strchr(full, ' '));
            assert_true(strspn(latin, "abcdefghijklmnopqrstuvwxyz.") == strlen(latin));
            assert_true(latin[0] != '.' && latin[strlen(latin) - 1] != '.');
        }
    }
}

static void test_sample_names__a_thousand_organisations_have_a_thousand_names(void **state)
{
    (void)state;
    struct map seen = { 0 };
    for (uint32_t i = 0; i < 1000; i++) {
        char name[SAMPLE_NAME_MAX];
        bool is_new;
        sample_names_organisation(i, name);
        (void)map_put(&seen, str_from(name), i, &is_new);
        assert_true(is_new);
    }
    map_release(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_names__every_country_has_people_with_ascii_addresses),
        cmocka_unit_test(test_sample_names__a_thousand_organisations_have_a_thousand_names),
    };
    return RUN(tests);
}
