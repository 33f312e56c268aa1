/* Frames as a lying peer sends them, through a real socket pair: the first byte says what travels
 * beside the frame (a descriptor, sealed or not, as long as the frame says or not) and whether one
 * is welcome; the rest is the frame. There is one way to write a frame: what is taken in is sent on
 * byte for byte and arrives alike; what is refused leaves no descriptor behind. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "sys/msg.h"
#include "sys/sock.h"

enum { WITH_FD = 1, FD_WELCOME = 2, SEALED = 4, FITTING = 8, TWO_FDS = 16,
       LENGTH_AT = 4, FD_BYTES_MAX = 1 << 20, WAIT_MS = 1000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The lowest descriptor that is free: grows when one leaks. */
static int lowest_free(void)
{
    int fd = dup(STDERR_FILENO);
    check(fd >= 0);
    (void)close(fd);
    return fd;
}

static int make_memfd(uint8_t how, struct str frame)
{
    uint32_t len = 8;
    int fd = memfd_create("frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    check(fd >= 0);
    if ((how & FITTING) && frame.len >= MSG_HEADER_BYTES)
        memcpy(&len, frame.ptr + LENGTH_AT, sizeof(len));
    check(ftruncate(fd, len > FD_BYTES_MAX ? FD_BYTES_MAX : len) == 0);
    if (how & SEALED)
        check(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0);
    return fd;
}

static void send_raw(int link, struct str frame, const int *fds, size_t fd_count)
{
    struct iovec part = { (void *)(uintptr_t)frame.ptr, frame.len };
    _Alignas(struct cmsghdr) char space[CMSG_SPACE(2 * sizeof(int))] = { 0 };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
    if (fd_count > 0) {
        m.msg_control = space;
        m.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
        memcpy(CMSG_DATA(c), fds, fd_count * sizeof(int));
    }
    check(sendmsg(link, &m, MSG_NOSIGNAL) == (ssize_t)frame.len);
}

static void check_sent_on(const int pair[2], const struct msg *msg, struct str frame)
{
    static uint8_t raw[MSG_FRAME_MAX];
    struct bytes buf = { 0 };
    struct msg again;
    check(msg_send(pair[0], msg, WAIT_MS) == 0);
    ssize_t len = recv(pair[1], raw, sizeof(raw), MSG_PEEK);
    check(len >= 0 && str_equal(str_of(raw, (size_t)len), frame));
    check(msg_receive(pair[1], true, WAIT_MS, &buf, &again) == 0);
    check(again.type == msg->type && again.id == msg->id);
    check(again.deadline_ms == msg->deadline_ms && str_equal(again.body, msg->body));
    check((again.fd >= 0) == (msg->fd >= 0));
    if (again.fd >= 0)
        (void)close(again.fd);
    bytes_release(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int pair[2], fds[2] = { -1, -1 };
    struct bytes buf = { 0 };
    struct msg msg;
    if (size < 2 || size > MSG_FRAME_MAX + 64)
        return 0;
    uint8_t how = data[0];
    struct str frame = str_of(data + 1, size - 1);
    int before = lowest_free();
    check(sock_pair(pair) == 0);
    size_t fd_count = (how & WITH_FD) ? (how & TWO_FDS) ? 2 : 1 : 0;
    for (size_t i = 0; i < fd_count; i++)
        fds[i] = make_memfd(how, frame);
    send_raw(pair[0], frame, fds, fd_count);
    int r = msg_receive(pair[1], how & FD_WELCOME, WAIT_MS, &buf, &msg);
    check(r == 0 || r == ERR_INVALID);
    check(r == 0 || msg.fd == -1);
    check(msg.fd == -1 || ((how & FD_WELCOME) && (how & WITH_FD)));
    if (r == 0) {
        check_sent_on(pair, &msg, frame);
        if (msg.fd >= 0)
            (void)close(msg.fd);
    }
    for (size_t i = 0; i < fd_count; i++)
        (void)close(fds[i]);
    sock_close(pair[0]);
    sock_close(pair[1]);
    check(lowest_free() == before);
    bytes_release(&buf);
    return 0;
}
