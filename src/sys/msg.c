#include "sys/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "sys/sock.h"

enum { MSG_MAGIC = 0x4d41, MSG_VERSION = 1, MSG_FLAG_MEMFD = 1,
       FD_SPACE = CMSG_SPACE(sizeof(int)) };
enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL };

static int memfd_of(struct str body, int *out)
{
    int fd = memfd_create("frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return err_from_errno(errno);
    while (body.len) {
        ssize_t n = write(fd, body.ptr, body.len);
        if (n <= 0) {
            (void)close(fd);
            return ERR_NOMEM;
        }
        body = str_from_index(body, (size_t)n);
    }
    if (fcntl(fd, F_ADD_SEALS, SEALS) != 0) {
        (void)close(fd);
        return ERR_SYSTEM;
    }
    *out = fd;
    return 0;
}

static int send_frame(int link, struct str frame, int fd, uint32_t timeout_ms)
{
    struct iovec part = { .iov_base = (void *)(uintptr_t)frame.ptr, .iov_len = frame.len };
    _Alignas(struct cmsghdr) char space[FD_SPACE] = { 0 };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
    if (fd >= 0) {
        m.msg_control = space;
        m.msg_controllen = sizeof(space);
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof(int));
    }
    for (;;) {
        if (sendmsg(link, &m, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
            return 0;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return err_from_errno(errno);
        int r = sock_wait(link, POLLOUT, timeout_ms);
        if (r != 0)
            return r;
    }
}

int msg_send(int link, const struct msg *msg, uint32_t timeout_ms)
{
    if (msg->body.len > MSG_BODY_MAX)
        return ERR_TOO_LARGE;
    bool large = msg->body.len > MSG_INLINE_MAX;
    if (large && msg->fd >= 0)
        return ERR_TOO_LARGE;
    struct bytes frame = { 0 };
    int memfd = -1, r = 0;
    bytes_put_u16(&frame, MSG_MAGIC);
    bytes_put_u8(&frame, MSG_VERSION);
    bytes_put_u8(&frame, msg->type);
    bytes_put_u32(&frame, (uint32_t)msg->body.len);
    bytes_put_u64(&frame, msg->id);
    bytes_put_u64(&frame, msg->deadline_ms);
    bytes_put_u32(&frame, large ? MSG_FLAG_MEMFD : 0);
    bytes_put_u32(&frame, 0);
    if (large)
        r = memfd_of(msg->body, &memfd);
    else
        bytes_append_str(&frame, msg->body);
    if (r == 0)
        r = send_frame(link, bytes_str(&frame), large ? memfd : msg->fd, timeout_ms);
    if (memfd >= 0)
        (void)close(memfd);
    bytes_wipe(&frame); /* keys and opened values pass here */
    return r;
}

/* The descriptor of a received message, or -1; closes any further ones. */
static int take_fd(struct msghdr *m)
{
    int fd = -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int got;
            memcpy(&got, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
            if (fd < 0)
                fd = got;
            else
                (void)close(got);
        }
    }
    return fd;
}

static int read_memfd(int fd, size_t len, struct bytes *buf)
{
    struct stat st;
    int seals = fd >= 0 ? fcntl(fd, F_GET_SEALS) : -1;
    if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) != 0 || st.st_size < 0 ||
        (size_t)st.st_size != len)
        return ERR_INVALID;
    void *map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return ERR_NOMEM;
    bytes_append(buf, map, len);
    (void)munmap(map, len);
    return 0;
}

static int parse_frame(struct bytes *buf, size_t got, int fd, bool with_fd, struct msg *msg)
{
    struct bytes_reader reader = bytes_reader_over(str_of(buf->ptr, got));
    uint16_t magic = bytes_get_u16(&reader);
    uint8_t version = bytes_get_u8(&reader);
    msg->type = bytes_get_u8(&reader);
    uint32_t len = bytes_get_u32(&reader);
    msg->id = bytes_get_u64(&reader);
    msg->deadline_ms = bytes_get_u64(&reader);
    uint32_t flags = bytes_get_u32(&reader);
    uint32_t zero = bytes_get_u32(&reader);
    if (reader.failed || magic != MSG_MAGIC || version != MSG_VERSION || zero != 0 ||
        (flags & ~(uint32_t)MSG_FLAG_MEMFD) || len > MSG_BODY_MAX)
        return ERR_INVALID;
    if (flags & MSG_FLAG_MEMFD) {
        if (len <= MSG_INLINE_MAX || got != MSG_HEADER_BYTES)
            return ERR_INVALID;
        buf->len = MSG_HEADER_BYTES;
        int r = read_memfd(fd, len, buf);
        if (r != 0)
            return r;
    } else if (got != MSG_HEADER_BYTES + (size_t)len || (fd >= 0 && !with_fd)) {
        return ERR_INVALID;
    } else {
        msg->fd = fd;
    }
    msg->body = str_of(buf->ptr + MSG_HEADER_BYTES, len);
    return 0;
}

int msg_receive(int link, bool with_fd, uint32_t timeout_ms, struct bytes *buf, struct msg *msg)
{
    *msg = (struct msg){ .fd = -1 };
    bytes_reset(buf);
    int r = timeout_ms == UINT32_MAX ? 0 : sock_wait(link, POLLIN, timeout_ms);
    if (r != 0)
        return r;
    struct iovec part = { .iov_base = bytes_grow(buf, MSG_FRAME_MAX), .iov_len = MSG_FRAME_MAX };
    _Alignas(struct cmsghdr) char space[FD_SPACE];
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = space,
                        .msg_controllen = sizeof(space) };
    ssize_t n;
    do
        n = recvmsg(link, &m, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_from_errno(errno);
    if (n == 0)
        return ERR_CLOSED;
    int fd = take_fd(&m);
    r = (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ? ERR_INVALID
                                                 : parse_frame(buf, (size_t)n, fd, with_fd, msg);
    if (fd >= 0 && (r != 0 || msg->fd != fd)) {
        (void)close(fd);
        msg->fd = -1;
    }
    return r;
}
