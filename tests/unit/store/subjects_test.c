/* store/subjects: refs and codes there and back, all subjects of a person, its profile. */
#include "store/subjects.h"

#include "base/err.h"
#include "support/people_model.h"
#include "support/store_room.h"
#include "support/test.h"

static struct people_model m;

static int setup(void **state)
{
    (void)state;
    people_model_open(&m, 9);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    people_model_close(&m);
    return 0;
}

static void test_subjects__own_first_then_devices_in_order(void **state)
{
    (void)state;
    struct arena arena;
    uint32_t all = 0;
    arena_init(&arena, 0);
    for (uint32_t p = 1; p < MODEL_NUMBERS; p++) {
        struct ref own = store_room_ref(p), *refs;
        uint32_t count, at = 1, code = subjects_find(m.store, &own);
        assert_int_equal(subjects_present(m.store, code), code);
        if (people_model_present(&m, p) != p) {
            own = store_room_ref(people_model_present(&m, p));
            assert_int_equal(subjects_find(m.store, &own), code);
            continue;
        }
        assert_int_equal(subjects_of(m.store, code, &arena, &refs, &count), 0);
        assert_true(ref_equal(&refs[0], &own));
        for (uint32_t i = 0; i < m.link_count; i++) {
            struct ref device = store_room_ref(m.links[i]);
            if (m.person_of[m.links[i]] == p)
                assert_true(at < count && ref_equal(&refs[at++], &device));
        }
        assert_int_equal(at, count);
        all += count;
    }
    assert_int_equal(all, MODEL_NUMBERS - 1);
    arena_release(&arena);
}

static void test_subjects__unknown_is_nobody(void **state)
{
    (void)state;
    struct arena arena;
    struct ref ref = store_room_ref(99999), none = { { 0 } }, *refs;
    uint32_t count;
    arena_init(&arena, 0);
    assert_int_equal(subjects_find(m.store, &ref), 0);
    assert_int_equal(subjects_find(m.store, &none), 0);
    assert_int_equal(subjects_present(m.store, 99999), 0);
    assert_int_equal(subjects_of(m.store, 0, &arena, &refs, &count), ERR_NOT_FOUND);
    assert_int_equal(subjects_of(m.store, 99999, &arena, &refs, &count), ERR_NOT_FOUND);
    arena_release(&arena);
}

static void test_subjects__are_copied_in_pieces(void **state)
{
    (void)state;
    struct ref refs[MODEL_NUMBERS * 2];
    uint32_t n = subjects_copy(m.store, 1, MODEL_NUMBERS * 2, refs);
    assert_int_equal(n, MODEL_NUMBERS - 1);
    for (uint32_t code = 1; code <= n; code++) {
        struct ref one;
        assert_int_equal(subjects_copy(m.store, code, 1, &one), 1);
        assert_true(ref_equal(&one, &refs[code - 1]));
    }
    assert_int_equal(subjects_copy(m.store, n, 5, refs), 1);
    assert_int_equal(subjects_copy(m.store, n + 1, 5, refs), 0);
}

static void test_subjects__profiles(void **state)
{
    (void)state;
    struct arena arena;
    uint32_t with = 0;
    arena_init(&arena, 0);
    for (uint32_t p = 1; p < MODEL_NUMBERS; p++) {
        struct ref own = store_room_ref(p);
        struct property *properties;
        uint32_t count;
        if (people_model_present(&m, p) != p || m.has_devices[p])
            continue;
        assert_int_equal(subjects_profile(m.store, subjects_find(m.store, &own), &arena,
                                          &properties, &count), 0);
        const struct property *plan = event_find_property(properties, count, STR("plan"));
        assert_int_equal(plan != NULL, m.profile_plan[p] > 0);
        if (plan)
            assert_true(str_equal(plan->value.as.string,
                                  str_from(model_plans[m.profile_plan[p]])));
        with += plan != NULL;
    }
    assert_true(with > 0);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_subjects__##name, setup, teardown)
        TEST(own_first_then_devices_in_order),
        TEST(unknown_is_nobody),
        TEST(are_copied_in_pieces),
        TEST(profiles),
    };
    return RUN(tests);
}
