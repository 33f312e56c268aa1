/* process/query_pseudonym: stable, of one project, and the way back, also after a link. */
#include "process/query_pseudonym.h"

#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "store/subjects.h"
#include "support/people_model.h"
#include "support/store_room.h"
#include "support/test.h"

static void test_pseudonym__is_stable_and_of_its_project(void **state)
{
    (void)state;
    struct temp temp;
    struct query_pseudonyms first, second, other;
    struct ref ref = store_room_ref(1), next = store_room_ref(2);
    char a[QUERY_PSEUDONYM_TEXT], b[QUERY_PSEUDONYM_TEXT];
    crypto_init();
    temp_make(&temp);
    struct fs *fs = temp_fs(&temp);
    assert_int_equal(query_pseudonyms_open(fs, &first), 0);
    assert_int_equal(query_pseudonyms_open(fs, &second), 0);
    assert_memory_equal(first.key, second.key, sizeof(first.key));
    query_pseudonyms_format(&first, 1, &ref, a);
    query_pseudonyms_format(&second, 1, &ref, b);
    assert_string_equal(a, b);
    assert_true(strlen(a) == 18 && memcmp(a, "p_", 2) == 0);
    query_pseudonyms_format(&first, 2, &ref, b);
    assert_string_not_equal(a, b);
    query_pseudonyms_format(&first, 1, &next, b);
    assert_string_not_equal(a, b);
    assert_int_equal(fs_remove(fs, "pseudonym.key"), 0);
    assert_int_equal(query_pseudonyms_open(fs, &other), 0);
    query_pseudonyms_format(&other, 1, &ref, b);
    assert_string_not_equal(a, b);
    assert_int_equal(fs_replace_file(fs, "pseudonym.key", STR("short"), 0), 0);
    assert_int_equal(query_pseudonyms_open(fs, &other), ERR_INVALID);
    fs_destroy(fs);
    temp_remove(&temp);
}

/* The key decides: a change of the way it is made would give everybody another name. */
static void test_pseudonym__is_the_documented_function(void **state)
{
    (void)state;
    struct query_pseudonyms pseudonyms;
    struct ref ref;
    char text[QUERY_PSEUDONYM_TEXT];
    memset(pseudonyms.key, 0x11, sizeof(pseudonyms.key));
    memset(ref.bytes, 0x22, sizeof(ref.bytes));
    query_pseudonyms_format(&pseudonyms, 7, &ref, text);
    assert_string_equal(text, "p_24e63620373d25a5");
}

static void test_pseudonym__leads_back_also_after_a_link(void **state)
{
    (void)state;
    static struct people_model m;
    struct query_pseudonyms pseudonyms;
    crypto_init();
    people_model_open(&m, 3);
    assert_int_equal(query_pseudonyms_open(m.fs, &pseudonyms), 0);
    for (uint32_t p = 1; p < MODEL_NUMBERS; p++) {
        char text[QUERY_PSEUDONYM_TEXT];
        struct ref ref = store_room_ref(p);
        query_pseudonyms_format(&pseudonyms, MODEL_PROJECT, &ref, text);
        uint32_t code = query_pseudonyms_find(&pseudonyms, m.store, MODEL_PROJECT,
                                              str_from(text));
        assert_int_equal(code, subjects_find(m.store, &ref));
        assert_true(code > 0);
        assert_int_equal(people_model_number(&m, code), people_model_present(&m, p));
        assert_int_equal(query_pseudonyms_find(&pseudonyms, m.store, 99, str_from(text)), 0);
    }
    static const char *const wrong[] = { "", "p_", "p_12", "q_0123456789abcdef",
                                         "p_0123456789abcdeg", "p_0123456789abcdef0",
                                         "p_0000000000000000" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(query_pseudonyms_find(&pseudonyms, m.store, MODEL_PROJECT,
                                               str_from(wrong[i])), 0);
    people_model_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pseudonym__is_stable_and_of_its_project),
        cmocka_unit_test(test_pseudonym__is_the_documented_function),
        cmocka_unit_test(test_pseudonym__leads_back_also_after_a_link),
    };
    return RUN(tests);
}
