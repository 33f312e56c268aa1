/* The detectors: pieces lie inside the text, in order, and masking them all ends. */
#include <stdlib.h>

#include "base/check.h"
#include "ingest/detect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of(data, size);
    struct detect_piece piece;
    size_t from = 0;
    (void)detect_whole(text);
    while (detect_piece(text, from, &piece)) {
        check(piece.begin >= from && piece.end > piece.begin && piece.end <= size);
        check(detect_mask(piece.kind).len > 0);
        from = piece.end;
    }
    return 0;
}
