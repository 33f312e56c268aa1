/* ingest/scrub: what stays of addresses and of texts, and what is counted. */
#include "ingest/scrub/scrub.h"

#include "support/door.h"
#include "support/test.h"

static void assert_scrubbed(const char *text, const char *expected)
{
    struct door door;
    door_open(&door);
    struct property properties[] = { door_text("$current_url", text) };
    struct record record = door_event(&door, properties, 1);
    scrub_step(&door.request, &record);
    struct str got = properties[0].value.as.string;
    if (!str_equal(got, str_from(expected)))
        fail_msg("\"%s\" became \"%.*s\", not \"%s\"", text, STR_ARG(got), expected);
    door_close(&door);
}

static void test_scrub__query_strings_are_denied_by_default(void **state)
{
    (void)state;
    assert_scrubbed("https://a.example/p?utm_source=x&email=n%40e.com&sid=1&page=2#frag",
                    "https://a.example/p?utm_source=x&page=2");
    assert_scrubbed("https://a.example/p", "https://a.example/p");
    assert_scrubbed("/reset?token=abcdef", "/reset");
    assert_scrubbed("https://a.example/?utm_term=noura@example.com",
                    "https://a.example/?utm_term=[e-mail]");
}

static void test_scrub__names_and_passwords_in_addresses_go(void **state)
{
    (void)state;
    assert_scrubbed("https://noura:pw@a.example/x", "https://a.example/x");
    assert_scrubbed("https://a.example/u/noura@example.com/edit",
                    "https://a.example/u/[e-mail]/edit");
    assert_scrubbed("https://a.example/u/noura%40example.com/edit",
                    "https://a.example/u/[e-mail]/edit");
    assert_scrubbed("https://a.example/call/+966501234567", "https://a.example/call/[phone]");
}

static void test_scrub__pieces_of_texts_become_their_kind(void **state)
{
    (void)state;
    assert_scrubbed("write to noura@example.com, or call +966 50 123 4567 today",
                    "write to [e-mail], or call [phone] today");
    assert_scrubbed("card 4111 1111 1111 1111 was refused", "card [secret] was refused");
    assert_scrubbed("key=sk_live_51H8abcdefghijklmnop failed", "key=[secret] failed");
    assert_scrubbed("opened 3 of 12 tabs on 2026-11-24", "opened 3 of 12 tabs on 2026-11-24");
}

static void test_scrub__whole_values_are_left_to_be_sealed(void **state)
{
    (void)state;
    assert_scrubbed("noura@example.com", "noura@example.com");
}

static void test_scrub__names_of_members_and_events_are_texts_too(void **state)
{
    (void)state;
    struct door door;
    door_open(&door);
    struct value v = { .type = VALUE_TRUE };
    struct value_member member = { STR("noura@example.com"), &v };
    struct property properties[] = {
        { STR("seen by noura@example.com"), { .type = VALUE_OBJECT,
                                              .as.object = { &member, 1 } } },
    };
    struct record record = door_event(&door, properties, 1);
    record.event.name = STR("Mail from noura@example.com");
    scrub_step(&door.request, &record);
    assert_str(record.event.name, "Mail from [e-mail]");
    assert_str(properties[0].name, "seen by [e-mail]");
    assert_str(member.name, "[e-mail]");
    assert_int_equal(door.request.dropped[REFUSAL_free_text_cut], 3);
    door_close(&door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scrub__query_strings_are_denied_by_default),
        cmocka_unit_test(test_scrub__names_and_passwords_in_addresses_go),
        cmocka_unit_test(test_scrub__pieces_of_texts_become_their_kind),
        cmocka_unit_test(test_scrub__whole_values_are_left_to_be_sealed),
        cmocka_unit_test(test_scrub__names_of_members_and_events_are_texts_too),
    };
    return RUN(tests);
}
