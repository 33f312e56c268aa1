/* ingest/detect_name: each sign, and what stands against it. */
#include "ingest/detect_name.h"

#include <string.h>

#include "support/test.h"

static void assert_all(const char *const *texts, bool is_name)
{
    for (; *texts; texts++)
        if (detect_name(str_from(*texts)) != is_name)
            fail_msg("\"%s\" is%s taken for a name", *texts, is_name ? " not" : "");
}

static void test_detect_name__given_and_family(void **state)
{
    static const char *const names[] = {
        "John Smith", "SMITH, John", "Smith, John", "john smith", "J. Nakamura", "Nguyen Minh",
        "Hannah", "Thabo Park", "Marie-Claire Dubois", "Dr. Unknownian", "Sarah & Omar Haddad",
        "Peter Bakker (Tobias)", "Ludwig van Bergström", "Ivan Unheardovich Petrov",
        "Baker Hannah", "Long Minh", NULL,
    };
    (void)state;
    assert_all(names, true);
}

static void test_detect_name__arabic(void **state)
{
    static const char *const names[] = {
        "نورة العتيبي", "نوره", "محمد بن راشد", "أبو خالد", "عبد الله الحربي", "السيدة غريبة الاسم",
        "عبدالرحمن", "مُحَمَّد", "فهد القحطاني", NULL,
    };
    static const char *const others[] = {
        "أمل", "نور", "مطعم العتيبي", "شركة خالد", "أبو ظبي", "مهندس برمجيات", "الباقة السنوية",
        "مدينة فهد", NULL,
    };
    (void)state;
    assert_all(names, true);
    assert_all(others, false);
}

static void test_detect_name__accents_case_and_alef_are_one(void **state)
{
    static const char *const names[] = { "Zsófia", "ZSÓFIA", "Zsofia", "إيمان", "ايمان", "Łukasz",
                                         "Jürgen Groß", "O’Connor, Liam", NULL };
    (void)state;
    assert_all(names, true);
}

static void test_detect_name__words_that_are_no_names(void **state)
{
    static const char *const others[] = {
        "", "A", "Grace", "May", "Jordan", "Victoria Park", "Hong Kong", "San Antonio", "John 3",
        "john", "Save Changes", "Assign Peter", "Upgrade Plan", "smith", "Doe,", ",", "& Sons",
        "John, Paul, George", "a b c d e f g h i", "John\x01Smith", "\xc3", "\xd9", NULL,
    };
    (void)state;
    assert_all(others, false);
}

/* ---- the lists, as the build made them ------------------------------------------------------- */

#define GIVEN(text) static const char given_names[] = text;
#define FAMILY(text) static const char family_names[] = text;
#define SHARED(text) static const char shared_names[] = text;
#define COMMON(text) static const char common_words[] = text;
#include "ingest/detect_names.def"

static bool is_in(const char *list, struct str word)
{
    struct str rest = str_from(list), listed;
    while (str_next(&rest, ' ', &listed))
        if (str_equal(listed, word))
            return true;
    return false;
}

/* Found only when the lists are folded as the program folds what it compares with them. */
static void test_detect_name__every_listed_given_name_is_found(void **state)
{
    struct str rest = str_from(given_names), word;
    unsigned strong = 0;
    (void)state;
    while (str_next(&rest, ' ', &word)) {
        char text[64] = "";
        if (word.len == 0 || is_in(shared_names, word) || is_in("inc leone rica ", word))
            continue;                       /* those three also say that no person is meant */
        assert_true(word.len < sizeof(text));
        memcpy(text, word.ptr, word.len);
        if (text[0] >= 'a' && text[0] <= 'z')
            text[0] = (char)(text[0] - 32);
        if (!detect_name(str_from(text)))
            fail_msg("\"%s\" is listed and not found", text);
        strong++;
    }
    assert_true(strong > 10000);
}

static void test_detect_name__each_list_has_what_its_source_gives(void **state)
{
    (void)state;
    assert_true(is_in(given_names, STR("zsofia")) && is_in(given_names, STR("نوره")));
    assert_true(is_in(family_names, STR("heijden")) && is_in(family_names, STR("o'brien")));
    assert_true(is_in(shared_names, STR("grace")) && is_in(shared_names, STR("امل")));
    assert_true(is_in(common_words, STR("window")));
    assert_false(is_in(family_names, STR("van")) || is_in(common_words, STR("grace")));
    assert_true(str_from(family_names).len > 60000 && str_from(common_words).len > 25000);
}

static void test_detect_name__words_longer_than_any_name(void **state)
{
    char text[400] = "John ";
    (void)state;
    for (size_t i = 5; i < sizeof(text) - 1; i++)
        text[i] = i % 2 ? 'a' : 'B';
    assert_false(detect_name(str_of(text, sizeof(text) - 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detect_name__given_and_family),
        cmocka_unit_test(test_detect_name__arabic),
        cmocka_unit_test(test_detect_name__accents_case_and_alef_are_one),
        cmocka_unit_test(test_detect_name__words_that_are_no_names),
        cmocka_unit_test(test_detect_name__every_listed_given_name_is_found),
        cmocka_unit_test(test_detect_name__each_list_has_what_its_source_gives),
        cmocka_unit_test(test_detect_name__words_longer_than_any_name),
    };
    return RUN(tests);
}
