/* sys/sock: addresses, a round trip over TCP and over a unix socket, and who is at the other end. */
#include "sys/sock.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "support/temp.h"
#include "support/test.h"

static void test_sock__bad_addresses_are_invalid(void **state)
{
    (void)state;
    int fd;
    assert_int_equal(sock_listen("127.0.0.1", &fd), ERR_INVALID);
    assert_int_equal(sock_listen("127.0.0.1:70000", &fd), ERR_INVALID);
    assert_int_equal(sock_listen("nowhere:80", &fd), ERR_INVALID);
    assert_int_equal(sock_listen("[::1:80", &fd), ERR_INVALID);
}

static void test_sock__tcp_round_trip_and_port_taken(void **state)
{
    (void)state;
    int listener, client, other;
    uint16_t port;
    char address[64], buf[16];
    size_t got;
    assert_int_equal(sock_listen("127.0.0.1:0", &listener), 0);
    assert_int_equal(sock_port(listener, &port), 0);
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", port);
    assert_int_equal(sock_listen(address, &other), ERR_BUSY);
    assert_int_equal(sock_connect(address, 1000, &client), 0);
    int server = accept(listener, NULL, NULL);
    assert_int_equal(sock_write(client, STR("ping"), 1000), 0);
    assert_int_equal(sock_read(server, buf, sizeof(buf), 1000, &got), 0);
    assert_memory_equal(buf, "ping", got);
    assert_int_equal(sock_read(server, buf, sizeof(buf), 10, &got), ERR_TIMEOUT);
    uint32_t uid;
    assert_int_equal(sock_peer_uid(server, &uid), ERR_UNSUPPORTED);
    sock_close(client);
    sock_close(server);
    sock_close(listener);
    assert_int_equal(sock_connect(address, 1000, &client), ERR_CLOSED);
}

static void test_sock__unix_peer_is_known_by_uid(void **state)
{
    (void)state;
    struct temp temp;
    char path[256];
    int listener, client;
    uint32_t uid = 1;
    temp_make(&temp);
    (void)snprintf(path, sizeof(path), "%s/s", temp.path);
    assert_int_equal(sock_listen_unix(path, 0600, &listener), 0);
    sock_close(listener);
    assert_int_equal(sock_connect_unix(path, &client), ERR_CLOSED);
    assert_int_equal(sock_listen_unix(path, 0600, &listener), 0);
    assert_int_equal(sock_connect_unix(path, &client), 0);
    int server = accept(listener, NULL, NULL);
    assert_int_equal(sock_peer_uid(server, &uid), 0);
    assert_int_equal(uid, getuid());
    sock_close(client);
    sock_close(server);
    sock_close(listener);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sock__bad_addresses_are_invalid),
        cmocka_unit_test(test_sock__tcp_round_trip_and_port_taken),
        cmocka_unit_test(test_sock__unix_peer_is_known_by_uid),
    };
    return RUN(tests);
}
