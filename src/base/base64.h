/* Base64 as it comes from strangers, and as we write it (RFC 4648). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/str.h"

/* Decodes into out, which holds text.len / 4 * 3 + 3 bytes and may be the text itself. Takes both
 * alphabets, a blank for '+' (what form decoding makes of it), padding or none, line breaks
 * anywhere. The length, or -1 when the text is no base64. */
ptrdiff_t base64_decode(struct str text, uint8_t *out) MUST_USE;
/* Appends the standard alphabet with padding. */
void base64_encode(struct str data, struct bytes *out);

#endif
