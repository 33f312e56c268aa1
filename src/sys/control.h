/* The control pair between the supervisor and a child (wall.md 1, Relinking).
 *
 * supervisor → child:  RELINK {str link, str peer, u8 boot id[16]} with one descriptor: the link of
 *                      that name is made anew. The boot id is the peer's, new at each start.
 *                      DRAIN: stop accepting, finish what is in flight, exit with 0.
 * child → supervisor:  READY {u8 bits, u8 landlock, u16 seccomp}: it serves, confined by these
 *                      layers (sys/sandbox.h). The ready line waits for all.
 *                      BROKEN {str link}: whoever answers there said what is no answer. The child
 *                      dropped the link; the supervisor ends that program and starts it again.
 * End of file on control: the supervisor is gone; the child ends at once. */
#ifndef SYS_CONTROL_H
#define SYS_CONTROL_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "sys/sandbox.h"

enum control_type {
    CONTROL_RELINK = 1,
    CONTROL_DRAIN = 2,
    CONTROL_READY = 3,
    CONTROL_BROKEN = 4,
};

struct control_event {
    enum control_type type;
    struct str link;       /* "web-auth", "web-query", "query-vault", "auth-ingest" */
    struct str peer;       /* "auth" */
    uint8_t boot_id[16];
    int fd;                /* the receiver owns it; -1 = none */
    struct sandbox_layers layers; /* of READY */
};

/* Blocks for the next word of the supervisor. ERR_CLOSED: end. Strings borrow from *buf. */
int control_receive(int control, struct bytes *buf, struct control_event *event) MUST_USE;
/* With the layers that hold for this process. */
int control_send_ready(int control) MUST_USE;
int control_send_broken(int control, struct str link) MUST_USE;
/* The supervisor's side. */
int control_send_relink(int control, const struct control_event *event) MUST_USE;
int control_send_drain(int control) MUST_USE;

#endif
