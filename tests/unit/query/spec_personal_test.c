/* query/spec_personal: a personal property may be asked whether it is defined, and nothing else,
 * wherever in the question it stands. */
#include "base/err.h"
#include "query/spec_json.h"
#include "support/test.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* "$email" of persons and events. */
static bool is_email(void *ctx, const struct operand *operand)
{
    (*(int *)ctx)++;
    assert_true(operand->of != OPERAND_TIME && operand->of != OPERAND_NAME);
    return str_equal(operand->property, STR("$email"));
}

/* The pointer where it is refused, or NULL. */
static const char *check_question(const char *rest)
{
    const struct spec *spec;
    struct spec_error error;
    int asked = 0;
    struct str json = arena_printf(&arena, "{\"report\":\"segmentation\",\"from\":\"2025-11-01\","
                                   "\"to\":\"2025-11-30\",%s}", rest);
    assert_int_equal(spec_json_parse(json, &arena, &spec, &error), 0);
    int r = spec_check_personal(spec, is_email, &asked, &arena, &error);
    if (r == 0)
        return NULL;
    assert_int_equal(r, ERR_INVALID);
    assert_string_equal(error.code, "personal");
    assert_true(error.message.len > 10 && asked > 0);
    return error.at.ptr;
}

#define SHOW "\"show\":[{\"event\":\"A\"},{\"event\":\"B\"}]"

static void test_spec_personal__defined_is_answered(void **state)
{
    (void)state;
    assert_null(check_question(SHOW));
    assert_null(check_question(SHOW ",\"where\":\"defined(user[\\\"$email\\\"])\""));
    assert_null(check_question(
        SHOW ",\"where\":\"not (defined(properties[\\\"$email\\\"])) and event[\\\"time\\\"] > 5\","
             "\"by\":[\"plan\",\"$time\",\"event[\\\"name\\\"]\"]"));
}

static void test_spec_personal__anything_else_is_refused_where_it_stands(void **state)
{
    (void)state;
    assert_string_equal(
        check_question(SHOW ",\"where\":\"user[\\\"$email\\\"] == \\\"a@b.example\\\"\""), "/where");
    assert_string_equal(check_question(SHOW ",\"where\":\"defined(user[\\\"$email\\\"]) and "
                                            "\\\"x\\\" in user[\\\"$email\\\"]\""), "/where");
    assert_string_equal(check_question(SHOW ",\"by\":[\"plan\",\"user[\\\"$email\\\"]\"]"),
                        "/by/1");
    assert_string_equal(check_question(SHOW ",\"by\":[{\"of\":\"$email\",\"edges\":[1]}]"),
                        "/by/0/of");
    assert_string_equal(
        check_question("\"show\":[{\"event\":\"A\"},{\"event\":\"B\",\"measure\":\"sum\","
                       "\"property\":\"$email\"}]"), "/show/1/property");
    assert_string_equal(
        check_question("\"show\":[{\"event\":\"A\",\"where\":\"properties[\\\"$email\\\"] != null\"}]"),
        "/show/0/where");
}

static void test_spec_personal__a_full_arena_is_not_a_refusal(void **state)
{
    (void)state;
    const struct spec *spec;
    struct spec_error error;
    struct arena empty;
    int asked = 0;
    assert_int_equal(spec_json_parse(STR("{\"report\":\"segmentation\",\"from\":\"2025-11-01\","
                                         "\"to\":\"2025-11-30\",\"by\":[\"$email\"]," SHOW "}"),
                                     &arena, &spec, &error), 0);
    arena_init(&empty, 1);
    assert_int_equal(spec_check_personal(spec, is_email, &asked, &empty, &error), ERR_NOMEM);
    arena_release(&empty);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_spec_personal__defined_is_answered),
        T(test_spec_personal__anything_else_is_refused_where_it_stands),
        T(test_spec_personal__a_full_arena_is_not_a_refusal),
    };
    return RUN(tests);
}
