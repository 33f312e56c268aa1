#include "base/err.h"

#include <errno.h>

const char *err_text(int code)
{
    switch (code) {
    case 0: return "ok";
    case ERR_IO: return "input or output error";
    case ERR_FULL: return "no space left";
    case ERR_NOT_FOUND: return "not found";
    case ERR_EXISTS: return "exists already";
    case ERR_CORRUPT: return "stored bytes are damaged";
    case ERR_INVALID: return "malformed input";
    case ERR_TOO_LARGE: return "too large";
    case ERR_NOMEM: return "out of memory";
    case ERR_CLOSED: return "closed";
    case ERR_TIMEOUT: return "timed out";
    case ERR_DENIED: return "permission denied";
    case ERR_BUSY: return "busy";
    case ERR_CANCELLED: return "cancelled";
    case ERR_UNSUPPORTED: return "unsupported";
    case ERR_CRYPTO: return "seal or signature does not verify";
    case ERR_SYSTEM: return "system call failed";
    default: return "unknown error";
    }
}

int err_from_errno(int number)
{
    switch (number) {
    case 0: return 0;
    case EIO: return ERR_IO;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return ERR_FULL;
    case ENOENT:
    case ENOTDIR: return ERR_NOT_FOUND;
    case EEXIST: return ERR_EXISTS;
    case ENOMEM: return ERR_NOMEM;
    case EPIPE:
    case ECONNRESET:
    case ENOTCONN: return ERR_CLOSED;
    case ETIMEDOUT: return ERR_TIMEOUT;
    case EACCES:
    case EPERM:
    case EROFS: return ERR_DENIED;
    case EBUSY:
    case EAGAIN: return ERR_BUSY;
    case EMSGSIZE: return ERR_TOO_LARGE;
    default: return ERR_SYSTEM;
    }
}
