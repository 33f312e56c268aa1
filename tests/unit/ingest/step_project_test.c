/* ingest/step_project: credentials first, else the token; a wrong one is a refusal of its own. */
#include "ingest/step_project.h"

#include "support/mixpanel_room.h"
#include "support/test.h"

static void test_step_project__credentials_go_before_tokens(void **state)
{
    (void)state;
    struct mixpanel_room room;
    mixpanel_room_open(&room);
    struct ingest_request request = { .settings = room.settings };
    struct record known = { .kind = RECORD_EVENT, .token = STR(ROOM_TOKEN) };
    struct record unknown = { .kind = RECORD_EVENT, .token = STR("x") };
    struct record missing = { .kind = RECORD_UPDATE };
    step_project(&request, &known);
    assert_non_null(known.project);
    step_project(&request, &unknown);
    assert_int_equal(unknown.refusal.reason, REFUSAL_token_unknown);
    step_project(&request, &missing);
    assert_int_equal(missing.refusal.reason, REFUSAL_token_missing);
    assert_str(missing.refusal.field, "$token");
    request.project = &room.settings->projects[0];
    unknown = (struct record){ .kind = RECORD_EVENT, .token = STR("x") };
    step_project(&request, &unknown);
    assert_ptr_equal(unknown.project, request.project);
    assert_int_equal(unknown.refusal.reason, REFUSAL_NONE);
    mixpanel_room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_step_project__credentials_go_before_tokens),
    };
    return RUN(tests);
}
