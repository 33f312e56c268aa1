/* Which number stands for which subject in a log: given by the ledger at the first disclosure,
 * never used again. The journal has them (sealed in the blobs); this is the index, in
 * numbers.db, brought up to date at a start and written now and then. */
#ifndef LEDGER_INSIDE_NUMBERS_H
#define LEDGER_INSIDE_NUMBERS_H

#include <stdint.h>

#include "base/check.h"
#include "event/ref.h"
#include "sys/file.h"

struct numbers;

#define NUMBERS_NAME "numbers.db"

int numbers_open(struct fs *fs, struct numbers **out) MUST_USE;
/* NULL is fine; what is not flushed, the journal has. */
void numbers_close(struct numbers *numbers);
/* 0: it has none. ERR_IO: *out is unknown. */
int numbers_find(struct numbers *numbers, uint32_t log, const struct ref *ref,
                 uint32_t *out) MUST_USE;
/* The subject behind a number. ERR_NOT_FOUND. */
int numbers_ref(struct numbers *numbers, uint32_t log, uint32_t number, struct ref *out) MUST_USE;
/* The next number of the log, given to a ref that has none. 0: the index cannot be read. */
uint32_t numbers_give(struct numbers *numbers, uint32_t log, const struct ref *ref);
/* From the journal: the same as was given then. */
int numbers_replay(struct numbers *numbers, uint32_t log, const struct ref *ref, uint32_t number);
/* All entries up to this sequence are in the index once this returns 0. */
int numbers_flush(struct numbers *numbers, uint64_t sequence) MUST_USE;
uint64_t numbers_position(const struct numbers *numbers);  /* of the last flush */
uint32_t numbers_pending(const struct numbers *numbers);

#endif
