/* json/scan on any bytes: every text that comes out is UTF-8, and cJSON agrees where both read. */
#include "base/check.h"
#include "event/limits.h"
#include "json/scan.h"
#include "support/json_same.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_texts(const struct value *value)
{
    if (value->type == VALUE_STRING)
        check(str_is_utf8(value->as.string));
    for (uint32_t i = 0; value->type == VALUE_LIST && i < value->as.list.count; i++)
        assert_texts(&value->as.list.items[i]);
    for (uint32_t i = 0; value->type == VALUE_OBJECT && i < value->as.object.count; i++) {
        check(str_is_utf8(value->as.object.members[i].name));
        assert_texts(value->as.object.members[i].value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct json_scan scan;
    struct value value;
    arena_init(&arena, 16 * 1024 * 1024);
    json_scan_init(&scan, str_of(data, size), &arena);
    while (json_scan_peek(&scan) != JSON_SCAN_NOTHING && json_scan_value(&scan, &value))
        assert_texts(&value);
    check(scan.error || scan.depth == 0);
    arena_release(&arena);
    if (size)
        check(json_same(str_of(data, size)) != JSON_SAME_DIFFERENT);
    return 0;
}
