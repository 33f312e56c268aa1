/* Text to tree, by descent: one function a level of precedence. The text is a stranger's: its
 * length, the nesting of brackets, the depth of the tree and the number of properties are bounded,
 * so that printer and evaluator may recurse. `and` and `or` take any number of children, so a
 * filter with a hundred conditions is no deeper than one with two. */
#include "query/selector.h"

#include <string.h>

#include "base/err.h"
#include "event/limits.h"
#include "query/selector_token.h"
#include "query/selector_tree.h"

struct parse {
    struct selector_words words;
    uint32_t nesting;
    struct operand operands[SELECTOR_OPERANDS_MAX];
    uint32_t operand_count;
};

static const char *const op_texts[SELECTOR_OPS] = {
    [SELECTOR_OR] = "or", [SELECTOR_AND] = "and", [SELECTOR_NOT] = "not", [SELECTOR_MINUS] = "-",
    [SELECTOR_EQ] = "==", [SELECTOR_NE] = "!=", [SELECTOR_LT] = "<", [SELECTOR_LE] = "<=",
    [SELECTOR_GT] = ">", [SELECTOR_GE] = ">=", [SELECTOR_IN] = "in", [SELECTOR_ADD] = "+",
    [SELECTOR_SUBTRACT] = "-", [SELECTOR_MULTIPLY] = "*", [SELECTOR_DIVIDE] = "/",
    [SELECTOR_MODULO] = "%", [SELECTOR_FLOOR] = "floor", [SELECTOR_ROUND] = "round",
    [SELECTOR_CEIL] = "ceil", [SELECTOR_BOOLEAN] = "boolean", [SELECTOR_NUMBER] = "number",
    [SELECTOR_STRING] = "string", [SELECTOR_DEFINED] = "defined",
    [SELECTOR_DATETIME] = "datetime",
};

const char *selector_op_text(enum selector_op op)
{
    check(op < SELECTOR_OPS && op_texts[op] != NULL);
    return op_texts[op];
}

typedef const struct selector_node *node_ptr;

static node_ptr parse_or(struct parse *p);
static node_ptr parse_unary(struct parse *p);

/* ---- helpers -------------------------------------------------------------------------------- */

static node_ptr refuse(struct parse *p, uint32_t at, const char *message)
{
    selector_token_refuse(&p->words, at, message);
    return NULL;
}

static node_ptr refuse_here(struct parse *p, const char *message)
{
    return refuse(p, p->words.token.at, message);
}

static void *take_memory(struct parse *p, size_t len)
{
    void *ptr = arena_try(p->words.arena, len);
    if (!ptr) {
        selector_token_refuse(&p->words, 0, "too long");
        p->words.r = ERR_NOMEM;
        return NULL;
    }
    return memset(ptr, 0, len);
}

/* A sign or a word in the grammar, as opposed to the same text in quotes. */
static bool is_next(const struct parse *p, const char *text)
{
    const struct selector_token *token = &p->words.token;
    return (token->kind == SELECTOR_TOKEN_SIGN || token->kind == SELECTOR_TOKEN_WORD) &&
           str_equal(token->text, str_from(text));
}

static bool take(struct parse *p, const char *text)
{
    if (!is_next(p, text))
        return false;
    selector_token_next(&p->words);
    return true;
}

static bool need(struct parse *p, const char *text, const char *message)
{
    if (take(p, text))
        return true;
    (void)refuse_here(p, message);
    return false;
}

static bool enter(struct parse *p)
{
    if (p->nesting == SELECTOR_DEPTH_MAX) {
        (void)refuse_here(p, "nested too deeply");
        return false;
    }
    p->nesting++;
    return true;
}

static struct selector_node *make_node(struct parse *p, enum selector_op op,
                                       const node_ptr *children, uint32_t count)
{
    uint32_t depth = 0;
    for (uint32_t i = 0; i < count; i++)
        depth = children[i]->depth > depth ? children[i]->depth : depth;
    if (depth >= SELECTOR_DEPTH_MAX) {
        (void)refuse_here(p, "nested too deeply");
        return NULL;
    }
    struct selector_node *node = take_memory(p, sizeof(*node));
    node_ptr *copies = count && node ? take_memory(p, count * sizeof(node_ptr)) : NULL;
    if (!node || (count && !copies))
        return NULL;
    if (count)
        memcpy(copies, children, count * sizeof(node_ptr));
    node->op = op;
    node->depth = depth + 1;
    node->children = copies;
    node->count = count;
    return node;
}

static node_ptr make_literal(struct parse *p, struct value value)
{
    struct selector_node *node = make_node(p, SELECTOR_LITERAL, NULL, 0);
    if (node)
        node->literal = value;
    return node;
}

/* ---- operands ------------------------------------------------------------------------------- */

static bool take_index(struct parse *p, struct str *name)
{
    if (!need(p, "[", "a name in [\"…\"] belongs here"))
        return false;
    if (p->words.token.kind != SELECTOR_TOKEN_STRING) {
        (void)refuse_here(p, "a name in quotes belongs here");
        return false;
    }
    *name = p->words.token.text;
    if (name->len == 0 || name->len > LIMIT_NAME_BYTES) {
        (void)refuse_here(p, "a name has 1 to 255 bytes");
        return false;
    }
    selector_token_next(&p->words);
    return need(p, "]", "a ] belongs here");
}

static bool is_time_name(struct str name)
{
    return str_equal(name, STR("$time")) || str_equal(name, STR("time"));
}

/* ingest takes the time out of the properties: under its old names it is found all the same. */
static void make_event_operand(struct str name, struct operand *out)
{
    *out = (struct operand){ .of = OPERAND_EVENT, .property = name };
    if (is_time_name(name))
        *out = (struct operand){ .of = OPERAND_TIME };
}

static bool take_event_fact(struct parse *p, struct operand *out)
{
    struct str name;
    uint32_t at = p->words.token.at;
    if (!take_index(p, &name))
        return false;
    if (is_time_name(name)) {
        out->of = OPERAND_TIME;
    } else if (str_equal(name, STR("name")) || str_equal(name, STR("$event"))) {
        out->of = OPERAND_NAME;
    } else {
        (void)refuse(p, at, "an event has \"name\" and \"time\"; its properties are in "
                            "properties[…]");
        return false;
    }
    return true;
}

/* True when one of the words that begin an operand is next; false and no trouble when not. */
static bool take_operand(struct parse *p, struct operand *out)
{
    struct str name;
    *out = (struct operand){ 0 };
    if (take(p, "properties")) {
        if (take_index(p, &name))
            make_event_operand(name, out);
    } else if (take(p, "user")) {
        out->of = OPERAND_PERSON;
        (void)take_index(p, &out->property);
    } else if (take(p, "group")) {
        out->of = OPERAND_GROUP;
        if (take_index(p, &out->group_key))
            (void)take_index(p, &out->property);
    } else if (take(p, "event")) {
        (void)take_event_fact(p, out);
    } else {
        return false;
    }
    return true;
}

static node_ptr make_operand(struct parse *p, const struct operand *operand, uint32_t at)
{
    uint32_t i = 0;
    if (p->words.r != 0)
        return NULL;
    while (i < p->operand_count && !operand_equal(&p->operands[i], operand))
        i++;
    if (i == SELECTOR_OPERANDS_MAX)
        return refuse(p, at, "an expression has at most 32 properties");
    if (i == p->operand_count)
        p->operands[p->operand_count++] = *operand;
    struct selector_node *node = make_node(p, SELECTOR_OPERAND, NULL, 0);
    if (node)
        node->operand = i;
    return node;
}

/* ---- literals ------------------------------------------------------------------------------- */

static bool take_literal(struct parse *p, struct value *out)
{
    const struct selector_token *token = &p->words.token;
    *out = (struct value){ .type = VALUE_NULL };
    if (token->kind == SELECTOR_TOKEN_STRING) {
        out->type = VALUE_STRING;
        out->as.string = token->text;
    } else if (token->kind == SELECTOR_TOKEN_NUMBER) {
        out->type = VALUE_NUMBER;
        out->as.number = token->number;
    } else if (is_next(p, "true") || is_next(p, "false")) {
        out->type = is_next(p, "true") ? VALUE_TRUE : VALUE_FALSE;
    } else if (!is_next(p, "null")) {
        return false;
    }
    selector_token_next(&p->words);
    return true;
}

static bool take_element(struct parse *p, struct value *out)
{
    bool is_minus = take(p, "-");
    if (is_minus && p->words.token.kind != SELECTOR_TOKEN_NUMBER) {
        (void)refuse_here(p, "a number belongs here");
        return false;
    }
    if (!take_literal(p, out)) {
        (void)refuse_here(p, "a list holds strings, numbers, true, false and null");
        return false;
    }
    if (is_minus && out->as.number != 0)
        out->as.number = -out->as.number;
    return true;
}

/* After the [. The array grows by doubling; what is left behind is the arena's. */
static node_ptr parse_list(struct parse *p)
{
    struct value list = { .type = VALUE_LIST };
    uint32_t cap = 0;
    if (take(p, "]"))
        return make_literal(p, list);
    do {
        if (list.as.list.count == cap) {
            uint32_t more = cap ? cap * 2 : 8;
            struct value *items = take_memory(p, more * sizeof(*items));
            if (!items)
                return NULL;
            if (cap)
                memcpy(items, list.as.list.items, cap * sizeof(*items));
            list.as.list.items = items;
            cap = more;
        }
        if (!take_element(p, &list.as.list.items[list.as.list.count]))
            return NULL;
        list.as.list.count++;
    } while (take(p, ","));
    return need(p, "]", "a , or a ] belongs here") ? make_literal(p, list) : NULL;
}

/* ---- words ---------------------------------------------------------------------------------- */

static node_ptr parse_call(struct parse *p, enum selector_op op)
{
    if (!need(p, "(", "a ( belongs here") || !enter(p))
        return NULL;
    node_ptr argument = parse_or(p);
    p->nesting--;
    if (!argument || !need(p, ")", "a ) belongs here"))
        return NULL;
    return make_node(p, op, &argument, 1);
}

/* What Mixpanel knows and this language does not. */
static const char *const unsupported[] = {
    "behaviors", "if", "ifs", "has_prefix", "has_suffix", "min", "max", "upper", "lower",
    "parse_url", "regex_extract", "regex_match", "regex_replace", "datedif", "today", "len",
    "left", "right", "mid", "split", "let", "any", "all", "filter", "map", "sum", "list",
};

static node_ptr refuse_word(struct parse *p, struct str word, uint32_t at)
{
    for (size_t i = 0; i < sizeof(unsupported) / sizeof(*unsupported); i++) {
        if (!str_equal_fold(word, str_from(unsupported[i])))
            continue;
        (void)refuse(p, at, i == 0 ? "behaviors[…] is not supported"
                                   : "the functions of custom properties are not supported");
        p->words.error.is_unsupported = true;
        return NULL;
    }
    return refuse(p, at, "this word is not known: a property is written properties[\"name\"], a "
                         "text in quotes");
}

static node_ptr parse_word(struct parse *p)
{
    struct str word = p->words.token.text;
    uint32_t at = p->words.token.at;
    struct operand operand;
    if (take_operand(p, &operand))
        return make_operand(p, &operand, at);
    if (take(p, "undefined"))
        return make_node(p, SELECTOR_UNDEFINED, NULL, 0);
    for (enum selector_op op = SELECTOR_FLOOR; op < SELECTOR_OPS; op++)
        if (take(p, op_texts[op]))
            return parse_call(p, op);
    return refuse_word(p, word, at);
}

static node_ptr parse_primary(struct parse *p)
{
    struct value value;
    if (take_literal(p, &value))
        return make_literal(p, value);
    if (take(p, "["))
        return parse_list(p);
    if (take(p, "(")) {
        if (!enter(p))
            return NULL;
        node_ptr inner = parse_or(p);
        p->nesting--;
        return inner && need(p, ")", "a ) belongs here") ? inner : NULL;
    }
    if (p->words.token.kind == SELECTOR_TOKEN_WORD)
        return parse_word(p);
    return refuse_here(p, p->words.token.kind == SELECTOR_TOKEN_END
                              ? "the expression ends too early"
                              : "a property or a value belongs here");
}

/* ---- precedence, from tight to loose --------------------------------------------------------- */

static node_ptr parse_unary(struct parse *p)
{
    if (!take(p, "-"))
        return parse_primary(p);
    if (!enter(p))
        return NULL;
    node_ptr child = parse_unary(p);
    p->nesting--;
    return child ? make_node(p, SELECTOR_MINUS, &child, 1) : NULL;
}

static bool take_op(struct parse *p, enum selector_op first, enum selector_op last,
                    enum selector_op *out)
{
    for (enum selector_op op = first; op <= last; op++)
        if (take(p, op_texts[op])) {
            *out = op;
            return true;
        }
    return false;
}

static node_ptr parse_product(struct parse *p)
{
    enum selector_op op;
    node_ptr left = parse_unary(p);
    while (left && take_op(p, SELECTOR_MULTIPLY, SELECTOR_MODULO, &op)) {
        node_ptr both[2] = { left, parse_unary(p) };
        left = both[1] ? make_node(p, op, both, 2) : NULL;
    }
    return left;
}

static node_ptr parse_sum(struct parse *p)
{
    enum selector_op op;
    node_ptr left = parse_product(p);
    while (left && take_op(p, SELECTOR_ADD, SELECTOR_SUBTRACT, &op)) {
        node_ptr both[2] = { left, parse_product(p) };
        left = both[1] ? make_node(p, op, both, 2) : NULL;
    }
    return left;
}

static node_ptr parse_comparison(struct parse *p)
{
    enum selector_op op;
    node_ptr left = parse_sum(p);
    if (!left || !take_op(p, SELECTOR_EQ, SELECTOR_IN, &op))
        return left;
    node_ptr both[2] = { left, parse_sum(p) };
    if (!both[1])
        return NULL;
    uint32_t at = p->words.token.at;
    node_ptr node = make_node(p, op, both, 2);
    if (take_op(p, SELECTOR_EQ, SELECTOR_IN, &op))
        return refuse(p, at, "comparisons do not chain: join them with and");
    return node;
}

static node_ptr parse_not(struct parse *p)
{
    if (!take(p, "not"))
        return parse_comparison(p);
    if (!enter(p))
        return NULL;
    node_ptr child = parse_not(p);
    p->nesting--;
    return child ? make_node(p, SELECTOR_NOT, &child, 1) : NULL;
}

/* False for what can never be true: a number, a text, a list. */
static bool may_be_condition(node_ptr node)
{
    switch (node->op) {
    case SELECTOR_LITERAL:
        return node->literal.type == VALUE_TRUE || node->literal.type == VALUE_FALSE;
    case SELECTOR_MINUS:
    case SELECTOR_ADD: case SELECTOR_SUBTRACT:
    case SELECTOR_MULTIPLY: case SELECTOR_DIVIDE: case SELECTOR_MODULO:
    case SELECTOR_FLOOR: case SELECTOR_ROUND: case SELECTOR_CEIL:
    case SELECTOR_NUMBER: case SELECTOR_STRING: case SELECTOR_DATETIME:
        return false;
    default:
        return true;
    }
}

static const char not_condition[] =
    "a condition belongs here: a comparison, in, defined(…) or a boolean";

/* One or more of `parse_one` joined by the op's word. Children are gathered in the arena. */
static node_ptr parse_joined(struct parse *p, enum selector_op op,
                             node_ptr (*parse_one)(struct parse *))
{
    uint32_t at = p->words.token.at, count = 1, cap = 4;
    node_ptr first = parse_one(p);
    if (!first || !is_next(p, op_texts[op]))
        return first;
    node_ptr *children = take_memory(p, cap * sizeof(node_ptr));
    if (!children)
        return NULL;
    children[0] = first;
    while (may_be_condition(children[count - 1])) {
        if (!take(p, op_texts[op]))
            return p->words.r == 0 ? make_node(p, op, children, count) : NULL;
        if (count == cap) {
            node_ptr *more = take_memory(p, (size_t)cap * 2 * sizeof(node_ptr));
            if (!more)
                return NULL;
            memcpy(more, children, count * sizeof(node_ptr));
            children = more;
            cap *= 2;
        }
        at = p->words.token.at;
        children[count] = parse_one(p);
        if (!children[count])
            return NULL;
        count++;
    }
    return refuse(p, at, not_condition);
}

static node_ptr parse_and(struct parse *p)
{
    return parse_joined(p, SELECTOR_AND, parse_not);
}

static node_ptr parse_or(struct parse *p)
{
    return parse_joined(p, SELECTOR_OR, parse_and);
}

/* ---- the door ------------------------------------------------------------------------------- */

int selector_parse(struct str text, struct arena *arena, const struct selector **out,
                   struct selector_error *error)
{
    struct parse p = { 0 };
    struct selector *selector = NULL;
    *error = (struct selector_error){ 0 };
    selector_token_init(&p.words, text, arena);
    node_ptr root = p.words.r == 0 ? parse_or(&p) : NULL;
    if (root && p.words.token.kind != SELECTOR_TOKEN_END)
        (void)refuse_here(&p, "the expression should end here");
    if (root && p.words.r == 0 && !may_be_condition(root))
        (void)refuse(&p, 0, not_condition);
    if (p.words.r == 0)
        selector = take_memory(&p, sizeof(*selector) + p.operand_count * sizeof(struct operand));
    if (p.words.r != 0) {
        *error = p.words.error;
        return p.words.r;
    }
    struct operand *operands = (struct operand *)(selector + 1);
    memcpy(operands, p.operands, p.operand_count * sizeof(*operands));
    *selector = (struct selector){ root, operands, p.operand_count };
    *out = selector;
    return 0;
}

/* True when the text begins as one of the written forms does: then it must be one. */
static bool is_written(struct str text)
{
    static const char *const words[] = { "properties", "user", "group", "event", "behaviors" };
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        struct str word = str_from(words[i]);
        if (str_starts(text, word) &&
            str_starts(str_trim(str_from_index(text, word.len)), STR("[")))
            return true;
    }
    return false;
}

int selector_parse_operand(struct str text, struct arena *arena, struct operand *out)
{
    text = str_trim(text);
    if (!is_written(text)) {
        if (text.len == 0 || text.len > LIMIT_NAME_BYTES || !str_is_utf8(text))
            return ERR_INVALID;
        struct str name = arena_copy(arena, text);
        make_event_operand(name, out);
        return name.ptr ? 0 : ERR_NOMEM;
    }
    struct parse p = { 0 };
    selector_token_init(&p.words, text, arena);
    if (p.words.r == 0 && !take_operand(&p, out))
        (void)refuse_here(&p, "behaviors[…] is not supported");
    if (p.words.r == 0 && p.words.token.kind != SELECTOR_TOKEN_END)
        (void)refuse_here(&p, "the operand should end here");
    return p.words.r;
}

const struct operand *selector_operands(const struct selector *selector, uint32_t *count)
{
    *count = selector->operand_count;
    return selector->operands;
}

static bool asks_only_defined(node_ptr node, uint32_t operand, bool also_equal)
{
    for (uint32_t i = 0; i < node->count; i++) {
        node_ptr child = node->children[i];
        if (child->op != SELECTOR_OPERAND || child->operand != operand) {
            if (!asks_only_defined(child, operand, also_equal))
                return false;
            continue;
        }
        if (node->op == SELECTOR_DEFINED)
            continue;
        node_ptr other = node->op == SELECTOR_EQ ? node->children[1 - i] : NULL;
        if (!also_equal || !other || other->op != SELECTOR_LITERAL ||
            other->literal.type != VALUE_STRING)
            return false;
    }
    return true;
}

bool selector_asks_only_defined(const struct selector *selector, uint32_t operand, bool also_equal)
{
    node_ptr root = selector->root;
    return !(root->op == SELECTOR_OPERAND && root->operand == operand) &&
           asks_only_defined(root, operand, also_equal);
}
