#include "store/journal.h"

#include <stdio.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/hash.h"

void journal_name(uint64_t generation, char out[JOURNAL_NAME_BYTES])
{
    (void)snprintf(out, JOURNAL_NAME_BYTES, "tables-%016llx", (unsigned long long)generation);
}

int journal_create(struct fs *fs, uint64_t generation, struct journal *out)
{
    char name[JOURNAL_NAME_BYTES];
    journal_name(generation, name);
    *out = (struct journal){ .fs = fs, .generation = generation };
    return fs_open(fs, name, FILE_READ | FILE_WRITE | FILE_CREATE | FILE_TRUNCATE, &out->file);
}

static uint64_t frame_hash(uint64_t before, struct str payload)
{
    return hash_64_seeded(payload.ptr, payload.len, before ^ hash_mix_u64(payload.len));
}

/* Reads len bytes at *at; ERR_CORRUPT when they are not there. */
static int read_exactly(struct file *file, uint64_t *at, void *buf, size_t len)
{
    size_t got = 0;
    int r = file_read_at(file, buf, len, *at, &got);
    *at += len;
    return r == 0 && got != len ? ERR_CORRUPT : r;
}

static int read_frames(struct file *file, const struct journal *listed, journal_each_fn each,
                       void *ctx)
{
    struct bytes buf = { 0 };
    uint64_t at = 0, hash = 0;
    int r = 0;
    while (r == 0 && at < listed->length) {
        uint8_t header[JOURNAL_HEADER_BYTES];
        r = read_exactly(file, &at, header, sizeof(header));
        if (r != 0)
            break;
        struct bytes_reader reader = bytes_reader_over(str_of(header, sizeof(header)));
        uint32_t len = bytes_get_u32(&reader), zero = bytes_get_u32(&reader);
        uint64_t expected = bytes_get_u64(&reader);
        if (zero != 0 || len > JOURNAL_FRAME_MAX || at > listed->length ||
            len > listed->length - at) {
            r = ERR_CORRUPT;
            break;
        }
        bytes_reset(&buf);
        r = read_exactly(file, &at, bytes_grow(&buf, len), len);
        if (r == 0) {
            hash = frame_hash(hash, bytes_str(&buf));
            r = hash == expected ? each(ctx, bytes_str(&buf)) : ERR_CORRUPT;
        }
    }
    if (r == 0 && hash != listed->hash)
        r = ERR_CORRUPT;
    bytes_release(&buf);
    return r;
}

int journal_read(struct fs *fs, const struct journal *listed, journal_each_fn each, void *ctx)
{
    char name[JOURNAL_NAME_BYTES];
    struct file *file;
    journal_name(listed->generation, name);
    int r = fs_open(fs, name, FILE_READ, &file);
    if (r == 0)
        r = read_frames(file, listed, each, ctx);
    else if (r == ERR_NOT_FOUND)
        r = ERR_CORRUPT;
    file_close(file);
    return r;
}

int journal_open(struct fs *fs, const struct journal *listed, journal_each_fn each, void *ctx,
                 struct journal *out)
{
    char name[JOURNAL_NAME_BYTES];
    journal_name(listed->generation, name);
    *out = *listed;
    out->fs = fs;
    out->file = NULL;
    int r = fs_open(fs, name, FILE_READ | FILE_WRITE, &out->file);
    if (r == ERR_NOT_FOUND)
        r = ERR_CORRUPT;
    if (r == 0)
        r = read_frames(out->file, listed, each, ctx);
    if (r == 0)
        r = file_truncate(out->file, listed->length);
    if (r != 0)
        journal_close(out);
    return r;
}

int journal_append(struct journal *journal, struct str payload)
{
    struct bytes frame = { 0 };
    check(payload.len <= JOURNAL_FRAME_MAX);
    uint64_t hash = frame_hash(journal->hash, payload);
    bytes_put_u32(&frame, (uint32_t)payload.len);
    bytes_put_u32(&frame, 0);
    bytes_put_u64(&frame, hash);
    bytes_append_str(&frame, payload);
    int r = file_write_at(journal->file, frame.ptr, frame.len, journal->length);
    if (r == 0) {
        journal->length += frame.len;
        journal->hash = hash;
    }
    bytes_release(&frame);
    return r;
}

int journal_sync(struct journal *journal)
{
    return file_sync(journal->file);
}

void journal_close(struct journal *journal)
{
    file_close(journal->file);
    journal->file = NULL;
}
