/* The tables of all projects as records of the journal: persons, links, profiles, counts
 * (docs/formats/part.md). Each frame holds whole records; a later record replaces an earlier one
 * of the same profile or count. */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "base/check.h"
#include "base/str.h"
#include "store/journal.h"
#include "store/store_inside.h"

/* Appends what changed since the last flush (`whole`: everything) to the journal; not synced. */
int tables_append(struct stores *stores, struct journal *journal, bool whole) MUST_USE;
/* A journal_each_fn: ctx is struct stores. */
int tables_load(void *ctx, struct str payload) MUST_USE;

#endif
