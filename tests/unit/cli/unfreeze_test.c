/* cli/unfreeze: over a house that init made, whose ledger froze somebody. */
#include "cli/unfreeze.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/init.h"
#include "support/ledger_room.h"
#include "support/temp.h"
#include "support/test.h"
#include "sys/file_real.h"

static struct ledger_room room;

static int run(const char *data, const char *principal)
{
    char *argv[] = { ARG("unfreeze"), ARG("--data"), (char *)(uintptr_t)data, ARG("--principal"),
                     (char *)(uintptr_t)principal };
    (void)fflush(stdout);
    return cli_unfreeze(5, argv);
}

/* A process of its own: the lock is held until exit. */
static int run_apart(const char *data, const char *principal)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(run(data, principal));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

static struct fs *open_below(const struct temp *temp, const char *name)
{
    int fd = -1, top = temp_dir_fd(temp);
    assert_int_equal(file_real_open_below(top, name, &fd), 0);
    (void)close(top);
    return fs_real_create(fd);
}

static void open_ledger(struct fs *data, struct fs *keys)
{
    const struct ledger_config config = {
        .data = data, .keys = keys, .public_files = NULL, .auth_public = room.auth_public,
        .secret = room.secret, .log_key = room.log_secret, .origin = "localhost/amana/1",
    };
    assert_int_equal(ledger_open(&config, &room.ledger), 0);
    ledger_set_auth_boot(room.ledger, room.boot_id);
}

static void test_unfreeze__thaws_who_is_frozen(void **state)
{
    (void)state;
    struct temp temp;
    char data[160];
    temp_make(&temp);
    (void)snprintf(data, sizeof(data), "%s/house", temp.path);
    char *init[] = { ARG("init"), ARG("--data"), data };
    int saved = dup(1);
    assert_non_null(freopen("/dev/null", "w", stdout));
    assert_int_equal(cli_init(3, init), 0);
    struct fs *own = open_below(&temp, "house/ledger"), *keys = open_below(&temp,
                                                                           "house.keys/ledger");
    struct fs *auth = open_below(&temp, "house.keys/auth");
    ledger_room_init(&room, own);
    assert_int_equal(fs_read_exactly(auth, "grant.key", room.auth_secret, 64), 0);
    assert_int_equal(fs_read_exactly(keys, "auth.pub", room.auth_public, 32), 0);
    assert_int_equal(fs_read_exactly(keys, "secret.key", room.secret, 32), 0);
    assert_int_equal(fs_read_exactly(keys, "log.key", room.log_secret, 64), 0);
    open_ledger(own, keys);
    assert_string_equal(ledger_room_boot(&room), "");
    assert_string_equal(ledger_room_enrol_first(&room, ROOM_OWNER), "");
    assert_string_equal(ledger_room_login(&room, ROOM_OWNER, 2), "");
    assert_string_equal(ledger_room_decide(&room, ROOM_OWNER, GRANT_FREEZE,
                                           "{\"do\":\"freeze\",\"principal\":2}", "", NULL), "");
    ledger_room_close(&room);
    assert_int_equal(run_apart(data, "9"), 1);
    assert_int_equal(run_apart(data, "2"), 0);
    assert_int_equal(run_apart(data, "2"), 1); /* not frozen any more */
    open_ledger(own, keys);
    assert_string_equal(ledger_room_enrol_first(&room, ROOM_SUPPORT), "");
    assert_string_equal(ledger_room_login(&room, ROOM_SUPPORT, 2), "");
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 1), "");
    ledger_room_release(&room);
    (void)dup2(saved, 1);
    (void)close(saved);
    fs_destroy(own);
    fs_destroy(keys);
    fs_destroy(auth);
    temp_remove(&temp);
}

static void test_unfreeze__wrong_usage(void **state)
{
    (void)state;
    char *bare[] = { ARG("unfreeze"), ARG("--data"), ARG("/nowhere") };
    assert_int_equal(cli_unfreeze(3, bare), 2);
    assert_int_equal(run("/nowhere", "0"), 2);
    assert_int_equal(run("/nowhere", "two"), 2);
    assert_int_equal(run("/nowhere", "4294967296"), 2);
    assert_int_equal(run("/nowhere", "2"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unfreeze__thaws_who_is_frozen),
        cmocka_unit_test(test_unfreeze__wrong_usage),
    };
    return RUN(tests);
}
