/* ingest/record: the first refusal stays, and properties are those of the record's kind. */
#include "ingest/record.h"

#include "support/test.h"

static void test_record__first_refusal_stays(void **state)
{
    (void)state;
    struct record record = { .kind = RECORD_UPDATE };
    uint32_t *count;
    record_refuse(&record, REFUSAL_name_missing, STR("event"));
    record_refuse(&record, REFUSAL_id_bad, STR("distinct_id"));
    assert_int_equal(record.refusal.reason, REFUSAL_name_missing);
    assert_str(record.refusal.field, "event");
    assert_ptr_equal(record_properties(&record, &count), &record.update.properties);
    assert_ptr_equal(count, &record.update.property_count);
    record.kind = RECORD_EVENT;
    assert_ptr_equal(record_properties(&record, &count), &record.event.properties);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_record__first_refusal_stays) };
    return RUN(tests);
}
