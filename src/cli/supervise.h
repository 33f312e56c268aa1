/* The supervisor's heart: starts the programs, makes the links between them anew whenever one
 * restarts, drains them for a planned restart and at the end. It reads no byte from outside: only
 * signals, exit statuses and its own control pairs (wall.md 1). */
#ifndef CLI_SUPERVISE_H
#define CLI_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "sys/spawn.h"

enum { SUPERVISE_PROGRAMS_MAX = 8, SUPERVISE_LINKS_MAX = 16 };

/* A program as serve.c lists it. */
struct supervise_program {
    const char *name;        /* "ingest": the binary is amana-ingest */
    int number;              /* its uid is uid_base + number */
    int rank;                /* at the end, lower ranks have drained before higher ones are asked */
    bool has_data;           /* a room of its own in the data directory */
    bool has_wal;            /* the wal folder */
    int listen_fd;           /* handed as "listen" and "socket"; -1 = it listens to nobody */
    int socket_fd;
    struct spawn_fd extra_fd;       /* one more descriptor; name NULL = none */
    struct spawn_number extra_number;
    bool makes_grants;       /* its boot id is told to those who check grants */
    bool checks_grants;
};

/* Who may ask whom (wall.md 1); indices into programs. */
struct supervise_link {
    const char *name;
    uint32_t asker;
    uint32_t answerer;
};

struct supervise_config {
    const char *directory;   /* of the programs; NULL: beside this one */
    const struct supervise_program *programs;  /* in the order of their start */
    uint32_t program_count;
    const struct supervise_link *links;
    uint32_t link_count;
    int data_fd;
    int keys_fd;
    int uid_base;            /* -1: all programs share our uid */
    int owner_uid;           /* init's uid: may do everything over the unix sockets */
    bool is_strict;          /* programs with a layer missing end instead */
    void (*ready)(void *ctx);/* called once, when all programs serve */
    void *ctx;
};

/* Runs until SIGTERM or SIGINT; SIGHUP restarts all programs one after another, drained. Returns
 * the exit status for main. */
int supervise_run(const struct supervise_config *config);

#endif
