/* Evidence and the header of proofs: what decodes must encode to the same bytes, and checking a
 * proof never reads outside. */
#include "auth/wire/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t session[16];
    struct evidence evidence;
    struct bytes again = { 0 };
    uint64_t counter;
    int64_t time_ms;
    uint8_t signature[64];
    struct str text = str_of(data, size);
    if (evidence_parse_header(text, &counter, &time_ms, signature) == 0)
        check(time_ms >= 0);
    if (evidence_decode(text, &evidence) != 0)
        return 0;
    evidence_encode(&evidence, &again);
    check(str_equal(bytes_str(&again), text));
    if (evidence.kind == EVIDENCE_SECRET)
        check(evidence_check_proof(&evidence, STR("ask"), session) != 0);
    else
        (void)!evidence_check_proof(&evidence, STR("ask"), session);
    bytes_release(&again);
    return 0;
}
