/* auth/inside/api_keys: the right secret only, one project each, and when it was used. */
#include "auth/inside/api_keys.h"

#include "auth/wire/grant.h"
#include "base/err.h"
#include "support/auth_room.h"
#include "support/test.h"

static void test_api_keys__open_with_their_secret(void **state)
{
    (void)state;
    struct auth_room room;
    struct api_key key;
    auth_room_open(&room);
    auth_room_add_project(&room);
    struct api_keys *keys = &room.auth->keys;
    assert_int_equal(api_keys_find(keys, STR(ROOM_API_KEY), STR(ROOM_API_SECRET),
                                   &room.arena, &key), 0);
    api_keys_note(keys, key.principal, 7);
    assert_int_equal(key.principal, 2);
    assert_int_equal(key.project, 1);
    assert_int_equal(key.rights, RIGHT_COLLECT | RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_ROWS);
    assert_int_equal(api_keys_find(keys, STR(ROOM_API_KEY), STR("no"), &room.arena, &key),
                     ERR_NOT_FOUND);
    assert_int_equal(api_keys_find(keys, STR("k_none"), STR(ROOM_API_SECRET), &room.arena, &key),
                     ERR_NOT_FOUND);
    assert_int_equal(api_keys_find(keys, STR("k_none"), STR(""), &room.arena, &key),
                     ERR_NOT_FOUND);
    assert_int_equal(api_keys_find(keys, STR("k_other"), STR(ROOM_API_SECRET), &room.arena,
                                   &key), 0);
    api_keys_note(keys, key.principal, 7);
    assert_int_equal(key.project, 2);
    assert_int_equal(keys->used.count, 2);
    assert_int_equal(api_keys_flush(keys), 0);
    struct db_statement *s = db_prepare(room.auth->db, "SELECT used_ms FROM api_key");
    db_reset(s);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(db_step(s), 1);
        assert_int_equal(db_get_i64(s, 0), 7);
    }
    db_reset(s);
    auth_room_close(&room);
}

static void test_api_keys__are_walked_by_project(void **state)
{
    (void)state;
    struct auth_room room;
    struct api_key key;
    auth_room_open(&room);
    auth_room_add_project(&room);
    struct api_keys *keys = &room.auth->keys;
    assert_int_equal(api_keys_next(keys, 1, 0, &room.arena, &key), 0);
    assert_str(key.key, ROOM_API_KEY);
    assert_int_equal(api_keys_next(keys, 1, key.principal, &room.arena, &key), ERR_NOT_FOUND);
    assert_int_equal(api_keys_next(keys, 3, 0, &room.arena, &key), ERR_NOT_FOUND);
    /* The same name twice, an unknown project, an unknown principal. */
    struct api_key bad = { .principal = 1, .project = 1, .key = STR(ROOM_API_KEY) };
    assert_int_equal(api_keys_add(keys, &bad), ERR_EXISTS);
    bad = (struct api_key){ .principal = 1, .project = 9, .key = STR("k_new") };
    assert_int_equal(api_keys_add(keys, &bad), ERR_EXISTS);
    bad = (struct api_key){ .principal = 99, .project = 1, .key = STR("k_new") };
    assert_int_equal(api_keys_add(keys, &bad), ERR_EXISTS);
    auth_room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_api_keys__open_with_their_secret),
        cmocka_unit_test(test_api_keys__are_walked_by_project),
    };
    return RUN(tests);
}
