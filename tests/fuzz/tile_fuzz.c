/* Bundles of entries: those of a bundle that is whole make the same bundle again. */
#include "base/check.h"
#include "ledger/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bundle = str_of(data, size), rest = bundle, entry;
    struct bytes again = { 0 };
    int r;
    while ((r = tile_entries_next(&rest, &entry)) == 1)
        tile_entries_append(entry, &again);
    check(str_starts(bundle, bytes_str(&again)));
    check((r == 0) == (again.len == size));
    bytes_release(&again);
    return 0;
}
