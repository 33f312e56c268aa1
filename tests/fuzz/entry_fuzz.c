/* Entries of the ledger: what decodes must encode to the same bytes. */
#include <string.h>

#include "base/check.h"
#include "ledger/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct entry entry;
    uint8_t again[ENTRY_BYTES];
    if (size != ENTRY_BYTES || entry_decode(data, &entry) != 0)
        return 0;
    entry_encode(&entry, again);
    check(memcmp(again, data, ENTRY_BYTES) == 0);
    return 0;
}
