#include "api/log_path.h"

#include <string.h>

enum { GROUP_DIGITS_MAX = 10, LEVEL_MAX = 63, WIDTH_MAX = 255, TILE_DIGITS = 3 };

/* Decimal as it is written: no zero in front. */
static bool is_number(struct str text, size_t digits_max, uint64_t min, uint64_t max)
{
    uint64_t value;
    return text.len > 0 && text.len <= digits_max && (text.len == 1 || text.ptr[0] != '0') &&
           str_to_u64(text, &value) && value >= min && value <= max;
}

static bool is_three_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len == TILE_DIGITS;
}

/* "x001/x234/067" is taken off *rest; the last group may end in ".p", which *is_partial tells. */
static bool take_tile(struct str *rest, bool *is_partial)
{
    struct str part;
    bool is_first = true;
    for (int i = 0; i < LOG_PATH_GROUPS_MAX; i++, is_first = false) {
        if (!str_next(rest, '/', &part))
            return false;
        bool is_more = str_starts(part, STR("x"));
        *is_partial = !is_more && str_ends(part, STR(".p"));
        struct str digits = is_more ? str_from_index(part, 1)
                                    : str_slice(part, 0, part.len - (*is_partial ? 2u : 0u));
        if (!is_three_digits(digits))
            return false;
        if (is_more && is_first && str_equal(digits, STR("000")))
            return false; /* a zero in front */
        if (!is_more)
            return true;
    }
    return false;
}

static bool parse_tile(struct str rest, struct log_path *out)
{
    struct str level, width;
    if (!str_next(&rest, '/', &level))
        return false;
    out->kind = str_equal(level, STR("entries")) ? LOG_PATH_ENTRIES : LOG_PATH_HASHES;
    if (out->kind == LOG_PATH_HASHES && !is_number(level, 2, 0, LEVEL_MAX))
        return false;
    if (!take_tile(&rest, &out->is_partial))
        return false;
    if (out->is_partial)
        return str_next(&rest, '/', &width) && !rest.ptr && is_number(width, 3, 1, WIDTH_MAX);
    return !rest.ptr;
}

bool log_path_parse(struct str path, struct log_path *out)
{
    struct str rest = path, log, what;
    *out = (struct log_path){ .kind = LOG_PATH_CHECKPOINT };
    if (path.len >= LOG_PATH_MAX_BYTES || !str_next(&rest, '/', &log) ||
        !str_next(&rest, '/', &what))
        return false;
    if (!str_equal(log, STR("house")) && !is_number(log, GROUP_DIGITS_MAX, 0, UINT32_MAX))
        return false;
    bool is_right = str_equal(what, STR("checkpoint")) ? !rest.ptr
                    : str_equal(what, STR("tile")) && rest.ptr && parse_tile(rest, out);
    if (is_right)
        memcpy(out->file, path.ptr, path.len);
    return is_right;
}
