/* ingest/settings: what parses, what does not, and how long a change leaves the old one alive. */
#include "ingest/settings.h"

#include "base/err.h"
#include "support/door.h"
#include "support/test.h"

static void test_settings__projects_are_found_by_token_and_number(void **state)
{
    (void)state;
    struct door door;
    door_open(&door);
    const struct ingest_project *project =
        settings_find_token(door.settings, STR("token-of-seven"));
    assert_ptr_equal(project, settings_find_id(door.settings, 7));
    assert_null(settings_find_token(door.settings, STR("token-of-eight")));
    assert_null(settings_find_id(door.settings, 8));
    assert_int_equal(settings_class(project, STR("nickname")), SCHEMA_OPEN);
    assert_int_equal(settings_class(project, STR("code")), SCHEMA_SECRET);
    assert_int_equal(settings_class(project, STR("plan")), SCHEMA_UNKNOWN);
    assert_str(project->write_keys[0].key, "k_1");
    assert_int_equal(project->write_keys[0].secret_hash[0], 0xba);
    assert_str(door.settings->trusted_proxies[0], "127.0.0.1");
    door_close(&door);
}

static void test_settings__malformed_ones_are_invalid(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "{}", "{\"projects\":{}}", "{\"projects\":[{}]}",
        "{\"projects\":[{\"id\":0,\"token\":\"t\",\"key_epoch\":1}]}",
        "{\"projects\":[{\"id\":1,\"token\":\"\",\"key_epoch\":1}]}",
        "{\"projects\":[{\"id\":1,\"token\":\"t\",\"key_epoch\":0}]}",
        "{\"projects\":[{\"id\":1.5,\"token\":\"t\",\"key_epoch\":1}]}",
        "{\"projects\":[{\"id\":1,\"token\":\"t\",\"key_epoch\":1,\"classes\":{\"a\":\"odd\"}}]}",
        "{\"projects\":[{\"id\":1,\"token\":\"t\",\"key_epoch\":1,"
        "\"write_keys\":[{\"key\":\"k\",\"hash\":\"00\"}]}]}",
    };
    struct settings *settings = NULL;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(settings_parse(str_from(bad[i]), &settings), ERR_INVALID);
    assert_null(settings);
}

static void test_settings__pinned_ones_stay(void **state)
{
    (void)state;
    struct door door;
    door_open(&door);
    struct settings *pinned = settings_pin(door.settings);
    settings_unpin(door.settings);
    assert_non_null(settings_find_id(pinned, 7));
    door_close(&door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings__projects_are_found_by_token_and_number),
        cmocka_unit_test(test_settings__malformed_ones_are_invalid),
        cmocka_unit_test(test_settings__pinned_ones_stay),
    };
    return RUN(tests);
}
