/* auth/inside/owner_links: the day begins with the first serve, the file follows the row. */
#include "auth/inside/owner_links.h"

#include <string.h>

#include "base/err.h"
#include "support/auth_room.h"
#include "support/test.h"

static bool has_file(struct auth_room *room)
{
    struct bytes content = { 0 };
    int r = fs_read_file(room->fs, OWNER_LINKS_FILE, 256, &content);
    assert_true(r == 0 || r == ERR_NOT_FOUND);
    bytes_release(&content);
    return r == 0;
}

static int use(struct auth_room *room, struct str text, int64_t now)
{
    uint32_t member = 0;
    int r = owner_links_use(&room->auth->owner_links, text, now, &member);
    assert_int_equal(member, r == 0 ? 1 : 0);
    return r;
}

static void test_owner_links__the_day_begins_with_the_first_serve(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    struct owner_links *links = &room.auth->owner_links;
    assert_int_equal(owner_links_put(links, 1, STR("text"), 1000, 0), 0);
    assert_int_equal(owner_links_write_file(links, STR("text")), 0);
    /* Never served: it waits for as long as it takes. */
    assert_int_equal(owner_links_expire(links, 1000 + 100 * OWNER_LINKS_LIFE_MS), 0);
    assert_true(has_file(&room));
    assert_int_equal(owner_links_start(links, 5000), 0);
    /* A second serve begins no second day. */
    assert_int_equal(owner_links_start(links, 9000), 0);
    assert_true(has_file(&room));
    assert_int_equal(use(&room, STR("text"), 5000 + OWNER_LINKS_LIFE_MS), ERR_NOT_FOUND);
    assert_int_equal(use(&room, STR("Text"), 5000 + OWNER_LINKS_LIFE_MS - 1), ERR_NOT_FOUND);
    assert_int_equal(use(&room, STR("text"), 5000 + OWNER_LINKS_LIFE_MS - 1), 0);
    assert_int_equal(use(&room, STR("text"), 5000), ERR_NOT_FOUND);
    auth_room_close(&room);
}

static void test_owner_links__an_old_one_goes_with_its_file(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    struct owner_links *links = &room.auth->owner_links;
    assert_int_equal(owner_links_put(links, 1, STR("text"), 1000, 2000), 0);
    assert_int_equal(owner_links_write_file(links, STR("text")), 0);
    assert_int_equal(owner_links_expire(links, 1999), 0);
    assert_true(has_file(&room));
    assert_int_equal(owner_links_expire(links, 2000), 0);
    assert_false(has_file(&room));
    assert_int_equal(use(&room, STR("text"), 1500), ERR_NOT_FOUND);
    assert_int_equal(owner_links_expire(links, 3000), 0);
    auth_room_close(&room);
}

/* What a crash can leave: a file whose link was used, or replaced, or a link without its file. */
static void test_owner_links__a_start_removes_a_file_that_opens_nothing(void **state)
{
    (void)state;
    struct auth_room room;
    auth_room_open(&room);
    struct owner_links *links = &room.auth->owner_links;
    assert_int_equal(use(&room, STR(ROOM_OWNER_LINK), 0), 0);
    assert_true(has_file(&room));
    assert_int_equal(owner_links_start(links, 1000), 0);
    assert_false(has_file(&room));
    assert_int_equal(owner_links_put(links, 1, STR("new"), 1000, 2000), 0);
    assert_int_equal(owner_links_start(links, 1000), 0);
    assert_int_equal(owner_links_write_file(links, STR("former")), 0);
    assert_int_equal(owner_links_start(links, 1000), 0);
    assert_false(has_file(&room));
    assert_int_equal(owner_links_write_file(links, STR("new")), 0);
    assert_int_equal(owner_links_start(links, 1000), 0);
    assert_true(has_file(&room));
    assert_int_equal(use(&room, STR("new"), 1000), 0);
    auth_room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owner_links__the_day_begins_with_the_first_serve),
        cmocka_unit_test(test_owner_links__an_old_one_goes_with_its_file),
        cmocka_unit_test(test_owner_links__a_start_removes_a_file_that_opens_nothing),
    };
    return RUN(tests);
}
