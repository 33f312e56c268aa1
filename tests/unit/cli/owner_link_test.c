/* cli/owner_link: what it asks of the socket, what it prints, and what it says when it cannot. */
#include "cli/owner_link.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/house.h"
#include "support/temp.h"
#include "support/test.h"
#include "sys/file_real.h"
#include "sys/sock.h"

#define LINK "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL-_012"

struct web {
    int listener;
    const char *reply;
    char request[512];
};

static void *serve(void *arg)
{
    struct web *web = arg;
    size_t len = 0, got = 1;
    int fd = accept(web->listener, NULL, NULL);
    /* Head and body may come apart; closing before both are read would reset the connection. */
    while (got && !strstr(web->request, "\r\n\r\n{}") && len < sizeof(web->request) - 1 &&
           sock_read(fd, web->request + len, sizeof(web->request) - 1 - len, 2000, &got) == 0)
        len += got;
    (void)!sock_write(fd, str_from(web->reply), 2000);
    sock_close(fd);
    return NULL;
}

static void make_house(const struct temp *temp)
{
    static struct house house;
    char path[300];
    house = (struct house){ .data_fd = temp_dir_fd(temp), .keys_fd = -1, .uid_base = -1,
                            .owner_uid = (int)getuid() };
    (void)snprintf(house.data, sizeof(house.data), "%s", temp->path);
    (void)snprintf(house.console, sizeof(house.console), "127.0.0.1:9");
    assert_int_equal(house_save(&house), 0);
    house_close(&house);
    (void)snprintf(path, sizeof(path), "%s/run", temp->path);
    assert_int_equal(mkdir(path, 0700), 0);
}

/* Runs the command and keeps its standard output; `json` adds --json. */
static int run(const char *data, bool json, char out[512])
{
    char *argv[] = { ARG("owner-link"), ARG("--data"), (char *)(uintptr_t)data, ARG("--json") };
    int saved = dup(1), fds[2];
    assert_int_equal(pipe(fds), 0);
    (void)fflush(stdout);
    (void)dup2(fds[1], 1);
    int status = cli_owner_link(json ? 4 : 3, argv);
    (void)fflush(stdout);
    (void)dup2(saved, 1);
    (void)close(fds[1]);
    ssize_t n = read(fds[0], out, 511);
    out[n > 0 ? n : 0] = 0;
    (void)close(fds[0]);
    (void)close(saved);
    return status;
}

static int run_against(const struct temp *temp, const char *reply, bool json, char out[512],
                       char request[512])
{
    struct web web = { .reply = reply };
    pthread_t thread;
    char path[300];
    (void)snprintf(path, sizeof(path), "%s/run/console.sock", temp->path);
    assert_int_equal(sock_listen_unix(path, 0600, &web.listener), 0);
    assert_int_equal(pthread_create(&thread, NULL, serve, &web), 0);
    int status = run(temp->path, json, out);
    (void)pthread_join(thread, NULL);
    sock_close(web.listener);
    (void)unlink(path);
    memcpy(request, web.request, 512);
    return status;
}

#define REPLY(status, length, body)                                                                \
    "HTTP/1.1 " status " X\r\nContent-Type: application/json\r\nContent-Length: " length           \
    "\r\n\r\n" body

static void test_owner_link__prints_the_whole_link(void **state)
{
    (void)state;
    static const char reply[] = REPLY("200", "67", "{\"owner_link\":\"/enter#" LINK "\"}");
    struct temp temp;
    char out[512], request[512];
    temp_make(&temp);
    make_house(&temp);
    assert_int_equal(run_against(&temp, reply, false, out, request), 0);
    assert_string_equal(out, "http://127.0.0.1:9/enter#" LINK "\n");
    assert_non_null(strstr(request, "POST /api/owner-link HTTP/1.1\r\n"));
    assert_int_equal(run_against(&temp, reply, true, out, request), 0);
    assert_string_equal(out, "{\"owner_link\":\"/enter#" LINK "\",\"url\":\"http://127.0.0.1:9"
                             "/enter#" LINK "\"}\n");
    temp_remove(&temp);
}

static void test_owner_link__prints_nothing_that_is_no_link(void **state)
{
    (void)state;
    static const char *const replies[] = {
        REPLY("403", "27", "{\"error\":{\"code\":\"login\"}}\n"),
        REPLY("401", "27", "{\"error\":{\"code\":\"login\"}}\n"),
        REPLY("503", "2", "{}"),
        REPLY("200", "2", "{}"),
        REPLY("200", "3", "abc"),
        REPLY("200", "66", "{\"owner_link\":\"/enter#bcdefghijklmnopqrstuvwxyzABCDEFGHIJKL-_012\"}"),
        REPLY("200", "67", "{\"owner_link\":\"/enter#\x1b" "bcdefghijklmnopqrstuvwxyzABCDEFGHIJKL-_012"
                           "\"}"),
        REPLY("200", "67", "{\"owner_link\":\"/Enter#" LINK "\"}"),
    };
    struct temp temp;
    char out[512], request[512];
    temp_make(&temp);
    make_house(&temp);
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        assert_int_equal(run_against(&temp, replies[i], true, out, request), 1);
        assert_string_equal(out, "");
    }
    temp_remove(&temp);
}

static void test_owner_link__says_when_nobody_serves(void **state)
{
    (void)state;
    struct temp temp;
    char out[512];
    char *argv[] = { ARG("owner-link"), ARG("--json") };
    temp_make(&temp);
    assert_int_equal(run(temp.path, false, out), 1);    /* no data directory at all */
    make_house(&temp);
    assert_int_equal(run(temp.path, false, out), 1);
    assert_string_equal(out, "");
    assert_int_equal(cli_owner_link(2, argv), 2);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owner_link__prints_the_whole_link),
        cmocka_unit_test(test_owner_link__prints_nothing_that_is_no_link),
        cmocka_unit_test(test_owner_link__says_when_nobody_serves),
    };
    return RUN(tests);
}
