/* A stand-in for the ledger at the far end of query-ledger: it keeps a log in memory, and writes
 * down, refuses, or lies as it is told. */
#ifndef TESTS_SUPPORT_LEDGER_STAND_H
#define TESTS_SUPPORT_LEDGER_STAND_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

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
};

enum { LEDGER_STAND_LEAVES = 4096, LEDGER_STAND_REFS = 4096 };

struct ledger_stand {
    uint8_t secret[64], public_key[32];
    _Atomic int lie;
    _Atomic bool is_frozen;              /* CHECK is refused */
    _Atomic uint32_t records, checks;
    /* Of the last RECORD. */
    struct ref refs[LEDGER_STAND_REFS];
    uint32_t ref_count;
    uint32_t rows;
    uint64_t seen_size;
    /* ---- private ---- */
    uint8_t leaves[LEDGER_STAND_LEAVES][32];
    uint32_t count;
    int fd;
    pthread_t thread;
};

/* Attaches itself to the link. */
void ledger_stand_start(struct ledger_stand *stand, struct link *link);
void ledger_stand_stop(struct ledger_stand *stand);
/* A new program at the far end, with the same log. */
void ledger_stand_relink(struct ledger_stand *stand, struct link *link);

#endif
