/* Fuzz target: bodies of web-auth; the first byte is the frame's type. What decodes encodes to the
 * same bytes or, where a length had a longer form, to something that decodes to the same. */
#include <stddef.h>
#include <stdint.h>

#include "auth/wire/auth_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct auth_request request, request_again;
    struct auth_answer answer, answer_again;
    struct bytes out = { 0 };
    if (size == 0)
        return 0;
    struct str body = str_of(data + 1, size - 1);
    if (auth_wire_decode_request(data[0], body, &request) == 0) {
        auth_wire_encode_request(&request, &out);
        check(auth_wire_decode_request(data[0], bytes_str(&out), &request_again) == 0);
        check(str_equal(request.zone, request_again.zone));
        check(str_equal(request.secret, request_again.secret));
        check(str_equal(request.ask, request_again.ask));
        check(str_equal(request.body, request_again.body));
        check(str_equal(request.proof, request_again.proof));
        check(str_equal(request.assertion, request_again.assertion));
        check(request.call == request_again.call && request.by == request_again.by);
    }
    bytes_reset(&out);
    if (auth_wire_decode_answer(data[0], body, &answer) == 0) {
        auth_wire_encode_answer(&answer, &out);
        check(auth_wire_decode_answer(data[0], bytes_str(&out), &answer_again) == 0);
        check(str_equal(answer.me, answer_again.me));
        check(str_equal(answer.code, answer_again.code));
        check(str_equal(answer.evidence, answer_again.evidence));
        check(str_equal(answer.json, answer_again.json));
    }
    bytes_release(&out);
    return 0;
}
