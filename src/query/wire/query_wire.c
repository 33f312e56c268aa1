#include "query/wire/query_wire.h"

#include "base/err.h"

enum {
    SETTINGS_MAX = 1024 * 1024, /* a project's lexicon: names and classes */
    QUESTION_MAX = 1024 * 1024, /* over SPEC_TEXT_MAX: the parser says so, with a place */
    STATUS_MIN = 100, STATUS_MAX = 599,
};

void query_wire_encode_question(const struct query_question *q, struct bytes *body)
{
    check(q->grant.len == 0 || q->grant.len == QUERY_GRANT_BYTES);
    check(q->settings.len <= SETTINGS_MAX && q->question.len <= QUESTION_MAX);
    bytes_put_u8(body, (uint8_t)q->what);
    bytes_put_u8(body, 0);
    bytes_put_u8(body, 0);
    bytes_put_u8(body, 0);
    bytes_put_u32(body, 0);
    bytes_put_u64(body, q->project);
    bytes_put_u32(body, (uint32_t)q->grant.len);
    bytes_append_str(body, q->grant);
    bytes_put_u32(body, (uint32_t)q->settings.len);
    bytes_append_str(body, q->settings);
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
    uint64_t project = bytes_get_u64(&r);
    uint32_t grant_len = bytes_get_u32(&r);
    struct str grant = bytes_get_raw(&r, grant_len);
    uint32_t settings_len = bytes_get_u32(&r);
    struct str settings = bytes_get_raw(&r, settings_len);
    struct str question = bytes_get_raw(&r, bytes_left(&r));
    if (r.failed || zero != 0 || what < QUERY_REPORT || what > QUERY_STATUS)
        return ERR_INVALID;
    if (grant_len != 0 && grant_len != QUERY_GRANT_BYTES)
        return ERR_INVALID;
    if (settings_len > SETTINGS_MAX || question.len > QUESTION_MAX)
        return ERR_TOO_LARGE;
    *q = (struct query_question){ .what = (enum query_what)what, .project = project,
                                  .grant = grant, .settings = settings, .question = question };
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
