#include "zone/zone.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "zone/zone_internal.h"
#include "zone/zone_rule.h"

enum {
    FILE_BYTES_MAX = 256 * 1024,
    LINKS_BYTES_MAX = 1024 * 1024,  /* tzdata.zi; 112 KB in 2025b */
    NAME_BYTES_MAX = 64,
    TIMES_MAX = 10000,
    TYPES_MAX = 256,                /* an index is one byte */
    HEADER_BYTES = 44,
    EAST_MAX_S = 93599,             /* RFC 9636 3.2: -25 h to 26 h, both exclusive */
    WEST_MAX_S = 89999,
};

/* Far beyond any question, and small enough that no sum of ours leaves 64 bits. */
static const int64_t FAR_S = (int64_t)1 << 54;

struct zone {
    uint32_t count;
    int64_t *at;                    /* ascending */
    uint8_t *type;                  /* from at[i] on */
    int32_t offset_s[TYPES_MAX];    /* type 0 holds before at[0] */
    bool has_rule;                  /* holds from at[count - 1] on */
    struct zone_rule rule;
};

/* ---- the file ------------------------------------------------------------------------------- */

struct tzif_block {
    uint8_t version;
    uint32_t ut_count;
    uint32_t standard_count;
    uint32_t leap_count;
    uint32_t time_count;
    uint32_t type_count;
    uint32_t char_count;
    struct str body;
};

static uint64_t get_big(const char *at, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++)
        value = value << 8 | (uint8_t)at[i];
    return value;
}

static uint32_t get_u32(const char *at)
{
    return (uint32_t)get_big(at, 4);
}

/* Takes a header and the block of data behind it off *rest. */
static bool take_block(struct str *rest, size_t time_bytes, struct tzif_block *out)
{
    if (rest->len < HEADER_BYTES || memcmp(rest->ptr, "TZif", 4) != 0)
        return false;
    const char *counts = rest->ptr + 20;
    *out = (struct tzif_block){
        .version = (uint8_t)rest->ptr[4], .ut_count = get_u32(counts),
        .standard_count = get_u32(counts + 4), .leap_count = get_u32(counts + 8),
        .time_count = get_u32(counts + 12), .type_count = get_u32(counts + 16),
        .char_count = get_u32(counts + 20),
    };
    uint64_t len = (uint64_t)out->time_count * (time_bytes + 1) + (uint64_t)out->type_count * 6 +
                   out->char_count + (uint64_t)out->leap_count * (time_bytes + 4) +
                   out->standard_count + out->ut_count;
    if (len > rest->len - HEADER_BYTES)
        return false;
    out->body = str_slice(*rest, HEADER_BYTES, HEADER_BYTES + (size_t)len);
    *rest = str_from_index(*rest, HEADER_BYTES + (size_t)len);
    return true;
}

static bool read_types(const struct tzif_block *block, size_t time_bytes, struct zone *zone)
{
    const char *types = block->body.ptr + (size_t)block->time_count * (time_bytes + 1);
    for (uint32_t i = 0; i < block->type_count; i++) {
        int32_t offset = (int32_t)get_u32(types + (size_t)i * 6);
        if (offset < -WEST_MAX_S || offset > EAST_MAX_S)
            return false;
        zone->offset_s[i] = offset;
    }
    return true;
}

/* Files that count leap seconds (Debian's right/) are refused: our seconds are POSIX's. */
static int read_block(const struct tzif_block *block, size_t time_bytes, struct zone *zone)
{
    if (block->type_count == 0 || block->type_count > TYPES_MAX || block->time_count > TIMES_MAX ||
        block->leap_count != 0 || !read_types(block, time_bytes, zone))
        return ERR_INVALID;
    zone->count = block->time_count;
    zone->at = calloc((size_t)zone->count + 1, sizeof(*zone->at));
    zone->type = calloc((size_t)zone->count + 1, 1);
    if (!zone->at || !zone->type)
        return ERR_NOMEM;
    const char *times = block->body.ptr, *indices = times + (size_t)zone->count * time_bytes;
    for (uint32_t i = 0; i < zone->count; i++) {
        uint64_t raw = get_big(times + (size_t)i * time_bytes, time_bytes);
        int64_t at = time_bytes == 4 ? (int32_t)(uint32_t)raw : (int64_t)raw;
        /* The "big bang" of old files: before all that we are asked. */
        at = at < -FAR_S ? -FAR_S + i : at;
        if (at > FAR_S || (i && at <= zone->at[i - 1]) || (uint8_t)indices[i] >= block->type_count)
            return ERR_INVALID;
        zone->at[i] = at;
        zone->type[i] = (uint8_t)indices[i];
    }
    return 0;
}

static int read_footer(struct str rest, struct zone *zone)
{
    if (rest.len < 2 || rest.ptr[0] != '\n')
        return ERR_INVALID;
    rest = str_from_index(rest, 1);
    ptrdiff_t end = str_find_byte(rest, '\n');
    if (end < 0)
        return ERR_INVALID;
    if (end == 0)
        return 0;
    zone->has_rule = true;
    return zone_rule_parse(str_slice(rest, 0, (size_t)end), &zone->rule) ? 0 : ERR_INVALID;
}

static int read_tzif(struct str rest, struct zone *zone)
{
    struct tzif_block block;
    if (!take_block(&rest, 4, &block))
        return ERR_INVALID;
    if (block.version == 0)
        return read_block(&block, 4, zone);
    if (block.version < '2' || block.version > '4' || !take_block(&rest, 8, &block))
        return ERR_INVALID;
    int r = read_block(&block, 8, zone);
    return r == 0 ? read_footer(rest, zone) : r;
}

int zone_parse(struct str tzif, struct zone **out)
{
    struct zone *zone = calloc(1, sizeof(*zone));
    if (!zone)
        return ERR_NOMEM;
    int r = read_tzif(tzif, zone);
    if (r != 0) {
        zone_destroy(zone);
        return r;
    }
    *out = zone;
    return 0;
}

void zone_destroy(struct zone *zone)
{
    if (!zone)
        return;
    free(zone->at);
    free(zone->type);
    free(zone);
}

/* ---- the tree ------------------------------------------------------------------------------- */

static bool is_name(struct str name)
{
    if (name.len == 0 || name.len > NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-' || c == '+' || c == '/'))
            return false;
    }
    return name.ptr[0] != '/' && name.ptr[name.len - 1] != '/' && str_find(name, STR("//")) < 0;
}

static int read_name(struct fs *files, struct str name, struct bytes *out)
{
    char path[NAME_BYTES_MAX + 1];
    memcpy(path, name.ptr, name.len);
    path[name.len] = 0;
    return fs_read_file(files, path, FILE_BYTES_MAX, out);
}

/* Debian keeps old names as symbolic links, which sys/file never follows. The tree's own list has
 * them: lines "L Asia/Kolkata Asia/Calcutta". */
static int read_link(struct fs *files, struct str name, struct bytes *out)
{
    struct bytes list = { 0 };
    struct str line, target, kind, rest;
    int r = fs_read_file(files, "tzdata.zi", LINKS_BYTES_MAX, &list);
    struct str lines = bytes_str(&list);
    if (r == 0)
        r = ERR_NOT_FOUND;
    else
        lines = (struct str){ 0 };
    while (str_next(&lines, '\n', &line)) {
        rest = line;
        if (!str_next(&rest, ' ', &kind) || !str_equal(kind, STR("L")) ||
            !str_next(&rest, ' ', &target) || !str_equal(rest, name) || !is_name(target))
            continue;
        r = read_name(files, target, out);
        break;
    }
    bytes_release(&list);
    return r;
}

int zone_load(struct fs *files, struct str name, struct zone **out)
{
    if (str_equal(name, STR("UTC"))) {
        struct zone *zone = calloc(1, sizeof(*zone));
        *out = zone;
        return zone ? 0 : ERR_NOMEM;
    }
    if (!is_name(name))
        return ERR_NOT_FOUND;
    struct bytes file = { 0 };
    int r = read_name(files, name, &file);
    if (r == ERR_SYSTEM || r == ERR_IO) {
        /* A link, or a folder such as "Asia". */
        bytes_reset(&file);
        r = read_link(files, name, &file);
    }
    if (r == 0)
        r = zone_parse(bytes_str(&file), out);
    else if (r == ERR_TOO_LARGE)
        r = ERR_INVALID;
    bytes_release(&file);
    return r;
}

/* ---- instants ------------------------------------------------------------------------------- */

static int64_t clamp(int64_t s, int64_t far_s)
{
    return s < -far_s ? -far_s : s > far_s ? far_s : s;
}

/* How many of the table's changes lie at or before utc_s. */
static uint32_t changes_until(const struct zone *zone, int64_t utc_s)
{
    uint32_t low = 0, high = zone->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->at[middle] <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int32_t zone_offset_s(const struct zone *zone, int64_t utc_s)
{
    utc_s = clamp(utc_s, FAR_S);
    uint32_t n = changes_until(zone, utc_s);
    if (n == zone->count && zone->has_rule)
        return zone_rule_offset_s(&zone->rule, utc_s);
    return zone->offset_s[n ? zone->type[n - 1] : 0];
}

int64_t zone_next_change_s(const struct zone *zone, int64_t utc_s)
{
    utc_s = clamp(utc_s, FAR_S);
    uint32_t n = changes_until(zone, utc_s);
    if (n < zone->count)
        return zone->at[n];
    return zone->has_rule ? zone_rule_next_s(&zone->rule, utc_s) : INT64_MAX;
}

/* Within one offset the wall only goes forward, so the first stretch that reaches local_s decides.
 * No wall is further ahead than EAST_MAX_S: nothing before the start can have reached it. */
int64_t zone_instant_s(const struct zone *zone, int64_t local_s)
{
    /* Half of what offsets are known for, so that the walk never meets the clamp. */
    local_s = clamp(local_s, FAR_S / 2);
    int64_t at = local_s - EAST_MAX_S;
    for (;;) {
        int64_t reached = local_s - zone_offset_s(zone, at);
        int64_t next = zone_next_change_s(zone, at);
        if (reached < at)
            reached = at;
        if (reached < next)
            return reached;
        at = next;
    }
}
