/* Sealed batches on their way from the wal to the vault: a follower of its own, so that reports go
 * on while the vault is away. Batches are sent in wal order, several before the first is answered;
 * after a broken link everything unanswered is sent again, which the vault does not mind.
 *
 * How far the vault has come is a position like the store's, kept in query's own room: older wal
 * files may go. It is written every two seconds or 256 batches; what was answered since is sent
 * again after a start. */
#ifndef PROCESS_QUERY_INTAKE_H
#define PROCESS_QUERY_INTAKE_H

#include <stdint.h>

#include "event/sink.h"
#include "sys/file.h"
#include "sys/watch.h"

struct query_intake;

#define QUERY_INTAKE_FILE "vault-position.json"

struct query_intake_config {
    struct fs *wal;
    struct watch *watch;   /* over the wal folder; nobody else waits on it */
    struct fs *data;       /* holds QUERY_INTAKE_FILE */
    void (*failed)(void *ctx, int r);  /* the wal cannot be read or the file not be written; the
                                          thread has ended */
    void *ctx;
};

struct query_intake *query_intake_start(const struct query_intake_config *config);
/* Ends the thread and writes the position a last time. NULL is fine. */
void query_intake_stop(struct query_intake *intake);
/* The asking end of query-vault, made anew; taken over. */
void query_intake_attach(struct query_intake *intake, int fd);
/* The vault has everything before, and it stands in the file that it does. */
struct wal_position query_intake_position(const struct query_intake *intake);
/* Values of the project that the vault has taken. */
uint64_t query_intake_sealed(const struct query_intake *intake, uint64_t project);

#endif
