/* JSON bodies of people's questions and of configuration, read whole (cJSON underneath, bounded).
 * Not for events: those go through json/scan.
 *
 * A reader walks with typed getters that remember the first thing that was wrong, and where (a JSON
 * pointer), so that a parser reads its schema straight through and asks once at the end. */
#ifndef JSON_DOC_H
#define JSON_DOC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

struct json_doc;
struct json_node;  /* belongs to its doc */

/* ERR_INVALID: not JSON, deeper than 32, duplicate members, not UTF-8; ERR_TOO_LARGE over max. */
int json_doc_parse(struct str text, size_t max_bytes, struct json_doc **out) MUST_USE;
void json_doc_destroy(struct json_doc *doc);      /* NULL is fine */
/* The same, after overwriting every text in it: for what bears personal values. */
void json_doc_wipe(struct json_doc *doc);
const struct json_node *json_doc_root(const struct json_doc *doc);

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

enum json_type json_doc_type(const struct json_node *node);
struct str json_doc_string(const struct json_node *node);  /* "" when not a string; ends in NUL */
double json_doc_number(const struct json_node *node);      /* 0 when not a number */
bool json_doc_bool(const struct json_node *node);
/* The member of that name, or NULL (also when node is NULL or no object). Case matters. */
const struct json_node *json_doc_member(const struct json_node *node, const char *name);
uint32_t json_doc_count(const struct json_node *node);     /* elements or members */
/* Walks elements or members: NULL gives the first, the last gives NULL. */
const struct json_node *json_doc_next(const struct json_node *parent, const struct json_node *at);
struct str json_doc_name(const struct json_node *node);    /* of a member */
/* Compact text of a node, appended. */
void json_doc_print(const struct json_node *node, struct bytes *out);

/* Convenience for configuration: the member's value, or the default when absent or of another
 * type. */
struct str json_doc_get_string(const struct json_node *node, const char *name, struct str absent);
double json_doc_get_number(const struct json_node *node, const char *name, double absent);
bool json_doc_get_bool(const struct json_node *node, const char *name, bool absent);
/* A member that must be a whole number in [0, 2^53]; false when not. */
bool json_doc_get_u64(const struct json_node *node, const char *name, uint64_t *out);
/* The first member that is not among names[count], or NULL. */
const struct json_node *json_doc_unknown(const struct json_node *node, const char *const *names,
                                         uint32_t count);

#endif
