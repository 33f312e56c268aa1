/* The rows gate (wall.md 6, "Rows without values"): what is about single people leaves this program
 * only after the ledger wrote down who gets it, and proved that it did. The ledger is asked over
 * query-ledger; its receipt is believed by its signature, by our own memory of the log, and by
 * SHA-256, never by its word.
 *
 * What was last seen of the log (size and root) is kept in query's room and moves on before any row
 * leaves: a log that shrank or forked since is refused. One ask is before the ledger at a time, so
 * that each receipt grows from the one before. */
#ifndef PROCESS_QUERY_GATE_H
#define PROCESS_QUERY_GATE_H

#include <stdint.h>

#include "auth/wire/grant.h"
#include "base/bytes.h"
#include "base/check.h"
#include "event/ref.h"
#include "ledger/wire/ask.h"
#include "query/wire/query_wire.h"
#include "sys/file.h"
#include "sys/link.h"

enum { QUERY_GATE_MS = 2000, QUERY_GATE_MS_MAX = 12000 };

struct query_gate;

/* keys: "log.pub" (32 bytes) and "log.origin"; without them the gate stays closed. All three are
 * borrowed. ERR_CORRUPT: what was last seen is unreadable; ERR_IO. */
int query_gate_open(struct fs *keys, struct fs *data, struct link *ledger,
                    struct query_gate **out) MUST_USE;
void query_gate_close(struct query_gate *gate);   /* NULL is fine */

/* One ask that is being answered. */
struct query_gate_ask {
    const struct query_question *question;
    const struct grant *grant;        /* it holds */
    struct ask ask;
    uint8_t hash[ASK_HASH_BYTES];
};

/* Each gives 0, or the status of the answer whose error is then in *json. */

/* The ask is canonical, of this kind and project, and bears the question's hash. */
uint32_t query_gate_read_ask(const struct query_question *question, const struct grant *grant,
                             struct query_gate_ask *out, struct bytes *json);
/* These subjects (sorted here, each counted once) are written down for the ask; *sequence: the
 * entry's number. ERR of the world and refusals alike leave no row to give out. */
uint32_t query_gate_record(struct query_gate *gate, const struct query_gate_ask *ask,
                           struct ref *refs, uint32_t count, uint64_t rows, uint64_t *sequence,
                           struct bytes *json);
/* May this principal go on receiving? */
uint32_t query_gate_check(struct query_gate *gate, const struct grant *grant,
                          const uint8_t ask_hash[ASK_HASH_BYTES], struct bytes *json);
/* The ledger's own page: 200 and its JSON, or an error. */
uint32_t query_gate_pass(struct query_gate *gate, const struct query_question *question,
                         struct bytes *json);
/* {"error":{"at":"","code","message"}} of one of the codes above; the status. */
uint32_t query_gate_refuse(struct bytes *json, uint32_t status, const char *code);

#endif
