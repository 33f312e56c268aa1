/* cli/sample_write: what goes over the wire is JSON with the ids and the token it needs. */
#include "cli/sample_write.h"

#include "json/doc.h"
#include "support/test.h"

#define NOW_MS INT64_C(1764000000000)

static struct json_doc *parse(struct bytes *text)
{
    struct json_doc *doc = NULL;
    assert_int_equal(json_doc_parse(bytes_str(text), 1 << 20, &doc), 0);
    bytes_reset(text);
    return doc;
}

static bool has_text(const struct json_node *node, const char *name)
{
    return json_doc_get_string(node, name, STR("")).len > 0;
}

static void test_sample_write__events_are_known_by_device_and_once_joined_by_user(void **state)
{
    (void)state;
    struct sample_world world;
    struct bytes text = { 0 };
    uint32_t unknown = 0;
    sample_world_init(&world, 3, 200, 16, NOW_MS);
    for (uint32_t i = 0; i < world.event_count; i += 7) {
        sample_write_event(&world, &world.events[i], "tok", &text);
        struct json_doc *doc = parse(&text);
        const struct json_node *p = json_doc_member(json_doc_root(doc), "properties");
        assert_true(has_text(json_doc_root(doc), "event"));
        assert_true(str_equal(json_doc_get_string(p, "token", STR("")), STR("tok")));
        assert_true(has_text(p, "$device_id"));
        assert_true(has_text(p, "$insert_id"));
        assert_true(has_text(p, "$user_id") == !world.events[i].is_anonymous);
        unknown += world.events[i].is_anonymous;
        json_doc_destroy(doc);
    }
    assert_true(unknown > 0);
    bytes_release(&text);
    sample_world_release(&world);
}

static void test_sample_write__profiles_name_their_person_and_organisation(void **state)
{
    (void)state;
    struct sample_world world;
    struct bytes text = { 0 };
    sample_world_init(&world, 3, 50, 4, NOW_MS);
    sample_write_person(&world, 0, "tok", &text);
    struct json_doc *doc = parse(&text);
    const struct json_node *set = json_doc_member(json_doc_root(doc), "$set");
    assert_true(has_text(json_doc_root(doc), "$distinct_id"));
    assert_true(has_text(set, "$name") && has_text(set, "$email") && has_text(set, "$phone"));
    json_doc_destroy(doc);
    sample_write_organisation(&world, 0, "tok", &text);
    doc = parse(&text);
    assert_true(has_text(json_doc_root(doc), "$group_id"));
    assert_true(has_text(json_doc_member(json_doc_root(doc), "$set"), "country"));
    json_doc_destroy(doc);
    bytes_release(&text);
    sample_world_release(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_write__events_are_known_by_device_and_once_joined_by_user),
        cmocka_unit_test(test_sample_write__profiles_name_their_person_and_organisation),
    };
    return RUN(tests);
}
