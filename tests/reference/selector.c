#include "reference/selector.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum { LITERALS_MAX = 16, TEXT_MAX = 300 };

/* Lists of the text itself have no node: they lie here. */
struct literals {
    struct thing items[LITERALS_MAX];
    uint32_t count;
};

struct reading {
    const struct world *world;
    const struct world_event *event;
    struct str text;
    size_t at;
    bool has_failed;          /* and, or of something that is no boolean */
    struct literals list;     /* the list read last */
    char texts[8][TEXT_MAX];  /* computed texts */
    uint32_t text_count;
};

static struct thing read_or(struct reading *reading);

static struct thing undefined(void)
{
    return (struct thing){ .kind = UNDEFINED };
}

static struct thing boolean(bool value)
{
    return (struct thing){ .kind = BOOLEAN, .number = value };
}

static struct thing number(double value)
{
    return isfinite(value) ? (struct thing){ .kind = NUMBER, .number = value } : undefined();
}

static void blanks(struct reading *reading)
{
    while (reading->at < reading->text.len && reading->text.ptr[reading->at] == ' ')
        reading->at++;
}

static bool comes(struct reading *reading, const char *token)
{
    blanks(reading);
    if (!str_starts(str_from_index(reading->text, reading->at), str_from(token)))
        return false;
    size_t end = reading->at + strlen(token);
    if (isalpha((unsigned char)token[0]) && end < reading->text.len &&
        (isalnum((unsigned char)reading->text.ptr[end]) || reading->text.ptr[end] == '_'))
        return false;
    reading->at = end;
    return true;
}

static void must(struct reading *reading, const char *token)
{
    check(comes(reading, token));
}

/* "…" with \" and \\ in it. */
static struct str read_text(struct reading *reading)
{
    char *out = reading->texts[reading->text_count++ % 8];
    size_t len = 0;
    must(reading, "\"");
    while (reading->text.ptr[reading->at] != '"') {
        if (reading->text.ptr[reading->at] == '\\')
            reading->at++;
        check(len < TEXT_MAX && reading->at + 1 < reading->text.len);
        out[len++] = reading->text.ptr[reading->at++];
    }
    reading->at++;
    return str_of(out, len);
}

static struct str read_name(struct reading *reading)
{
    must(reading, "[");
    struct str name = read_text(reading);
    must(reading, "]");
    return name;
}

static struct thing read_property(struct reading *reading, bool *is_one)
{
    *is_one = true;
    if (comes(reading, "properties")) {
        struct str name = read_name(reading);
        if (str_equal(name, STR("$time")))
            return number((double)reading->event->time_ms / 1000);
        return world_property(reading->event, name);
    }
    if (comes(reading, "user"))
        return world_of_person(reading->world, reading->event, read_name(reading));
    if (comes(reading, "group")) {
        struct str key = read_name(reading), name = read_name(reading);
        return world_of_group(reading->world, reading->event, key, name);
    }
    if (comes(reading, "event")) {
        struct str name = read_name(reading);
        if (str_equal(name, STR("$time")) || str_equal(name, STR("time")))
            return number((double)reading->event->time_ms / 1000);
        return (struct thing){ .kind = TEXT, .text = reading->event->name };
    }
    *is_one = false;
    return undefined();
}

/* ---- functions ------------------------------------------------------------------------------ */

static struct thing to_number(struct thing a)
{
    double value;
    if (a.kind == NUMBER || a.kind == BOOLEAN)
        return number(a.number);
    if (a.kind == TEXT && str_to_f64(str_trim(a.text), &value))
        return number(value);
    return undefined();
}

static struct thing to_boolean(struct thing a)
{
    switch (a.kind) {
    case UNDEFINED:
    case NOTHING: return boolean(false);
    case BOOLEAN:
    case NUMBER: return boolean(a.number != 0);
    case TEXT: return boolean(a.text.len > 0 && !str_equal(a.text, STR("false")));
    case LIST:
    case OBJECT: return boolean(true);
    case SEALED: break;
    }
    return undefined();
}

/* Only whole numbers are made texts of by the questions of the tests. */
static struct thing to_string(struct reading *reading, struct thing a)
{
    if (a.kind == BOOLEAN)
        return (struct thing){ .kind = TEXT, .text = a.number != 0 ? STR("true") : STR("false") };
    if (a.kind == NUMBER) {
        char *out = reading->texts[reading->text_count++ % 8];
        int len = snprintf(out, TEXT_MAX, "%.15g", a.number);
        return (struct thing){ .kind = TEXT, .text = str_of(out, (size_t)len) };
    }
    return a.kind == TEXT || a.kind == NOTHING ? a : undefined();
}

static struct thing call(struct reading *reading, const char *name)
{
    struct thing a = read_or(reading);
    must(reading, ")");
    if (strcmp(name, "defined(") == 0)
        return boolean(a.kind != UNDEFINED);
    if (strcmp(name, "number(") == 0)
        return to_number(a);
    if (strcmp(name, "string(") == 0)
        return to_string(reading, a);
    if (strcmp(name, "boolean(") == 0)
        return to_boolean(a);
    if (a.kind != NUMBER)
        return undefined();
    return number(strcmp(name, "floor(") == 0 ? floor(a.number) : ceil(a.number));
}

/* ---- the grammar, tightest first ------------------------------------------------------------ */

static struct thing read_list(struct reading *reading)
{
    struct literals list = { .count = 0 };
    while (!comes(reading, "]")) {
        check(list.count < LITERALS_MAX);
        list.items[list.count++] = read_or(reading);
        (void)comes(reading, ",");
    }
    reading->list = list;
    return (struct thing){ .kind = LIST };
}

static struct thing read_primary(struct reading *reading)
{
    static const char *const functions[] = { "defined(", "number(", "string(", "boolean(",
                                             "floor(", "ceil(" };
    bool is_property;
    struct thing value = read_property(reading, &is_property);
    if (is_property)
        return value;
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        blanks(reading);
        if (str_starts(str_from_index(reading->text, reading->at), str_from(functions[i]))) {
            reading->at += strlen(functions[i]);
            return call(reading, functions[i]);
        }
    }
    if (comes(reading, "true"))
        return boolean(true);
    if (comes(reading, "false"))
        return boolean(false);
    if (comes(reading, "null"))
        return (struct thing){ .kind = NOTHING };
    if (comes(reading, "undefined"))
        return undefined();
    if (comes(reading, "["))
        return read_list(reading);
    if (comes(reading, "(")) {
        value = read_or(reading);
        must(reading, ")");
        return value;
    }
    blanks(reading);
    if (reading->text.ptr[reading->at] == '"')
        return (struct thing){ .kind = TEXT, .text = read_text(reading) };
    char digits[64] = { 0 };
    struct str rest = str_slice(reading->text, reading->at, reading->at + sizeof(digits) - 1);
    memcpy(digits, rest.ptr, rest.len);
    char *end;
    value = number(strtod(digits, &end));
    check(end != digits);
    reading->at += (size_t)(end - digits);
    return value;
}

static struct thing read_unary(struct reading *reading)
{
    if (!comes(reading, "-"))
        return read_primary(reading);
    struct thing a = read_unary(reading);
    return a.kind == NUMBER ? number(-a.number) : undefined();
}

static struct thing read_product(struct reading *reading)
{
    struct thing a = read_unary(reading);
    for (;;) {
        char op = comes(reading, "*") ? '*' : comes(reading, "/") ? '/'
                : comes(reading, "%") ? '%' : 0;
        if (op == 0)
            return a;
        struct thing b = read_unary(reading);
        if (a.kind != NUMBER || b.kind != NUMBER || (op != '*' && b.number == 0))
            a = undefined();
        else
            a = number(op == '*' ? a.number * b.number
                                 : op == '/' ? a.number / b.number : fmod(a.number, b.number));
    }
}

static struct thing read_sum(struct reading *reading)
{
    struct thing a = read_product(reading);
    for (;;) {
        char op = comes(reading, "+") ? '+' : comes(reading, "-") ? '-' : 0;
        if (op == 0)
            return a;
        struct thing b = read_product(reading);
        if (op == '+' && a.kind == TEXT && b.kind == TEXT) {
            char *out = reading->texts[reading->text_count++ % 8];
            int len = snprintf(out, TEXT_MAX, STR_FMT STR_FMT, STR_ARG(a.text), STR_ARG(b.text));
            a = (struct thing){ .kind = TEXT, .text = str_of(out, (size_t)len) };
        } else if (a.kind == NUMBER && b.kind == NUMBER) {
            a = number(op == '+' ? a.number + b.number : a.number - b.number);
        } else {
            a = undefined();
        }
    }
}

/* Lists and objects are compared by no question of the tests. */
static bool equal(struct thing a, struct thing b)
{
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case UNDEFINED:
    case NOTHING: return true;
    case BOOLEAN:
    case NUMBER: return a.number == b.number;
    case TEXT: return str_equal(a.text, b.text);
    case LIST:
    case OBJECT: check(false); break;
    case SEALED: break;
    }
    return false;
}

static struct thing contains(const struct reading *reading, struct thing a, struct thing b)
{
    if (a.kind == TEXT && b.kind == TEXT)
        return boolean(str_find(b.text, a.text) >= 0);
    if (b.kind != LIST || a.kind == UNDEFINED || a.kind == SEALED)
        return undefined();
    const struct json_node *at = NULL;
    while (b.node != NULL && (at = json_doc_next(b.node, at)) != NULL)
        if (equal(a, thing_of(at)))
            return boolean(true);
    for (uint32_t i = 0; b.node == NULL && i < reading->list.count; i++)
        if (equal(a, reading->list.items[i]))
            return boolean(true);
    return boolean(false);
}

static struct thing read_comparison(struct reading *reading)
{
    static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">", "in" };
    struct thing a = read_sum(reading);
    int op = -1;
    for (int i = 0; op < 0 && i < 7; i++)
        if (comes(reading, ops[i]))
            op = i;
    if (op < 0)
        return a;
    struct thing b = read_sum(reading);
    if (op == 0 || op == 1)
        return boolean(equal(a, b) == (op == 0));
    if (op == 6)
        return contains(reading, a, b);
    if (a.kind != NUMBER || b.kind != NUMBER)
        return undefined();
    return boolean(op == 2 ? a.number <= b.number : op == 3 ? a.number >= b.number
                   : op == 4 ? a.number < b.number : a.number > b.number);
}

static struct thing read_not(struct reading *reading)
{
    if (!comes(reading, "not"))
        return read_comparison(reading);
    struct thing a = read_not(reading);
    if (a.kind == UNDEFINED)
        return boolean(true);
    return a.kind == BOOLEAN ? boolean(a.number == 0) : undefined();
}

static bool truth(struct reading *reading, struct thing a)
{
    if (a.kind != BOOLEAN && a.kind != UNDEFINED)
        reading->has_failed = true;
    return a.kind == BOOLEAN && a.number != 0;
}

static struct thing read_and(struct reading *reading)
{
    struct thing a = read_not(reading);
    while (comes(reading, "and")) {
        struct thing b = read_not(reading);
        bool left = truth(reading, a), right = truth(reading, b);
        a = boolean(left && right);
    }
    return a;
}

static struct thing read_or(struct reading *reading)
{
    struct thing a = read_and(reading);
    while (comes(reading, "or")) {
        struct thing b = read_and(reading);
        bool left = truth(reading, a), right = truth(reading, b);
        a = boolean(left || right);
    }
    return a;
}

bool reference_keeps(const struct world *world, const struct world_event *event, struct str text)
{
    struct reading reading = { .world = world, .event = event, .text = text };
    struct thing value = read_or(&reading);
    blanks(&reading);
    check(reading.at == text.len);
    return value.kind == BOOLEAN && value.number != 0 && !reading.has_failed;
}

struct thing reference_operand(const struct world *world, const struct world_event *event,
                               struct str text)
{
    struct reading reading = { .world = world, .event = event, .text = text };
    bool is_one;
    struct thing value = read_property(&reading, &is_one);
    return is_one ? value : world_property(event, text);
}
