#include "cli/lines.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/bytes.h"
#include "base/err.h"

enum { CHUNK_BYTES = 256 * 1024, GZIP_WINDOW = 15 + 16 };

struct lines {
    struct file *file;
    uint64_t size;
    uint64_t offset;      /* next byte of the file to read */
    size_t line_max;
    bool is_gzip;
    bool at_end;          /* no more text will come */
    bool in_member;       /* inside a gzip member */
    z_stream zip;
    uint8_t *raw;         /* CHUNK_BYTES of the file as it lies there */
    struct bytes text;    /* plain text not yet handed out from `used` on */
    size_t used;
};

int lines_open(struct file *file, size_t line_max_bytes, struct lines **out)
{
    struct lines *lines = calloc(1, sizeof(*lines));
    uint8_t magic[2] = { 0 };
    size_t got = 0;
    check(lines != NULL);
    lines->file = file;
    lines->line_max = line_max_bytes;
    lines->raw = malloc(CHUNK_BYTES);
    check(lines->raw != NULL);
    int r = file_size(file, &lines->size);
    if (r == 0)
        r = file_read_at(file, magic, 2, 0, &got);
    lines->is_gzip = got == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
    if (r == 0 && lines->is_gzip && inflateInit2(&lines->zip, GZIP_WINDOW) != Z_OK)
        r = ERR_NOMEM;
    if (r != 0) {
        lines->is_gzip = false;
        lines_close(lines);
        return r;
    }
    *out = lines;
    return 0;
}

void lines_close(struct lines *lines)
{
    if (!lines)
        return;
    if (lines->is_gzip)
        (void)inflateEnd(&lines->zip);
    file_close(lines->file);
    free(lines->raw);
    bytes_wipe(&lines->text);
    free(lines);
}

static int read_raw(struct lines *lines, void *buf, size_t *got)
{
    int r = file_read_at(lines->file, buf, CHUNK_BYTES, lines->offset, got);
    lines->offset += r == 0 ? *got : 0;
    return r;
}

static int more_plain(struct lines *lines)
{
    size_t got = 0;
    bytes_reserve(&lines->text, CHUNK_BYTES);
    int r = read_raw(lines, lines->text.ptr + lines->text.len, &got);
    lines->text.len += got;
    lines->at_end = got == 0;
    return r;
}

/* One step of inflating: some text, or the end. */
static int more_gzip(struct lines *lines)
{
    if (lines->zip.avail_in == 0) {
        size_t got = 0;
        int r = read_raw(lines, lines->raw, &got);
        if (r != 0)
            return r;
        if (got == 0) {
            lines->at_end = true;
            return lines->in_member ? ERR_CORRUPT : 0;
        }
        lines->zip.next_in = lines->raw;
        lines->zip.avail_in = (uInt)got;
    }
    bytes_reserve(&lines->text, CHUNK_BYTES);
    lines->zip.next_out = lines->text.ptr + lines->text.len;
    lines->zip.avail_out = CHUNK_BYTES;
    int z = inflate(&lines->zip, Z_NO_FLUSH);
    lines->text.len += CHUNK_BYTES - lines->zip.avail_out;
    lines->in_member = z != Z_STREAM_END;
    if (z == Z_STREAM_END)
        return inflateReset(&lines->zip) == Z_OK ? 0 : ERR_CORRUPT;
    return z == Z_OK || z == Z_BUF_ERROR ? 0 : ERR_CORRUPT;
}

static void drop_used(struct lines *lines)
{
    size_t left = lines->text.len - lines->used;
    if (left && lines->used)
        memmove(lines->text.ptr, lines->text.ptr + lines->used, left);
    lines->text.len = left;
    lines->used = 0;
}

int lines_next(struct lines *lines, struct str *line)
{
    for (;;) {
        struct str rest = str_from_index(bytes_str(&lines->text), lines->used);
        ptrdiff_t end = str_find_byte(rest, '\n');
        if (end < 0 && lines->at_end && rest.len == 0)
            return 0;
        if (end >= 0 || lines->at_end) {
            size_t len = end >= 0 ? (size_t)end : rest.len;
            *line = str_slice(rest, 0, len);
            lines->used += len + (end >= 0 ? 1 : 0);
            if (str_ends(*line, STR("\r")))
                line->len--;
            return line->len <= lines->line_max ? 1 : ERR_TOO_LARGE;
        }
        if (rest.len > lines->line_max + 1)
            return ERR_TOO_LARGE;
        drop_used(lines);
        int r = lines->is_gzip ? more_gzip(lines) : more_plain(lines);
        if (r != 0)
            return r;
    }
}

uint64_t lines_consumed(const struct lines *lines)
{
    return lines->offset - (lines->is_gzip ? lines->zip.avail_in : 0);
}

uint64_t lines_size(const struct lines *lines)
{
    return lines->size;
}
