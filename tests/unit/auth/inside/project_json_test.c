/* auth/inside/project_json: the texts to the letter. That ingest reads its own is shown in
 * tests/unit/cli/init_test.c, a floor higher. */
#include "auth/inside/project_json.h"

#include "support/auth_room.h"
#include "support/test.h"

#define FIRST                                                                                      \
    "{\"projects\":[{\"id\":1,\"token\":\"" ROOM_API_TOKEN "\",\"zone\":\"Asia/Riyadh\","          \
    "\"phone_country\":\"\",\"key_epoch\":1,\"window_days\":0,\"classes\":{},\"write_keys\":["     \
    "{\"key\":\"" ROOM_API_KEY "\",\"hash\":\"%s\"}]}"

static void test_project_json__ingest_gets_all_projects(void **state)
{
    (void)state;
    struct auth_room room;
    struct bytes json = { 0 }, expected = { 0 };
    uint8_t hash[SECRET_HASH_BYTES];
    char hex[2 * SECRET_HASH_BYTES + 1];
    auth_room_open(&room);
    secret_hash(STR(ROOM_API_SECRET), hash);
    str_hex(hash, sizeof(hash), hex);
    bytes_printf(&expected, FIRST "],\"trusted_proxies\":[]}", hex);
    assert_int_equal(auth_write_ingest_settings(room.auth, &json), 0);
    assert_true(str_equal(bytes_str(&json), bytes_str(&expected)));
    /* What init wrote is what auth says. */
    assert_true(str_equal(bytes_str(&json), bytes_str(&room.settings)));
    auth_room_add_project(&room);
    bytes_reset(&json);
    bytes_reset(&expected);
    /* The second project's key may not collect: ingest does not hear of it. */
    bytes_printf(&expected, FIRST ",{\"id\":2,\"token\":\"second-token\",\"zone\":\"UTC\","
                 "\"phone_country\":\"966\",\"key_epoch\":2,\"window_days\":5,\"classes\":"
                 "{\"code\":\"secret\",\"plan\":\"open\"},\"write_keys\":[]}],"
                 "\"trusted_proxies\":[\"192.0.2.1\"]}", hex);
    assert_int_equal(auth_write_ingest_settings(room.auth, &json), 0);
    assert_true(str_equal(bytes_str(&json), bytes_str(&expected)));
    bytes_release(&json);
    bytes_release(&expected);
    auth_room_close(&room);
}

static void test_project_json__names_are_escaped(void **state)
{
    (void)state;
    struct bytes json = { 0 };
    struct json_write w;
    const struct project project = { .id = 3, .name = STR("a\"b\\"), .token = STR("t"),
                                     .zone = STR("UTC"), .week_start = 6, .is_demo = true };
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    project_json_write_members(&project, &w);
    json_write_end_object(&w);
    assert_str(bytes_str(&json), "{\"id\":3,\"name\":\"a\\\"b\\\\\",\"token\":\"t\","
                                 "\"zone\":\"UTC\",\"demo\":true,\"week_start\":6}");
    bytes_release(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_project_json__ingest_gets_all_projects),
        cmocka_unit_test(test_project_json__names_are_escaped),
    };
    return RUN(tests);
}
