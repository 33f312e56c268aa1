#include "query/wire/query_wire.h"

#include "base/err.h"

enum {
    SETTINGS_MAX = 1024 * 1024, /* a project's lexicon: names and classes */
    QUESTION_MAX = 1024 * 1024, /* over SPEC_TEXT_MAX: the parser says so, with a place */
    STATUS_MIN = 100, STATUS_MAX = 599,
    REF_BYTES = 16,
};

/* An ask comes with its evidence, and neither where there is none to be. */
static bool is_askable(const struct query_question *q)
{
    bool has_ask = query_what_has_ask(q->what);
    return (q->ask.len > 0) == has_ask && (q->evidence.len > 0) == has_ask &&
           q->ask.len <= QUERY_ASK_MAX && q->evidence.len <= QUERY_ASK_MAX &&
           (q->refs.len == 0 || query_what_has_refs(q->what)) && q->refs.len % REF_BYTES == 0 &&
           q->refs.len <= (size_t)QUERY_REFS_MAX * REF_BYTES;
}

void query_wire_encode_question(const struct query_question *q, struct bytes *body)
{
    check(q->grant.len == 0 || q->grant.len == QUERY_GRANT_BYTES);
    check(q->settings.len <= SETTINGS_MAX && q->question.len <= QUESTION_MAX);
    check(is_askable(q));
    bytes_put_u8(body, (uint8_t)q->what);
    bytes_put_u8(body, 0);
    bytes_put_u8(body, 0);
    bytes_put_u8(body, 0);
    bytes_put_u32(body, 0);
    bytes_put_u64(body, q->project);
    bytes_put_part(body, q->grant);
    bytes_put_part(body, q->settings);
    if (q->what >= QUERY_PEOPLE) {
        bytes_put_part(body, q->ask);
        bytes_put_part(body, q->evidence);
        bytes_put_part(body, q->refs);
    }
    bytes_append_str(body, q->question);
}

int query_wire_decode_question(struct str body, struct query_question *q)
{
    struct bytes_reader r = bytes_reader_over(body);
    uint8_t what = bytes_get_u8(&r);
    uint32_t zero = bytes_get_u8(&r);
    zero |= bytes_get_u8(&r);
    zero |= bytes_get_u8(&r);
    zero |= bytes_get_u32(&r);
    struct query_question got = { .what = (enum query_what)what,
                                  .project = bytes_get_u64(&r) };
    /* Lengths are judged below: one has an error of its own. */
    got.grant = bytes_get_part(&r, UINT32_MAX);
    got.settings = bytes_get_part(&r, UINT32_MAX);
    if (what >= QUERY_PEOPLE) {
        got.ask = bytes_get_part(&r, UINT32_MAX);
        got.evidence = bytes_get_part(&r, UINT32_MAX);
        got.refs = bytes_get_part(&r, UINT32_MAX);
    }
    got.question = bytes_get_raw(&r, bytes_left(&r));
    if (r.failed || zero != 0 || what < QUERY_REPORT || what > QUERY_WHAT_LAST ||
        !is_askable(&got))
        return ERR_INVALID;
    if (got.grant.len != 0 && got.grant.len != QUERY_GRANT_BYTES)
        return ERR_INVALID;
    if (got.settings.len > SETTINGS_MAX || got.question.len > QUESTION_MAX)
        return ERR_TOO_LARGE;
    *q = got;
    return 0;
}

void query_wire_encode_answer(const struct query_answer *answer, struct bytes *body)
{
    check(answer->status >= STATUS_MIN && answer->status <= STATUS_MAX);
    bytes_put_u32(body, answer->status);
    bytes_append_str(body, answer->json);
}

int query_wire_decode_answer(struct str body, struct query_answer *answer)
{
    struct bytes_reader r = bytes_reader_over(body);
    uint32_t status = bytes_get_u32(&r);
    if (r.failed || status < STATUS_MIN || status > STATUS_MAX)
        return ERR_INVALID;
    *answer = (struct query_answer){ .status = status,
                                     .json = bytes_get_raw(&r, bytes_left(&r)) };
    return 0;
}
