/* Tree to text, with brackets where precedence asks for them and always after `not`: the form that
 * the console's filter builder writes. */
#include "query/selector.h"

#include "query/selector_tree.h"

/* How tightly an op binds; a child that binds less is put in brackets. */
static int binding(enum selector_op op)
{
    switch (op) {
    case SELECTOR_OR: return 1;
    case SELECTOR_AND: return 2;
    case SELECTOR_NOT: return 3;
    case SELECTOR_EQ: case SELECTOR_NE: case SELECTOR_LT: case SELECTOR_LE:
    case SELECTOR_GT: case SELECTOR_GE: case SELECTOR_IN:
        return 4;
    case SELECTOR_ADD: case SELECTOR_SUBTRACT: return 5;
    case SELECTOR_MULTIPLY: case SELECTOR_DIVIDE: case SELECTOR_MODULO: return 6;
    case SELECTOR_MINUS: return 7;
    default: return 8;
    }
}

static void print_text(struct str text, struct bytes *out)
{
    struct value value = { .type = VALUE_STRING, .as.string = text };
    value_format_json(&value, out);
}

static void print_index(struct str name, struct bytes *out)
{
    bytes_put_u8(out, '[');
    print_text(name, out);
    bytes_put_u8(out, ']');
}

void selector_print_operand(const struct operand *operand, struct bytes *out)
{
    switch (operand->of) {
    case OPERAND_EVENT:
        bytes_append_str(out, STR("properties"));
        print_index(operand->property, out);
        break;
    case OPERAND_PERSON:
        bytes_append_str(out, STR("user"));
        print_index(operand->property, out);
        break;
    case OPERAND_GROUP:
        bytes_append_str(out, STR("group"));
        print_index(operand->group_key, out);
        print_index(operand->property, out);
        break;
    case OPERAND_TIME: bytes_append_str(out, STR("properties[\"$time\"]")); break;
    case OPERAND_NAME: bytes_append_str(out, STR("event[\"name\"]")); break;
    }
}

static void print_literal(const struct value *value, struct bytes *out)
{
    if (value->type != VALUE_LIST) {
        value_format_json(value, out);
        return;
    }
    bytes_put_u8(out, '[');
    for (uint32_t i = 0; i < value->as.list.count; i++) {
        if (i)
            bytes_append_str(out, STR(", "));
        value_format_json(&value->as.list.items[i], out);
    }
    bytes_put_u8(out, ']');
}

static void print_node(const struct selector *selector, const struct selector_node *node,
                       struct bytes *out);

/* The child in brackets when it binds less than `least`. */
static void print_child(const struct selector *selector, const struct selector_node *child,
                        int least, struct bytes *out)
{
    bool is_wrapped = binding(child->op) < least;
    if (is_wrapped)
        bytes_put_u8(out, '(');
    print_node(selector, child, out);
    if (is_wrapped)
        bytes_put_u8(out, ')');
}

/* Sums and products lean to the left, so their right sides must bind more. Comparisons do not
 * chain, and an `and` in an `and` was written in brackets: there both sides must. */
static void print_joined(const struct selector *selector, const struct selector_node *node,
                         struct bytes *out)
{
    int own = binding(node->op);
    for (uint32_t i = 0; i < node->count; i++) {
        if (i)
            bytes_printf(out, " %s ", selector_op_text(node->op));
        print_child(selector, node->children[i], own >= 5 && i == 0 ? own : own + 1, out);
    }
}

static void print_node(const struct selector *selector, const struct selector_node *node,
                       struct bytes *out)
{
    switch (node->op) {
    case SELECTOR_LITERAL: print_literal(&node->literal, out); break;
    case SELECTOR_UNDEFINED: bytes_append_str(out, STR("undefined")); break;
    case SELECTOR_OPERAND:
        selector_print_operand(&selector->operands[node->operand], out);
        break;
    case SELECTOR_MINUS:
        bytes_put_u8(out, '-');
        print_child(selector, node->children[0], binding(SELECTOR_MINUS), out);
        break;
    case SELECTOR_NOT:
        bytes_append_str(out, STR("not "));
        print_child(selector, node->children[0], 9, out);
        break;
    default:
        if (node->op < SELECTOR_FLOOR) {
            print_joined(selector, node, out);
            break;
        }
        bytes_append_str(out, str_from(selector_op_text(node->op)));
        bytes_put_u8(out, '(');
        print_node(selector, node->children[0], out);
        bytes_put_u8(out, ')');
    }
}

void selector_print(const struct selector *selector, struct bytes *out)
{
    print_node(selector, selector->root, out);
}
