/* Random bytes for secrets, nonces and boot ids, and the start of the library. */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include <stddef.h>

/* Once, first thing in every program; a bug when the library does not start. */
void crypto_init(void);
void random_bytes(void *out, size_t len);
/* 256 random bits as 43 base64url characters and a NUL: keys, links, cookies. */
void random_text(char out[44]);

#endif
