#include "ledger/tile.h"

#include <stdio.h>

#include "base/err.h"

/* C2SP: three digits a group, all but the last with an x before. */
static void put_index(uint64_t index, char out[TILE_PATH_MAX])
{
    unsigned groups[8], count = 0;
    do {
        groups[count++] = (unsigned)(index % 1000);
        index /= 1000;
    } while (index);
    int at = 0;
    while (count-- > 0)
        at += snprintf(out + at, (size_t)(TILE_PATH_MAX - at), count ? "x%03u/" : "%03u",
                       groups[count]);
}

static void put_path(const char *folder, uint64_t index, unsigned width, char out[TILE_PATH_MAX])
{
    char number[TILE_PATH_MAX];
    int len;
    check(width > 0 && width <= TILE_WIDTH);
    put_index(index, number);
    if (width < TILE_WIDTH)
        len = snprintf(out, TILE_PATH_MAX, "tile/%s/%s.p/%u", folder, number, width);
    else
        len = snprintf(out, TILE_PATH_MAX, "tile/%s/%s", folder, number);
    check(len > 0 && len < TILE_PATH_MAX);
}

void tile_path(unsigned level, uint64_t index, unsigned width, char out[TILE_PATH_MAX])
{
    char folder[16];
    (void)snprintf(folder, sizeof(folder), "%u", level);
    put_path(folder, index, width, out);
}

void tile_entries_path(uint64_t index, unsigned width, char out[TILE_PATH_MAX])
{
    put_path("entries", index, width, out);
}

/* Hashes of the level: one for every 256^level leaves that are all there. */
static uint64_t hashes(unsigned level, uint64_t size)
{
    return level >= TILE_LEVELS ? 0 : size >> (8 * level);
}

uint64_t tile_full_count(unsigned level, uint64_t size)
{
    return hashes(level, size) / TILE_WIDTH;
}

unsigned tile_partial_width(unsigned level, uint64_t size)
{
    return (unsigned)(hashes(level, size) % TILE_WIDTH);
}

void tile_entries_append(struct str entry, struct bytes *out)
{
    check(entry.len <= TILE_ENTRY_MAX);
    bytes_put_u8(out, (uint8_t)(entry.len >> 8));
    bytes_put_u8(out, (uint8_t)entry.len);
    bytes_append_str(out, entry);
}

int tile_entries_next(struct str *bundle, struct str *entry)
{
    if (bundle->len == 0)
        return 0;
    if (bundle->len < 2)
        return ERR_INVALID;
    size_t len = (size_t)((uint8_t)bundle->ptr[0] << 8 | (uint8_t)bundle->ptr[1]);
    if (bundle->len - 2 < len)
        return ERR_INVALID;
    *entry = str_slice(*bundle, 2, 2 + len);
    *bundle = str_from_index(*bundle, 2 + len);
    return 1;
}
