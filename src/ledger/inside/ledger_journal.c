/* Files "journal-<16 hex>", numbered from 1. Each begins with a header sector and goes on with
 * groups, each at a multiple of 512 bytes:
 *
 *   header  "AMJF" u8 1 · zero 3 · u64 number · zeros to 512
 *   group   "AMJG" u8 1 · zero 3 · u64 group number · u32 length · u32 records · u64 XXH3 of the
 *           records · u64 XXH3 of the 32 bytes before · records · zeros to 512
 *   record  u32 log · entry 112 · u32 length · blob
 *
 * Why sectors: no byte that was synced is ever written again, so a torn write cannot hurt it. Files
 * are filled with zeros ahead of the writing, because a sync that must not move the file's end is
 * cheaper. Why numbers in groups: a damaged group is the torn end of the last write if no later
 * group is there, and damage if one is. */
#include "ledger/inside/ledger_journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/log.h"

enum {
    SECTOR = 512,
    NAME_BYTES = 32,
    HEAD_BYTES = 40,           /* of a group */
    RECORD_HEAD = 4 + ENTRY_BYTES + 4,
    AHEAD_MIN_BYTES = 16 * 1024,  /* of zeros: a quarter of a file */
    AHEAD_MAX_BYTES = 1024 * 1024,
    READ_BYTES = 1024 * 1024,
};

#define SEGMENT_BYTES ((uint64_t)64 * 1024 * 1024)
#define FILE_MAGIC "AMJF\1\0\0\0"
#define GROUP_MAGIC "AMJG\1\0\0\0"

struct ledger_journal {
    struct fs *fs;
    struct file *file;
    uint64_t segment_bytes;
    uint64_t ahead_bytes;
    uint64_t number;           /* of the file */
    uint64_t at;               /* where the next group goes */
    uint64_t filled;           /* zeros are synced up to here */
    uint64_t group;            /* number of the next group */
    struct bytes records;      /* of the group that is gathered */
    uint32_t count;
    struct ledger_journal_place last;
    bool is_stopped;
};

static void file_name(uint64_t number, char out[NAME_BYTES])
{
    (void)snprintf(out, NAME_BYTES, "journal-%016llx", (unsigned long long)number);
}

static uint64_t padded(uint64_t len)
{
    return (len + SECTOR - 1) / SECTOR * SECTOR;
}

/* ---- writing --------------------------------------------------------------------------------- */

static int write_zeros(struct file *file, uint64_t from, uint64_t to)
{
    static const uint8_t zeros[64 * 1024];
    for (uint64_t at = from; at < to;) {
        size_t len = to - at < sizeof(zeros) ? (size_t)(to - at) : sizeof(zeros);
        int r = file_write_at(file, zeros, len, at);
        if (r != 0)
            return r;
        at += len;
    }
    return 0;
}

/* The zeros are synced before anything is written over them. */
static int fill_to(struct ledger_journal *j, uint64_t to)
{
    int r = write_zeros(j->file, j->filled, to);
    if (r == 0)
        r = file_sync(j->file);
    if (r == 0)
        j->filled = to;
    return r;
}

/* Room for `len` more bytes. */
static int fill_ahead(struct ledger_journal *j, uint64_t len)
{
    return j->at + len <= j->filled ? 0 : fill_to(j, j->at + len + j->ahead_bytes);
}

static int begin_file(struct ledger_journal *j, uint64_t number)
{
    char name[NAME_BYTES];
    struct bytes head = { 0 };
    file_name(number, name);
    file_close(j->file);
    j->file = NULL;
    int r = fs_open(j->fs, name, FILE_READ | FILE_WRITE | FILE_CREATE | FILE_TRUNCATE |
                    FILE_PRIVATE, &j->file);
    if (r != 0)
        return r;
    bytes_append(&head, FILE_MAGIC, 8);
    bytes_put_u64(&head, number);
    bytes_pad(&head, SECTOR);
    r = file_write_at(j->file, head.ptr, head.len, 0);
    bytes_release(&head);
    j->number = number;
    j->at = SECTOR;
    j->filled = SECTOR;
    if (r == 0)
        r = fill_to(j, SECTOR + j->ahead_bytes);
    return r != 0 ? r : fs_sync_dir(j->fs, ".");
}

void ledger_journal_add(struct ledger_journal *j, const struct ledger_journal_record *record)
{
    check(record->blob.len <= LEDGER_JOURNAL_BLOB_MAX);
    bytes_put_u32(&j->records, record->log);
    bytes_append(&j->records, record->entry, ENTRY_BYTES);
    bytes_put_u32(&j->records, (uint32_t)record->blob.len);
    bytes_append_str(&j->records, record->blob);
    j->count++;
}

uint32_t ledger_journal_pending(const struct ledger_journal *j)
{
    return j->count;
}

bool ledger_journal_is_full(const struct ledger_journal *j)
{
    return j->records.len + LEDGER_JOURNAL_BLOB_MAX + RECORD_HEAD > LEDGER_JOURNAL_GROUP_MAX;
}

bool ledger_journal_is_stopped(const struct ledger_journal *j)
{
    return j->is_stopped;
}

static void put_group(const struct ledger_journal *j, struct bytes *out)
{
    bytes_append(out, GROUP_MAGIC, 8);
    bytes_put_u64(out, j->group);
    bytes_put_u32(out, (uint32_t)j->records.len);
    bytes_put_u32(out, j->count);
    bytes_put_u64(out, hash_64(j->records.ptr, j->records.len));
    bytes_put_u64(out, hash_64(out->ptr, out->len));
    bytes_append_str(out, bytes_str(&j->records));
    bytes_pad(out, SECTOR);
}

static int write_group(struct ledger_journal *j)
{
    struct bytes group = { 0 };
    int r = j->at >= j->segment_bytes ? begin_file(j, j->number + 1) : 0;
    put_group(j, &group);
    if (r == 0)
        r = fill_ahead(j, group.len);
    if (r == 0)
        r = file_write_at(j->file, group.ptr, group.len, j->at);
    if (r == 0)
        r = file_sync(j->file);
    if (r == 0) {
        j->last = (struct ledger_journal_place){ .file = j->number, .at = j->at };
        j->at += group.len;
    }
    bytes_release(&group);
    return r;
}

int ledger_journal_sync(struct ledger_journal *j)
{
    if (j->is_stopped)
        return ERR_IO;
    if (j->count == 0)
        return 0;
    int r = write_group(j);
    if (r != 0) {
        j->is_stopped = true;
        log_error("the ledger's journal stops: %s", err_text(r));
        return r;
    }
    j->group++;
    j->count = 0;
    bytes_reset(&j->records);
    return 0;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct group_head {
    uint64_t number;
    uint32_t len;
    uint32_t count;
    uint64_t sum;
};

static int read_whole(struct file *file, uint64_t at, size_t len, struct bytes *out)
{
    size_t got = 0;
    bytes_reset(out);
    int r = file_read_at(file, bytes_grow(out, len), len, at, &got);
    if (r == 0 && got != len)
        r = ERR_INVALID;
    return r;
}

/* ERR_INVALID: no group begins here. */
static int read_head(struct file *file, uint64_t at, struct bytes *buf, struct group_head *head)
{
    int r = read_whole(file, at, HEAD_BYTES, buf);
    if (r != 0)
        return r;
    struct bytes_reader reader = bytes_reader_over(bytes_str(buf));
    struct str magic = bytes_get_raw(&reader, 8);
    head->number = bytes_get_u64(&reader);
    head->len = bytes_get_u32(&reader);
    head->count = bytes_get_u32(&reader);
    head->sum = bytes_get_u64(&reader);
    bool holds = memcmp(magic.ptr, GROUP_MAGIC, 8) == 0 &&
                 bytes_get_u64(&reader) == hash_64(buf->ptr, HEAD_BYTES - 8) &&
                 head->len <= LEDGER_JOURNAL_GROUP_MAX + LEDGER_JOURNAL_BLOB_MAX && head->count > 0;
    return holds ? 0 : ERR_INVALID;
}

static int read_group(struct file *file, uint64_t at, struct bytes *buf, struct group_head *head)
{
    int r = read_head(file, at, buf, head);
    if (r == 0)
        r = read_whole(file, at + HEAD_BYTES, head->len, buf);
    if (r == 0 && hash_64(buf->ptr, buf->len) != head->sum)
        r = ERR_INVALID;
    return r;
}

static bool take_record(struct bytes_reader *r, struct ledger_journal_record *record)
{
    *record = (struct ledger_journal_record){ .log = bytes_get_u32(r) };
    struct str entry = bytes_get_raw(r, ENTRY_BYTES);
    record->blob = bytes_get_raw(r, bytes_get_u32(r));
    if (!r->failed)
        memcpy(record->entry, entry.ptr, ENTRY_BYTES);
    return !r->failed;
}

struct reading {
    ledger_journal_each_fn each;
    void *ctx;
};

static int each_record(struct str records, uint32_t count, struct ledger_journal_place place,
                       const struct reading *reading)
{
    struct bytes_reader r = bytes_reader_over(records);
    struct ledger_journal_record record;
    for (place.index = 0; place.index < count; place.index++) {
        if (!take_record(&r, &record))
            return ERR_CORRUPT;
        int status = reading->each(reading->ctx, &record, place);
        if (status != 0)
            return status;
    }
    return bytes_reader_is_done(&r) ? 0 : ERR_CORRUPT;
}

/* Whether a group with a number of ours or later stands anywhere from `at` on. */
static int has_later_group(struct ledger_journal *j, uint64_t at, uint64_t size, bool *out)
{
    struct bytes buf = { 0 };
    struct group_head head;
    int r = 0;
    *out = false;
    for (; at + HEAD_BYTES <= size && !*out && r == 0; at += SECTOR) {
        r = read_group(j->file, at, &buf, &head);
        if (r == 0 && head.number >= j->group)
            *out = true;
        if (r == ERR_INVALID)
            r = 0;
    }
    bytes_release(&buf);
    return r;
}

/* What a torn write left is overwritten: it must never be taken for a group again. */
static int end_here(struct ledger_journal *j, uint64_t size)
{
    bool is_damage;
    int r = has_later_group(j, j->at, size, &is_damage);
    if (r != 0)
        return r;
    if (is_damage) {
        log_error("file %llu of the ledger's journal is damaged at %llu",
                  (unsigned long long)j->number, (unsigned long long)j->at);
        return ERR_CORRUPT;
    }
    uint64_t end = padded(size);
    r = write_zeros(j->file, j->at, end);
    if (r == 0)
        r = file_sync(j->file);
    j->filled = end;
    return r;
}

/* A full file ends in zeros: all that was in it was synced before the next one began. */
static int check_zeros(struct ledger_journal *j, uint64_t size)
{
    struct bytes buf = { 0 };
    int r = 0;
    for (uint64_t at = j->at; at < size && r == 0;) {
        size_t len = size - at < READ_BYTES ? (size_t)(size - at) : READ_BYTES;
        r = read_whole(j->file, at, len, &buf);
        for (size_t i = 0; r == 0 && i < len; i++)
            if (buf.ptr[i] != 0)
                r = ERR_CORRUPT;
        at += len;
    }
    bytes_release(&buf);
    if (r == ERR_CORRUPT)
        log_error("file %llu of the ledger's journal is damaged behind %llu",
                  (unsigned long long)j->number, (unsigned long long)j->at);
    return r;
}

static int read_groups(struct ledger_journal *j, uint64_t size, bool is_last,
                       const struct reading *reading)
{
    struct bytes buf = { 0 };
    struct group_head head;
    int r = 0;
    while (r == 0 && j->at + HEAD_BYTES <= size) {
        r = read_group(j->file, j->at, &buf, &head);
        if (r != 0 || head.number != j->group)
            break;
        struct ledger_journal_place place = { .file = j->number, .at = j->at };
        r = each_record(bytes_str(&buf), head.count, place, reading);
        /* Whole, and not understood: that is no torn end. */
        if (r == ERR_INVALID)
            r = ERR_CORRUPT;
        j->group++;
        j->at += padded((uint64_t)HEAD_BYTES + head.len);
    }
    bytes_release(&buf);
    if (r != 0 && r != ERR_INVALID)
        return r;
    return is_last ? end_here(j, size) : check_zeros(j, size);
}

static int check_header(struct ledger_journal *j, uint64_t number, uint64_t *size)
{
    struct bytes head = { 0 };
    int r = file_size(j->file, size);
    if (r == 0)
        r = *size < SECTOR ? ERR_INVALID : read_whole(j->file, 0, SECTOR, &head);
    if (r == 0) {
        struct bytes_reader reader = bytes_reader_over(bytes_str(&head));
        struct str magic = bytes_get_raw(&reader, 8);
        if (memcmp(magic.ptr, FILE_MAGIC, 8) != 0 || bytes_get_u64(&reader) != number)
            r = ERR_INVALID;
    }
    bytes_release(&head);
    return r;
}

static int read_file(struct ledger_journal *j, uint64_t number, bool is_last,
                     const struct reading *reading)
{
    char name[NAME_BYTES];
    uint64_t size = 0, group = j->group;
    file_name(number, name);
    file_close(j->file);
    j->file = NULL;
    int r = fs_open(j->fs, name, FILE_READ | FILE_WRITE, &j->file);
    if (r != 0)
        return r;
    j->number = number;
    j->at = SECTOR;
    r = check_header(j, number, &size);
    /* Made a moment before the power failed, if nothing was ever in it. */
    if (r == ERR_INVALID && is_last) {
        bool is_damage;
        r = has_later_group(j, 0, size, &is_damage);
        if (r == 0)
            r = is_damage ? ERR_CORRUPT : begin_file(j, number);
        return r;
    }
    if (r == 0)
        r = read_groups(j, size, is_last, reading);
    if (r == 0 && !is_last && j->group == group)
        r = ERR_INVALID;
    return r == ERR_INVALID ? ERR_CORRUPT : r;
}

struct range {
    uint64_t lowest;
    uint64_t highest;
    uint64_t count;
};

static void note_name(void *ctx, struct str name)
{
    struct range *range = ctx;
    uint8_t raw[8];
    uint64_t number = 0;
    if (!str_starts(name, STR("journal-")) ||
        !str_to_hex_bytes(str_from_index(name, 8), raw, sizeof(raw)))
        return;
    for (int i = 0; i < 8; i++)
        number = number << 8 | raw[i];
    if (range->count == 0 || number < range->lowest)
        range->lowest = number;
    if (number > range->highest)
        range->highest = number;
    range->count++;
}

static int open_files(struct ledger_journal *j, const struct reading *reading)
{
    struct range range = { 0 };
    int r = fs_list(j->fs, ".", note_name, &range);
    if (r != 0)
        return r;
    if (range.count == 0)
        return begin_file(j, 1);
    if (range.lowest != 1 || range.count != range.highest) {
        log_error("the ledger's journal lacks a file between 1 and %llu",
                  (unsigned long long)range.highest);
        return ERR_CORRUPT;
    }
    for (uint64_t number = 1; number <= range.highest && r == 0; number++)
        r = read_file(j, number, number == range.highest, reading);
    return r;
}

int ledger_journal_open(struct fs *fs, uint64_t segment_bytes, ledger_journal_each_fn each,
                        void *ctx, struct ledger_journal **out)
{
    struct ledger_journal *j = calloc(1, sizeof(*j));
    check(j != NULL);
    j->fs = fs;
    j->segment_bytes = segment_bytes ? segment_bytes : SEGMENT_BYTES;
    j->ahead_bytes = j->segment_bytes / 4 < AHEAD_MIN_BYTES ? AHEAD_MIN_BYTES
                     : j->segment_bytes / 4 < AHEAD_MAX_BYTES ? padded(j->segment_bytes / 4)
                                                              : AHEAD_MAX_BYTES;
    j->group = 1;
    struct reading reading = { .each = each, .ctx = ctx };
    int r = open_files(j, &reading);
    if (r != 0) {
        ledger_journal_close(j);
        return r;
    }
    *out = j;
    return 0;
}

void ledger_journal_close(struct ledger_journal *j)
{
    if (!j)
        return;
    file_close(j->file);
    bytes_release(&j->records);
    free(j);
}

struct ledger_journal_place ledger_journal_last(const struct ledger_journal *j)
{
    return j->last;
}

int ledger_journal_read(struct ledger_journal *j, struct ledger_journal_place place,
                        struct bytes *buf, struct ledger_journal_record *record)
{
    char name[NAME_BYTES];
    struct group_head head;
    struct file *file = NULL;
    file_name(place.file, name);
    int r = fs_open(j->fs, name, FILE_READ, &file);
    if (r == 0)
        r = read_group(file, place.at, buf, &head);
    file_close(file);
    if (r != 0)
        return r == ERR_INVALID ? ERR_CORRUPT : r;
    struct bytes_reader reader = bytes_reader_over(bytes_str(buf));
    for (uint32_t i = 0; i <= place.index; i++)
        if (!take_record(&reader, record))
            return ERR_CORRUPT;
    return 0;
}
