/* Words on the control pair: a frame's type, whether a descriptor comes along, and its body. A
 * relink that is understood ends with its boot id and says the same when it is said again. */
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "sys/control.h"
#include "sys/msg.h"
#include "sys/sock.h"

enum { WAIT_MS = 1000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_said_again(const int pair[2], const struct control_event *event)
{
    struct bytes buf = { 0 };
    struct control_event again;
    check(control_send_relink(pair[0], event) == 0);
    check(control_receive(pair[1], &buf, &again) == 0);
    check(again.type == CONTROL_RELINK);
    check(str_equal(again.link, event->link) && str_equal(again.peer, event->peer));
    check(memcmp(again.boot_id, event->boot_id, sizeof(again.boot_id)) == 0);
    check((again.fd >= 0) == (event->fd >= 0));
    sock_close(again.fd);
    bytes_release(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int pair[2];
    struct bytes buf = { 0 };
    struct control_event event;
    if (size < 2 || size - 2 > MSG_INLINE_MAX)
        return 0;
    struct msg msg = { .type = data[0], .body = str_of(data + 2, size - 2),
                       .fd = data[1] & 1 ? STDERR_FILENO : -1 };
    check(sock_pair(pair) == 0);
    check(msg_send(pair[0], &msg, WAIT_MS) == 0);
    int r = control_receive(pair[1], &buf, &event);
    check(r == 0 || r == ERR_INVALID);
    if (r == 0)
        check(event.type >= CONTROL_RELINK && event.type <= CONTROL_READY);
    if (r == 0 && event.type == CONTROL_RELINK) {
        const uint8_t *peer_end = (const uint8_t *)event.peer.ptr + event.peer.len;
        check(peer_end + sizeof(event.boot_id) == buf.ptr + MSG_HEADER_BYTES + msg.body.len);
        check_said_again(pair, &event);
    }
    sock_close(event.fd);
    sock_close(pair[0]);
    sock_close(pair[1]);
    bytes_release(&buf);
    return 0;
}
