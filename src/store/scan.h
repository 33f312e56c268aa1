/* The block scan: all that an engine sees of the store (reference: store.md 10).
 *
 * A scan answers wants. A want names a set of events, a time range, a filter and up to five
 * payloads. scan_next yields, for one block of at most 4,096 person codes, the rows of every want:
 * merged over all parts and the memtable, duplicates gone, filtered, moved persons under their
 * present code, each person's rows ordered by (time, event name). What lies below - parts,
 * encodings, overlays - may change; this may only be extended.
 *
 * Person code 0 is nobody: rows without a distinct id. They count in totals, never in uniques.
 * They may be most of a project, so they come in blocks of their own, each a slice of time.
 * Codes are dense, 1 to scan_person_count - 1, and name a person after all identity links.
 *
 * Threads: each calls scan_next with its own number; blocks are handed out by an atomic counter.
 * What a block points to is valid until that thread's next call. */
#ifndef STORE_SCAN_H
#define STORE_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"
#include "event/event.h"
#include "event/value.h"

enum {
    SCAN_BLOCK_PERSONS = 4096,
    SCAN_PAYLOADS_MAX = 5,   /* four breakdowns and a number */
    SCAN_FILTER_SOURCES_MAX = 32,
    SCAN_WANTS_MAX = 128,
};

struct scan;
struct store;

enum scan_of { SCAN_OF_EVENT = 0, SCAN_OF_PERSON, SCAN_OF_GROUP, SCAN_OF_TIME, SCAN_OF_NAME };

/* Where a value comes from. A name that the store never saw is legal: always absent.
 * SCAN_OF_PERSON: the person's profile as of now. SCAN_OF_GROUP: the profile of the group named by
 * the event's property group_key (lists: the first element). SCAN_OF_TIME: seconds with fraction.
 * SCAN_OF_NAME: the event's name as a string. */
struct scan_source {
    enum scan_of of;
    struct str property;
    struct str group_key;
};

/* Decides on one row: values[i] belongs to filter->sources[i]; NULL = absent (undefined). Must be
 * pure and safe from several threads. */
typedef bool (*scan_keep_fn)(const void *ctx, const struct value *const *values);

struct scan_filter {
    const struct scan_source *sources;
    uint32_t source_count;
    scan_keep_fn keep;
    const void *ctx;
};

enum scan_payload {
    SCAN_CODE = 0, /* u32 code of the value, valid in this scan: scan_value; 0 = absent (null is
                      a value) */
    SCAN_NUMBER,   /* f64; NaN when absent or not a number */
    SCAN_LIST,     /* codes of the elements (one for a scalar, none when absent or empty) */
};

struct scan_pay_want {
    enum scan_payload kind;
    struct scan_source source;
};

struct scan_want {
    const struct str *events;     /* names; event_count 0 = any event */
    uint32_t event_count;
    int64_t from_ms;              /* inclusive */
    int64_t to_ms;                /* exclusive */
    const struct scan_filter *filter;  /* NULL = all */
    struct scan_pay_want pay[SCAN_PAYLOADS_MAX];
    uint32_t pay_count;
    bool with_ms;                 /* fill block->ms */
    bool with_names;              /* fill block->names */
    bool with_places;             /* fill block->places */
};

/* Where a row lies, for scan_read_row: of this scan and this want alone. */
struct scan_place { uint32_t source; uint32_t row; };

/* The rows of one want in one block: person code person0 + i has rows off[i] to off[i+1]-1. */
struct scan_block {
    uint32_t person0;
    uint32_t person_count;        /* n <= SCAN_BLOCK_PERSONS */
    const uint32_t *off;          /* n + 1 */
    const uint32_t *t;            /* seconds since 1970 */
    const uint16_t *ms;           /* 0 to 999; NULL unless with_ms */
    const uint32_t *names;        /* codes of event names (scan_value gives the string) */
    const uint32_t *codes[SCAN_PAYLOADS_MAX];    /* SCAN_CODE and SCAN_LIST */
    const uint32_t *list_off[SCAN_PAYLOADS_MAX]; /* SCAN_LIST: row r has codes list_off[r]… */
    const double *numbers[SCAN_PAYLOADS_MAX];    /* SCAN_NUMBER */
    const struct scan_place *places;             /* NULL unless with_places */
};

/* Pins what the store holds now: the answer is of one moment. *out is freed by scan_close. Filters,
 * their keep and ctx must live until then; all else of the wants may go after scan_open.
 * ERR_NOMEM when the wants would take more than the query's 64 MB, ERR_CORRUPT, ERR_IO. */
int scan_open(struct store *store, const struct scan_want *wants, uint32_t want_count,
              uint32_t threads, struct scan **out) MUST_USE;
/* Fills blocks[want_count]. 1 = a block, 0 = no more, or ERR_* (ERR_CANCELLED after
 * scan_cancel). */
int scan_next(struct scan *scan, uint32_t thread, struct scan_block *blocks) MUST_USE;
void scan_cancel(struct scan *scan);              /* from any thread */
/* Hands out every block once more: the same moment, the same codes, another order at most. No
 * thread may be in scan_next. */
void scan_rewind(struct scan *scan);
void scan_close(struct scan *scan);
/* From now on, and from the beginning, a block for each of these persons, in this order, and no
 * other: what a few persons cost does not depend on how many there are. Codes are copied; none is
 * 0. No thread may be in scan_next. */
void scan_limit(struct scan *scan, const uint32_t *persons, uint32_t count);
/* All properties of one row; strings borrow from the scan, lists and objects lie in the arena.
 * ERR_CORRUPT, ERR_NOMEM. */
int scan_read_row(const struct scan *scan, uint32_t want, const struct scan_place *place,
                  struct arena *arena, struct property **out, uint32_t *count) MUST_USE;
/* By person code, the code of the person's own value of a property that some want has as
 * SCAN_OF_PERSON; also of persons that the want has no row of. NULL: no want has it. */
const uint32_t *scan_person_codes(const struct scan *scan, struct str property);

uint32_t scan_person_count(const struct scan *scan);  /* codes are below this */
uint64_t scan_rows_read(const struct scan *scan);     /* rows looked at so far */
int64_t scan_until_ms(const struct scan *scan);       /* newest event time it may see; 0 = none */
/* The value behind a code; valid until scan_close. */
const struct value *scan_value(const struct scan *scan, uint32_t code);

#endif
