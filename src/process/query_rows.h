/* What is about single people, behind the gate: the list of people, one person's timeline, the raw
 * export, and what a lookup found by pseudonym. Each computes its answer, has the ledger write down
 * whom it shows, and only then gives it out. */
#ifndef PROCESS_QUERY_ROWS_H
#define PROCESS_QUERY_ROWS_H

#include <stdatomic.h>

#include "auth/wire/grant.h"
#include "json/doc.h"
#include "process/query_gate.h"
#include "process/query_pseudonym.h"
#include "process/query_rate.h"
#include "process/query_shown.h"
#include "query/wire/query_wire.h"
#include "store/store.h"

struct query_exports;

struct query_rows {
    struct query_gate *gate;
    struct query_pseudonyms pseudonyms;
    struct query_exports *exports;
    struct query_rate small;      /* of QUERY_RESOLVE */
};

/* The gate is borrowed. The errors of query_pseudonyms_open. */
int query_rows_open(struct fs *data, struct query_gate *gate, struct query_rows *out) MUST_USE;
void query_rows_close(struct query_rows *rows);
/* About once a second: ends exports that nobody fetches any more. */
void query_rows_tick(struct query_rows *rows);

/* One question while it is answered. */
struct query_rows_turn {
    struct query_rows *rows;
    const struct query_question *question;
    const struct grant *grant;            /* it holds */
    struct store *store;                  /* NULL: the project has sent nothing yet */
    struct fs *zones;
    const struct json_node *settings;
    const struct json_node *parameters;   /* an object; NULL for QUERY_LEDGER */
    const _Atomic bool *cancelled;
    struct arena *arena;
    struct query_shown shown;
    struct query_gate_ask ask;            /* where there is one */
    struct bytes *json;
};

/* The answer's status; 0 = nobody waits for it. */
uint32_t query_rows_answer(struct query_rows_turn *turn);
/* {"error":…} of what the asker wrote wrong. */
uint32_t query_rows_refuse(struct query_rows_turn *turn, const char *at, const char *code,
                           const char *message);
/* Of the engine's trouble. */
uint32_t query_rows_trouble(struct query_rows_turn *turn, int r);
/* A selector from text, of which personal properties are only asked whether they are there;
 * only_people: it asks of nothing but the person. 0, or the status. */
struct selector;
uint32_t query_rows_selector(struct query_rows_turn *turn, struct str text, bool only_people,
                             const struct selector **out);

#endif
