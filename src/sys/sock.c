#include "sys/sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

static int parse_address(const char *text, union address *out, socklen_t *len)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    uint64_t port;
    *out = (union address){ 0 };
    if (!colon || (size_t)(colon - text) >= sizeof(host) ||
        !str_to_u64(str_from(colon + 1), &port) || port > 65535)
        return ERR_INVALID;
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = 0;
    size_t host_len = strlen(host);
    if (host_len > 2 && host[0] == '[' && host[host_len - 1] == ']') {
        host[host_len - 1] = 0;
        out->v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
                                         .sin6_port = htons((uint16_t)port) };
        *len = sizeof(out->v6);
        return inet_pton(AF_INET6, host + 1, &out->v6.sin6_addr) == 1 ? 0 : ERR_INVALID;
    }
    if (strcmp(host, "localhost") == 0)
        (void)snprintf(host, sizeof(host), "127.0.0.1");
    out->v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    *len = sizeof(out->v4);
    return inet_pton(AF_INET, host, &out->v4.sin_addr) == 1 ? 0 : ERR_INVALID;
}

static int parse_path(const char *path, union address *out)
{
    *out = (union address){ .local = { .sun_family = AF_UNIX } };
    if (strlen(path) >= sizeof(out->local.sun_path))
        return ERR_TOO_LARGE;
    memcpy(out->local.sun_path, path, strlen(path) + 1);
    return 0;
}

int sock_listen(const char *text, int *fd)
{
    union address address;
    socklen_t len = 0;
    int one = 1;
    int r = parse_address(text, &address, &len);
    if (r != 0)
        return r;
    int s = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0)
        return err_from_errno(errno);
    (void)setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(s, &address.any, len) != 0 || listen(s, SOCK_BACKLOG) != 0) {
        r = errno == EADDRINUSE ? ERR_BUSY : err_from_errno(errno);
        (void)close(s);
        return r;
    }
    *fd = s;
    return 0;
}

int sock_listen_unix(const char *path, uint32_t mode, int *fd)
{
    union address address;
    int r = parse_path(path, &address);
    if (r != 0)
        return r;
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0)
        return err_from_errno(errno);
    (void)unlink(path);
    if (bind(s, &address.any, sizeof(address.local)) != 0 || chmod(path, (mode_t)mode) != 0 ||
        listen(s, SOCK_BACKLOG) != 0) {
        r = err_from_errno(errno);
        (void)close(s);
        return r;
    }
    *fd = s;
    return 0;
}

int sock_wait(int fd, short events, uint32_t timeout_ms)
{
    struct pollfd p = { .fd = fd, .events = events };
    int n;
    do
        n = poll(&p, 1, timeout_ms == UINT32_MAX ? -1 : (int)timeout_ms);
    while (n < 0 && errno == EINTR);
    return n > 0 ? 0 : n == 0 ? ERR_TIMEOUT : err_from_errno(errno);
}

int sock_connect(const char *text, uint32_t timeout_ms, int *fd)
{
    union address address;
    socklen_t len = 0;
    int one = 1, failure = 0;
    socklen_t failure_len = sizeof(failure);
    int r = parse_address(text, &address, &len);
    if (r != 0)
        return r;
    int s = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0)
        return err_from_errno(errno);
    if (connect(s, &address.any, len) != 0) {
        r = errno == EINPROGRESS ? sock_wait(s, POLLOUT, timeout_ms) : ERR_CLOSED;
        if (r == 0 && (getsockopt(s, SOL_SOCKET, SO_ERROR, &failure, &failure_len) != 0 ||
                       failure != 0))
            r = ERR_CLOSED;
    }
    if (r != 0) {
        (void)close(s);
        return r;
    }
    (void)setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    *fd = s;
    return 0;
}

int sock_connect_unix(const char *path, int *fd)
{
    union address address;
    int r = parse_path(path, &address);
    if (r != 0)
        return r;
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0)
        return err_from_errno(errno);
    if (connect(s, &address.any, sizeof(address.local)) != 0) {
        r = errno == ECONNREFUSED ? ERR_CLOSED : err_from_errno(errno);
        (void)close(s);
        return r;
    }
    *fd = s;
    return 0;
}

int sock_pair(int fds[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0
               ? 0 : err_from_errno(errno);
}

int sock_port(int fd, uint16_t *port)
{
    union address address = { 0 };
    socklen_t len = sizeof(address);
    if (getsockname(fd, &address.any, &len) != 0)
        return err_from_errno(errno);
    *port = ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
    return 0;
}

int sock_peer_uid(int fd, uint32_t *uid)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 || peer.pid == 0)
        return ERR_UNSUPPORTED;
    *uid = peer.uid;
    return 0;
}

void sock_format_address(const struct sockaddr *address, char out[SOCK_ADDRESS_TEXT])
{
    out[0] = 0;
    if (address && address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        (void)inet_ntop(AF_INET, &v4.sin_addr, out, SOCK_ADDRESS_TEXT);
    } else if (address && address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof(v6));
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
            (void)inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], out, SOCK_ADDRESS_TEXT);
        else
            (void)inet_ntop(AF_INET6, &v6.sin6_addr, out, SOCK_ADDRESS_TEXT);
    }
}

int sock_write(int fd, struct str data, uint32_t timeout_ms)
{
    while (data.len) {
        ssize_t n = send(fd, data.ptr, data.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            int r = sock_wait(fd, POLLOUT, timeout_ms);
            if (r != 0)
                return r;
            continue;
        }
        if (n < 0)
            return err_from_errno(errno);
        data = str_from_index(data, (size_t)n);
    }
    return 0;
}

int sock_read(int fd, void *buf, size_t cap, uint32_t timeout_ms, size_t *got)
{
    int r = sock_wait(fd, POLLIN, timeout_ms);
    if (r != 0)
        return r;
    ssize_t n = recv(fd, buf, cap, 0);
    if (n < 0)
        return err_from_errno(errno);
    *got = (size_t)n;
    return 0;
}

void sock_close(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}
