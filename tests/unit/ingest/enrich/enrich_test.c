/* ingest/enrich: what the SDK said stays, what it left out is added, robots are marked. */
#include "ingest/enrich/enrich.h"

#include "support/door.h"
#include "support/test.h"
#include "sys/file_real.h"
#include "sys/sock.h"

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

static void assert_text(struct str is, const char *expected)
{
    if (!str_equal(is, str_from(expected)))
        fail_msg("\"" STR_FMT "\", not \"%s\"", STR_ARG(is), expected);
}

/* The value of a property as text, or "absent". */
static struct str text_of(const struct property *properties, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_equal(properties[i].name, str_from(name)))
            return properties[i].value.as.string;
    return STR("absent");
}

static void assert_event(const struct record *record, const char *name, const char *value)
{
    assert_text(text_of(record->event.properties, record->event.property_count, name), value);
}

static struct place *open_place(void)
{
    struct place *place;
    int fd;
    assert_int_equal(file_real_open_file(-1, "build/geo/country.mmdb", &fd), 0);
    assert_int_equal(place_open(fd, &place), 0);
    sock_close(fd);
    return place;
}

#define TOKYO STR("133.11.0.1")
#define BERLIN STR("130.149.7.201")

static void test_enrich__place_of_an_event(void **state)
{
    (void)state;
    static const struct {
        bool use_ip, no_ip, is_import, has_own;
        const char *expected;
    } cases[] = {
        { .expected = "absent" },
        { .use_ip = true, .expected = "JP" },
        { .use_ip = true, .no_ip = true, .expected = "absent" },
        { .use_ip = true, .has_own = true, .expected = "DE" },
        { .has_own = true, .expected = "DE" },
        { .use_ip = true, .is_import = true, .expected = "absent" },
        { .is_import = true, .has_own = true, .expected = "DE" },
    };
    struct door door;
    door_open(&door);
    struct place *place = open_place();
    door.request.peer_ip = TOKYO;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct record record = door_event(&door, NULL, 0);
        door.request.place = place;
        door.request.peer_country = (struct str){ 0 };
        door.request.use_ip = cases[i].use_ip;
        door.request.is_import = cases[i].is_import;
        record.no_ip = cases[i].no_ip;
        record.ip = cases[i].has_own ? BERLIN : STR("");
        enrich_step(&door.request, &record);
        assert_event(&record, "mp_country_code", cases[i].expected);
        assert_event(&record, "$country_code", "absent");
        assert_int_equal(record.ip.len, 0);
    }
    /* Once a request: the second record has the same letters, not looked up again. */
    struct record first = door_event(&door, NULL, 0), second = door_event(&door, NULL, 0);
    door.request.use_ip = true;
    door.request.is_import = false;
    door.request.peer_country = (struct str){ 0 };
    enrich_step(&door.request, &first);
    door.request.peer_ip = BERLIN;
    enrich_step(&door.request, &second);
    assert_event(&second, "mp_country_code", "JP");
    door.request.use_ip = false;
    struct record without = door_event(&door, NULL, 0);
    door.request.place = NULL;
    without.ip = BERLIN;
    enrich_step(&door.request, &without);
    assert_int_equal(without.event.property_count, 0);
    assert_int_equal(without.ip.len, 0);
    place_close(place);
    door_close(&door);
}

static void test_enrich__what_the_sender_said_of_the_place_stays(void **state)
{
    (void)state;
    static const char *const said[] = { "mp_country_code", "$country_code", "$region", "$city" };
    struct door door;
    door_open(&door);
    struct place *place = open_place();
    door.request.place = place;
    door.request.use_ip = true;
    door.request.peer_ip = TOKYO;
    for (size_t i = 0; i < 4; i++) {
        struct property properties[] = { door_text(said[i], "XY") };
        struct record record = door_event(&door, properties, 1);
        enrich_step(&door.request, &record);
        assert_int_equal(record.event.property_count, 1);
        assert_event(&record, said[i], "XY");
    }
    place_close(place);
    door_close(&door);
}

static void test_enrich__place_of_a_profile(void **state)
{
    (void)state;
    struct door door;
    door_open(&door);
    struct place *place = open_place();
    door.request.place = place;
    door.request.use_ip = true;
    door.request.peer_ip = TOKYO;
    for (int op = PROFILE_SET; op <= PROFILE_DELETE; op++) {
        for (int of_group = 0; of_group < 2; of_group++) {
            struct record record = { .kind = RECORD_UPDATE, .update.op = (enum profile_op)op };
            bool gets = !of_group && (op == PROFILE_SET || op == PROFILE_SET_ONCE);
            record.update.group_key = of_group ? STR("company") : STR("");
            enrich_step(&door.request, &record);
            assert_text(text_of(record.update.properties, record.update.property_count,
                                "$country_code"), gets ? "JP" : "absent");
            assert_int_equal(record.update.property_count, gets);
        }
    }
    place_close(place);
    door_close(&door);
}

static void test_enrich__referring_domain_and_campaign_where_the_sdk_left_them_out(void **state)
{
    (void)state;
    struct door door;
    door_open(&door);
    struct property plain[] = {
        door_text("$referrer", "https://u:p@news.example:8443/a?b=c"),
        door_text("$current_url", "https://a.example/?utm_source=mail&q=me&utm_term=blue+shoes"),
        door_text("$initial_referrer", "https://first.example/x"),
    };
    struct record record = door_event(&door, plain, 3);
    enrich_step(&door.request, &record);
    assert_event(&record, "$referring_domain", "news.example");
    assert_event(&record, "$initial_referring_domain", "first.example");
    assert_event(&record, "utm_source", "mail");
    assert_event(&record, "utm_term", "blue shoes");
    assert_event(&record, "utm_medium", "absent");
    assert_int_equal(record.event.property_count, 7);

    struct property said[] = {
        door_text("$referring_domain", "own.example"), plain[0], plain[1],
        door_text("utm_medium", "cpc"), door_text("$initial_referrer", "$direct"),
    };
    record = door_event(&door, said, 5);
    enrich_step(&door.request, &record);
    assert_event(&record, "$referring_domain", "own.example");
    assert_event(&record, "$initial_referring_domain", "absent");
    assert_int_equal(record.event.property_count, 5);
    door_close(&door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enrich__adds_only_what_is_missing),
        cmocka_unit_test(test_enrich__robots_are_marked_and_imports_left_alone),
        cmocka_unit_test(test_enrich__place_of_an_event),
        cmocka_unit_test(test_enrich__what_the_sender_said_of_the_place_stays),
        cmocka_unit_test(test_enrich__place_of_a_profile),
        cmocka_unit_test(test_enrich__referring_domain_and_campaign_where_the_sdk_left_them_out),
    };
    return RUN(tests);
}
