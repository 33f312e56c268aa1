/* process/amana_vault_main: the whole program in a child of this test, on real directories, with the
 * supervisor's, query's and web's ends in our hands, and a ledger that is told to lie. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program itself, under another name. */
int vault_main(int argc, char **argv);
#define main vault_main
#include "process/amana_vault_main.c"
#undef main

#include "support/opening_room.h"
#include "support/temp.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/msg.h"

struct program {
    struct temp temp;
    struct vault_room room;  /* for its keys; its own vault stays closed */
    struct opening_room asker;  /* for auth's key and the ledger; its vault is another */
    pid_t pid;
    int control;
    int link;
};

static void put_key(struct fs *fs, const char *name, const uint8_t key[32])
{
    assert_int_equal(fs_replace_file(fs, name, str_of(key, 32), FILE_PRIVATE), 0);
}

static void make(struct program *p)
{
    temp_make(&p->temp);
    vault_room_init(&p->room);
    opening_room_open(&p->asker);
    p->asker.ledger.share_ctx = &p->room;
    struct fs *fs = temp_fs(&p->temp);
    put_key(fs, "secret.key", p->room.secrets.vault);
    put_key(fs, "intake.key", p->room.secrets.intake);
    put_key(fs, "custody.key", p->room.secrets.custody);
    put_key(fs, "auth.pub", p->asker.auth_public);
    put_key(fs, "log.pub", p->asker.ledger.public_key);
    assert_int_equal(fs_replace_file(fs, "log.origin", STR(LEDGER_STAND_ORIGIN), FILE_PRIVATE),
                     0);
    fs_destroy(fs);
}

static void end_program(struct program *p)
{
    opening_room_close(&p->asker);
    vault_room_release(&p->room);
    temp_remove(&p->temp);
}

static void start_program(struct program *p)
{
    int pair[2];
    assert_int_equal(sock_pair(pair), 0);
    p->link = -1;
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        char text[96], name[] = "amana-vault";
        sock_close(pair[0]);
        (void)snprintf(text, sizeof(text), "control=%d,data=%d,keys=%d", pair[1],
                       temp_dir_fd(&p->temp), temp_dir_fd(&p->temp));
        char *argv[] = { name, text, NULL };
        _exit(vault_main(2, argv));
    }
    sock_close(pair[1]);
    p->control = pair[0];
}

static void await_ready(struct program *p)
{
    struct bytes buf = { 0 };
    struct control_event event;
    assert_int_equal(control_receive(p->control, &buf, &event), 0);
    assert_int_equal(event.type, CONTROL_READY);
    bytes_release(&buf);
}

static void relink_as(struct program *p, const char *name)
{
    int pair[2];
    if (p->link >= 0)
        sock_close(p->link);
    assert_int_equal(sock_pair(pair), 0);
    struct control_event event = { .link = str_from(name), .peer = STR("query"), .fd = pair[1] };
    assert_int_equal(control_send_relink(p->control, &event), 0);
    sock_close(pair[1]);
    p->link = pair[0];
}

/* The ledger's stand-in at the far end, and the auth that signed the grants announced. */
static void relink_ledger(struct program *p)
{
    struct control_event event = { .link = STR("vault-ledger"), .peer = STR("ledger") };
    ledger_stand_stop(&p->asker.ledger);
    event.fd = ledger_stand_reopen(&p->asker.ledger);
    assert_int_equal(control_send_relink(p->control, &event), 0);
    sock_close(event.fd);
    event = (struct control_event){ .link = STR("auth"), .peer = STR("auth"), .fd = -1 };
    memcpy(event.boot_id, p->asker.boot_id, sizeof(event.boot_id));
    assert_int_equal(control_send_relink(p->control, &event), 0);
}

static int status_of(struct program *p)
{
    int status = 0;
    assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
    sock_close(p->control);
    if (p->link >= 0)
        sock_close(p->link);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The type of the answer, or the error. */
static int ask(struct program *p, uint64_t sequence)
{
    struct vault_room_value value = { (uint32_t)sequence, "$email", "noura@example.com", 5 };
    struct bytes batch = { 0 }, buf = { 0 };
    struct msg msg = { .type = VAULT_INTAKE, .id = sequence, .fd = -1 };
    vault_room_seal(&p->room, &value, 1, sequence, &batch);
    msg.body = bytes_str(&batch);
    int r = msg_send(p->link, &msg, 1000);
    if (r == 0)
        r = msg_receive(p->link, false, 5000, &buf, &msg);
    bytes_release(&batch);
    bytes_release(&buf);
    return r == 0 ? msg.type : r;
}

static void test_vault_main__takes_batches_and_drains(void **state)
{
    (void)state;
    static struct program p;
    make(&p);
    start_program(&p);
    await_ready(&p);
    relink_as(&p, "query-vault");
    assert_int_equal(ask(&p, 1), VAULT_STORED);
    /* A query that was started anew comes with a new link. */
    relink_as(&p, "query-vault");
    assert_int_equal(ask(&p, 2), VAULT_STORED);
    /* No other link is known. */
    relink_as(&p, "web-query");
    assert_int_equal(ask(&p, 3), ERR_CLOSED);
    assert_int_equal(control_send_drain(p.control), 0);
    assert_int_equal(status_of(&p), 0);
    end_program(&p);
}

static void test_vault_main__what_it_stored_is_there_after_a_kill(void **state)
{
    (void)state;
    static struct program p;
    make(&p);
    for (uint64_t i = 1; i <= 4; i++) {
        start_program(&p);
        await_ready(&p);
        relink_as(&p, "query-vault");
        assert_int_equal(ask(&p, i), VAULT_STORED);
        assert_int_equal(kill(p.pid, SIGKILL), 0);
        assert_int_equal(status_of(&p), 128 + SIGKILL);
    }
    /* The files are this test's to read now: the room's vault over them. */
    struct fs *own_data = p.room.data, *own_keys = p.room.keys;
    p.room.data = temp_fs(&p.temp);
    p.room.keys = temp_fs(&p.temp);
    for (uint32_t i = 1; i <= 4; i++) {
        struct vault_room_value value = { i, "$email", "noura@example.com", 5 };
        assert_int_equal(vault_room_check(&p.room, &value), 0);
    }
    fs_destroy(p.room.data);
    fs_destroy(p.room.keys);
    p.room.data = own_data;
    p.room.keys = own_keys;
    end_program(&p);
}

static void test_vault_main__does_not_start_without_its_keys(void **state)
{
    (void)state;
    static struct program p;
    make(&p);
    struct fs *fs = temp_fs(&p.temp);
    assert_int_equal(fs_replace_file(fs, "intake.key", STR("short"), FILE_PRIVATE), 0);
    start_program(&p);
    assert_int_equal(status_of(&p), 1);
    assert_int_equal(fs_remove(fs, "intake.key"), 0);
    start_program(&p);
    assert_int_equal(status_of(&p), 1);
    fs_destroy(fs);
    end_program(&p);
}

/* Nobody makes the link anew while both ends live: whoever finds it broken ends. */
static void test_vault_main__ends_with_a_broken_link(void **state)
{
    (void)state;
    static struct program p;
    make(&p);
    start_program(&p);
    await_ready(&p);
    relink_as(&p, "query-vault");
    struct msg msg = { .type = 77, .id = 1, .body = STR("x"), .fd = -1 };
    assert_int_equal(msg_send(p.link, &msg, 1000), 0);
    assert_int_equal(status_of(&p), 5);
    end_program(&p);
}

static void test_vault_main__ends_with_its_supervisor(void **state)
{
    (void)state;
    static struct program p;
    make(&p);
    start_program(&p);
    await_ready(&p);
    sock_close(p.control);
    p.control = -1;
    assert_int_equal(status_of(&p), 0);
    end_program(&p);
}

/* Sends a fresh reveal of one's $email; the answer's type, or the error. */
static int reveal(struct program *p)
{
    static const char *const fields[] = { "$email" };
    static const uint32_t who[] = { 1 };
    static struct opening_ask asked;
    struct bytes body = { 0 }, buf = { 0 };
    struct msg msg = { .type = VAULT_REVEAL, .id = 5, .fd = -1 };
    opening_ask_reveal(&p->asker, fields, 1, who, 1, &asked);
    vault_wire_encode_ask(&asked.wire, &body);
    msg.body = bytes_str(&body);
    int r = msg_send(p->link, &msg, 1000);
    if (r == 0)
        r = msg_receive(p->link, false, 5000, &buf, &msg);
    if (r == 0 && msg.type == VAULT_REVEALED)
        assert_true(str_find(msg.body, STR("noura@example.com")) >= 0);
    opening_ask_release(&asked);
    bytes_release(&body);
    bytes_release(&buf);
    return r == 0 ? msg.type : r;
}

static void test_vault_main__reveals_until_the_ledger_lies(void **state)
{
    (void)state;
    static struct program p;
    make(&p);
    start_program(&p);
    await_ready(&p);
    relink_as(&p, "query-vault");
    assert_int_equal(ask(&p, 1), VAULT_STORED);
    relink_as(&p, "web-vault");
    assert_int_equal(reveal(&p), VAULT_DENIED); /* no ledger, no auth */
    relink_ledger(&p);
    clock_sleep_ms(50); /* the supervisor's words come on another way than web's */
    assert_int_equal(reveal(&p), VAULT_REVEALED);
    assert_int_equal(reveal(&p), VAULT_REVEALED);
    /* Drained and started anew, it remembers what it saw. */
    assert_int_equal(control_send_drain(p.control), 0);
    assert_int_equal(status_of(&p), 0);
    start_program(&p);
    await_ready(&p);
    relink_as(&p, "web-vault");
    relink_ledger(&p);
    clock_sleep_ms(50);
    assert_int_equal(reveal(&p), VAULT_REVEALED);
    assert_true(p.asker.ledger.seen_size == 2);
    p.asker.ledger.lie = LEDGER_FORK;
    assert_int_equal(reveal(&p), ERR_CLOSED);
    assert_int_equal(status_of(&p), 5);
    end_program(&p);
}

static void test_vault_main__ends_with_a_broken_link_from_web(void **state)
{
    (void)state;
    static struct program p;
    make(&p);
    start_program(&p);
    await_ready(&p);
    relink_as(&p, "web-vault");
    struct msg msg = { .type = VAULT_REVEAL, .id = 1, .body = STR("x"), .fd = -1 };
    assert_int_equal(msg_send(p.link, &msg, 1000), 0);
    assert_int_equal(status_of(&p), 5);
    end_program(&p);
}

static void test_vault_main__does_not_start_without_the_logs_key(void **state)
{
    (void)state;
    static const char *const names[] = { "auth.pub", "log.pub", "log.origin" };
    for (int i = 0; i < 3; i++) {
        static struct program p;
        make(&p);
        struct fs *fs = temp_fs(&p.temp);
        assert_int_equal(fs_remove(fs, names[i]), 0);
        start_program(&p);
        assert_int_equal(status_of(&p), 1);
        fs_destroy(fs);
        end_program(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vault_main__takes_batches_and_drains),
        cmocka_unit_test(test_vault_main__what_it_stored_is_there_after_a_kill),
        cmocka_unit_test(test_vault_main__does_not_start_without_its_keys),
        cmocka_unit_test(test_vault_main__ends_with_a_broken_link),
        cmocka_unit_test(test_vault_main__ends_with_its_supervisor),
        cmocka_unit_test(test_vault_main__reveals_until_the_ledger_lies),
        cmocka_unit_test(test_vault_main__ends_with_a_broken_link_from_web),
        cmocka_unit_test(test_vault_main__does_not_start_without_the_logs_key),
    };
    return RUN(tests);
}
