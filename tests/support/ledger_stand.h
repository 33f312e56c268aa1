/* A stand-in for the ledger at the far end of query-ledger or vault-ledger: it keeps a log in memory,
 * and writes down, refuses, or lies as it is told. */
#ifndef TESTS_SUPPORT_LEDGER_STAND_H
#define TESTS_SUPPORT_LEDGER_STAND_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/str.h"
#include "event/ref.h"
#include "sys/link.h"

#define LEDGER_STAND_ORIGIN "localhost/amana/1"

enum ledger_lie {
    LEDGER_HONEST = 0,
    LEDGER_REFUSES,        /* budget, 7 left, entry 41 */
    LEDGER_SILENT,         /* no answer */
    LEDGER_OTHER_ASK,      /* a whole receipt, of another ask */
    LEDGER_OTHER_PERSONS,  /* for fewer people */
    LEDGER_OTHER_KEY,      /* signed by somebody else */
    LEDGER_FORK,           /* a log that begins anew */
    LEDGER_SAYS_REFUSED,   /* an entry of a refusal as a receipt */
    LEDGER_OTHER_SEQUENCE, /* the frame names another entry than the receipt */
    LEDGER_GARBAGE,
    LEDGER_OTHER_LEAF,     /* the path of another entry */
    LEDGER_NO_ENTRY,       /* nothing is written: a place that the log does not have */
    LEDGER_OLDER,          /* an honest log as it was some entries ago */
    LEDGER_OLD_ENTRY,      /* the first entry ever, again */
    LEDGER_OTHER_KIND,     /* a lookup's entry for a reveal, or the reverse */
    LEDGER_OTHER_PRINCIPAL,
    LEDGER_FEWER_SHARES,   /* one share too few */
    LEDGER_FEWER_SUBJECTS,
    LEDGER_OTHER_TYPE,     /* an answer to another request */
    LEDGER_LIES_END,
    /* Not about the log: what is opened with them does not open. */
    LEDGER_OTHER_SHARES = LEDGER_LIES_END,
    LEDGER_ERASED,         /* the first subject is gone */
};

/* The share for one field of one subject in an epoch. */
typedef void (*ledger_stand_share_fn)(void *ctx, const struct ref *subject, struct str property,
                                      const uint8_t epoch[32], uint8_t out[32]);

enum { LEDGER_STAND_LEAVES = 4096, LEDGER_STAND_REFS = 4096 };

struct ledger_stand {
    uint8_t secret[64], public_key[32];
    _Atomic int lie;
    _Atomic bool is_frozen;              /* CHECK is refused */
    _Atomic uint32_t records, checks;
    /* For RELEASE; NULL: there is none on this link. */
    ledger_stand_share_fn share;
    void *share_ctx;
    uint32_t triple_count;               /* of the last RELEASE */
    bool was_miss;
    /* Of the last RECORD or RELEASE. */
    struct ref refs[LEDGER_STAND_REFS];
    uint32_t ref_count;
    uint32_t rows;
    uint64_t seen_size;
    /* ---- private ---- */
    uint8_t leaves[LEDGER_STAND_LEAVES][32];
    uint32_t count;
    uint8_t first_entry[112];
    struct bytes received, answer;       /* of the thread, which is not there in a fork */
    int fd;
    pthread_t thread;
};

/* The other end of its link, for whoever asks over it. */
int ledger_stand_open(struct ledger_stand *stand);
/* Attaches itself to the link. */
void ledger_stand_start(struct ledger_stand *stand, struct link *link);
void ledger_stand_stop(struct ledger_stand *stand);
/* A new program at the far end, with the same log; after a stop, and the other end of its link. */
int ledger_stand_reopen(struct ledger_stand *stand);
/* Both, and it attaches itself. */
void ledger_stand_relink(struct ledger_stand *stand, struct link *link);

#endif
