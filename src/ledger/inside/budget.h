/* How many distinct people each principal was shown (wall.md 7): per principal and project 25
 * hourly sets and 31 daily ones of subject numbers, so that a window is 24 to 25 hours, never
 * less. Somebody shown twice in a window costs once. Principal 0 stands for the whole project.
 *
 * Time comes from the caller and never goes back. Rebuilt at each start from the journal. */
#ifndef LEDGER_INSIDE_BUDGET_H
#define LEDGER_INSIDE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

enum budget_kind { BUDGET_NAMED = 0, BUDGET_ROWS = 1, BUDGET_MISSES = 2, BUDGET_KINDS };

enum {
    BUDGET_NAMED_DAY = 200, BUDGET_NAMED_MONTH = 2000,
    BUDGET_ROWS_DAY = 2000, BUDGET_ROWS_MONTH = 20000,
    BUDGET_MISSES_DAY = 50, BUDGET_MISSES_MONTH = 500,
    BUDGET_PROJECT_NAMED_DAY = 1000, BUDGET_PROJECT_ROWS_DAY = 10000,
    BUDGET_PROJECT_MISSES_DAY = 500,
    BUDGET_NEW_DAY = 20,          /* of a principal in its first 24 hours, named and rows */
};

struct budget;

struct budget *budget_create(void);
void budget_destroy(struct budget *budget);

struct budget_who { uint32_t principal; uint32_t project; enum budget_kind kind; };

/* Moves the windows on; a time before the last one changes nothing. */
void budget_advance(struct budget *budget, int64_t now_ms);
/* Distinct subjects in the window now. */
uint32_t budget_used_day(struct budget *budget, struct budget_who who);
uint32_t budget_used_month(struct budget *budget, struct budget_who who);
/* How many of the numbers are not in the window yet; numbers are sorted and distinct. */
uint32_t budget_new_in_day(struct budget *budget, struct budget_who who, const uint32_t *numbers,
                           uint32_t count);
uint32_t budget_new_in_month(struct budget *budget, struct budget_who who,
                             const uint32_t *numbers, uint32_t count);
/* They were shown. Misses have no subjects: each note is one. */
void budget_note(struct budget *budget, struct budget_who who, const uint32_t *numbers,
                 uint32_t count);
void budget_note_miss(struct budget *budget, struct budget_who who);

#endif
