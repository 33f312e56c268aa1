/* The JSON around an ask: what is taken keeps its bounds, and refs are sorted and distinct, as the frames
 * to the vault and to query need them. */
#include <string.h>

#include "api/ask_body.h"
#include "base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct ask_body body;
    struct ask ask;
    arena_init(&arena, 1 << 22);
    if (ask_body_parse(str_of(data, size), &arena, &body) == 0) {
        check(body.ask.len <= ASK_BYTES_MAX && body.ref_count <= ASK_BODY_REFS_MAX);
        check(body.assertion.len <= ASK_BODY_ASSERTION_MAX);
        for (uint32_t i = 1; i < body.ref_count; i++)
            check(memcmp(&body.refs[i - 1], &body.refs[i], sizeof(*body.refs)) < 0);
        if (!ask_body_judge(&body, &ask))
            check(ask.has_subjects == (body.ref_count > 0));
    }
    ask_body_release(&body);
    arena_release(&arena);
    return 0;
}
