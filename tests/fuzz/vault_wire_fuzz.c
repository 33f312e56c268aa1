/* The answers of the vault from arbitrary bytes: what decodes must encode to the same bytes. */
#include "base/check.h"
#include "vault/wire/vault_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str body = str_of(data, size);
    struct vault_stored stored;
    enum vault_refusal refusal;
    struct bytes out = { 0 };
    if (vault_wire_decode_stored(body, &stored) == 0) {
        vault_wire_encode_stored(&stored, &out);
        check(str_equal(bytes_str(&out), body));
    }
    bytes_reset(&out);
    if (vault_wire_decode_refused(body, &refusal) == 0) {
        vault_wire_encode_refused(refusal, &out);
        check(str_equal(bytes_str(&out), body));
    }
    bytes_release(&out);
    return 0;
}
