#include "sys/control.h"

#include <string.h>

#include "base/err.h"
#include "sys/msg.h"

enum { SEND_MS = 2000 };

int control_receive(int control, struct bytes *buf, struct control_event *event)
{
    struct msg msg;
    *event = (struct control_event){ .fd = -1 };
    int r = msg_receive(control, true, UINT32_MAX, buf, &msg);
    if (r != 0)
        return r;
    event->type = (enum control_type)msg.type;
    event->fd = msg.fd;
    if (msg.type != CONTROL_RELINK)
        return msg.type == CONTROL_DRAIN || msg.type == CONTROL_READY ? 0 : ERR_INVALID;
    struct bytes_reader reader = bytes_reader_over(msg.body);
    event->link = bytes_get_str(&reader);
    event->peer = bytes_get_str(&reader);
    struct str boot_id = bytes_get_raw(&reader, sizeof(event->boot_id));
    if (!bytes_reader_is_done(&reader))
        return ERR_INVALID;
    memcpy(event->boot_id, boot_id.ptr, sizeof(event->boot_id));
    return 0;
}

static int send_plain(int control, enum control_type type)
{
    struct msg msg = { .type = (uint8_t)type, .fd = -1 };
    return msg_send(control, &msg, SEND_MS);
}

int control_send_ready(int control)
{
    return send_plain(control, CONTROL_READY);
}

int control_send_drain(int control)
{
    return send_plain(control, CONTROL_DRAIN);
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
