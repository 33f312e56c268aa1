/* Mixpanel's selector expressions (mixpanel-api.md 2.3): one parser, one printer, one evaluator, so
 * that the console's filter builder round-trips. Not here: `behaviors` and the custom-property
 * functions. Precedence, tightest first: unary minus; * / %; + -; comparisons and `in` (not
 * associative); not; and; or.
 *
 * A selector lies in the arena it was parsed into and never changes; evaluation is pure and safe
 * from several threads. A value that is sealed (VALUE_REF) is defined, and equal to nothing. */
#ifndef QUERY_SELECTOR_H
#define QUERY_SELECTOR_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/check.h"
#include "event/value.h"
#include "query/operand.h"

enum { SELECTOR_TEXT_MAX = 20000, SELECTOR_DEPTH_MAX = 64, SELECTOR_OPERANDS_MAX = 32 };

struct selector;

struct selector_error {
    uint32_t at;          /* byte in the text */
    const char *message;  /* English, a constant */
    bool is_unsupported;  /* Mixpanel's language has it, this one not (yet) */
};

/* ERR_INVALID with *error filled; ERR_NOMEM at the arena's limit. */
int selector_parse(struct str text, struct arena *arena, const struct selector **out,
                   struct selector_error *error) MUST_USE;
/* One operand as `by` and `property` take it: properties["x"], user["x"], group["g"]["x"], or a
 * bare name, which is an event's property. */
int selector_parse_operand(struct str text, struct arena *arena, struct operand *out) MUST_USE;
/* Text that parses to the same tree. */
void selector_print(const struct selector *selector, struct bytes *out);
void selector_print_operand(const struct operand *operand, struct bytes *out);
/* The distinct operands in order of first appearance; *count of them, borrowed. */
const struct operand *selector_operands(const struct selector *selector, uint32_t *count);
/* True when the expression is boolean true; values[i] belongs to operand i, NULL = undefined. The
 * form is scan_keep_fn's: `selector` is a const struct selector *. */
bool selector_keep(const void *selector, const struct value *const *values);
/* For operand i: true when it stands only in defined(…), and, with also_equal, in `== "text"`. */
bool selector_asks_only_defined(const struct selector *selector, uint32_t operand,
                                bool also_equal);

#endif
