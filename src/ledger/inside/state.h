/* What the ledger knows, made from its journal, and the one way to add to it: state_write. Nobody
 * outside inside/ sees this. An entry that was written counts in memory at once; if its sync fails
 * the ledger is stopped, and what memory says no longer matters. */
#ifndef LEDGER_INSIDE_STATE_H
#define LEDGER_INSIDE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "ledger/entry.h"
#include "ledger/inside/blobs.h"
#include "ledger/inside/book.h"
#include "ledger/inside/budget.h"
#include "ledger/inside/ledger_journal.h"
#include "ledger/inside/ledger.h"
#include "ledger/inside/numbers.h"
#include "ledger/inside/pins.h"
#include "ledger/inside/roster.h"
#include "ledger/inside/shares.h"

enum { STATE_BOOKS_MAX = 64, STATE_NOTES_MAX = 64, STATE_ORIGIN_MAX = 256,
       STATE_SECTION_TEXT_MAX = 4096 };

/* One entry, as the console asks for it: 96 bytes of memory each. */
struct state_row {
    uint32_t log;
    uint64_t index;
    struct ledger_journal_place place;
    struct entry entry;
};

/* A subject was in an entry. */
struct state_look {
    uint32_t log;
    uint32_t number;
    uint32_t row;
};

/* Refusals and trouble of one principal, for what freezes it. */
struct state_tally {
    uint32_t principal;
    int64_t minute;             /* of the refusals that were written */
    uint32_t written;
    uint32_t unwritten;         /* since then, to be counted in one entry of this log */
    uint32_t log;
    int64_t since_ms;           /* the ten minutes of refused subjects */
    uint32_t refused;
};

struct state {
    struct ledger_config config;
    char origin_base[STATE_ORIGIN_MAX];   /* "<host>/amana/" */
    struct ledger_journal *journal;
    struct blobs *blobs;
    struct numbers *numbers;
    struct roster *roster;
    struct pins *pins;
    struct budget *budget;
    struct shares *shares;
    struct book *books[STATE_BOOKS_MAX];
    uint32_t book_logs[STATE_BOOKS_MAX];
    uint32_t book_count;
    struct state_row *rows;
    uint32_t row_count, row_cap;
    uint32_t synced_rows;                 /* rows whose place is known */
    struct state_look *looks;
    uint32_t look_count, look_cap;
    struct state_tally *tallies;
    uint32_t tally_count;
    struct ledger_note notes[STATE_NOTES_MAX];
    uint32_t note_count;
    uint64_t sequence;                    /* of the last entry */
    int64_t last_ms;                      /* time, which never goes back */
    uint64_t last_boot_ms;
    uint8_t auth_boot[16];
    bool has_auth_boot;
    bool is_stopped;
    bool is_replaying;
    int64_t published_ms;
};

int state_open(const struct ledger_config *config, struct state **out) MUST_USE;
void state_close(struct state *state);

/* Time for entries and windows: moves forward at most as fast as the clock that nobody sets. */
int64_t state_now(struct state *state);

struct state_draft {
    uint32_t log;
    struct entry entry;            /* time, sequence and commitment are filled in */
    struct str sections[ENTRY_SECTIONS];
    const uint32_t *numbers;       /* sorted, distinct */
    uint32_t number_count;
    const struct blobs_given *given;
    uint32_t given_count;
};

/* Adds the entry to its log and to the group of the journal, and takes account of it: budgets,
 * pins, roster. ERR_*: the ledger is stopped now. *row: its place in rows. */
int state_write(struct state *state, const struct state_draft *draft, uint32_t *row) MUST_USE;
/* Syncs what was written. */
int state_sync(struct state *state) MUST_USE;
struct book *state_book(struct state *state, uint32_t log);
uint32_t state_log_of(const struct state *state, uint32_t project);
/* The sections of a row. */
int state_read_blob(struct state *state, uint32_t row, struct arena *arena,
                    struct blob *out) MUST_USE;
struct state_tally *state_tally(struct state *state, uint32_t principal);
/* Freezes by the ledger's own word; no effect when frozen already. */
int state_freeze(struct state *state, uint32_t principal, const char *why) MUST_USE;
/* "session <hex>\nboot <hex>\ngrant <n>\nproof <n>\n": section 2 of what a grant came with. */
void state_put_login(const struct grant *grant, uint64_t proof, struct bytes *out);
/* Publishes and flushes when it is time, or now. */
int state_tick(struct state *state, bool now) MUST_USE;
/* The kind of budget that this kind of ask takes from. */
enum budget_kind state_budget_of(uint8_t kind);

#endif
