/* cli/supervise: programs start, are linked, are started again when they die, roll and end in
 * order. The programs are this test itself under other names: each writes what happens to it into
 * a file of the data directory. */
#include "cli/supervise.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp.h"
#include "support/test.h"
#include "sys/clock.h"
#include "sys/control.h"
#include "sys/handed.h"
#include "sys/sock.h"

static const char *const programs[] = { "vault", "auth", "query", "ingest", "web" };
enum { VAULT, AUTH, QUERY, INGEST, WEB };

static const struct supervise_program table[] = {
    { .name = "vault", .rank = 2, .has_data = true, .listen_fd = -1 },
    { .name = "auth", .rank = 2, .has_data = true, .listen_fd = -1, .makes_grants = true },
    { .name = "query", .rank = 1, .has_data = true, .has_wal = true, .listen_fd = -1,
      .checks_grants = true },
    { .name = "ingest", .has_data = true, .has_wal = true, .listen_fd = 0 },
    { .name = "web", .listen_fd = 0 },
};

static const struct supervise_link links[] = {
    { "web-auth", WEB, AUTH }, { "web-query", WEB, QUERY }, { "query-vault", QUERY, VAULT },
    { "auth-ingest", AUTH, INGEST },
};

/* ---- the child ------------------------------------------------------------------------------ */

/* Notes "<name> <what>" in the keys folder that it was handed: one short write is atomic. */
static void note(const struct handed *handed, const char *what)
{
    int fd = openat(handed_get(handed, "keys"), "notes", O_WRONLY | O_CREAT | O_APPEND, 0600);
    char line[128];
    int len = snprintf(line, sizeof(line), "%s\n", what);
    if (write(fd, line, (size_t)len) != len)
        _exit(9);
    (void)close(fd);
}

static int child_main(int argc, char **argv)
{
    struct handed handed;
    struct bytes buf = { 0 };
    struct control_event event;
    char text[100];
    handed_init(&handed, argc, argv);
    int control = handed_get(&handed, "control");
    (void)snprintf(text, sizeof(text), "start %d", (int)getpid());
    note(&handed, text);
    if (control_send_ready(control) != 0)
        return 1;
    while (control_receive(control, &buf, &event) == 0) {
        if (event.type == CONTROL_DRAIN) {
            note(&handed, "drain");
            return 0;
        }
        (void)snprintf(text, sizeof(text), "%s %.*s %.*s", event.fd >= 0 ? "link" : "boot",
                       STR_ARG(event.link), STR_ARG(event.peer));
        note(&handed, text);
        sock_close(event.fd);
    }
    return 0;
}

/* ---- the test ------------------------------------------------------------------------------- */

struct house_of_test {
    struct temp temp;
    char programs[200];
    struct supervise_config config;
    pid_t supervisor;
};

static void ready(void *ctx)
{
    FILE *file = fopen((const char *)ctx, "w");
    (void)fclose(file);
}

static void make_house(struct house_of_test *h)
{
    char path[300], self[300];
    temp_make(&h->temp);
    (void)snprintf(h->programs, sizeof(h->programs), "%s/ready", h->temp.path);
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[len] = 0;
    for (size_t i = 0; i < 5; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", h->temp.path, programs[i]);
        assert_int_equal(mkdir(path, 0700), 0);
        (void)snprintf(path, sizeof(path), "%s/amana-%s", h->temp.path, programs[i]);
        assert_int_equal(symlink(self, path), 0);
    }
    (void)snprintf(path, sizeof(path), "%s/wal", h->temp.path);
    assert_int_equal(mkdir(path, 0700), 0);
    int fd = temp_dir_fd(&h->temp);
    h->config = (struct supervise_config){
        .directory = h->temp.path, .programs = table, .program_count = 5, .links = links,
        .link_count = 4, .data_fd = fd, .keys_fd = fd, .uid_base = -1, .ready = ready,
        .ctx = h->programs,
    };
    h->supervisor = fork();
    if (h->supervisor == 0)
        _exit(supervise_run(&h->config));
}

/* Counts the lines of a program's notes that begin with `start_of_line`; the last one in *last. */
static int count_notes(const struct house_of_test *h, const char *program,
                       const char *start_of_line, char last[100])
{
    char path[300], line[100];
    int count = 0;
    (void)snprintf(path, sizeof(path), "%s/%s/notes", h->temp.path, program);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file)) {
        if (strncmp(line, start_of_line, strlen(start_of_line)) == 0) {
            count++;
            if (last)
                (void)snprintf(last, 100, "%s", line);
        }
    }
    if (file)
        (void)fclose(file);
    return count;
}

static void wait_notes(const struct house_of_test *h, const char *program, const char *what,
                       int count)
{
    for (int i = 0; i < 500 && count_notes(h, program, what, NULL) < count; i++)
        clock_sleep_ms(10);
    assert_int_equal(count_notes(h, program, what, NULL), count);
}

static void end_house(struct house_of_test *h)
{
    int status;
    (void)kill(h->supervisor, SIGTERM);
    assert_int_equal(waitpid(h->supervisor, &status, 0), h->supervisor);
    assert_int_equal(status, 0);
    (void)close(h->config.data_fd);
    temp_remove(&h->temp);
}

static void test_supervise__links_every_pair_once_and_is_ready(void **state)
{
    (void)state;
    struct house_of_test h;
    make_house(&h);
    wait_notes(&h, "web", "link", 2);
    wait_notes(&h, "query", "link", 2);
    wait_notes(&h, "auth", "link", 2);
    wait_notes(&h, "vault", "link query-vault query", 1);
    wait_notes(&h, "ingest", "link auth-ingest auth", 1);
    wait_notes(&h, "query", "boot auth auth", 1);
    wait_notes(&h, "auth", "boot self auth", 1);
    for (int i = 0; i < 300 && access(h.programs, F_OK) != 0; i++)
        clock_sleep_ms(10);
    assert_int_equal(access(h.programs, F_OK), 0);
    end_house(&h);
}

static void test_supervise__killed_program_is_back_with_new_links(void **state)
{
    (void)state;
    struct house_of_test h;
    char last[100];
    int pid = 0;
    make_house(&h);
    wait_notes(&h, "web", "link", 2);
    assert_int_equal(count_notes(&h, "auth", "start", last), 1);
    assert_int_equal(sscanf(last, "start %d", &pid), 1);
    (void)kill(pid, SIGKILL);
    wait_notes(&h, "auth", "start", 2);
    wait_notes(&h, "web", "link web-auth auth", 2);
    wait_notes(&h, "web", "link web-query query", 1);
    wait_notes(&h, "query", "boot auth auth", 2);
    end_house(&h);
}

static void test_supervise__hangup_restarts_each_program_drained(void **state)
{
    (void)state;
    struct house_of_test h;
    make_house(&h);
    wait_notes(&h, "web", "link", 2);
    clock_sleep_ms(200);
    (void)kill(h.supervisor, SIGHUP);
    for (size_t i = 0; i < 5; i++) {
        wait_notes(&h, programs[i], "drain", 1);
        wait_notes(&h, programs[i], "start", 2);
    }
    end_house(&h);
}

static void test_supervise__dies_and_takes_its_children_with_it(void **state)
{
    (void)state;
    struct house_of_test h;
    char last[100];
    int pid = 0, status;
    make_house(&h);
    wait_notes(&h, "web", "link", 2);
    assert_int_equal(count_notes(&h, "vault", "start", last), 1);
    assert_int_equal(sscanf(last, "start %d", &pid), 1);
    (void)kill(h.supervisor, SIGKILL);
    (void)waitpid(h.supervisor, &status, 0);
    /* The children of this test do not set PDEATHSIG; end of file on control ends them. */
    for (int i = 0; i < 300 && kill(pid, 0) == 0; i++)
        clock_sleep_ms(10);
    assert_int_not_equal(kill(pid, 0), 0);
    (void)close(h.config.data_fd);
    temp_remove(&h.temp);
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    if (strncmp(slash ? slash + 1 : argv[0], "amana-", 6) == 0)
        return child_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_supervise__links_every_pair_once_and_is_ready),
        cmocka_unit_test(test_supervise__killed_program_is_back_with_new_links),
        cmocka_unit_test(test_supervise__hangup_restarts_each_program_drained),
        cmocka_unit_test(test_supervise__dies_and_takes_its_children_with_it),
    };
    return RUN(tests);
}
