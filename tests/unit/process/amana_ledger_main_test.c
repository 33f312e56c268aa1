/* process/amana_ledger_main: the whole program in a child of this test, on a real directory, with
 * the supervisor's end, and those of vault, query and auth, in our hands. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program itself, under another name. */
int ledger_main(int argc, char **argv);
#define main ledger_main
#include "process/amana_ledger_main.c"
#undef main

#include "support/ledger_room.h"
#include "support/temp.h"
#include "support/test.h"

static struct ledger_room room;

struct program {
    struct temp temp;
    struct fs *fs;
    pid_t pid;
    int control;
    int ends[SIDES + 1];     /* vault, query, auth; and the answering end of ledger-auth */
};

static void make(struct program *p)
{
    temp_make(&p->temp);
    p->fs = temp_fs(&p->temp);
    ledger_room_init(&room, p->fs);
    ledger_room_begin(&room);
    ledger_room_close(&room);
    const struct { const char *name; const uint8_t *key; size_t len; } keys[] = {
        { "secret.key", room.secret, 32 }, { "log.key", room.log_secret, 64 },
        { "auth.pub", room.auth_public, 32 },
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        assert_int_equal(fs_replace_file(p->fs, keys[i].name, str_of(keys[i].key, keys[i].len),
                                         FILE_PRIVATE), 0);
    assert_int_equal(fs_replace_file(p->fs, "log.origin", STR("localhost/amana/1"), FILE_PRIVATE),
                     0);
}

static void end_program(struct program *p)
{
    ledger_room_release(&room);
    fs_destroy(p->fs);
    temp_remove(&p->temp);
}

static void give(struct program *p, const char *link, int *end)
{
    int pair[2];
    assert_int_equal(sock_pair(pair), 0);
    struct control_event event = { .link = str_from(link), .peer = STR("peer"), .fd = pair[1] };
    assert_int_equal(control_send_relink(p->control, &event), 0);
    sock_close(pair[1]);
    *end = pair[0];
}

static void start(struct program *p)
{
    int pair[2];
    struct bytes buf = { 0 };
    struct control_event event;
    assert_int_equal(sock_pair(pair), 0);
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        char text[96], name[] = "amana-ledger";
        sock_close(pair[0]);
        (void)snprintf(text, sizeof(text), "control=%d,data=%d,keys=%d,log=%d", pair[1],
                       temp_dir_fd(&p->temp), temp_dir_fd(&p->temp), temp_dir_fd(&p->temp));
        char *argv[] = { name, text, NULL };
        _exit(ledger_main(2, argv));
    }
    sock_close(pair[1]);
    p->control = pair[0];
    assert_int_equal(control_receive(p->control, &buf, &event), 0);
    assert_int_equal(event.type, CONTROL_READY);
    event = (struct control_event){ .link = STR("auth"), .peer = STR("auth"), .fd = -1 };
    memcpy(event.boot_id, room.boot_id, sizeof(event.boot_id));
    assert_int_equal(control_send_relink(p->control, &event), 0);
    for (int i = 0; i < SIDES; i++)
        give(p, sides[i].link, &p->ends[i]);
    give(p, "ledger-auth", &p->ends[SIDES]);
    bytes_release(&buf);
}

static int status_of(struct program *p)
{
    int status = 0;
    assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
    sock_close(p->control);
    for (int i = 0; i <= SIDES; i++)
        sock_close(p->ends[i]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void send_one(struct program *p, const struct ledger_room_request *r, uint64_t id)
{
    struct bytes body = { 0 };
    enum ledger_side side;
    struct msg msg = { .type = ledger_room_encode(&room, r, &side, &body), .id = id, .fd = -1 };
    msg.body = bytes_str(&body);
    assert_int_equal(msg_send(p->ends[side - LEDGER_SIDE_VAULT], &msg, 5000), 0);
    bytes_release(&body);
}

/* The answer's id, and "" or the code. */
static uint64_t hear(struct program *p, int side, char code[LEDGER_CODE_MAX + 1])
{
    struct bytes buf = { 0 };
    struct msg msg;
    struct ledger_refused refused;
    assert_int_equal(msg_receive(p->ends[side], false, 10000, &buf, &msg), 0);
    code[0] = 0;
    if (msg.type == LEDGER_REFUSED) {
        assert_int_equal(ledger_wire_decode_refused(msg.body, &refused), 0);
        (void)snprintf(code, LEDGER_CODE_MAX + 1, STR_FMT, STR_ARG(refused.code));
    }
    bytes_release(&buf);
    return msg.id;
}

static const char *try(struct program *p, enum ledger_room_who who, enum grant_kind kind,
                       uint32_t from, uint32_t count)
{
    static char code[LEDGER_CODE_MAX + 1];
    struct ledger_room_request r;
    struct bytes body = { 0 };
    enum ledger_side side;
    ledger_room_ask(&room, who, kind, from, count, &r);
    ledger_room_sign(&room, &r, false);
    (void)ledger_room_encode(&room, &r, &side, &body);
    send_one(p, &r, 7);
    assert_int_equal(hear(p, (int)(side - LEDGER_SIDE_VAULT), code), 7);
    bytes_release(&body);
    ledger_room_request_release(&r);
    return code;
}

/* 64 asks at once, with ten left: exactly ten; and auth hears of the freeze that follows. */
static void test_ledger_main__a_race_at_its_socket(void **state)
{
    (void)state;
    static struct program p;
    static struct ledger_room_request r[64];
    char code[LEDGER_CODE_MAX + 1];
    uint32_t released = 0;
    make(&p);
    start(&p);
    assert_string_equal(try(&p, ROOM_SUPPORT, GRANT_REVEAL, 0, 190), "");
    for (uint32_t i = 0; i < 64; i++) {
        ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, 200 + i, 1, &r[i]);
        ledger_room_sign(&room, &r[i], false);
    }
    for (uint32_t i = 0; i < 64; i++)
        send_one(&p, &r[i], i);
    for (uint32_t i = 0; i < 64; i++) {
        (void)hear(&p, 0, code);
        released += code[0] == 0;
        ledger_room_request_release(&r[i]);
    }
    assert_int_equal(released, 10);
    struct bytes buf = { 0 };
    struct msg msg;
    struct ledger_note note;
    assert_int_equal(msg_receive(p.ends[SIDES], false, 10000, &buf, &msg), 0);
    assert_int_equal(msg.type, LEDGER_NOTE);
    assert_int_equal(ledger_wire_decode_note(msg.body, &note), 0);
    assert_true(note.principal == 2 && note.is_frozen);
    bytes_release(&buf);
    assert_string_equal(try(&p, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "frozen");
    assert_int_equal(control_send_drain(p.control), 0);
    assert_int_equal(status_of(&p), 0);
    end_program(&p);
}

/* Killed at any time: what it answered is in the log, and no grant is good again. */
static void test_ledger_main__a_kill_forgets_nothing(void **state)
{
    (void)state;
    static struct program p;
    struct ledger_room_request r;
    char code[LEDGER_CODE_MAX + 1];
    make(&p);
    start(&p);
    ledger_room_ask(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 200, &r);
    ledger_room_sign(&room, &r, false);
    send_one(&p, &r, 1);
    (void)hear(&p, 0, code);
    assert_string_equal(code, "");
    assert_int_equal(kill(p.pid, SIGKILL), 0);
    assert_int_equal(status_of(&p), 128 + SIGKILL);
    start(&p);
    send_one(&p, &r, 2);
    (void)hear(&p, 0, code);
    assert_string_equal(code, "grant_spent");
    assert_string_equal(try(&p, ROOM_SUPPORT, GRANT_REVEAL, 200, 1), "budget");
    ledger_room_request_release(&r);
    assert_int_equal(control_send_drain(p.control), 0);
    assert_int_equal(status_of(&p), 0);
    end_program(&p);
}

/* What is not of the table closes the link, is written down, and ends the program; others who wait
 * in the same moment are answered. */
static void test_ledger_main__malformed_frames(void **state)
{
    (void)state;
    static struct program p;
    static const struct { int side; uint8_t type; const char *body; } cases[] = {
        { 0, LEDGER_CHECK, "" }, { 0, LEDGER_RELEASE, "too short" }, { 1, LEDGER_RELEASE, "" },
        { 1, LEDGER_READ, "x" }, { 1, 200, "" }, { 2, LEDGER_NOTE, "" },
        { 2, LEDGER_DECIDE, "\xff\xff\xff\xff" },
    };
    make(&p);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct msg msg = { .type = cases[i].type, .id = 1, .body = str_from(cases[i].body),
                           .fd = -1 };
        struct bytes buf = { 0 };
        start(&p);
        assert_int_equal(msg_send(p.ends[cases[i].side], &msg, 1000), 0);
        assert_int_equal(msg_receive(p.ends[cases[i].side], false, 5000, &buf, &msg), ERR_CLOSED);
        assert_int_equal(status_of(&p), 5);
        bytes_release(&buf);
    }
    struct bytes json = { 0 };
    assert_int_equal(ledger_room_open(&room), 0);
    ledger_room_read(&room, ROOM_OWNER, "{\"read\":\"entries\",\"kind\":\"misbehaved\"}", &json);
    uint32_t written = 0;
    for (struct str rest = bytes_str(&json), found = STR("\"kind\":\"misbehaved\"");;) {
        ptrdiff_t at = str_find(rest, found);
        if (at < 0)
            break;
        written++;
        rest = str_from_index(rest, (size_t)at + found.len);
    }
    assert_int_equal(written, sizeof(cases) / sizeof(cases[0]));
    bytes_release(&json);
    end_program(&p);
}

static void test_ledger_main__another_auth(void **state)
{
    (void)state;
    static struct program p;
    make(&p);
    start(&p);
    assert_string_equal(try(&p, ROOM_ANALYST, GRANT_ROWS, 0, 5), "");
    struct control_event event = { .link = STR("auth"), .peer = STR("auth"), .fd = -1 };
    memset(event.boot_id, 0x99, sizeof(event.boot_id));
    assert_int_equal(control_send_relink(p.control, &event), 0);
    give(&p, "query-ledger", &p.ends[1]); /* behind it, so that it was heard */
    assert_string_equal(try(&p, ROOM_ANALYST, GRANT_ROWS, 0, 5), "grant_boot");
    memcpy(room.boot_id, event.boot_id, sizeof(room.boot_id));
    room.grants = 0;
    assert_string_equal(try(&p, ROOM_ANALYST, GRANT_ROWS, 0, 5), "");
    assert_int_equal(control_send_drain(p.control), 0);
    assert_int_equal(status_of(&p), 0);
    end_program(&p);
}

static void test_ledger_main__does_not_start_on_damage(void **state)
{
    (void)state;
    static struct program p;
    struct bytes journal = { 0 };
    make(&p);
    assert_int_equal(fs_read_file(p.fs, "journal-0000000000000001", 1 << 20, &journal), 0);
    journal.ptr[512 + 100] ^= 1;
    assert_int_equal(fs_replace_file(p.fs, "journal-0000000000000001", bytes_str(&journal), 0),
                     0);
    bytes_release(&journal);
    int pair[2];
    assert_int_equal(sock_pair(pair), 0);
    p.pid = fork();
    if (p.pid == 0) {
        char text[96], name[] = "amana-ledger";
        (void)snprintf(text, sizeof(text), "control=%d,data=%d,keys=%d,log=%d", pair[1],
                       temp_dir_fd(&p.temp), temp_dir_fd(&p.temp), temp_dir_fd(&p.temp));
        char *argv[] = { name, text, NULL };
        _exit(ledger_main(2, argv));
    }
    sock_close(pair[1]);
    p.control = pair[0];
    for (int i = 0; i <= SIDES; i++)
        p.ends[i] = -1;
    assert_int_equal(status_of(&p), 4);
    end_program(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ledger_main__a_race_at_its_socket),
        cmocka_unit_test(test_ledger_main__a_kill_forgets_nothing),
        cmocka_unit_test(test_ledger_main__malformed_frames),
        cmocka_unit_test(test_ledger_main__another_auth),
        cmocka_unit_test(test_ledger_main__does_not_start_on_damage),
    };
    return RUN(tests);
}
