/* A frame of the store's tables from arbitrary bytes; what loads must be written and load again. */
#include <stdlib.h>

#include "base/check.h"
#include "store/tables.h"
#include "support/file_fault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fs *fs = file_fault_create();
    struct stores *stores, *again;
    struct journal journal;
    check(stores_open(fs, &stores) == 0);
    if (tables_load(stores, str_of(data, size)) == 0) {
        check(journal_create(fs, 9, &journal) == 0);
        check(tables_append(stores, &journal, true) == 0);
        journal_close(&journal);
        struct fs *other = file_fault_create();
        check(stores_open(other, &again) == 0);
        check(journal_read(fs, &journal, tables_load, again) == 0);
        stores_close(again);
        fs_destroy(other);
    }
    stores_close(stores);
    fs_destroy(fs);
    return 0;
}
