/* cli/query: usage, what it reads, and the answer's way out, against a server of one fixed reply. */
#include "cli/query.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/temp.h"
#include "support/test.h"
#include "sys/sock.h"

struct house {
    struct temp temp;
    struct fs *fs;
    int listener;
    pthread_t thread;
    const char *reply;
    char heard[1024];
    char file[200];
};

static int setup(void **state)
{
    static struct house h;
    char path[200];
    memset(&h, 0, sizeof(h));
    temp_make(&h.temp);
    h.fs = temp_fs(&h.temp);
    assert_int_equal(fs_replace_file(h.fs, "amana.json", STR("{\"version\":1}"), 0), 0);
    assert_int_equal(fs_make_dir(h.fs, "run"), 0);
    (void)snprintf(path, sizeof(path), "%s/run/console.sock", h.temp.path);
    assert_int_equal(sock_listen_unix(path, 0600, &h.listener), 0);
    (void)snprintf(h.file, sizeof(h.file), "%s/q.json", h.temp.path);
    assert_int_equal(fs_replace_file(h.fs, "q.json", STR("{\"report\":\"x\"}"), 0), 0);
    *state = &h;
    return 0;
}

static int teardown(void **state)
{
    struct house *h = *state;
    sock_close(h->listener);
    fs_destroy(h->fs);
    temp_remove(&h->temp);
    return 0;
}

static void *serve_one(void *arg)
{
    struct house *h = arg;
    size_t len = 0, got = 0;
    int fd = accept(h->listener, NULL, NULL);
    do {
        if (sock_read(fd, h->heard + len, sizeof(h->heard) - 1 - len, 2000, &got) != 0)
            break;
        len += got;
    } while (got && !strstr(h->heard, "\"x\"}"));
    (void)!sock_write(fd, str_from(h->reply), 2000);
    sock_close(fd);
    return NULL;
}

/* Runs the command with its standard output in out[2048]. */
static int run(struct house *h, const char *reply, const char *flag, char out[2048])
{
    char *argv[] = { ARG("query"), ARG("--data"), h->temp.path, h->file, ARG(flag) };
    int pair[2], saved = dup(STDOUT_FILENO);
    h->reply = reply;
    memset(h->heard, 0, sizeof(h->heard));
    assert_int_equal(pthread_create(&h->thread, NULL, serve_one, h), 0);
    assert_int_equal(pipe(pair), 0);
    (void)fflush(stdout);
    (void)dup2(pair[1], STDOUT_FILENO);
    int status = cli_query(*flag ? 5 : 4, argv);
    (void)fflush(stdout);
    (void)dup2(saved, STDOUT_FILENO);
    (void)close(saved);
    (void)close(pair[1]);
    ssize_t n = read(pair[0], out, 2047);
    out[n > 0 ? n : 0] = 0;
    (void)close(pair[0]);
    (void)pthread_join(h->thread, NULL);
    return status;
}

#define ANSWER "{\"series\":[{\"name\":\"A\",\"by\":[\"x\\u001b[2J\",null],\"points\":"           \
               "[[\"2025-11-01\",3]]}],\"computed_ms\":1.25,\"rows_scanned\":9}"
#define REPLY "HTTP/1.1 200 OK\r\nContent-Length: 114\r\n\r\n" ANSWER

static void test_query__prints_the_answer_as_it_came(void **state)
{
    struct house *h = *state;
    char out[2048];
    assert_int_equal(sizeof(ANSWER) - 1, 114);
    assert_int_equal(run(h, REPLY, "", out), 0);
    assert_string_equal(out, ANSWER "\n");
    assert_non_null(strstr(h->heard, "POST /api/query HTTP/1.1\r\n"));
    assert_non_null(strstr(h->heard, "\r\n\r\n{\"report\":\"x\"}"));
    assert_null(strstr(h->heard, "Authorization"));
    assert_int_equal(run(h, REPLY, "--json", out), 0);
    assert_string_equal(out, ANSWER "\n");
}

static void test_query__a_table_obeys_no_foreign_codes(void **state)
{
    char out[2048];
    assert_int_equal(run(*state, REPLY, "--table", out), 0);
    assert_string_equal(out, "A / x [2J / (none)\n  2025-11-01  3\n9 rows in 1.2 ms\n");
}

static void test_query__refusals_end_with_one(void **state)
{
    char out[2048];
    assert_int_equal(run(*state, "HTTP/1.1 400 Bad Request\r\nContent-Length: 53\r\n\r\n"
                         "{\"error\":{\"at\":\"/report\",\"message\":\"no such report\"}}", "", out),
                     1);
    assert_string_equal(out, "");
}

static void test_query__usage_and_what_cannot_begin(void **state)
{
    struct house *h = *state;
    char missing[220];
    (void)snprintf(missing, sizeof(missing), "%s.none", h->file);
    char *none[] = { ARG("query"), ARG("--data"), h->temp.path };
    char *both[] = { ARG("query"), ARG("--data"), h->temp.path, h->file, ARG("--json"),
                     ARG("--table") };
    char *absent[] = { ARG("query"), ARG("--data"), h->temp.path, missing };
    char *nowhere[] = { ARG("query"), ARG("--data"), ARG("/nonexistent"), h->file };
    assert_int_equal(cli_query(3, none), 2);
    assert_int_equal(cli_query(6, both), 2);
    assert_int_equal(cli_query(4, absent), 1);
    assert_int_equal(cli_query(4, nowhere), 1);
}

static void test_query__long_questions_are_not_sent(void **state)
{
    struct house *h = *state;
    static char large[256 * 1024 + 1];
    char *argv[] = { ARG("query"), ARG("--data"), h->temp.path, h->file };
    memset(large, ' ', sizeof(large));
    assert_int_equal(fs_replace_file(h->fs, "q.json", str_of(large, sizeof(large)), 0), 0);
    assert_int_equal(cli_query(4, argv), 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_query__##name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(prints_the_answer_as_it_came),
        T(a_table_obeys_no_foreign_codes),
        T(refusals_end_with_one),
        T(usage_and_what_cannot_begin),
        T(long_questions_are_not_sent),
    };
    return RUN(tests);
}
