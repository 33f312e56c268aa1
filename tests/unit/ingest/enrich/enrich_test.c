/* ingest/enrich: what the SDK said stays, what it left out is added, robots are marked. */
#include "ingest/enrich/enrich.h"

#include "support/door.h"
#include "support/test.h"

static void test_enrich__adds_only_what_is_missing(void **state)
{
    (void)state;
    struct door door;
    door_open(&door);
    struct property properties[] = { door_text("$browser", "Mine") };
    struct record record = door_event(&door, properties, 1);
    record.ip = STR("192.0.2.7");
    door.request.user_agent = STR("Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0");
    enrich_step(&door.request, &record);
    assert_int_equal(record.event.property_count, 2);
    assert_str(record.event.properties[0].value.as.string, "Mine");
    assert_str(record.event.properties[1].name, "$os");
    assert_str(record.event.properties[1].value.as.string, "Linux");
    assert_int_equal(record.ip.len, 0);
    door_close(&door);
}

static void test_enrich__robots_are_marked_and_imports_left_alone(void **state)
{
    (void)state;
    struct door door;
    door_open(&door);
    struct record record = door_event(&door, NULL, 0);
    door.request.user_agent = STR("Mozilla/5.0 (compatible; Googlebot/2.1)");
    enrich_step(&door.request, &record);
    assert_true(record.event.flags & EVENT_BOT);
    struct record imported = door_event(&door, NULL, 0);
    door.request.is_import = true;
    enrich_step(&door.request, &imported);
    assert_int_equal(imported.event.flags, 0);
    assert_int_equal(imported.event.property_count, 0);
    door_close(&door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enrich__adds_only_what_is_missing),
        cmocka_unit_test(test_enrich__robots_are_marked_and_imports_left_alone),
    };
    return RUN(tests);
}
