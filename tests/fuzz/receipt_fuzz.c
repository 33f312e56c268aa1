/* Receipts: what decodes must encode to the same bytes, and verifying one never reads outside. */
#include "base/check.h"
#include "ledger/receipt.h"
#include "support/log_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct receipt receipt;
    struct receipt_expect expect = { .origin = LOG_FILES_ORIGIN, .project = 7,
                                     .public_key = log_files_public_key() };
    struct receipt_seen seen = { .size = size & 1 ? 5 : 0 };
    struct entry entry;
    struct bytes again = { 0 };
    if (receipt_decode(str_of(data, size), &receipt) != 0)
        return 0;
    receipt_encode(&receipt, &again);
    check(str_equal(bytes_str(&again), str_of(data, size)));
    uint64_t before = seen.size;
    check(receipt_verify(&receipt, &expect, &seen, &entry) == 0 || seen.size == before);
    bytes_release(&again);
    return 0;
}
