/* auth/inside/work: projects that are meant, bodies that are none, texts in base64url. */
#include "auth/inside/work.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

static void test_work__base64url_goes_both_ways(void **state)
{
    (void)state;
    static const uint8_t raw[] = { 0xfb, 0xff, 0xfe, 1 };
    struct auth_stand s;
    auth_stand_open(&s);
    struct work w = { .auth = s.room.auth, .arena = &s.room.arena };
    struct str text = work_base64url(&w, str_of(raw, sizeof(raw)));
    assert_str(text, "-__-AQ");
    assert_true(str_equal(work_unbase64(&w, text, 4), str_of(raw, sizeof(raw))));
    assert_null(work_unbase64(&w, text, 3).ptr);
    assert_null(work_unbase64(&w, STR(""), 3).ptr);
    assert_null(work_unbase64(&w, STR("!"), 3).ptr);
    auth_stand_close(&s);
}

static void test_work__a_project_is_ones_own(void **state)
{
    (void)state;
    struct auth_stand s;
    struct project project;
    struct access_entry access;
    auth_stand_open(&s);
    auth_room_add_project(&s.room);
    struct work w = { .auth = s.room.auth, .arena = &s.room.arena,
                      .asker = { .by = AUTH_BY_COOKIE, .principal = 1 } };
    assert_int_equal(work_find_project(&w, 0, &project, &access), 0);
    assert_int_equal(project.id, 1);
    assert_int_equal(work_find_project(&w, 2, &project, &access), ERR_NOT_FOUND);
    w.asker.by = AUTH_BY_UID;
    assert_int_equal(work_find_project(&w, 2, &project, &access), 0);
    assert_int_equal(work_find_project(&w, 3, &project, &access), ERR_NOT_FOUND);
    w.asker = (struct asker){ .by = AUTH_BY_KEY, .project = 2 };
    assert_int_equal(work_find_project(&w, 0, &project, &access), 0);
    assert_int_equal(project.id, 2);
    assert_int_equal(work_find_project(&w, 1, &project, &access), ERR_NOT_FOUND);
    auth_stand_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_work__base64url_goes_both_ways),
        cmocka_unit_test(test_work__a_project_is_ones_own),
    };
    return RUN(tests);
}
