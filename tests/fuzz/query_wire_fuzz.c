/* Frames between web and query from arbitrary bytes: what decodes encodes to the same bytes. */
#include <string.h>

#include "base/check.h"
#include "query/wire/query_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct query_question question;
    struct query_answer answer;
    struct bytes out = { 0 };
    if (query_wire_decode_question(str_of(data, size), &question) == 0) {
        query_wire_encode_question(&question, &out);
        check(out.len == size && memcmp(out.ptr, data, size) == 0);
    }
    bytes_reset(&out);
    if (query_wire_decode_answer(str_of(data, size), &answer) == 0) {
        query_wire_encode_answer(&answer, &out);
        check(out.len == size && memcmp(out.ptr, data, size) == 0);
    }
    bytes_release(&out);
    return 0;
}
