#include "ledger/checkpoint.h"

#include <stdbool.h>
#include <string.h>

#include "base/base64.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

enum { KEY_ID_BYTES = 4, KIND_ED25519 = 1, LINE_SIGNATURE_BYTES = KEY_ID_BYTES + SIGN_BYTES };

static void key_id(struct str name, const uint8_t public_key[32], uint8_t out[KEY_ID_BYTES])
{
    uint8_t hash[HASH_SHA256_BYTES];
    const struct str parts[] = { name, STR("\n\1"), str_of(public_key, SIGN_PUBLIC_BYTES) };
    hash_sha256_parts(parts, 3, hash);
    memcpy(out, hash, KEY_ID_BYTES);
}

/* A key's name: not empty, no blank (of Unicode either: ASCII only, ours are), no '+'. */
static bool is_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((uint8_t)name.ptr[i] <= 0x20 || (uint8_t)name.ptr[i] >= 0x7f || name.ptr[i] == '+')
            return false;
    return name.len > 0 && name.len <= CHECKPOINT_ORIGIN_MAX;
}

void checkpoint_sign(const struct checkpoint *checkpoint, const uint8_t *secret_key,
                     struct bytes *out)
{
    struct bytes text = { 0 };
    uint8_t line[LINE_SIGNATURE_BYTES];
    check(is_name(checkpoint->origin));
    bytes_printf(&text, STR_FMT "\n%llu\n", STR_ARG(checkpoint->origin),
                 (unsigned long long)checkpoint->size);
    base64_encode(str_of(checkpoint->root, TREE_HASH_BYTES), &text);
    bytes_put_u8(&text, '\n');
    key_id(checkpoint->origin, secret_key + SIGN_SECRET_BYTES - SIGN_PUBLIC_BYTES, line);
    sign_make(secret_key, bytes_str(&text), line + KEY_ID_BYTES);
    bytes_append_str(out, bytes_str(&text));
    bytes_printf(out, "\n\xe2\x80\x94 " STR_FMT " ", STR_ARG(checkpoint->origin));
    base64_encode(str_of(line, sizeof(line)), out);
    bytes_put_u8(out, '\n');
    bytes_release(&text);
}

/* Standard alphabet, padded, one form only: what is decoded must encode to the same text. */
static bool read_base64(struct str text, uint8_t *out, size_t len)
{
    uint8_t decoded[LINE_SIGNATURE_BYTES + 8];
    struct bytes again = { 0 };
    if (text.len != (len + 2) / 3 * 4 || text.len / 4 * 3 + 3 > sizeof(decoded) + 3 ||
        base64_decode(text, decoded) != (ptrdiff_t)len)
        return false;
    base64_encode(str_of(decoded, len), &again);
    bool is_canonical = str_equal(bytes_str(&again), text);
    bytes_release(&again);
    memcpy(out, decoded, len);
    return is_canonical;
}

/* The text ends before the last empty line; behind it stand the signatures. */
static bool split_note(struct str note, struct str *text, struct str *signatures)
{
    for (size_t i = note.len; i-- > 1;)
        if (note.ptr[i] == '\n' && note.ptr[i - 1] == '\n') {
            *text = str_slice(note, 0, i);
            *signatures = str_from_index(note, i + 1);
            return signatures->len > 0;
        }
    return false;
}

static bool take_line(struct str *rest, struct str *line)
{
    ptrdiff_t end = str_find_byte(*rest, '\n');
    if (end < 0)
        return false;
    *line = str_slice(*rest, 0, (size_t)end);
    *rest = str_from_index(*rest, (size_t)end + 1);
    return true;
}

static int read_text(struct str text, struct checkpoint *out)
{
    struct str size, root, number = { 0 };
    if (!str_is_utf8(text) || !take_line(&text, &out->origin) || !take_line(&text, &size) ||
        !take_line(&text, &root) || text.len != 0)
        return ERR_INVALID;
    number = size;
    if (!is_name(out->origin) || (number.len > 1 && number.ptr[0] == '0') ||
        !str_to_u64(number, &out->size) || !read_base64(root, out->root, TREE_HASH_BYTES))
        return ERR_INVALID;
    return 0;
}

/* The id in front of the signature, whatever kind and length that has: a log's name may also stand
 * on a line of another of its keys, or of a kind that is to come. */
static bool read_id(struct str value, uint8_t id[KEY_ID_BYTES])
{
    uint8_t first[9];
    if (value.len < 8 || base64_decode(str_slice(value, 0, 8), first) < KEY_ID_BYTES)
        return false;
    memcpy(id, first, KEY_ID_BYTES);
    return true;
}

/* 1: a line by this key that holds; 0: of another key; ERR_CRYPTO: by this key, and wrong. */
static int check_line(struct str line, struct str text, struct str origin,
                      const uint8_t public_key[32])
{
    struct str dash = STR("\xe2\x80\x94 ");
    uint8_t bytes[LINE_SIGNATURE_BYTES], ours[KEY_ID_BYTES], id[KEY_ID_BYTES];
    if (!str_starts(line, dash))
        return ERR_INVALID;
    line = str_from_index(line, dash.len);
    ptrdiff_t blank = str_find_byte(line, ' ');
    if (blank <= 0)
        return ERR_INVALID;
    struct str name = str_slice(line, 0, (size_t)blank);
    struct str value = str_from_index(line, (size_t)blank + 1);
    if (!str_is_utf8(name) || !read_id(value, id))
        return ERR_INVALID;
    key_id(origin, public_key, ours);
    if (!str_equal(name, origin) || memcmp(id, ours, sizeof(id)) != 0)
        return 0;
    if (!read_base64(value, bytes, sizeof(bytes)))
        return ERR_INVALID;
    return sign_holds(public_key, text, bytes + KEY_ID_BYTES) ? 1 : ERR_CRYPTO;
}

int checkpoint_open(struct str note, struct str origin, const uint8_t public_key[32],
                    struct checkpoint *out)
{
    struct str text, signatures, line;
    int held = 0, lines = 0;
    *out = (struct checkpoint){ 0 };
    if (note.len > CHECKPOINT_BYTES_MAX || !split_note(note, &text, &signatures))
        return ERR_INVALID;
    int r = read_text(text, out);
    if (r != 0)
        return r;
    while (signatures.len) {
        if (!take_line(&signatures, &line) || ++lines > CHECKPOINT_SIGNATURES_MAX)
            return ERR_INVALID;
        r = check_line(line, text, origin, public_key);
        if (r < 0)
            return r;
        held += r;
    }
    return held > 0 && str_equal(out->origin, origin) ? 0 : ERR_CRYPTO;
}

/* ---- verifier keys --------------------------------------------------------------------------- */

void checkpoint_format_vkey(struct str name, const uint8_t public_key[32], struct bytes *out)
{
    uint8_t id[KEY_ID_BYTES], key[1 + SIGN_PUBLIC_BYTES];
    char hex[2 * KEY_ID_BYTES + 1];
    key_id(name, public_key, id);
    str_hex(id, sizeof(id), hex);
    key[0] = KIND_ED25519;
    memcpy(key + 1, public_key, SIGN_PUBLIC_BYTES);
    bytes_printf(out, STR_FMT "+%s+", STR_ARG(name), hex);
    base64_encode(str_of(key, sizeof(key)), out);
}

int checkpoint_parse_vkey(struct str vkey, struct str *name, uint8_t public_key[32])
{
    uint8_t id[KEY_ID_BYTES], said[KEY_ID_BYTES], key[1 + SIGN_PUBLIC_BYTES];
    struct str hex, rest = vkey;
    if (!str_next(&rest, '+', name) || !is_name(*name) || !str_next(&rest, '+', &hex) ||
        !str_to_hex_bytes(hex, said, sizeof(said)) || !rest.ptr ||
        !read_base64(rest, key, sizeof(key)) || key[0] != KIND_ED25519)
        return ERR_INVALID;
    memcpy(public_key, key + 1, SIGN_PUBLIC_BYTES);
    key_id(*name, public_key, id);
    return memcmp(id, said, sizeof(id)) == 0 ? 0 : ERR_INVALID;
}
