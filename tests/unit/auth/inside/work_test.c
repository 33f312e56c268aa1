/* auth/inside/work: projects that are meant, bodies that are none, texts in base64url. */
#include "auth/inside/work.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_member.h"
#include "support/test.h"
#include "sys/clock.h"

struct stand { struct auth_room room; struct auth_ledger ledger; struct auth_member owner; };

/* The owner, who came by the link, has a passkey and is logged in with it. */
static void open_stand(struct stand *s)
{
    auth_room_open(&s->room);
    auth_ledger_start(&s->ledger, &s->room);
    auth_member_create(&s->owner, &s->room);
    assert_str(auth_member_enter(&s->owner, STR(ROOM_OWNER_LINK)), "");
    assert_str(auth_member_add_passkey(&s->owner, "owner-key"), "");
    assert_str(auth_member_login(&s->owner), "");
}

static void close_stand(struct stand *s)
{
    auth_ledger_stop(&s->ledger);
    auth_member_release(&s->owner);
    auth_room_close(&s->room);
}


static void test_work__base64url_goes_both_ways(void **state)
{
    (void)state;
    static const uint8_t raw[] = { 0xfb, 0xff, 0xfe, 1 };
    struct stand s;
    open_stand(&s);
    struct work w = { .auth = s.room.auth, .arena = &s.room.arena };
    struct str text = work_base64url(&w, str_of(raw, sizeof(raw)));
    assert_str(text, "-__-AQ");
    assert_true(str_equal(work_unbase64(&w, text, 4), str_of(raw, sizeof(raw))));
    assert_null(work_unbase64(&w, text, 3).ptr);
    assert_null(work_unbase64(&w, STR(""), 3).ptr);
    assert_null(work_unbase64(&w, STR("!"), 3).ptr);
    close_stand(&s);
}

static void test_work__a_project_is_ones_own(void **state)
{
    (void)state;
    struct stand s;
    struct project project;
    struct access_entry access;
    open_stand(&s);
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
    close_stand(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_work__base64url_goes_both_ways),
        cmocka_unit_test(test_work__a_project_is_ones_own),
    };
    return RUN(tests);
}
