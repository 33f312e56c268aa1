/* A question from its JSON, and why not. */
#ifndef QUERY_SPEC_JSON_H
#define QUERY_SPEC_JSON_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "query/spec.h"

/* What the asker did wrong: where (a JSON pointer), a code the console knows ("query", "where",
 * "personal", "unsupported"; "closed" for rows about single people), and an English sentence in the
 * arena. */
struct spec_error {
    struct str at;
    const char *code;
    struct str message;
};

/* ERR_INVALID with *error filled (unknown members, wrong types, impossible values), ERR_NOMEM. */
int spec_json_parse(struct str json, struct arena *arena, const struct spec **out,
                    struct spec_error *error) MUST_USE;
/* The JSON of a question, which parses back to the same. */
void spec_json_print(const struct spec *spec, struct bytes *out);

/* True when the property is personal: seal made its values refs. */
typedef bool (*spec_is_personal_fn)(void *ctx, const struct operand *operand);
/* On a personal property only defined() is answered. ERR_INVALID, code "personal". */
int spec_check_personal(const struct spec *spec, spec_is_personal_fn is_personal, void *ctx,
                        struct arena *arena, struct spec_error *error) MUST_USE;

#endif
