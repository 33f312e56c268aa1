/* ingest/protocol/mixpanel_auth: the header in every form that importers send, and nobody else. */
#include "ingest/protocol/mixpanel_auth.h"

#include "support/mixpanel_room.h"
#include "support/test.h"

static struct mixpanel_room room;

static int set_up(void **state)
{
    (void)state;
    mixpanel_room_open(&room);
    room.request = (struct ingest_request){ .arena = &room.arena, .settings = room.settings };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mixpanel_room_close(&room);
    return 0;
}

static enum mixpanel_denied ask(struct str header, const char *project_id)
{
    enum mixpanel_denied denied;
    const struct ingest_project *project =
        mixpanel_auth_project(&room.request, header, str_from(project_id), &denied);
    assert_true((project != NULL) == (denied == MIXPANEL_DENIED_NOT));
    if (project)
        assert_int_equal(project->id, 1);
    return denied;
}

static enum mixpanel_denied ask_basic(const char *text)
{
    return ask(mixpanel_room_basic(&room, text), "");
}

static void test_mixpanel_auth__keys_secrets_and_tokens_open(void **state)
{
    (void)state;
    assert_int_equal(ask_basic(ROOM_KEY ":" ROOM_SECRET), MIXPANEL_DENIED_NOT);
    assert_int_equal(ask_basic(ROOM_SECRET ":"), MIXPANEL_DENIED_NOT);
    assert_int_equal(ask_basic(ROOM_SECRET), MIXPANEL_DENIED_NOT);
    assert_int_equal(ask_basic(ROOM_TOKEN ":"), MIXPANEL_DENIED_NOT);
    assert_int_equal(ask_basic(ROOM_TOKEN), MIXPANEL_DENIED_NOT);
    assert_int_equal(ask(STR("Bearer " ROOM_SECRET), ""), MIXPANEL_DENIED_NOT);
    assert_int_equal(ask(mixpanel_room_basic(&room, ROOM_TOKEN ":"), "1"), MIXPANEL_DENIED_NOT);
}

static void test_mixpanel_auth__the_header_may_be_plain_or_base64url(void **state)
{
    (void)state;
    assert_int_equal(ask(STR("Basic " ROOM_KEY ":" ROOM_SECRET), ""), MIXPANEL_DENIED_NOT);
    assert_int_equal(ask(STR("basic  " ROOM_TOKEN), ""), MIXPANEL_DENIED_NOT);
    assert_int_equal(ask(STR(" Basic " ROOM_TOKEN ": "), ""), MIXPANEL_DENIED_NOT);
    /* "k?>:~~?" in either alphabet reaches the same user, who is unknown. */
    assert_int_equal(ask(STR("Basic az8+On5+Pw=="), ""), MIXPANEL_DENIED_USER);
    assert_int_equal(ask(STR("Basic az8-On5-Pw"), ""), MIXPANEL_DENIED_USER);
}

static void test_mixpanel_auth__others_are_turned_away_for_their_reason(void **state)
{
    (void)state;
    assert_int_equal(ask(STR(""), ""), MIXPANEL_DENIED_MISSING);
    assert_int_equal(ask(STR("Basic"), ""), MIXPANEL_DENIED_MISSING);
    assert_int_equal(ask(STR("Basic "), ""), MIXPANEL_DENIED_MISSING);
    assert_int_equal(ask(STR("Digest abc"), ""), MIXPANEL_DENIED_MISSING);
    assert_int_equal(ask_basic(":"), MIXPANEL_DENIED_LONE_SECRET);
    assert_int_equal(ask_basic("nobody:" ROOM_SECRET), MIXPANEL_DENIED_USER);
    assert_int_equal(ask_basic(ROOM_KEY ":wrong"), MIXPANEL_DENIED_SECRET);
    assert_int_equal(ask_basic(ROOM_KEY ":"), MIXPANEL_DENIED_SECRET);
    assert_int_equal(ask_basic("wrong:"), MIXPANEL_DENIED_LONE_SECRET);
    /* The token is public, so a secret beside it has to be right. */
    assert_int_equal(ask_basic(ROOM_TOKEN ":x"), MIXPANEL_DENIED_USER);
    assert_int_equal(ask(mixpanel_room_basic(&room, ROOM_TOKEN ":"), "2"),
                     MIXPANEL_DENIED_PROJECT);
    assert_int_equal(ask(mixpanel_room_basic(&room, ROOM_TOKEN ":"), "x"),
                     MIXPANEL_DENIED_PROJECT);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(test_mixpanel_auth__keys_secrets_and_tokens_open),
        IN_ROOM(test_mixpanel_auth__the_header_may_be_plain_or_base64url),
        IN_ROOM(test_mixpanel_auth__others_are_turned_away_for_their_reason),
    };
    return RUN(tests);
}
