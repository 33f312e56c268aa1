/* Frames between programs, over SOCK_SEQPACKET pairs (wall.md 1). Header of 32 bytes, little
 * endian: u16 magic 0x4d41, u8 version 1, u8 type, u32 length of the body, u64 id, u64 deadline
 * (CLOCK_BOOTTIME ms, 0 = none), u32 flags (bit 0: the body lies in a memfd beside the frame),
 * u32 zero. A body over MSG_INLINE_MAX travels in a sealed memfd; the receiver checks the seals
 * before it maps. Anything malformed is ERR_INVALID: the caller closes the link. */
#ifndef SYS_MSG_H
#define SYS_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

enum {
    MSG_HEADER_BYTES = 32,
    MSG_FRAME_MAX = 60 * 1024,                       /* header and body */
    MSG_INLINE_MAX = MSG_FRAME_MAX - MSG_HEADER_BYTES,
    MSG_BODY_MAX = 64 * 1024 * 1024,                 /* in a memfd */
};

struct msg {
    uint8_t type;
    uint64_t id;          /* chosen by the asker, repeated in the answer */
    uint64_t deadline_ms; /* CLOCK_BOOTTIME; 0 = none */
    struct str body;      /* receiving: borrows from the bytes handed to msg_receive */
    int fd;               /* a passed descriptor, -1 = none; the receiver owns it */
};

/* Sends one frame; blocks while the peer's queue is full, at most timeout_ms (0 = never waits).
 * ERR_CLOSED when the peer is gone, ERR_TIMEOUT, ERR_TOO_LARGE. msg->fd is not closed. */
int msg_send(int link, const struct msg *msg, uint32_t timeout_ms) MUST_USE;
/* Receives one frame into *msg, the body into *buf (reset first). with_fd tells whether a passed
 * descriptor is acceptable here. ERR_CLOSED at end of file, ERR_TIMEOUT (timeout_ms; UINT32_MAX =
 * for ever), ERR_INVALID for anything malformed. */
int msg_receive(int link, bool with_fd, uint32_t timeout_ms, struct bytes *buf,
                struct msg *msg) MUST_USE;

#endif
