/* ingest/step_cut: texts end at 255 bytes, at a character, wherever they stand. */
#include "ingest/step_cut.h"

#include <string.h>

#include "event/limits.h"
#include "support/test.h"

static void test_step_cut__texts_are_cut_at_a_character_everywhere(void **state)
{
    (void)state;
    char text[400];
    memset(text, 'x', sizeof(text));
    text[254] = '\xd9';
    text[255] = '\x86';
    struct value item = { .type = VALUE_STRING, .as.string = str_of(text, 300) };
    struct value member = item;
    struct value_member members[] = { { STR("m"), &member } };
    struct property properties[] = {
        { STR("a"), item },
        { STR("b"), { .type = VALUE_LIST, .as.list = { &item, 1 } } },
        { STR("c"), { .type = VALUE_OBJECT, .as.object = { members, 1 } } },
        { STR("d"), { .type = VALUE_STRING, .as.string = str_of(text, 254) } },
    };
    struct record record = { .kind = RECORD_EVENT };
    record.event.properties = properties;
    record.event.property_count = 4;
    step_cut(NULL, &record);
    assert_int_equal(properties[0].value.as.string.len, 254);
    assert_int_equal(item.as.string.len, 254);
    assert_int_equal(member.as.string.len, 254);
    assert_int_equal(properties[3].value.as.string.len, 254);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_step_cut__texts_are_cut_at_a_character_everywhere),
    };
    return RUN(tests);
}
