/* The one list of failures of the world. Functions return 0 or one of these, negative.
 * The first function that knows the details writes the log line; others pass the code on. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
    ERR_IO = -1,          /* a read, write, sync or rename failed; state on disk is unknown */
    ERR_FULL = -2,        /* no space on the disk; nothing was acknowledged */
    ERR_NOT_FOUND = -3,   /* the named file, key or row does not exist */
    ERR_EXISTS = -4,      /* it exists already */
    ERR_CORRUPT = -5,     /* stored bytes do not have the form or checksum they must have */
    ERR_INVALID = -6,     /* foreign bytes do not have the form they must have */
    ERR_TOO_LARGE = -7,   /* over a bound of event/limits.h or of a message table */
    ERR_NOMEM = -8,       /* no memory for something that an outsider sized */
    ERR_CLOSED = -9,      /* the peer is gone: closed until it is back */
    ERR_TIMEOUT = -10,    /* the deadline passed */
    ERR_DENIED = -11,     /* not permitted to us (file modes, sockets) */
    ERR_BUSY = -12,       /* held by another process, or too much in flight */
    ERR_CANCELLED = -13,  /* the asker went away */
    ERR_UNSUPPORTED = -14,/* a version or form that this build does not know */
    ERR_CRYPTO = -15,     /* a seal or signature does not open or verify */
    ERR_SYSTEM = -16,     /* a system call failed that should not */
};

/* A short English text for a code; "ok" for 0. Never NULL. */
const char *err_text(int code);

/* The code for an errno value; ERR_SYSTEM when none fits better. */
int err_from_errno(int number);

#endif
