/* store/profile: each operation of Mixpanel's, in order, within the limits. */
#include "store/profile.h"

#include <stdio.h>
#include <string.h>

#include "event/limits.h"
#include "support/test.h"

struct house { struct arena arena; struct bytes profile; };

static int setup(void **state)
{
    static struct house house;
    memset(&house, 0, sizeof(house));
    arena_init(&house.arena, 0);
    *state = &house;
    return 0;
}

static int teardown(void **state)
{
    struct house *house = *state;
    arena_release(&house->arena);
    bytes_release(&house->profile);
    return 0;
}

static struct value text(const char *s)
{
    return (struct value){ .type = VALUE_STRING, .as.string = str_from(s) };
}

static struct value number(double n)
{
    return (struct value){ .type = VALUE_NUMBER, .as.number = n };
}

static bool apply(struct house *house, enum profile_op op, const char *name, struct value value)
{
    struct property property = { str_from(name), value };
    struct profile_update update = { .op = op, .flags = PROFILE_IGNORE_TIME,
                                     .properties = &property, .property_count = 1 };
    struct bytes next = { 0 };
    bool exists = profile_apply(bytes_str(&house->profile), &update, &house->arena, &next);
    assert_true(exists || next.len == 0);
    assert_true(!exists || profile_is_sound(bytes_str(&next), &house->arena));
    bytes_release(&house->profile);
    house->profile = next;
    return exists;
}

static struct str shown(struct house *house, const char *name)
{
    struct value value;
    struct bytes json = { 0 };
    if (!profile_find(bytes_str(&house->profile), str_from(name), &house->arena, &value))
        return STR("absent");
    value_format_json(&value, &json);
    struct str copy = arena_copy(&house->arena, bytes_str(&json));
    bytes_release(&json);
    return copy;
}

static void test_profile__set_and_set_once(void **state)
{
    struct house *house = *state;
    assert_true(apply(house, PROFILE_SET, "plan", text("free")));
    assert_true(apply(house, PROFILE_SET_ONCE, "plan", text("pro")));
    assert_str(shown(house, "plan"), "\"free\"");
    assert_true(apply(house, PROFILE_SET, "plan", text("pro")));
    assert_str(shown(house, "plan"), "\"pro\"");
    assert_true(apply(house, PROFILE_SET_ONCE, "utm", (struct value){ .type = VALUE_NULL }));
    assert_str(shown(house, "utm"), "null");
    assert_str(shown(house, "never"), "absent");
}

static void test_profile__add_counts_from_zero_and_leaves_text_alone(void **state)
{
    struct house *house = *state;
    assert_true(apply(house, PROFILE_ADD, "n", number(3)));
    assert_true(apply(house, PROFILE_ADD, "n", number(-5)));
    assert_str(shown(house, "n"), "-2");
    assert_true(apply(house, PROFILE_SET, "t", text("x")));
    assert_true(apply(house, PROFILE_ADD, "t", number(1)));
    assert_str(shown(house, "t"), "\"x\"");
    assert_true(apply(house, PROFILE_SET, "big", number(1.7e308)));
    assert_true(apply(house, PROFILE_ADD, "big", number(1.7e308)));
    assert_str(shown(house, "big"), "1.7e+308");
}

static void test_profile__lists(void **state)
{
    struct house *house = *state;
    struct value items[] = { text("a"), text("b"), text("a") };
    struct value list = { .type = VALUE_LIST, .as.list = { items, 3 } };
    assert_true(apply(house, PROFILE_APPEND, "l", text("a")));
    assert_true(apply(house, PROFILE_APPEND, "l", text("a")));
    assert_str(shown(house, "l"), "[\"a\",\"a\"]");
    assert_true(apply(house, PROFILE_UNION, "l", list));
    assert_str(shown(house, "l"), "[\"a\",\"a\",\"b\"]");
    assert_true(apply(house, PROFILE_UNION, "l", text("b")));
    assert_true(apply(house, PROFILE_REMOVE, "l", text("a")));
    assert_str(shown(house, "l"), "[\"b\"]");
    assert_true(apply(house, PROFILE_REMOVE, "none", text("a")));
    assert_str(shown(house, "none"), "absent");
    assert_true(apply(house, PROFILE_UNION, "u", list));
    assert_str(shown(house, "u"), "[\"a\",\"b\"]");
    for (int i = 0; i < LIMIT_LIST_ELEMENTS + 5; i++)
        assert_true(apply(house, PROFILE_APPEND, "full", number(i)));
    struct value value;
    assert_true(profile_find(bytes_str(&house->profile), STR("full"), &house->arena, &value));
    assert_int_equal(value.as.list.count, LIMIT_LIST_ELEMENTS);
}

static void test_profile__unset_and_delete(void **state)
{
    struct house *house = *state;
    assert_false(apply(house, PROFILE_UNSET, "a", number(0)));
    assert_false(apply(house, PROFILE_DELETE, "a", number(0)));
    assert_true(apply(house, PROFILE_SET, "a", number(1)));
    assert_true(apply(house, PROFILE_SET, "b", number(2)));
    assert_true(apply(house, PROFILE_UNSET, "a", number(0)));
    assert_str(shown(house, "a"), "absent");
    assert_str(shown(house, "b"), "2");
    assert_false(apply(house, PROFILE_DELETE, "a", number(0)));
    assert_int_equal(house->profile.len, 0);
}

static void test_profile__last_seen_unless_told_not_to(void **state)
{
    struct house *house = *state;
    struct property property = { STR("a"), number(1) };
    struct profile_update update = { .op = PROFILE_SET, .time_ms = 1764000000123,
                                     .properties = &property, .property_count = 1 };
    struct bytes next = { 0 };
    assert_true(profile_apply((struct str){ 0 }, &update, &house->arena, &next));
    bytes_release(&house->profile);
    house->profile = next;
    assert_str(shown(house, "$last_seen"), "\"2025-11-24T16:00:00\"");
    assert_true(apply(house, PROFILE_SET, "b", number(1)));
    assert_str(shown(house, "$last_seen"), "\"2025-11-24T16:00:00\"");
}

static void test_profile__limits_hold(void **state)
{
    struct house *house = *state;
    char name[16];
    char *large = arena_alloc(&house->arena, LIMIT_PROFILE_VALUE_BYTES + 10);
    memset(large, 'x', LIMIT_PROFILE_VALUE_BYTES + 9);
    assert_true(apply(house, PROFILE_SET, "large", text(large)));
    assert_str(shown(house, "large"), "absent");
    for (int i = 0; i < 300; i++) {
        (void)snprintf(name, sizeof(name), "p%d", i);
        large[20000] = 0;
        assert_true(apply(house, PROFILE_SET, name, text(large)));
    }
    assert_true(house->profile.len <= PROFILE_BYTES_MAX);
    assert_str(shown(house, "p299"), "absent");
}

static void test_profile__nothing_is_stored_that_cannot_be_read_back(void **state)
{
    struct house *house = *state;
    struct value levels[12];
    levels[0] = number(1);
    for (int i = 1; i < 12; i++) {
        levels[i] = (struct value){ .type = VALUE_LIST, .as.list = { &levels[i - 1], 1 } };
        assert_true(apply(house, PROFILE_APPEND, "deep", levels[i]));   /* checks it is sound */
        assert_true(apply(house, PROFILE_SET, "deeper", levels[i]));
    }
    assert_str(shown(house, "deeper"), "[[[[1]]]]");
}

static void test_profile__first_set_beyond_the_size_makes_none(void **state)
{
    struct house *house = *state;
    char names[6] = "abcdef";
    char *large = arena_alloc(&house->arena, LIMIT_PROFILE_VALUE_BYTES);
    struct property properties[6];
    struct profile_update update = { .op = PROFILE_SET, .properties = properties,
                                     .property_count = 6 };
    struct bytes out = { 0 };
    memset(large, 'x', LIMIT_PROFILE_VALUE_BYTES - 10);
    for (int i = 0; i < 6; i++)
        properties[i] = (struct property){ str_of(&names[i], 1), text(large) };
    assert_false(profile_apply((struct str){ 0 }, &update, &house->arena, &out));
    assert_int_equal(out.len, 0);
    bytes_release(&out);
}

static void test_profile__bad_bytes_are_not_sound(void **state)
{
    struct house *house = *state;
    assert_true(apply(house, PROFILE_SET, "a", text("value")));
    struct str whole = bytes_str(&house->profile);
    for (size_t len = 0; len < whole.len; len++)
        assert_false(profile_is_sound(str_slice(whole, 0, len), &house->arena));
    assert_true(profile_is_sound(whole, &house->arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_profile__set_and_set_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_profile__add_counts_from_zero_and_leaves_text_alone,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_profile__lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_profile__unset_and_delete, setup, teardown),
        cmocka_unit_test_setup_teardown(test_profile__last_seen_unless_told_not_to, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_profile__limits_hold, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_profile__nothing_is_stored_that_cannot_be_read_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_profile__first_set_beyond_the_size_makes_none,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_profile__bad_bytes_are_not_sound, setup, teardown),
    };
    return RUN(tests);
}
