#include "ledger/tlog_proof.h"

#include <stdbool.h>
#include <string.h>

#include "base/base64.h"
#include "base/err.h"

enum { HASH_TEXT = 44, EXTRA_MAX = 4096 };

#define HEAD STR("c2sp.org/tlog-proof@v1")

void tlog_proof_format(const struct tlog_proof *proof, struct bytes *out)
{
    bytes_printf(out, STR_FMT "\nindex %llu\n", STR_ARG(HEAD), (unsigned long long)proof->index);
    for (uint32_t i = 0; i < proof->path.count; i++) {
        base64_encode(str_of(proof->path.hashes[i], TREE_HASH_BYTES), out);
        bytes_put_u8(out, '\n');
    }
    bytes_put_u8(out, '\n');
    bytes_append_str(out, proof->checkpoint);
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

/* One form only: what is decoded must encode to the same text. */
static bool is_base64(struct str text, uint8_t *decoded, ptrdiff_t *len)
{
    struct bytes again = { 0 };
    *len = base64_decode(text, decoded);
    if (*len < 0)
        return false;
    base64_encode(str_of(decoded, (size_t)*len), &again);
    bool is_canonical = str_equal(bytes_str(&again), text);
    bytes_release(&again);
    return is_canonical;
}

static bool read_index(struct str line, uint64_t *out)
{
    struct str digits = str_from_index(line, 6);
    return str_starts(line, STR("index ")) && digits.len > 0 && digits.ptr[0] >= '0' &&
           digits.ptr[0] <= '9' && (digits.len == 1 || digits.ptr[0] != '0') &&
           str_to_u64(digits, out);
}

static bool read_path(struct str *rest, struct proof *out)
{
    uint8_t decoded[HASH_TEXT / 4 * 3 + 3];
    struct str line;
    ptrdiff_t len;
    out->count = 0;
    while (take_line(rest, &line)) {
        if (line.len == 0)
            return true;
        if (line.len != HASH_TEXT || out->count == TREE_DEPTH_MAX ||
            !is_base64(line, decoded, &len) || len != TREE_HASH_BYTES)
            return false;
        memcpy(out->hashes[out->count++], decoded, TREE_HASH_BYTES);
    }
    return false;
}

int tlog_proof_parse(struct str text, struct tlog_proof *out)
{
    uint8_t extra[EXTRA_MAX / 4 * 3 + 3];
    struct str line;
    ptrdiff_t len;
    if (text.len > TLOG_PROOF_BYTES_MAX || !take_line(&text, &line) || !str_equal(line, HEAD) ||
        !take_line(&text, &line))
        return ERR_INVALID;
    if (str_starts(line, STR("extra "))) {
        struct str value = str_from_index(line, 6);
        if (value.len > EXTRA_MAX || !is_base64(value, extra, &len) || !take_line(&text, &line))
            return ERR_INVALID;
    }
    if (!read_index(line, &out->index) || !read_path(&text, &out->path) || text.len == 0)
        return ERR_INVALID;
    out->checkpoint = text;
    return 0;
}
