/* The programs' rooms and keys on disk: who owns which folder of the data directory and of the
 * keys, which key lies where. init makes them, doctor checks them, and serve completes a directory
 * that an earlier version made. */
#ifndef CLI_ROOMS_H
#define CLI_ROOMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/str.h"
#include "cli/house.h"
#include "sys/file.h"

/* Numbers make uids (uid_base + number): they never change. */
enum rooms_number {
    ROOMS_INGEST = 1, ROOMS_WEB, ROOMS_QUERY, ROOMS_AUTH, ROOMS_VAULT, ROOMS_LEDGER,
};

enum { ROOMS_COUNT = 6, ROOMS_ORIGIN_MAX = 256 };

/* Where the logs' public files lie: the ledger writes, web reads. */
#define ROOMS_LOG "log/public"

struct room {
    const char *name;       /* of the folder, and of the program: "amana-ingest" */
    enum rooms_number number;
    bool has_data;          /* a folder of the data directory; all have one of the keys */
};

extern const struct room rooms[ROOMS_COUNT];

/* A key as it must be there; size 0: any length. */
struct rooms_key {
    enum rooms_number room;
    const char *name;
    uint64_t size;
};
enum { ROOMS_KEYS = 18 };
extern const struct rooms_key rooms_keys[ROOMS_KEYS];

const char *rooms_name(enum rooms_number number);
/* All folders; what is there already stays. */
int rooms_make(struct fs *data, struct fs *keys) MUST_USE;
/* As root every room gets its holder's uid; as anybody else all is ours. Shared folders: the wal is
 * ingest's to write and query's to read, the logs the ledger's and web's. */
int rooms_hand_over(const struct house *house) MUST_USE;
/* Writes one key file, mode 0400. */
int rooms_put_key(struct fs *keys, enum rooms_number room, const char *name,
                  struct str key) MUST_USE;
/* "<host>/amana/1": the origin of the first tenant's log. */
void rooms_origin(const char *host, char out[ROOMS_ORIGIN_MAX]);
/* A directory of before the ledger: makes its rooms and gives out the log's public key. Says so
 * once in the log; does nothing when all is there. */
int rooms_complete(const struct house *house) MUST_USE;

#endif
