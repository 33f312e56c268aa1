/* One row's answer. A term is what a node is worth on the row: it borrows from the row and the
 * selector; only string() of a number and "+" of two strings make new text, in an arena that is
 * empty (and costs nothing) until then.
 *
 * The rules are Mixpanel's (mixpanel-api.md 2.3): == and != always answer, other operations on
 * types that do not fit give undefined, and `and`, `or` take undefined for false. A sealed value is
 * defined, equal to nothing, not even to itself, and undefined everywhere else. */
#include "query/selector.h"

#include <math.h>
#include <string.h>

#include "base/time.h"
#include "query/selector_tree.h"

enum { TEXT_BYTES_MAX = 1024 * 1024 };

enum term_type {
    TERM_UNDEFINED, TERM_NULL, TERM_BOOLEAN, TERM_NUMBER, TERM_STRING, TERM_DATETIME,
    TERM_LIST, TERM_OBJECT, TERM_SEALED,
};

struct term {
    enum term_type type;
    bool boolean;
    double number;              /* a datetime: seconds since 1970 */
    struct str string;
    const struct value *value;  /* of a list or object */
};

struct row {
    const struct value *const *values;
    struct arena texts;
    bool has_failed;            /* `and` or `or` of something that is no boolean */
};

static const struct term undefined = { .type = TERM_UNDEFINED };

static struct term eval(struct row *row, const struct selector_node *node);

static struct term of_boolean(bool boolean)
{
    return (struct term){ .type = TERM_BOOLEAN, .boolean = boolean };
}

static struct term of_number(double number)
{
    return isfinite(number) ? (struct term){ .type = TERM_NUMBER, .number = number } : undefined;
}

static struct term of_text(struct str text)
{
    return text.ptr ? (struct term){ .type = TERM_STRING, .string = text } : undefined;
}

static struct term of_value(const struct value *value)
{
    if (!value)
        return undefined;
    switch (value->type) {
    case VALUE_NULL: return (struct term){ .type = TERM_NULL };
    case VALUE_FALSE: return of_boolean(false);
    case VALUE_TRUE: return of_boolean(true);
    case VALUE_NUMBER: return of_number(value->as.number);
    case VALUE_STRING: return (struct term){ .type = TERM_STRING, .string = value->as.string };
    case VALUE_REF: return (struct term){ .type = TERM_SEALED };
    case VALUE_LIST: return (struct term){ .type = TERM_LIST, .value = value };
    case VALUE_OBJECT: return (struct term){ .type = TERM_OBJECT, .value = value };
    }
    return undefined;
}

/* ---- equality and order ---------------------------------------------------------------------- */

static bool read_datetime(struct str text, double *out)
{
    int64_t ms;
    if (!time_parse(text, &ms))
        return false;
    *out = (double)ms / 1000;
    return true;
}

/* The seconds of what may stand beside a datetime: another, a number, an ISO date. */
static bool as_seconds(const struct term *term, double *out)
{
    *out = term->number;
    return term->type == TERM_NUMBER || term->type == TERM_DATETIME ||
           (term->type == TERM_STRING && read_datetime(term->string, out));
}

/* Not value_equal: a sealed value is equal to nothing at any depth. */
static bool values_equal(const struct value *a, const struct value *b)
{
    if (a->type != b->type || a->type == VALUE_REF)
        return false;
    if (a->type == VALUE_LIST) {
        if (a->as.list.count != b->as.list.count)
            return false;
        for (uint32_t i = 0; i < a->as.list.count; i++)
            if (!values_equal(&a->as.list.items[i], &b->as.list.items[i]))
                return false;
        return true;
    }
    if (a->type == VALUE_OBJECT) {
        if (a->as.object.count != b->as.object.count)
            return false;
        for (uint32_t i = 0; i < a->as.object.count; i++)
            if (!str_equal(a->as.object.members[i].name, b->as.object.members[i].name) ||
                !values_equal(a->as.object.members[i].value, b->as.object.members[i].value))
                return false;
        return true;
    }
    return value_equal(a, b);
}

static bool terms_equal(const struct term *a, const struct term *b)
{
    double x, y;
    if (a->type == TERM_DATETIME || b->type == TERM_DATETIME)
        return as_seconds(a, &x) && as_seconds(b, &y) && x == y;
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case TERM_UNDEFINED:
    case TERM_NULL: return true;
    case TERM_BOOLEAN: return a->boolean == b->boolean;
    case TERM_NUMBER: return a->number == b->number;
    case TERM_STRING: return str_equal(a->string, b->string);
    case TERM_LIST:
    case TERM_OBJECT: return values_equal(a->value, b->value);
    case TERM_DATETIME:
    case TERM_SEALED: break;
    }
    return false;
}

static struct term compare(enum selector_op op, const struct term *a, const struct term *b)
{
    double x = a->number, y = b->number;
    if (a->type == TERM_DATETIME || b->type == TERM_DATETIME) {
        if (!as_seconds(a, &x) || !as_seconds(b, &y))
            return undefined;
    } else if (a->type != TERM_NUMBER || b->type != TERM_NUMBER) {
        return undefined;
    }
    switch (op) {
    case SELECTOR_LT: return of_boolean(x < y);
    case SELECTOR_LE: return of_boolean(x <= y);
    case SELECTOR_GT: return of_boolean(x > y);
    default: return of_boolean(x >= y);
    }
}

static struct term is_in(const struct term *a, const struct term *b)
{
    if (a->type == TERM_STRING && b->type == TERM_STRING)
        return of_boolean(str_find(b->string, a->string) >= 0);
    if (b->type != TERM_LIST || a->type == TERM_UNDEFINED || a->type == TERM_SEALED)
        return undefined;
    for (uint32_t i = 0; i < b->value->as.list.count; i++) {
        struct term element = of_value(&b->value->as.list.items[i]);
        if (terms_equal(a, &element))
            return of_boolean(true);
    }
    return of_boolean(false);
}

/* ---- arithmetic ------------------------------------------------------------------------------ */

static struct term join(struct row *row, struct str a, struct str b)
{
    char *text = arena_try(&row->texts, a.len + b.len + 1);
    if (!text)
        return undefined;
    if (a.len)
        memcpy(text, a.ptr, a.len);
    if (b.len)
        memcpy(text + a.len, b.ptr, b.len);
    return of_text(str_of(text, a.len + b.len));
}

static struct term compute(struct row *row, enum selector_op op, const struct term *a,
                           const struct term *b)
{
    if (op == SELECTOR_ADD && a->type == TERM_STRING && b->type == TERM_STRING)
        return join(row, a->string, b->string);
    if (a->type != TERM_NUMBER || b->type != TERM_NUMBER)
        return undefined;
    switch (op) {
    case SELECTOR_ADD: return of_number(a->number + b->number);
    case SELECTOR_SUBTRACT: return of_number(a->number - b->number);
    case SELECTOR_MULTIPLY: return of_number(a->number * b->number);
    case SELECTOR_DIVIDE: return b->number == 0 ? undefined : of_number(a->number / b->number);
    default: return b->number == 0 ? undefined : of_number(fmod(a->number, b->number));
    }
}

/* ---- functions ------------------------------------------------------------------------------- */

static struct term to_boolean(const struct term *a)
{
    switch (a->type) {
    case TERM_UNDEFINED:
    case TERM_NULL: return of_boolean(false);
    case TERM_BOOLEAN: return *a;
    case TERM_NUMBER: return of_boolean(a->number != 0);
    case TERM_STRING:
        return of_boolean(a->string.len != 0 && !str_equal(a->string, STR("false")));
    case TERM_DATETIME:
    case TERM_LIST:
    case TERM_OBJECT: return of_boolean(true);
    case TERM_SEALED: break;
    }
    return undefined;
}

static struct term to_number(const struct term *a)
{
    double number;
    switch (a->type) {
    case TERM_BOOLEAN: return of_number(a->boolean ? 1 : 0);
    case TERM_NUMBER:
    case TERM_DATETIME: return of_number(a->number);
    case TERM_STRING:
        return str_to_f64(str_trim(a->string), &number) ? of_number(number) : undefined;
    default: return undefined;
    }
}

static struct term format_number(struct row *row, double number)
{
    struct bytes text = { 0 };
    struct value value = { .type = VALUE_NUMBER, .as.number = number };
    value_format_json(&value, &text);
    struct term term = of_text(arena_copy(&row->texts, bytes_str(&text)));
    bytes_release(&text);
    return term;
}

static struct term format_datetime(struct row *row, double seconds)
{
    char text[25];
    if (!(seconds >= -62135596800.0 && seconds < 253402300800.0))
        return undefined;
    time_format((int64_t)floor(seconds) * 1000, text);
    return of_text(arena_copy(&row->texts, str_of(text, 19)));
}

static struct term to_string(struct row *row, const struct term *a)
{
    switch (a->type) {
    case TERM_NULL:
    case TERM_STRING: return *a;
    case TERM_BOOLEAN: return of_text(a->boolean ? STR("true") : STR("false"));
    case TERM_NUMBER: return format_number(row, a->number);
    case TERM_DATETIME: return format_datetime(row, a->number);
    default: return undefined;
    }
}

static struct term to_datetime(const struct term *a)
{
    struct term term = { .type = TERM_DATETIME };
    return as_seconds(a, &term.number) ? term : undefined;
}

static struct term call(struct row *row, enum selector_op op, const struct term *a)
{
    switch (op) {
    case SELECTOR_BOOLEAN: return to_boolean(a);
    case SELECTOR_NUMBER: return to_number(a);
    case SELECTOR_STRING: return to_string(row, a);
    case SELECTOR_DEFINED: return of_boolean(a->type != TERM_UNDEFINED);
    case SELECTOR_DATETIME: return to_datetime(a);
    default: break;
    }
    if (a->type != TERM_NUMBER)
        return undefined;
    switch (op) {
    case SELECTOR_FLOOR: return of_number(floor(a->number));
    case SELECTOR_ROUND: return of_number(round(a->number));
    case SELECTOR_CEIL: return of_number(ceil(a->number));
    default: return of_number(-a->number);  /* SELECTOR_MINUS */
    }
}

/* ---- conditions ------------------------------------------------------------------------------ */

static struct term negate(const struct term *a)
{
    if (a->type == TERM_BOOLEAN)
        return of_boolean(!a->boolean);
    return a->type == TERM_UNDEFINED ? of_boolean(true) : undefined;
}

/* Left to right, and no further than needed. */
static struct term eval_joined(struct row *row, const struct selector_node *node)
{
    bool decides = node->op == SELECTOR_OR;
    for (uint32_t i = 0; i < node->count; i++) {
        struct term term = eval(row, node->children[i]);
        if (term.type != TERM_BOOLEAN && term.type != TERM_UNDEFINED)
            row->has_failed = true;
        bool is_true = term.type == TERM_BOOLEAN && term.boolean;
        if (row->has_failed || is_true == decides)
            return of_boolean(decides);
    }
    return of_boolean(!decides);
}

static struct term eval_binary(struct row *row, const struct selector_node *node)
{
    struct term a = eval(row, node->children[0]), b = eval(row, node->children[1]);
    switch (node->op) {
    case SELECTOR_EQ: return of_boolean(terms_equal(&a, &b));
    case SELECTOR_NE: return of_boolean(!terms_equal(&a, &b));
    case SELECTOR_LT: case SELECTOR_LE: case SELECTOR_GT: case SELECTOR_GE:
        return compare(node->op, &a, &b);
    case SELECTOR_IN: return is_in(&a, &b);
    default: return compute(row, node->op, &a, &b);
    }
}

static struct term eval(struct row *row, const struct selector_node *node)
{
    if (node->op == SELECTOR_LITERAL)
        return of_value(&node->literal);
    if (node->op == SELECTOR_OPERAND)
        return of_value(row->values[node->operand]);
    if (node->op == SELECTOR_UNDEFINED)
        return undefined;
    if (node->op == SELECTOR_AND || node->op == SELECTOR_OR)
        return eval_joined(row, node);
    if (node->count == 2)
        return eval_binary(row, node);
    struct term a = eval(row, node->children[0]);
    return node->op == SELECTOR_NOT ? negate(&a) : call(row, node->op, &a);
}

bool selector_keep(const void *selector, const struct value *const *values)
{
    const struct selector *s = selector;
    struct row row = { .values = values };
    arena_init(&row.texts, TEXT_BYTES_MAX);
    struct term term = eval(&row, s->root);
    arena_release(&row.texts);
    return !row.has_failed && term.type == TERM_BOOLEAN && term.boolean;
}
