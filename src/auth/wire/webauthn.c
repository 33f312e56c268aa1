/* authData is read at fixed offsets (WebAuthn Level 3, 6.1): rpIdHash 32 · flags 1 · signCount 4,
 * and with the AT flag aaguid 16 · length 2 · credential id · COSE key. The only COSE key taken is
 * the canonical one of ES256, 77 bytes: then there is no CBOR to read. */
#include "auth/wire/webauthn.h"

#include <string.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/err.h"
#include "crypto/es256.h"
#include "crypto/hash.h"
#include "json/scan.h"

enum {
    FLAGS_AT = 32, COUNT_AT = 33, HEAD_BYTES = 37, ID_LENGTH_AT = 53, ID_AT = 55,
    COSE_BYTES = 77, COSE_X_AT = 10, COSE_Y_AT = 45,
    FLAG_UP = 0x01, FLAG_UV = 0x04, FLAG_AT = 0x40, FLAG_ED = 0x80,
    CHALLENGE_BYTES = 32, CHALLENGE_TEXT = 43, MEMBERS_MAX = 32,
    ARENA_MAX = 256 * 1024,
};

static const uint8_t cose_head[COSE_X_AT] = { 0xa5, 0x01, 0x02, 0x03, 0x26,
                                              0x20, 0x01, 0x21, 0x58, 0x20 };
static const uint8_t cose_middle[COSE_Y_AT - COSE_X_AT - 32] = { 0x22, 0x58, 0x20 };

void webauthn_login_challenge(struct str nonce, struct str public_key, uint8_t out[32])
{
    const struct str parts[] = { STR("amana login 1"), nonce, public_key };
    hash_sha256_parts(parts, 3, out);
}

/* ---- clientDataJSON -------------------------------------------------------------------------- */

struct client_data {
    struct str type, challenge, origin;
    bool is_cross_origin;
    unsigned seen;          /* a bit for each known member: none comes twice */
};

static bool take_string(struct json_scan *scan, struct client_data *data, unsigned bit,
                        struct str *out)
{
    struct value value;
    if ((data->seen & bit) || !json_scan_value(scan, &value) || value.type != VALUE_STRING)
        return false;
    data->seen |= bit;
    *out = value.as.string;
    return true;
}

static bool take_member(struct json_scan *scan, struct str name, struct client_data *data)
{
    struct value value;
    if (str_equal(name, STR("type")))
        return take_string(scan, data, 1, &data->type);
    if (str_equal(name, STR("challenge")))
        return take_string(scan, data, 2, &data->challenge);
    if (str_equal(name, STR("origin")))
        return take_string(scan, data, 4, &data->origin);
    if (!json_scan_value(scan, &value))
        return false;
    if (str_equal(name, STR("crossOrigin"))) {
        if ((data->seen & 8) || (value.type != VALUE_FALSE && value.type != VALUE_TRUE))
            return false;
        data->seen |= 8;
        data->is_cross_origin = value.type == VALUE_TRUE;
    }
    return true;
}

/* Unknown members may come (browsers add them), but none twice. */
static int read_client_data(struct str text, struct arena *arena, struct client_data *data)
{
    struct json_scan scan;
    struct str name, names[MEMBERS_MAX];
    uint32_t count = 0;
    json_scan_init(&scan, text, arena);
    if (text.len > WEBAUTHN_CLIENT_DATA_MAX || json_scan_peek(&scan) != JSON_SCAN_OBJECT ||
        !json_scan_enter(&scan))
        return ERR_INVALID;
    while (json_scan_member(&scan, &name)) {
        if (count == MEMBERS_MAX)
            return ERR_INVALID;
        for (uint32_t i = 0; i < count; i++)
            if (str_equal(names[i], name))
                return ERR_INVALID;
        names[count++] = name;
        if (!take_member(&scan, name, data))
            return ERR_INVALID;
    }
    return json_scan_is_done(&scan) && scan.broken == 0 && (data->seen & 7) == 7 ? 0 : ERR_INVALID;
}

static bool is_challenge(struct str text, const uint8_t challenge[32])
{
    uint8_t decoded[CHALLENGE_TEXT / 4 * 3 + 3];
    return text.len == CHALLENGE_TEXT && base64_decode(text, decoded) == CHALLENGE_BYTES &&
           hash_equal(decoded, challenge, CHALLENGE_BYTES);
}

/* "https://host" or "https://host:port"; http for localhost alone. */
static bool is_origin(struct str origin, const struct webauthn_place *place)
{
    bool is_http = str_starts(origin, STR("http://"));
    if (!is_http && !str_starts(origin, STR("https://")))
        return false;
    if (is_http && !str_equal(place->host, STR("localhost")))
        return false;
    struct str rest = str_from_index(origin, is_http ? 7 : 8);
    if (!str_starts(rest, place->host) || place->host.len == 0)
        return false;
    rest = str_from_index(rest, place->host.len);
    uint64_t port;
    return rest.len == 0 || (rest.ptr[0] == ':' && str_to_u64(str_from_index(rest, 1), &port) &&
                             port > 0 && port < 65536);
}

static int check_client_data(struct str text, struct str type, const uint8_t challenge[32],
                             const struct webauthn_place *place)
{
    struct arena arena;
    struct client_data data = { 0 };
    arena_init(&arena, ARENA_MAX);
    int r = read_client_data(text, &arena, &data);
    if (r == 0 && (!str_equal(data.type, type) || !is_challenge(data.challenge, challenge) ||
                   !is_origin(data.origin, place) || data.is_cross_origin))
        r = ERR_DENIED;
    arena_release(&arena);
    return r;
}

/* ---- authData -------------------------------------------------------------------------------- */

static int check_head(struct str auth_data, const struct webauthn_place *place,
                      uint32_t *sign_count)
{
    uint8_t hash[HASH_SHA256_BYTES];
    const uint8_t *at = (const uint8_t *)auth_data.ptr;
    if (auth_data.len < HEAD_BYTES || auth_data.len > WEBAUTHN_AUTH_DATA_MAX)
        return ERR_INVALID;
    hash_sha256(place->host, hash);
    if (memcmp(at, hash, sizeof(hash)) != 0 || !(at[FLAGS_AT] & FLAG_UP) ||
        !(at[FLAGS_AT] & FLAG_UV))
        return ERR_DENIED;
    *sign_count = (uint32_t)at[COUNT_AT] << 24 | (uint32_t)at[COUNT_AT + 1] << 16 |
                  (uint32_t)at[COUNT_AT + 2] << 8 | at[COUNT_AT + 3];
    return 0;
}

int webauthn_read_attested(struct str auth_data, struct webauthn_key *out)
{
    const uint8_t *at = (const uint8_t *)auth_data.ptr;
    if (auth_data.len < ID_AT || auth_data.len > WEBAUTHN_AUTH_DATA_MAX ||
         !(at[FLAGS_AT] & FLAG_AT) || (at[FLAGS_AT] & FLAG_ED))
        return ERR_INVALID;
    size_t id_len = (size_t)(at[ID_LENGTH_AT] << 8 | at[ID_LENGTH_AT + 1]);
    if (id_len == 0 || id_len > WEBAUTHN_CREDENTIAL_MAX ||
        auth_data.len != ID_AT + id_len + COSE_BYTES)
        return ERR_INVALID;
    const uint8_t *cose = at + ID_AT + id_len;
    if (memcmp(cose, cose_head, sizeof(cose_head)) != 0 ||
        memcmp(cose + COSE_X_AT + 32, cose_middle, sizeof(cose_middle)) != 0)
        return ERR_INVALID;
    out->id = str_of(at + ID_AT, id_len);
    memcpy(out->x, cose + COSE_X_AT, sizeof(out->x));
    memcpy(out->y, cose + COSE_Y_AT, sizeof(out->y));
    return 0;
}

static void point_of(const struct webauthn_key *key, struct es256_key *point)
{
    memcpy(point->x, key->x, sizeof(point->x));
    memcpy(point->y, key->y, sizeof(point->y));
}

int webauthn_read_new(struct str auth_data, struct str client_data, const uint8_t challenge[32],
                      const struct webauthn_place *place, struct webauthn_key *out)
{
    struct es256_key point;
    *out = (struct webauthn_key){ 0 };
    int r = check_head(auth_data, place, &out->sign_count);
    if (r == 0)
        r = webauthn_read_attested(auth_data, out);
    if (r == 0)
        r = check_client_data(client_data, STR("webauthn.create"), challenge, place);
    if (r != 0)
        return r;
    point_of(out, &point);
    return es256_is_valid(&point) ? 0 : ERR_CRYPTO;
}

int webauthn_check(const struct webauthn_key *key, const struct webauthn_assertion *assertion,
                   const uint8_t challenge[32], const struct webauthn_place *place,
                   uint32_t *sign_count)
{
    uint8_t hash[HASH_SHA256_BYTES];
    struct es256_key point;
    struct bytes signed_text = { 0 };
    int r = check_head(assertion->auth_data, place, sign_count);
    if (r == 0)
        r = check_client_data(assertion->client_data, STR("webauthn.get"), challenge, place);
    if (r != 0)
        return r;
    point_of(key, &point);
    hash_sha256(assertion->client_data, hash);
    bytes_append_str(&signed_text, assertion->auth_data);
    bytes_append(&signed_text, hash, sizeof(hash));
    r = assertion->signature.len <= WEBAUTHN_SIGNATURE_MAX &&
        es256_holds(&point, bytes_str(&signed_text), assertion->signature) ? 0 : ERR_CRYPTO;
    bytes_release(&signed_text);
    return r;
}
