/* The supervisor's heart: starts the programs, makes the links between them anew whenever one
 * restarts, drains them for a planned restart and at the end. It reads no byte from outside: only
 * signals, exit statuses and its own control pairs (wall.md 1). */
#ifndef CLI_SUPERVISE_H
#define CLI_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct supervise_config {
    const char *data;        /* the data directory */
    const char *keys;        /* the keys directory */
    const char *programs;    /* the directory of the programs; NULL: beside this one */
    int data_fd;
    int keys_fd;
    int ingest_fd;           /* listening sockets, open for the supervisor's whole life */
    int console_fd;
    int ingest_socket_fd;    /* unix */
    int console_socket_fd;
    int uid_base;            /* -1: all programs share our uid */
    int owner_uid;           /* init's uid: may do everything over the unix sockets */
    void (*ready)(void *ctx);/* called once, when all programs serve */
    void *ctx;
};

/* Runs until SIGTERM or SIGINT; SIGHUP restarts all programs one after another, drained. Returns
 * the exit status for main. */
int supervise_run(const struct supervise_config *config);

#endif
