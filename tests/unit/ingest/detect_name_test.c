/* ingest/detect_name: each sign, and what stands against it. */
#include "ingest/detect_name.h"

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
        "Peter Bakker (Tobias)", "Ludwig van Bergström", "Ivan Unheardovich Petrov", NULL,
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
        cmocka_unit_test(test_detect_name__words_longer_than_any_name),
    };
    return RUN(tests);
}
