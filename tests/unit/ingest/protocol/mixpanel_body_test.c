/* ingest/protocol/mixpanel_body: the nine ways in which SDKs wrap the same JSON, as recorded from
 * them, and what is none of them. */
#include "ingest/protocol/mixpanel_body.h"

#include <zlib.h>

#include "base/base64.h"
#include "support/test.h"

#define JSON "[{\"event\":\"a?>~\",\"properties\":{\"token\":\"t\"}}]"

static struct arena arena;
static struct mixpanel_body body;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 64 * 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static enum refusal_reason get(struct str query)
{
    struct mixpanel_input input = { .is_get = true, .query = query, .content_type = STR(""),
                                    .content_encoding = STR(""), .body = STR("") };
    return mixpanel_body_read(&input, &arena, &body);
}

static enum refusal_reason post(const char *type, struct str data)
{
    struct mixpanel_input input = { .query = STR(""), .content_type = str_from(type),
                                    .content_encoding = STR(""), .body = data };
    return mixpanel_body_read(&input, &arena, &body);
}

static struct str keep(struct bytes *b)
{
    struct str copy = arena_copy(&arena, bytes_str(b));
    bytes_release(b);
    return copy;
}

/* "prefix" + base64(JSON) + "suffix"; percent-encoded where `is_encoded`. */
static struct str base64_form(const char *prefix, bool is_encoded, const char *suffix)
{
    struct bytes raw = { 0 }, form = { 0 };
    base64_encode(STR(JSON), &raw);
    bytes_append_str(&form, str_from(prefix));
    for (size_t i = 0; i < raw.len; i++) {
        if (is_encoded && (raw.ptr[i] == '+' || raw.ptr[i] == '/' || raw.ptr[i] == '='))
            bytes_printf(&form, "%%%02X", raw.ptr[i]);
        else
            bytes_put_u8(&form, raw.ptr[i]);
    }
    bytes_append_str(&form, str_from(suffix));
    bytes_release(&raw);
    return keep(&form);
}

static struct str gzip(struct str plain)
{
    uint8_t *packed = arena_alloc(&arena, plain.len + 256);
    z_stream z = { .next_in = (Bytef *)(uintptr_t)plain.ptr, .avail_in = (unsigned)plain.len,
                   .next_out = packed, .avail_out = (unsigned)plain.len + 256 };
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    (void)deflateEnd(&z);
    return str_of(packed, z.total_out);
}

static enum refusal_reason post_gzip(const char *type, struct str data)
{
    struct mixpanel_input input = { .query = STR(""), .content_type = str_from(type),
                                    .content_encoding = STR("gzip"), .body = gzip(data) };
    return mixpanel_body_read(&input, &arena, &body);
}

static void test_mixpanel_body__1_get_with_base64_in_the_query(void **state)
{
    (void)state;
    assert_int_equal(get(base64_form("ip=0&verbose=0&data=", true, "")), REFUSAL_NONE);
    assert_str(body.data, JSON);
    assert_true(body.has_ip && !body.use_ip && !body.is_verbose);
}

static void test_mixpanel_body__2_form_with_base64_encoded_or_raw(void **state)
{
    (void)state;
    const char *type = "application/x-www-form-urlencoded";
    assert_int_equal(post(type, base64_form("data=", true, "")), REFUSAL_NONE);
    assert_str(body.data, JSON);
    /* The plus signs of raw base64 arrive as blanks. */
    assert_true(str_find_byte(base64_form("", false, ""), '+') >= 0);
    assert_int_equal(post(type, base64_form("data=", false, "")), REFUSAL_NONE);
    assert_str(body.data, JSON);
}

static void test_mixpanel_body__3_form_with_raw_json_and_flags_in_the_body(void **state)
{
    (void)state;
    assert_int_equal(post("application/x-www-form-urlencoded",
                          STR("data=%5B%7B%22event%22%3A+%22a+b%22%7D%5D&verbose=1&ip=0")),
                     REFUSAL_NONE);
    assert_str(body.data, "[{\"event\": \"a b\"}]");
    assert_true(body.is_verbose && body.has_ip && !body.use_ip);
}

static void test_mixpanel_body__4_form_with_base64_and_flags_in_the_body(void **state)
{
    (void)state;
    assert_int_equal(post("application/x-www-form-urlencoded",
                          base64_form("verbose=1&data=", true, "&ip=1&strict=1")),
                     REFUSAL_NONE);
    assert_str(body.data, JSON);
    assert_true(body.is_verbose && body.use_ip && body.is_strict);
}

static void test_mixpanel_body__5_json(void **state)
{
    (void)state;
    assert_int_equal(post("application/json", STR(" " JSON)), REFUSAL_NONE);
    assert_str(body.data, JSON);
    assert_false(body.is_lines);
    assert_int_equal(post("application/x-www-form-urlencoded", STR(JSON)), REFUSAL_NONE);
    assert_str(body.data, JSON);
    assert_int_equal(post("application/json", STR("\xef\xbb\xbf" JSON)), REFUSAL_NONE);
    assert_str(body.data, JSON);
}

static void test_mixpanel_body__6_lines_of_json(void **state)
{
    (void)state;
    assert_int_equal(post("application/x-ndjson", STR("{\"event\":1}\n{\"event\":2}\n")),
                     REFUSAL_NONE);
    assert_true(body.is_lines);
    assert_int_equal(post("application/x-ndjson", STR("oops\n{\"event\":2}\n")), REFUSAL_NONE);
    assert_true(str_starts(body.data, STR("oops")));
}

static void test_mixpanel_body__7_gzip_around_form_json_and_lines(void **state)
{
    (void)state;
    assert_int_equal(post_gzip("application/json", STR(JSON)), REFUSAL_NONE);
    assert_str(body.data, JSON);
    assert_int_equal(post_gzip("application/x-www-form-urlencoded;charset=utf8",
                               base64_form("data=", true, "&verbose=1")), REFUSAL_NONE);
    assert_str(body.data, JSON);
    assert_true(body.is_verbose);
    assert_int_equal(post_gzip("application/x-ndjson", STR("{}\n{}")), REFUSAL_NONE);
    assert_str(body.data, "{}\n{}");
    /* A proxy took the gzip off and left the header; another left gzip without it. */
    struct mixpanel_input input = { .query = STR(""), .content_type = STR("application/json"),
                                    .content_encoding = STR("gzip"), .body = STR(JSON) };
    assert_int_equal(mixpanel_body_read(&input, &arena, &body), REFUSAL_NONE);
    assert_str(body.data, JSON);
    assert_int_equal(post("application/json", gzip(STR(JSON))), REFUSAL_NONE);
    assert_str(body.data, JSON);
}

static void test_mixpanel_body__8_beacons_send_forms_as_plain_text(void **state)
{
    (void)state;
    assert_int_equal(post("text/plain;charset=UTF-8", base64_form("data=", true, "")),
                     REFUSAL_NONE);
    assert_str(body.data, JSON);
}

/* 9 is /record: session replay is not read at all (api/). */
static void test_mixpanel_body__parameters_are_read_from_either_place(void **state)
{
    (void)state;
    assert_int_equal(get(STR("img=1&callback=jQuery.cb_1&project_id=7&data=e30=")), REFUSAL_NONE);
    assert_str(body.data, "{}");
    assert_true(body.is_image);
    assert_str(body.callback, "jQuery.cb_1");
    assert_str(body.project_id, "7");
    assert_int_equal(get(STR("callback=alert(1)//&data=e30")), REFUSAL_NONE);
    assert_str(body.callback, "");
    assert_int_equal(get(STR("callback=1a&data=e30")), REFUSAL_NONE);
    assert_str(body.callback, "");
}

static void test_mixpanel_body__what_is_no_data_is_empty_or_refused(void **state)
{
    (void)state;
    const char *form = "application/x-www-form-urlencoded";
    assert_int_equal(get(STR("")), REFUSAL_NONE);
    assert_int_equal(body.data.len, 0);
    assert_int_equal(post(form, STR("verbose=1")), REFUSAL_NONE);
    assert_int_equal(body.data.len, 0);
    assert_true(body.is_verbose);
    assert_int_equal(post(form, STR("data=!!!&verbose=1")), REFUSAL_body_malformed);
    assert_true(body.is_verbose);
    assert_int_equal(post("application/json", STR("hello")), REFUSAL_json_malformed);
    assert_int_equal(post("application/json", STR("\x1f\x8b\x08 broken")), REFUSAL_body_malformed);
    struct mixpanel_input input = { .query = STR(""), .content_type = STR("application/json"),
                                    .content_encoding = STR("br"), .body = STR(JSON) };
    assert_int_equal(mixpanel_body_read(&input, &arena, &body), REFUSAL_body_malformed);
}

#define IN_ARENA(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ARENA(test_mixpanel_body__1_get_with_base64_in_the_query),
        IN_ARENA(test_mixpanel_body__2_form_with_base64_encoded_or_raw),
        IN_ARENA(test_mixpanel_body__3_form_with_raw_json_and_flags_in_the_body),
        IN_ARENA(test_mixpanel_body__4_form_with_base64_and_flags_in_the_body),
        IN_ARENA(test_mixpanel_body__5_json),
        IN_ARENA(test_mixpanel_body__6_lines_of_json),
        IN_ARENA(test_mixpanel_body__7_gzip_around_form_json_and_lines),
        IN_ARENA(test_mixpanel_body__8_beacons_send_forms_as_plain_text),
        IN_ARENA(test_mixpanel_body__parameters_are_read_from_either_place),
        IN_ARENA(test_mixpanel_body__what_is_no_data_is_empty_or_refused),
    };
    return RUN(tests);
}
