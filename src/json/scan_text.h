/* What the scanner does to texts that are not plain: escapes, and bytes that are no UTF-8. */
#ifndef JSON_SCAN_TEXT_H
#define JSON_SCAN_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* Decodes JSON escapes into out, which holds raw.len bytes. The length, or -1 on an escape that
 * JSON does not know. Surrogate pairs are joined; a lone surrogate becomes U+FFFD. */
ptrdiff_t json_scan_text_unescape(struct str raw, char *out) MUST_USE;
/* Makes valid UTF-8 of any bytes: surrogates encoded as three bytes each are joined, a lone one
 * becomes U+FFFD; so does any other bad byte, and adds one to *broken. False: no memory. */
bool json_scan_text_mend(struct str text, struct arena *arena, uint32_t *broken,
                    struct str *out) MUST_USE;

#endif
