/* The tree of a selector, for the parser, the printer and the evaluator alone. */
#ifndef QUERY_SELECTOR_TREE_H
#define QUERY_SELECTOR_TREE_H

#include "event/value.h"
#include "query/operand.h"
#include "query/selector.h"

enum selector_op {
    SELECTOR_LITERAL,   /* a value; a list of literals too */
    SELECTOR_UNDEFINED,
    SELECTOR_OPERAND,
    SELECTOR_OR, SELECTOR_AND,      /* any number of children, two at least */
    SELECTOR_NOT, SELECTOR_MINUS,   /* one */
    SELECTOR_EQ, SELECTOR_NE, SELECTOR_LT, SELECTOR_LE, SELECTOR_GT, SELECTOR_GE, SELECTOR_IN,
    SELECTOR_ADD, SELECTOR_SUBTRACT,
    SELECTOR_MULTIPLY, SELECTOR_DIVIDE, SELECTOR_MODULO,
    SELECTOR_FLOOR, SELECTOR_ROUND, SELECTOR_CEIL, SELECTOR_BOOLEAN, SELECTOR_NUMBER,
    SELECTOR_STRING, SELECTOR_DEFINED, SELECTOR_DATETIME,
    SELECTOR_OPS
};

struct selector_node {
    enum selector_op op;
    uint32_t operand;   /* of SELECTOR_OPERAND */
    uint32_t depth;     /* 1 = a leaf; SELECTOR_DEPTH_MAX at most */
    uint32_t count;
    const struct selector_node **children;
    struct value literal;
};

struct selector {
    const struct selector_node *root;
    const struct operand *operands;
    uint32_t operand_count;
};

/* "and", "==", "floor": the op as it is written. Not for the three leaves. */
const char *selector_op_text(enum selector_op op);

#endif
