/* api/route: the table holds what it promises, and only what is in it is found. */
#include "api/route.h"

#include <string.h>

#include "auth/wire/grant.h"
#include "support/test.h"

static const struct route *find(const char *method, const char *path, bool *is_path)
{
    return route_find(str_from(method), str_from(path), is_path);
}

static void expect(const char *method, const char *path, const char *row)
{
    bool is_path;
    const struct route *route = find(method, path, &is_path);
    if (!route != !row || (row && strcmp(route->path, row) != 0))
        fail_msg("%s %s is %s", method, path, route ? route->path : "nothing");
    if (route && !is_path)
        fail_msg("%s %s has a route and no path", method, path);
}

static void test_route__paths_are_found_part_by_part(void **state)
{
    (void)state;
    expect("GET", "/", "/");
    expect("HEAD", "/people", "/people");
    expect("POST", "/api/people", "/api/people");
    expect("POST", "/api/people/", "/api/people");
    expect("POST", "/api/people/find", "/api/people/find");
    expect("GET", "/person/p_1", "/person/*");
    expect("GET", "/log/1/checkpoint", "/log/*/checkpoint");
    expect("GET", "/log/1/tile/0/x001/002.p/3", "/log/*/tile/**");
    expect("GET", "/assets/a.js", "/assets/*");
}

static void test_route__other_paths_are_not(void **state)
{
    static const char *const paths[] = { "", "//", "/api", "/api/", "/api/people//", "/API/people",
                                         "/api/people/other", "/person/", "/person/a/b", "/person",
                                         "/log//checkpoint", "/log/1/tile/", "/log/1/tile",
                                         "/assets/a/b", "/people/", "/api/people?x", "people",
                                         "/api/2.0/engage", "/**", "/*" };
    bool is_path;
    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (find("GET", paths[i], &is_path) || find("POST", paths[i], &is_path) || is_path)
            fail_msg("%s is found", paths[i]);
    assert_null(find("GET", "/api/people", &is_path));
    assert_true(is_path);
    assert_null(find("get", "/people", &is_path));
    assert_true(is_path);
}

/* What the walls promise about every row. */
static void test_route__rows_keep_the_houses_promises(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < route_count(); i++) {
        const struct route *r = route_at(i);
        bool shows_people = r->shows == ROUTE_ROWS || r->shows == ROUTE_VALUES;
        bool is_get = strcmp(r->method, "GET") == 0;
        bool is_about_people = (r->rights & (RIGHT_ROWS | RIGHT_REVEAL | RIGHT_EXPORT)) != 0;
        bool is_right = r->answer && r->method && r->path[0] == '/';
        if (shows_people)
            is_right &= is_about_people && r->who != 0 && !(r->who & ASKER_COOKIE && !r->needs_proof);
        if (r->shows == ROUTE_VALUES)
            is_right &= r->who == ASKER_COOKIE;
        if (r->who == 0)  /* nobody in particular */
            is_right &= r->shows == ROUTE_NOTHING || r->shows == ROUTE_FILES ||
                        r->shows == ROUTE_PUBLIC_LOG ||
                        (r->auth_call >= AUTH_LOGIN_BEGIN && r->auth_call <= AUTH_LOGIN_LINK);
        if (r->needs_proof)
            is_right &= !is_get && (r->who & ASKER_COOKIE);
        if (!is_get && r->shows == ROUTE_SETTINGS && (r->who & ASKER_COOKIE))
            is_right &= r->needs_proof;
        if (r->shows == ROUTE_AGGREGATES)
            is_right &= r->rights == RIGHT_AGGREGATE;
        if (r->shows == ROUTE_LEDGER)
            is_right &= r->who == ASKER_ANY && !is_about_people;
        if (!is_right)
            fail_msg("%s %s", r->method, r->path);
    }
}

static void test_route__no_row_stands_twice(void **state)
{
    bool is_path;
    (void)state;
    for (uint32_t i = 0; i < route_count(); i++)
        if (find(route_at(i)->method, route_at(i)->path, &is_path) != route_at(i))
            fail_msg("%s %s is hidden by another row", route_at(i)->method, route_at(i)->path);
}

static void test_route__every_call_of_auth_has_one_row(void **state)
{
    (void)state;
    for (int call = 1; call <= AUTH_CALL_LAST; call++) {
        int rows = 0;
        for (uint32_t i = 0; i < route_count(); i++)
            rows += (int)route_at(i)->auth_call == call;
        assert_int_equal(rows, 1);
    }
}

static void test_route__the_listing_is_the_table(void **state)
{
    struct bytes json = { 0 };
    struct json_doc *doc;
    uint32_t i = 0;
    (void)state;
    route_list(&json);
    assert_int_equal(json_doc_parse(bytes_str(&json), 1 << 20, &doc), 0);
    const struct json_node *root = json_doc_root(doc);
    for (const struct json_node *n = NULL; (n = json_doc_next(root, n)) != NULL; i++) {
        assert_string_equal(json_doc_get_string(n, "path", STR("")).ptr, route_at(i)->path);
        assert_string_equal(json_doc_get_string(n, "method", STR("")).ptr, route_at(i)->method);
        assert_int_equal(json_doc_get_bool(n, "proof", false), route_at(i)->needs_proof);
    }
    assert_int_equal(i, route_count());
    assert_non_null(strstr((char *)json.ptr,
                           "{\"method\":\"POST\",\"path\":\"/api/people/reveal\","
                           "\"who\":[\"cookie\"],\"shows\":\"values\",\"rights\":[\"reveal\"],"
                           "\"proof\":true,\"thread\":\"shower\"}"));
    json_doc_destroy(doc);
    bytes_release(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_route__paths_are_found_part_by_part),
        cmocka_unit_test(test_route__other_paths_are_not),
        cmocka_unit_test(test_route__rows_keep_the_houses_promises),
        cmocka_unit_test(test_route__no_row_stands_twice),
        cmocka_unit_test(test_route__every_call_of_auth_has_one_row),
        cmocka_unit_test(test_route__the_listing_is_the_table),
    };
    return RUN(tests);
}
