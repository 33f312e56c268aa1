#include "crypto/es256.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/check.h"

static gnutls_datum_t datum(const void *ptr, size_t len)
{
    /* GnuTLS takes what it only reads without const. */
    union { const void *in; unsigned char *out; } p = { .in = ptr };
    return (gnutls_datum_t){ .data = p.out, .size = (unsigned)len };
}

/* NULL when the library takes no such key. The caller frees. */
static gnutls_pubkey_t import(const struct es256_key *key)
{
    gnutls_pubkey_t pubkey;
    gnutls_datum_t x = datum(key->x, sizeof(key->x)), y = datum(key->y, sizeof(key->y));
    check(gnutls_pubkey_init(&pubkey) == GNUTLS_E_SUCCESS);
    if (gnutls_pubkey_import_ecc_raw(pubkey, GNUTLS_ECC_CURVE_SECP256R1, &x, &y) == 0)
        return pubkey;
    gnutls_pubkey_deinit(pubkey);
    return NULL;
}

bool es256_is_valid(const struct es256_key *key)
{
    gnutls_pubkey_t pubkey = import(key);
    if (!pubkey)
        return false;
    bool is_valid = gnutls_pubkey_verify_params(pubkey) == 0;
    gnutls_pubkey_deinit(pubkey);
    return is_valid;
}

bool es256_holds(const struct es256_key *key, struct str data, struct str der)
{
    gnutls_datum_t text = datum(data.ptr, data.len), signature = datum(der.ptr, der.len);
    gnutls_pubkey_t pubkey = der.len ? import(key) : NULL;
    if (!pubkey)
        return false;
    bool holds = gnutls_pubkey_verify_data2(pubkey, GNUTLS_SIGN_ECDSA_SHA256, 0, &text,
                                            &signature) >= 0;
    gnutls_pubkey_deinit(pubkey);
    return holds;
}

bool es256_holds_raw(const struct es256_key *key, struct str data,
                     const uint8_t signature[ES256_RAW_BYTES])
{
    gnutls_datum_t der = { 0 };
    gnutls_datum_t r = datum(signature, ES256_COORDINATE_BYTES);
    gnutls_datum_t s = datum(signature + ES256_COORDINATE_BYTES, ES256_COORDINATE_BYTES);
    if (gnutls_encode_rs_value(&der, &r, &s) != 0)
        return false;
    bool holds = es256_holds(key, data, str_of(der.data, der.size));
    gnutls_free(der.data);
    return holds;
}
