/* The slow obvious version of the selector language: the text is read anew for every row, and each
 * rule of the grammar computes its value as it goes. */
#ifndef TESTS_REFERENCE_SELECTOR_H
#define TESTS_REFERENCE_SELECTOR_H

#include "reference/world.h"

/* True when the expression is true for the event. A text that is no expression ends the test. */
bool reference_keeps(const struct world *world, const struct world_event *event, struct str text);
/* One operand, as `by` and `property` take it. */
struct thing reference_operand(const struct world *world, const struct world_event *event,
                               struct str text);

#endif
