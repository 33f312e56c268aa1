#include "sys/control.h"

#include <string.h>

#include "base/err.h"
#include "sys/msg.h"

enum { SEND_MS = 2000 };

enum { IS_CONFINED = 1, HAS_OWN_UID = 2, HAS_NO_NETWORK = 4, LOCKS_KEYS = 8, BITS = 15 };

static void put_layers(struct bytes *body, const struct sandbox_layers *layers)
{
    unsigned bits = (layers->is_confined ? IS_CONFINED : 0) |
                    (layers->has_own_uid ? HAS_OWN_UID : 0) |
                    (layers->has_no_network ? HAS_NO_NETWORK : 0) |
                    (layers->locks_keys ? LOCKS_KEYS : 0);
    bytes_put_u8(body, (uint8_t)bits);
    bytes_put_u8(body, layers->landlock_abi);
    bytes_put_u16(body, layers->seccomp_calls);
}

static int get_layers(struct str body, struct sandbox_layers *layers)
{
    struct bytes_reader reader = bytes_reader_over(body);
    uint8_t bits = bytes_get_u8(&reader);
    layers->landlock_abi = bytes_get_u8(&reader);
    layers->seccomp_calls = bytes_get_u16(&reader);
    layers->is_confined = bits & IS_CONFINED;
    layers->has_own_uid = bits & HAS_OWN_UID;
    layers->has_no_network = bits & HAS_NO_NETWORK;
    layers->locks_keys = bits & LOCKS_KEYS;
    return bytes_reader_is_done(&reader) && bits <= BITS ? 0 : ERR_INVALID;
}

int control_receive(int control, struct bytes *buf, struct control_event *event)
{
    struct msg msg;
    *event = (struct control_event){ .fd = -1 };
    int r = msg_receive(control, true, UINT32_MAX, buf, &msg);
    if (r != 0)
        return r;
    event->type = (enum control_type)msg.type;
    event->fd = msg.fd;
    if (msg.type == CONTROL_READY)
        return get_layers(msg.body, &event->layers);
    if (msg.type != CONTROL_RELINK && msg.type != CONTROL_BROKEN)
        return msg.type == CONTROL_DRAIN ? 0 : ERR_INVALID;
    struct bytes_reader reader = bytes_reader_over(msg.body);
    event->link = bytes_get_str(&reader);
    if (msg.type == CONTROL_BROKEN)
        return bytes_reader_is_done(&reader) ? 0 : ERR_INVALID;
    event->peer = bytes_get_str(&reader);
    struct str boot_id = bytes_get_raw(&reader, sizeof(event->boot_id));
    if (!bytes_reader_is_done(&reader))
        return ERR_INVALID;
    memcpy(event->boot_id, boot_id.ptr, sizeof(event->boot_id));
    return 0;
}

int control_send_ready(int control)
{
    struct sandbox_layers layers = sandbox_layers();
    struct bytes body = { 0 };
    put_layers(&body, &layers);
    struct msg msg = { .type = CONTROL_READY, .body = bytes_str(&body), .fd = -1 };
    int r = msg_send(control, &msg, SEND_MS);
    bytes_release(&body);
    return r;
}

int control_send_broken(int control, struct str link)
{
    struct bytes body = { 0 };
    bytes_put_str(&body, link);
    struct msg msg = { .type = CONTROL_BROKEN, .body = bytes_str(&body), .fd = -1 };
    int r = msg_send(control, &msg, SEND_MS);
    bytes_release(&body);
    return r;
}

int control_send_drain(int control)
{
    struct msg msg = { .type = CONTROL_DRAIN, .fd = -1 };
    return msg_send(control, &msg, SEND_MS);
}

int control_send_relink(int control, const struct control_event *event)
{
    struct bytes body = { 0 };
    bytes_put_str(&body, event->link);
    bytes_put_str(&body, event->peer);
    bytes_append(&body, event->boot_id, sizeof(event->boot_id));
    struct msg msg = { .type = CONTROL_RELINK, .body = bytes_str(&body), .fd = event->fd };
    int r = msg_send(control, &msg, SEND_MS);
    bytes_release(&body);
    return r;
}
