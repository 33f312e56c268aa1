#include "api/ask_body.h"

#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"

/* "" when absent; false when it is there and no text of at most max bytes. */
static bool read_text(const struct json_node *root, const char *name, size_t max, struct str *out)
{
    const struct json_node *member = json_doc_member(root, name);
    *out = member ? json_doc_string(member) : STR("");
    return !member || (json_doc_type(member) == JSON_STRING && out->len <= max);
}

static bool read_refs(const struct json_node *list, struct arena *arena, struct ask_body *out)
{
    if (!list)
        return true;
    uint32_t count = json_doc_count(list), i = 0;
    if (json_doc_type(list) != JSON_ARRAY || count > ASK_BODY_REFS_MAX)
        return false;
    struct ref *refs = arena_try(arena, (count + 1) * sizeof(*refs));
    if (!refs)
        return false;
    for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL; i++) {
        if (!str_to_hex_bytes(json_doc_string(n), refs[i].bytes, sizeof(refs[i].bytes)) ||
            (i > 0 && memcmp(refs[i - 1].bytes, refs[i].bytes, sizeof(refs[i].bytes)) >= 0))
            return false;
    }
    out->refs = refs;
    out->ref_count = count;
    return true;
}

static bool read_lookup(const struct json_node *lookup, struct ask_body *out)
{
    static const struct {
        const char *name;
        uint8_t kind;
    } kinds[] = { { "id", REF_KIND_ID }, { "email", REF_KIND_EMAIL }, { "phone", REF_KIND_PHONE } };
    if (!lookup)
        return true;
    struct str kind = json_doc_get_string(lookup, "kind", STR(""));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (str_equal(kind, str_from(kinds[i].name)))
            out->lookup_kind = kinds[i].kind;
    return out->lookup_kind != 0 && read_text(lookup, "text", ASK_BODY_LOOKUP_MAX, &out->lookup);
}

static bool read_assertion(const struct json_node *assertion, struct arena *arena,
                           struct ask_body *out)
{
    if (!assertion)
        return true;
    struct bytes json = { 0 };
    json_doc_print(assertion, &json);
    bool is_right = json_doc_type(assertion) == JSON_OBJECT && json.len <= ASK_BODY_ASSERTION_MAX;
    if (is_right)
        out->assertion = arena_copy(arena, bytes_str(&json));
    bytes_release(&json);
    return is_right && out->assertion.ptr != NULL;
}

int ask_body_parse(struct str text, struct arena *arena, struct ask_body *out)
{
    *out = (struct ask_body){ .doc = NULL };
    int r = json_doc_parse(text, ASK_BODY_MAX_BYTES, &out->doc);
    if (r != 0)
        return ERR_INVALID;
    const struct json_node *root = json_doc_root(out->doc);
    bool is_right = json_doc_type(root) == JSON_OBJECT &&
                    read_text(root, "ask", ASK_BYTES_MAX, &out->ask) &&
                    read_text(root, "question", ASK_BODY_MAX_BYTES, &out->question) &&
                    read_refs(json_doc_member(root, "refs"), arena, out) &&
                    read_lookup(json_doc_member(root, "lookup"), out) &&
                    read_assertion(json_doc_member(root, "assertion"), arena, out);
    return is_right ? 0 : ERR_INVALID;
}

void ask_body_release(struct ask_body *body)
{
    if (body->doc)
        json_doc_wipe(body->doc);
    *body = (struct ask_body){ .doc = NULL };
}

static bool fits_refs(const struct ask_body *body, const struct ask *ask)
{
    uint8_t hash[ASK_HASH_BYTES];
    if (!ask->has_subjects)
        return body->ref_count == 0;
    return body->ref_count > 0 && ask->subject_count == body->ref_count &&
           ask_hash_subjects(body->refs, body->ref_count, hash) == 0 &&
           memcmp(hash, ask->subjects_hash, sizeof(hash)) == 0;
}

static bool fits_question(const struct ask_body *body, const struct ask *ask)
{
    uint8_t hash[HASH_SHA256_BYTES];
    if (!ask->has_question)
        return body->question.len == 0;
    hash_sha256(body->question, hash);
    return memcmp(hash, ask->question, sizeof(hash)) == 0;
}

const char *ask_body_judge(const struct ask_body *body, struct ask *out)
{
    if (ask_parse(body->ask, out) != 0 || !fits_question(body, out))
        return "ask";
    return fits_refs(body, out) ? NULL : "subjects";
}
