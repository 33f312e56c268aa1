/* The one table of what amana-web answers: who may ask, what the answer may show, which rights it
 * takes, whether it must be signed, and who answers. What does not stand in it is not answered;
 * what stands in it is what is asked of auth. tests/system/gate walks it. */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "api/call.h"

/* The most that an answer may hold. */
enum route_shows {
    ROUTE_NOTHING,      /* about the data: health, and how it went */
    ROUTE_FILES,        /* the console's own files, which are the same everywhere */
    ROUTE_PUBLIC_LOG,   /* checkpoints and tiles: numbers and hashes, for any auditor */
    ROUTE_SETTINGS,     /* members, keys, logins, projects */
    ROUTE_AGGREGATES,   /* counts, folded without the right `unfolded` */
    ROUTE_LEDGER,       /* who asked for what; no person's ref or value */
    ROUTE_ROWS,         /* about single people, by pseudonym */
    ROUTE_VALUES,       /* sealed values in clear */
};

enum route_thread {
    ROUTE_INLINE,       /* the one that reads requests: waits for nobody */
    ROUTE_ASKER,        /* asks one other program, which answers at once */
    ROUTE_REPORTER,     /* may take long */
    ROUTE_POLLER,       /* sleeps until there is news */
    ROUTE_SHOWER,       /* people: the ledger's disk is waited for */
    ROUTE_EXPORTER,     /* streams */
};

struct route {
    const char *method;
    const char *path;         /* a part "*" stands for any one, an ending "**" for several */
    unsigned who;             /* asker_kind, together; 0: nobody in particular */
    enum route_shows shows;
    uint64_t rights;          /* grant_right, all of them; 0: any, or auth or the ledger decide */
    bool needs_proof;         /* with a cookie: the browser's signature; auth checks it */
    enum route_thread thread;
    void (*answer)(struct call *call);
    enum auth_call auth_call; /* of access_call; else 0 */
};

/* The route of a method (HEAD goes as GET) and path, one "/" at the end of an address of the API
 * aside; NULL when there is none. *is_path tells that the path has one for some method. */
const struct route *route_find(struct str method, struct str path, bool *is_path);
uint32_t route_count(void);
const struct route *route_at(uint32_t i);
/* The table as a JSON array, appended: what `amana-web --routes` prints. */
void route_list(struct bytes *json);

#endif
