/* A passkey as a browser and its device make one: a P-256 key that signs authData and
 * clientDataJSON for a host. */
#ifndef TESTS_SUPPORT_AUTHENTICATOR_H
#define TESTS_SUPPORT_AUTHENTICATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/str.h"

struct authenticator;

struct authenticator *authenticator_create(const char *id, const char *host);
void authenticator_destroy(struct authenticator *a);     /* NULL is fine */
struct str authenticator_id(const struct authenticator *a);

struct authenticator_said {
    struct bytes auth_data, client_data, signature;
};

/* What is wrong with the next words; all zero: nothing. */
struct authenticator_faults {
    bool without_user;        /* UV is not set */
    const char *origin;       /* another one */
    uint32_t count;           /* the sign count; 0 = none is kept */
};

/* authData with the new key in it, for webauthn.create. */
void authenticator_enrol(struct authenticator *a, const uint8_t challenge[32],
                         struct authenticator_said *out);
void authenticator_assert(struct authenticator *a, const uint8_t challenge[32],
                          const struct authenticator_faults *faults,
                          struct authenticator_said *out);
void authenticator_said_release(struct authenticator_said *said);

#endif
