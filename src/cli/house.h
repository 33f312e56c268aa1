/* The data directory as the commands see it: where things lie, and what amana.json says. */
#ifndef CLI_HOUSE_H
#define CLI_HOUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"

enum { HOUSE_PATH_MAX = 1024 };

struct house {
    char data[HOUSE_PATH_MAX];  /* the data directory */
    char keys[HOUSE_PATH_MAX];  /* the keys directory: --keys, else what init noted */
    int data_fd;
    int keys_fd;
    int uid_base;               /* -1: all programs share one uid */
    int owner_uid;              /* who may do everything over the unix sockets */
    char host[128];             /* the name browsers know us by, as init was told; passkeys and
                                   the logs' origins are bound to it */
    char ingest[64];            /* addresses of the last serve, defaults at first */
    char console[64];
};

/* Opens a directory that init made; prints a sentence and returns ERR_* when it cannot. The
 * keys directory is opened only when with_keys. */
int house_open(struct house *house, const char *data, const char *keys, bool with_keys) MUST_USE;
void house_close(struct house *house);
/* A descriptor of one program's room in the data directory; the caller closes it. */
int house_open_room(const struct house *house, const char *room, int *fd) MUST_USE;
/* Writes amana.json anew. */
int house_save(const struct house *house) MUST_USE;
/* "unix:DIR/run/NAME.sock", the address for client_open. */
void house_socket(const struct house *house, const char *name, char out[HOUSE_PATH_MAX]);

#endif
