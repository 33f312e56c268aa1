#include "support/authenticator.h"

#include <stdlib.h>
#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "base/base64.h"
#include "base/check.h"
#include "crypto/hash.h"

enum { FLAG_UP = 1, FLAG_UV = 4, FLAG_AT = 64 };

struct authenticator {
    gnutls_privkey_t key;
    const char *id, *host;
    uint8_t x[32], y[32];
};

static void put_coordinate(const gnutls_datum_t *from, uint8_t out[32])
{
    size_t skip = from->size > 32 ? from->size - 32 : 0, len = from->size - skip;
    memset(out, 0, 32);
    memcpy(out + 32 - len, from->data + skip, len);
}

struct authenticator *authenticator_create(const char *id, const char *host)
{
    struct authenticator *a = calloc(1, sizeof(*a));
    gnutls_datum_t x, y, k;
    gnutls_ecc_curve_t curve;
    check(a != NULL);
    a->id = id;
    a->host = host;
    check(gnutls_privkey_init(&a->key) == 0);
    check(gnutls_privkey_generate(a->key, GNUTLS_PK_ECDSA,
                                  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) == 0);
    check(gnutls_privkey_export_ecc_raw(a->key, &curve, &x, &y, &k) == 0);
    put_coordinate(&x, a->x);
    put_coordinate(&y, a->y);
    gnutls_free(x.data);
    gnutls_free(y.data);
    gnutls_free(k.data);
    return a;
}

void authenticator_destroy(struct authenticator *a)
{
    if (!a)
        return;
    gnutls_privkey_deinit(a->key);
    free(a);
}

struct str authenticator_id(const struct authenticator *a)
{
    return str_from(a->id);
}

static void put_head(const struct authenticator *a, uint8_t flags, uint32_t count,
                     struct bytes *out)
{
    uint8_t hash[32];
    hash_sha256(str_from(a->host), hash);
    bytes_append(out, hash, sizeof(hash));
    bytes_put_u8(out, flags);
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes_put_u8(out, (uint8_t)(count >> shift));
}

static void put_client_data(const char *type, const uint8_t challenge[32], const char *origin,
                            struct bytes *out)
{
    struct bytes text = { 0 };
    base64_encode(str_of(challenge, 32), &text);
    for (size_t i = 0; i < text.len; i++)
        text.ptr[i] = text.ptr[i] == '+' ? '-' : text.ptr[i] == '/' ? '_' : text.ptr[i];
    while (text.len && text.ptr[text.len - 1] == '=')
        text.len--;
    bytes_printf(out, "{\"type\":\"%s\",\"challenge\":\"%.*s\",\"origin\":\"%s\","
                 "\"crossOrigin\":false}", type, (int)text.len, (char *)text.ptr, origin);
    bytes_release(&text);
}

void authenticator_enrol(struct authenticator *a, const uint8_t challenge[32],
                         struct authenticator_said *out)
{
    static const uint8_t head[] = { 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20 };
    struct bytes origin = { 0 };
    put_head(a, FLAG_UP | FLAG_UV | FLAG_AT, 0, &out->auth_data);
    memset(bytes_grow(&out->auth_data, 16), 0, 16);
    bytes_put_u8(&out->auth_data, 0);
    bytes_put_u8(&out->auth_data, (uint8_t)strlen(a->id));
    bytes_append(&out->auth_data, a->id, strlen(a->id));
    bytes_append(&out->auth_data, head, sizeof(head));
    bytes_append(&out->auth_data, a->x, 32);
    bytes_append(&out->auth_data, "\x22\x58\x20", 3);
    bytes_append(&out->auth_data, a->y, 32);
    bytes_printf(&origin, "https://%s", a->host);
    bytes_put_u8(&origin, 0);
    put_client_data("webauthn.create", challenge, (char *)origin.ptr, &out->client_data);
    bytes_release(&origin);
}

void authenticator_assert(struct authenticator *a, const uint8_t challenge[32],
                          const struct authenticator_faults *faults,
                          struct authenticator_said *out)
{
    static const struct authenticator_faults none;
    struct bytes data = { 0 }, origin = { 0 };
    gnutls_datum_t signature;
    uint8_t hash[32];
    if (!faults)
        faults = &none;
    bytes_printf(&origin, "https://%s", a->host);
    bytes_put_u8(&origin, 0);
    put_head(a, faults->without_user ? FLAG_UP : FLAG_UP | FLAG_UV, faults->count,
             &out->auth_data);
    put_client_data("webauthn.get", challenge, faults->origin ? faults->origin
                                                              : (char *)origin.ptr,
                    &out->client_data);
    hash_sha256(bytes_str(&out->client_data), hash);
    bytes_append_str(&data, bytes_str(&out->auth_data));
    bytes_append(&data, hash, sizeof(hash));
    gnutls_datum_t text = { .data = data.ptr, .size = (unsigned)data.len };
    check(gnutls_privkey_sign_data2(a->key, GNUTLS_SIGN_ECDSA_SHA256, 0, &text, &signature) == 0);
    bytes_append(&out->signature, signature.data, signature.size);
    gnutls_free(signature.data);
    bytes_release(&data);
    bytes_release(&origin);
}

void authenticator_said_release(struct authenticator_said *said)
{
    bytes_release(&said->auth_data);
    bytes_release(&said->client_data);
    bytes_release(&said->signature);
}
