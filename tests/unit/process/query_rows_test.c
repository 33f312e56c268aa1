/* process/query_rows: no letter of a sealed value and no ref is in any answer but in its "refs". */
#include "process/query_rows.h"

#include <stdio.h>

#include "support/rows_room.h"
#include "support/store_room.h"
#include "support/test.h"

static int setup(void **state)
{
    static struct rows_room room;
    rows_room_open(&room);
    for (uint32_t p = 1; p <= 6; p++)
        rows_room_event(&room, "Sign up", p, 0, ROWS_T0 + p * 1000);
    rows_room_event(&room, "Open", 2, 102, ROWS_T0 + 3600000);
    rows_room_event(&room, "Open", 102, 0, ROWS_T0 + 3600001);
    rows_room_event(&room, "Open", 0, 0, ROWS_T0 + 3600002);
    *state = &room;
    return 0;
}

static int teardown(void **state)
{
    rows_room_close(*state);
    return 0;
}

static bool has(struct str json, const struct ref *ref)
{
    char hex[33];
    str_hex(ref->bytes, sizeof(ref->bytes), hex);
    return str_contains_fold(json, str_from(hex));
}

/* Sealed values and groups, whose letters may be nowhere; ids only where they are asked for. */
static void is_clean(const struct rows_asked *asked, bool may_have_ids)
{
    struct str json = bytes_str(&asked->json);
    assert_int_equal(asked->status, 200);
    assert_true(json.len > 0);
    for (uint32_t base = 0; base <= 4000000; base += 1000000)
        for (uint32_t p = 1; p <= 102; p++) {
            struct ref ref = store_room_ref(base + p);
            if (base > 0 || !may_have_ids)
                assert_false(has(json, &ref));
        }
    assert_true(str_find(json, STR("Letters-of-a-nickname")) < 0);
    assert_true(str_find(json, STR("(sealed)")) < 0);
    assert_true(str_find(json, STR("g_")) < 0);
}

static struct rows_asked ask(struct rows_room *room, enum query_what what, const char *question)
{
    struct rows_asking asking = rows_room_asking(room, what, question);
    asking.settings = "{\"classes\":{\"nick\":\"personal\"}}";
    return rows_room_ask(room, &asking);
}

/* "refs":[…] and "ref":"…" are the only places. */
static void cut_refs(struct rows_asked *asked)
{
    struct str json = bytes_str(&asked->json);
    struct bytes out = { 0 };
    ptrdiff_t at;
    while ((at = str_find(json, STR("\"ref"))) >= 0) {
        bytes_append_str(&out, str_slice(json, 0, (size_t)at));
        json = str_from_index(json, (size_t)at);
        bool is_list = str_starts(json, STR("\"refs\":["));
        ptrdiff_t end = str_find_byte(json, is_list ? ']' : ',');
        json = str_from_index(json, (size_t)end);
    }
    bytes_append_str(&out, json);
    bytes_release(&asked->json);
    asked->json = out;
}

static void test_rows__no_letter_of_what_is_sealed(void **state)
{
    struct rows_room *room = *state;
    char text[QUERY_PSEUDONYM_TEXT], question[80];
    for (uint32_t p = 1; p <= 6; p++) {
        struct ref ref = store_room_ref(p);
        query_pseudonyms_format(&room->rows.pseudonyms, ROWS_PROJECT, &ref, text);
        (void)snprintf(question, sizeof(question), "{\"person\":\"%s\"}", text);
        struct rows_asked asked = ask(room, QUERY_TIMELINE, question);
        is_clean(&asked, true);
        cut_refs(&asked);
        is_clean(&asked, false);
        rows_room_end(&asked);
    }
    struct rows_asked asked = ask(room, QUERY_PEOPLE, "{}");
    is_clean(&asked, true);
    cut_refs(&asked);
    is_clean(&asked, false);
    rows_room_end(&asked);
    asked = ask(room, QUERY_EXPORT, "{\"from\":\"2025-11-01\",\"to\":\"2025-11-07\"}");
    is_clean(&asked, false);
    (void)snprintf(question, sizeof(question), "{\"handle\":\"%s\"}",
                   json_doc_get_string(json_doc_root(asked.doc), "handle", STR("")).ptr);
    rows_room_end(&asked);
    asked = ask(room, QUERY_EXPORT_NEXT, question);
    is_clean(&asked, false);
    rows_room_end(&asked);
}

static void test_rows__without_the_room_all_is_closed(void **state)
{
    struct rows_room *room = *state;
    room->query.answers.rows = NULL;
    for (enum query_what what = QUERY_PEOPLE; what <= QUERY_WHAT_LAST; what++) {
        struct rows_asked asked = ask(room, what, "{}");
        assert_int_equal(asked.status, 503);
        assert_str(rows_room_code(&asked), "closed");
        rows_room_end(&asked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_rows__##name, setup, teardown)
        TEST(no_letter_of_what_is_sealed),
        TEST(without_the_room_all_is_closed),
    };
    return RUN(tests);
}
