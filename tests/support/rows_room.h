/* A query room with the gate, a stand-in ledger behind it, and people of whom every class of
 * property is known. */
#ifndef TESTS_SUPPORT_ROWS_ROOM_H
#define TESTS_SUPPORT_ROWS_ROOM_H

#include "json/doc.h"
#include "ledger/wire/ask.h"
#include "support/ledger_stand.h"
#include "support/query_room.h"

enum { ROWS_PROJECT = 7, ROWS_PRINCIPAL = 12 };
#define ROWS_RIGHTS (RIGHT_AGGREGATE | RIGHT_ROWS)
#define ROWS_T0 INT64_C(1762171200000)   /* 2025-11-03T12:00:00Z */

struct rows_room {
    struct query_room query;
    struct link *link;
    struct ledger_stand ledger;
    struct temp keys;
    struct fs *keys_fs;
    struct query_gate *gate;
    struct query_rows rows;
};

void rows_room_open(struct rows_room *room);
void rows_room_close(struct rows_room *room);
/* Gate and handles anew, over the same files. */
void rows_room_restart(struct rows_room *room);

/* How the next question is asked; ask and grant are made to fit unless told otherwise. */
struct rows_asking {
    enum query_what what;
    const char *question;
    struct ask ask;             /* project 0: made to fit */
    struct grant grant;         /* project 0: made to fit */
    const struct ref *refs;
    uint32_t ref_count;
    const char *settings;
};
struct rows_asked {
    uint32_t status;
    struct bytes json;
    struct json_doc *doc;       /* NULL when it is none */
};
/* The defaults of that question. */
struct rows_asking rows_room_asking(const struct rows_room *room, enum query_what what,
                                    const char *question);
struct rows_asked rows_room_ask(struct rows_room *room, const struct rows_asking *asking);
struct rows_asked rows_room_get(struct rows_room *room, enum query_what what,
                                const char *question);
void rows_room_end(struct rows_asked *asked);
struct str rows_room_code(const struct rows_asked *asked);   /* of the error, else "" */

/* An event of person number p (0 = nobody), linked to device d unless 0. */
void rows_room_event(struct rows_room *room, const char *name, uint32_t person, uint32_t device,
                     int64_t time_ms);

#endif
