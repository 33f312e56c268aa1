/* The text of a proof: what is read prints as it was, but for an "extra" line. */
#include "base/check.h"
#include "ledger/tlog_proof.h"
#include "ledger/verify.h"
#include "support/log_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tlog_proof proof;
    struct str text = str_of(data, size);
    struct verify_result result;
    struct bytes again = { 0 };
    uint8_t entry[ENTRY_BYTES];
    if (tlog_proof_parse(text, &proof) == 0) {
        tlog_proof_format(&proof, &again);
        check(str_find(text, STR("\nextra ")) >= 0 || str_equal(bytes_str(&again), text));
    }
    log_files_entry(13, 0, entry);
    int r = verify_proof(text, str_of(entry, sizeof(entry)), STR(LOG_FILES_ORIGIN),
                         log_files_public_key(), &result);
    check((r == 0) == (result.what[0] == 0));
    bytes_release(&again);
    return 0;
}
