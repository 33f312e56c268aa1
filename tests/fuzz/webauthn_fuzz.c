/* What a passkey says: u16 length, authData, the rest is clientDataJSON. The challenge is 32 zeros,
 * the host localhost. What is taken as a new key has to stand in the bytes. */
#include <string.h>

#include "auth/wire/webauthn.h"
#include "base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t challenge[32];
    const struct webauthn_place place = { STR("localhost") };
    struct bytes_reader r = bytes_reader_over(str_of(data, size));
    struct str auth_data = bytes_get_raw(&r, bytes_get_u16(&r));
    struct str client_data = bytes_get_raw(&r, bytes_left(&r));
    struct webauthn_key key = { 0 };
    uint32_t count;
    if (r.failed)
        return 0;
    if (webauthn_read_attested(auth_data, &key) == 0)
        check(key.id.len > 0 && key.id.ptr >= auth_data.ptr &&
              key.id.ptr + key.id.len + 77 == auth_data.ptr + auth_data.len);
    if (webauthn_read_new(auth_data, client_data, challenge, &place, &key) == 0)
        check(str_find(client_data, STR("webauthn.create")) >= 0);
    const struct webauthn_assertion assertion = { auth_data, client_data, STR("no signature") };
    check(webauthn_check(&key, &assertion, challenge, &place, &count) != 0);
    return 0;
}
