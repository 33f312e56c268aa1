/* store/profiles: found by person and by group, marked when changed, gone when deleted. */
#include "store/profiles.h"

#include <string.h>

#include "base/rand.h"
#include "event/limits.h"
#include "support/test.h"

static struct property one = { { "n", 1 }, { .type = VALUE_NUMBER, .as.number = 1 } };

static struct profile_update set(const char *key, const char *id)
{
    return (struct profile_update){ .op = PROFILE_SET, .group_key = str_from(key),
                                    .group_id = str_from(id), .properties = &one,
                                    .property_count = 1 };
}

static void test_profiles__persons_and_groups_are_apart(void **state)
{
    (void)state;
    struct profiles profiles = { 0 };
    struct profile_update update = set("", "");
    assert_null(profiles_find_person(&profiles, 3));
    profiles_apply(&profiles, 3, &update);
    update = set("company", "acme");
    profiles_apply(&profiles, 0, &update);
    update = set("compan", "yacme");
    profiles_apply(&profiles, 0, &update);
    assert_non_null(profiles_find_person(&profiles, 3));
    assert_null(profiles_find_person(&profiles, 2));
    assert_null(profiles_find_person(&profiles, 99999));
    assert_str(profiles_find_group(&profiles, STR("company"), STR("acme"))->group_id, "acme");
    assert_null(profiles_find_group(&profiles, STR("company"), STR("other")));
    assert_int_equal(profiles.count, 3);
    profiles_release(&profiles);
}

static void test_profiles__dirty_once_until_clean_also_when_deleted(void **state)
{
    (void)state;
    struct profiles profiles = { 0 };
    struct profile_update update = set("", "");
    profiles_apply(&profiles, 3, &update);
    profiles_apply(&profiles, 3, &update);
    profiles_apply(&profiles, 4, &update);
    assert_int_equal(profiles_dirty(&profiles, 0)->code, 3);
    assert_int_equal(profiles_dirty(&profiles, 1)->code, 4);
    assert_null(profiles_dirty(&profiles, 2));
    profiles_clean(&profiles);
    assert_null(profiles_dirty(&profiles, 0));
    update.op = PROFILE_DELETE;
    profiles_apply(&profiles, 3, &update);
    assert_null(profiles_find_person(&profiles, 3));
    assert_int_equal(profiles_dirty(&profiles, 0)->content.len, 0);
    profiles_release(&profiles);
}

static void test_profiles__put_replaces_and_is_clean(void **state)
{
    (void)state;
    struct profiles profiles = { 0 };
    struct profile from = { .code = 5, .content = STR("\1\1n\0") };
    profiles_put(&profiles, &from);
    from.content = STR("\0");
    profiles_put(&profiles, &from);
    assert_int_equal(profiles_find_person(&profiles, 5)->content.len, 1);
    assert_int_equal(profiles.content_bytes, 1);
    assert_null(profiles_dirty(&profiles, 0));
    profiles_release(&profiles);
}

/* ---- runs ------------------------------------------------------------------------------------ */

enum { RUN_UPDATES = 300, RUN_PROPERTIES = 3 };

struct random_run {
    struct arena arena;
    struct profile_update updates[RUN_UPDATES];
    const struct profile_update *list[RUN_UPDATES];
};

/* Some so large that a few of them do not fit one profile. */
static struct value random_value(struct random_run *run, struct rand *rand, bool is_large)
{
    struct value value = { .type = VALUE_STRING };
    size_t len = rand_below(rand, 9);
    is_large = is_large && rand_below(rand, 2);
    if (is_large)
        len = LIMIT_PROFILE_VALUE_BYTES - rand_below(rand, LIMIT_PROFILE_VALUE_BYTES / 4);
    char *text = arena_alloc(&run->arena, len + 1);
    memset(text, 'a' + (int)rand_below(rand, 3), len);
    value.as.string = str_of(text, len);
    if (is_large)
        return value;
    if (rand_below(rand, 2))
        value = (struct value){ .type = VALUE_NUMBER,
                                .as.number = (double)rand_below(rand, 7) - 3 };
    if (rand_below(rand, 4) == 0) {
        struct value *items = arena_alloc(&run->arena, 3 * sizeof(*items));
        for (int i = 0; i < 3; i++)
            items[i] = value;
        value = (struct value){ .type = VALUE_LIST, .as.list = { items, 3 } };
    }
    return value;
}

static void fill(struct random_run *run, struct rand *rand, bool is_large)
{
    static const char *names[] = { "a", "b", "c", "d", "e", "f", "g", "$last_seen" };
    for (uint32_t i = 0; i < RUN_UPDATES; i++) {
        struct property *properties = arena_alloc(&run->arena,
                                                  RUN_PROPERTIES * sizeof(*properties));
        for (uint32_t k = 0; k < RUN_PROPERTIES; k++)
            properties[k] = (struct property){ str_from(names[rand_below(rand, 8)]),
                                               random_value(run, rand, is_large) };
        uint64_t op = rand_below(rand, is_large ? 200 : 40);
        run->updates[i] = (struct profile_update){
            .op = op == 0 ? PROFILE_DELETE : (enum profile_op)(op % PROFILE_UNSET + 1),
            .flags = (uint32_t)rand_below(rand, 4),
            .time_ms = (int64_t)rand_below(rand, 1u << 31) * 1000,
            .properties = properties,
            .property_count = op == 0 ? 0 : (uint32_t)rand_below(rand, RUN_PROPERTIES + 1) };
        run->list[i] = &run->updates[i];
    }
}

static void commit_all(struct profiles *profiles, uint32_t code,
                       const struct profile_update *const *list, uint32_t count)
{
    for (uint32_t done = 0; done < count;) {
        struct profiles_change change;
        uint32_t n = profiles_prepare(profiles, code, list + done, count - done, &change);
        assert_in_range(n, 1, count - done);
        profiles_commit(profiles, &change);
        done += n;
    }
}

static struct str content(const struct profiles *profiles, uint32_t code)
{
    const struct profile *profile = profiles_find_person(profiles, code);
    return profile ? profile->content : (struct str){ 0 };
}

static uint32_t names_of(struct profiles *profiles)
{
    uint32_t sum = 0;
    struct profile_name name;
    for (size_t cursor = 0; profile_names_next(&profiles->names, &cursor, &name);)
        sum += name.types * (1 + (uint32_t)(uint8_t)name.name.ptr[0]);
    return sum;
}

static void test_profiles__run_gives_what_one_by_one_gives(void **state)
{
    (void)state;
    static struct random_run run;
    struct rand rand;
    uint32_t largest = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct profiles each = { 0 }, together = { 0 };
        rand_init(&rand, seed);
        arena_init(&run.arena, 0);
        fill(&run, &rand, seed % 2 == 0);
        for (uint32_t i = 0; i < RUN_UPDATES;) {
            uint32_t n = 1 + (uint32_t)rand_below(&rand, RUN_UPDATES - i < 60 ? RUN_UPDATES - i
                                                                              : 60);
            for (uint32_t k = i; k < i + n; k++)
                profiles_apply(&each, 1, run.list[k]);
            commit_all(&together, 1, run.list + i, n);
            assert_true(str_equal(content(&each, 1), content(&together, 1)));
            assert_int_equal(names_of(&each), names_of(&together));
            if (content(&each, 1).len > largest)
                largest = (uint32_t)content(&each, 1).len;
            i += n;
        }
        profiles_note_names(&each);
        assert_int_equal(names_of(&each), names_of(&together));
        profiles_release(&each);
        profiles_release(&together);
        arena_release(&run.arena);
    }
    assert_in_range(largest, PROFILE_BYTES_MAX * 3 / 4, PROFILE_BYTES_MAX);
}

/* Eight values of 131,000 bytes and what is left to the limit, to the byte. */
static void test_profiles__run_takes_back_what_is_too_large_and_goes_on(void **state)
{
    (void)state;
    enum { LARGE = 131000, PARTS = 8 };
    static char text[LIMIT_PROFILE_VALUE_BYTES];
    struct property properties[PARTS + 4];
    struct profile_update updates[PARTS + 4];
    const struct profile_update *list[PARTS + 4];
    struct profiles profiles = { 0 };
    memset(text, 'x', sizeof(text));
    for (uint32_t i = 0; i < PARTS + 4; i++) {
        properties[i] = (struct property){ str_of(&"abcdefghijkl"[i], 1),
                                           { .type = VALUE_STRING,
                                             .as.string = str_of(text, LARGE) } };
        updates[i] = (struct profile_update){ .op = PROFILE_SET, .flags = PROFILE_IGNORE_TIME,
                                              .properties = &properties[i], .property_count = 1 };
        list[i] = &updates[i];
    }
    /* 1 of the count, 6 of each large one, 4 of the small one with a name and 3 of the last */
    size_t left = PROFILE_BYTES_MAX - 1 - PARTS * (LARGE + 6);
    assert_in_range(left, 128, 16383);
    properties[PARTS].value.as.string.len = left - 4;       /* one too many: varint of two */
    properties[PARTS + 1].value.as.string.len = left - 5;   /* fits to the byte */
    properties[PARTS + 2].value.as.string.len = 0;          /* no room */
    properties[PARTS + 3] = properties[0];
    properties[PARTS + 3].value.as.string.len = LARGE - 1;
    commit_all(&profiles, 1, list, PARTS);
    assert_int_equal(content(&profiles, 1).len, 1 + PARTS * (LARGE + 6));
    commit_all(&profiles, 1, list + PARTS, 3);
    assert_int_equal(content(&profiles, 1).len, PROFILE_BYTES_MAX);
    assert_int_equal(profile_names_types(&profiles.names, NULL, STR("i")), 0);
    assert_int_equal(profile_names_types(&profiles.names, NULL, STR("j")), 1 << VALUE_STRING);
    assert_int_equal(profile_names_types(&profiles.names, NULL, STR("k")), 0);
    commit_all(&profiles, 1, list + PARTS, 4);
    assert_int_equal(content(&profiles, 1).len, PROFILE_BYTES_MAX - 1);
    profiles_release(&profiles);
}

/* Each takes an element out of many full lists or puts it back at the end: together they need more
 * memory than a run may take, and one that met the end half way would leave another order. */
static void test_profiles__run_longer_than_its_memory_is_cut(void **state)
{
    (void)state;
    enum { LISTS = 40, COUNT = 250 };
    static struct value numbers[LIMIT_LIST_ELEMENTS];
    static struct property fills[LISTS], elements[COUNT][LISTS];
    static struct profile_update updates[COUNT + 1];
    static const struct profile_update *list[COUNT + 1];
    struct profiles each = { 0 }, together = { 0 };
    uint32_t done = 0, runs = 0;
    for (uint32_t i = 0; i < LIMIT_LIST_ELEMENTS; i++)
        numbers[i] = (struct value){ .type = VALUE_NUMBER, .as.number = i };
    for (uint32_t i = 0; i <= COUNT; i++) {
        updates[i] = (struct profile_update){ .flags = PROFILE_IGNORE_TIME,
            .op = i == 0 ? PROFILE_SET : i % 2 ? PROFILE_REMOVE : PROFILE_APPEND,
            .properties = i == 0 ? fills : elements[i - 1], .property_count = LISTS };
        list[i] = &updates[i];
        for (uint32_t k = 0; k < LISTS; k++) {
            struct str name = str_of(&"0123456789abcdefghijklmnopqrstuvwxyzABCD"[k], 1);
            updates[i].properties[k] = (struct property){ name, numbers[i == 0 ? 0 : (i - 1) / 2] };
            if (i == 0)
                fills[k].value = (struct value){ .type = VALUE_LIST,
                                                 .as.list = { numbers, LIMIT_LIST_ELEMENTS } };
        }
    }
    for (; done <= COUNT; runs++) {
        struct profiles_change change;
        uint32_t n = profiles_prepare(&together, 1, list + done, COUNT + 1 - done, &change);
        profiles_commit(&together, &change);
        for (; n > 0; n--)
            profiles_apply(&each, 1, list[done++]);
        assert_true(str_equal(content(&each, 1), content(&together, 1)));
    }
    assert_in_range(runs, 2, 20);
    profiles_release(&each);
    profiles_release(&together);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles__persons_and_groups_are_apart),
        cmocka_unit_test(test_profiles__dirty_once_until_clean_also_when_deleted),
        cmocka_unit_test(test_profiles__put_replaces_and_is_clean),
        cmocka_unit_test(test_profiles__run_gives_what_one_by_one_gives),
        cmocka_unit_test(test_profiles__run_takes_back_what_is_too_large_and_goes_on),
        cmocka_unit_test(test_profiles__run_longer_than_its_memory_is_cut),
    };
    return RUN(tests);
}
