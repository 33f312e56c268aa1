/* One entry's proof as a text file (c2sp.org/tlog-proof@v1): "index", the audit path, an empty
 * line, the signed checkpoint. With the entry's bytes and the log's key it is checked offline.
 * Pure. */
#ifndef LEDGER_TLOG_PROOF_H
#define LEDGER_TLOG_PROOF_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "ledger/proof.h"

enum { TLOG_PROOF_BYTES_MAX = 16384 };

struct tlog_proof {
    uint64_t index;
    struct proof path;
    struct str checkpoint;      /* the signed note */
};

void tlog_proof_format(const struct tlog_proof *proof, struct bytes *out);
/* ERR_INVALID. An "extra" line is passed over. The checkpoint borrows from text, unopened. */
int tlog_proof_parse(struct str text, struct tlog_proof *out) MUST_USE;

#endif
