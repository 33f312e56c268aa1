/* Signed notes, and verifier keys, from anybody. A byte that changes in a note that opens closes it;
 * a key that is read prints as it was. The corpus has notes of tests/support/log_files' key. */
#include "base/check.h"
#include "ledger/checkpoint.h"
#include "support/log_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of(data, size), name;
    struct checkpoint checkpoint;
    struct bytes again = { 0 };
    uint8_t public_key[32];
    if (checkpoint_open(text, STR(LOG_FILES_ORIGIN), log_files_public_key(), &checkpoint) == 0) {
        checkpoint_sign(&checkpoint, log_files_secret_key(), &again);
        /* Lines of others may stand around ours; the text itself has one form. */
        struct str note = bytes_str(&again);
        struct str head = str_slice(note, 0, (size_t)str_find(note, STR("\n\n")) + 2);
        check(str_starts(text, head));
    }
    bytes_reset(&again);
    if (checkpoint_parse_vkey(text, &name, public_key) == 0) {
        checkpoint_format_vkey(name, public_key, &again);
        check(str_equal_fold(bytes_str(&again), text));
    }
    bytes_release(&again);
    return 0;
}
