/* The manifest from arbitrary bytes, its checksum made to hold; what decodes must encode to the
 * same bytes. */
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "store/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = { 0 }, again = { 0 };
    struct manifest manifest;
    bytes_append(&bytes, data, size);
    if (size >= 8) {
        bytes.len -= 8;
        bytes_put_u64(&bytes, hash_64(bytes.ptr, bytes.len));
    }
    if (manifest_decode(bytes_str(&bytes), &manifest) == 0) {
        manifest_encode(&manifest, &again);
        check(str_equal(bytes_str(&bytes), bytes_str(&again)));
        manifest_release(&manifest);
    }
    bytes_release(&bytes);
    bytes_release(&again);
    return 0;
}
