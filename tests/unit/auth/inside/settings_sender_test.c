/* auth/inside/settings_sender: the newest arrives, a refusal is tried again, a gone peer is not. */
#include "auth/inside/settings_sender.h"

#include <stdbool.h>

#include "auth/wire/ingest_notes.h"
#include "support/test.h"
#include "sys/msg.h"
#include "sys/sock.h"

/* Takes one note and answers it; whether its text is `json`. */
static bool take_any(int fd, const char *json, enum ingest_note answer)
{
    struct bytes buf = { 0 };
    struct msg msg;
    assert_int_equal(msg_receive(fd, false, 5000, &buf, &msg), 0);
    assert_int_equal(msg.type, INGEST_NOTE_SETTINGS);
    bool is_it = str_equal(msg.body, str_from(json));
    struct msg reply = { .type = (uint8_t)answer, .id = msg.id, .fd = -1 };
    assert_int_equal(msg_send(fd, &reply, 1000), 0);
    bytes_release(&buf);
    return is_it;
}

static void take(int fd, const char *json, enum ingest_note answer)
{
    assert_true(take_any(fd, json, answer));
}

/* What was said to nobody just before may still come first: the thread can be late. */
static void take_at_last(int fd, const char *json)
{
    if (!take_any(fd, json, INGEST_NOTE_OK))
        take(fd, json, INGEST_NOTE_OK);
}

static void assert_nothing_comes(int fd)
{
    struct bytes buf = { 0 };
    struct msg msg;
    assert_int_not_equal(msg_receive(fd, false, 60, &buf, &msg), 0);
    bytes_release(&buf);
}

static void test_settings_sender__sends_until_it_is_taken(void **state)
{
    (void)state;
    int pair[2];
    assert_int_equal(sock_pair(pair), 0);
    struct link *link = link_create("auth-ingest");
    link_attach(link, pair[0]);
    struct settings_sender *sender = settings_sender_create(link, 20);
    assert_nothing_comes(pair[1]);
    settings_sender_send(sender, STR("{\"a\":1}"));
    take(pair[1], "{\"a\":1}", INGEST_NOTE_REFUSED);
    take(pair[1], "{\"a\":1}", INGEST_NOTE_REFUSED);
    take(pair[1], "{\"a\":1}", INGEST_NOTE_OK);
    assert_nothing_comes(pair[1]);
    settings_sender_send(sender, STR("{\"a\":2}"));
    take(pair[1], "{\"a\":2}", INGEST_NOTE_OK);
    settings_sender_destroy(sender);
    link_destroy(link);
    sock_close(pair[1]);
}

static void test_settings_sender__a_new_link_gets_what_the_old_one_missed(void **state)
{
    (void)state;
    int pair[2];
    struct link *link = link_create("auth-ingest");
    struct settings_sender *sender = settings_sender_create(link, 20);
    settings_sender_send(sender, STR("{\"a\":1}"));     /* nobody is there */
    assert_int_equal(sock_pair(pair), 0);
    link_attach(link, pair[0]);
    settings_sender_send(sender, STR("{\"a\":2}"));     /* as amana-auth does on a new link */
    take_at_last(pair[1], "{\"a\":2}");
    sock_close(pair[1]);
    settings_sender_send(sender, STR("{\"a\":3}"));     /* gone again */
    assert_int_equal(sock_pair(pair), 0);
    link_attach(link, pair[0]);
    settings_sender_send(sender, STR("{\"a\":4}"));
    take_at_last(pair[1], "{\"a\":4}");
    assert_nothing_comes(pair[1]);
    settings_sender_destroy(sender);
    settings_sender_destroy(NULL);
    link_destroy(link);
    sock_close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings_sender__sends_until_it_is_taken),
        cmocka_unit_test(test_settings_sender__a_new_link_gets_what_the_old_one_missed),
    };
    return RUN(tests);
}
