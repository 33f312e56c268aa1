#include "wal/wal_follow.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "wal/wal_write.h"

enum { WINDOW_BYTES = 256 * 1024, WINDOW_KEPT_BYTES = 2 * 1024 * 1024 };

struct wal_follow {
    struct fs *fs;
    struct file *file;       /* NULL: none is open */
    struct wal_position at;
    struct bytes window;     /* bytes of the file from window_at on */
    uint64_t window_at;
    bool is_torn;            /* something stands at the position that is no record (yet) */
};

struct wal_follow *wal_follow_open(struct fs *fs, struct wal_position from)
{
    struct wal_follow *follow = calloc(1, sizeof(*follow));
    check(follow != NULL);
    follow->fs = fs;
    follow->at = from;
    return follow;
}

void wal_follow_close(struct wal_follow *follow)
{
    if (!follow)
        return;
    file_close(follow->file);
    bytes_release(&follow->window);
    free(follow);
}

/* ---- files ---------------------------------------------------------------------------------- */

struct search {
    uint64_t from;     /* the lowest number that counts */
    uint64_t lowest;   /* of those that count; 0 = none */
    bool has_older;
};

static void look_at(void *ctx, struct str name)
{
    struct search *search = ctx;
    uint64_t number;
    if (!wal_write_parse_name(name, &number) || number == 0)
        return;
    if (number < search->from)
        search->has_older = true;
    else if (search->lowest == 0 || number < search->lowest)
        search->lowest = number;
}

static int open_file(struct wal_follow *follow, uint64_t number, uint64_t offset)
{
    char name[WAL_NAME_BYTES];
    wal_write_name(number, name);
    file_close(follow->file);
    follow->file = NULL;
    int r = fs_open(follow->fs, name, FILE_READ, &follow->file);
    if (r != 0) {
        log_error("cannot read wal file %s: %s", name, err_text(r));
        return r;
    }
    follow->at = (struct wal_position){ .file = number, .offset = offset };
    bytes_reset(&follow->window);
    follow->is_torn = false;
    return 1;
}

/* 1 = a file is open, 0 = there is none yet. */
static int begin(struct wal_follow *follow)
{
    struct search search = { .from = follow->at.file };
    int r = fs_list(follow->fs, ".", look_at, &search);
    if (r != 0)
        return r;
    if (search.lowest == 0 && search.has_older) {
        log_error("the wal ends before file %016llx, which was read already",
                  (unsigned long long)follow->at.file);
        return ERR_CORRUPT;
    }
    if (search.lowest == 0)
        return 0;
    return open_file(follow, search.lowest,
                     search.lowest == follow->at.file ? follow->at.offset : 0);
}

/* The next higher number; 0 when there is none. */
static int find_next(struct wal_follow *follow, uint64_t *number)
{
    struct search search = { .from = follow->at.file + 1 };
    int r = fs_list(follow->fs, ".", look_at, &search);
    *number = search.lowest;
    return r;
}

/* ---- records -------------------------------------------------------------------------------- */

static bool take_from_window(struct wal_follow *follow, struct wal_record *record)
{
    uint64_t skip = follow->at.offset - follow->window_at;
    size_t used;
    if (follow->at.offset < follow->window_at || skip >= follow->window.len)
        return false;
    if (wal_record_decode(str_from_index(bytes_str(&follow->window), (size_t)skip), record,
                          &used) != 0)
        return false;
    follow->at.offset += used;
    return true;
}

static size_t window_for(uint32_t payload_len)
{
    size_t framed = WAL_HEADER_BYTES + (size_t)payload_len + 8;
    return framed > WINDOW_BYTES ? framed : WINDOW_BYTES;
}

/* Reads on from the position: a few bytes first, since most looks find nothing. 1 = the window may
 * begin with a record, 0 = it cannot. */
static int refill(struct wal_follow *follow)
{
    uint8_t head[4];
    size_t got;
    int r = file_read_at(follow->file, head, sizeof(head), follow->at.offset, &got);
    if (r != 0)
        return r;
    struct bytes_reader reader = bytes_reader_over(str_of(head, got));
    uint32_t len = bytes_get_u32(&reader);
    follow->is_torn = len != 0;
    if (len == 0 || len > WAL_PAYLOAD_MAX)
        return 0;
    size_t want = window_for(len);
    if (follow->window.cap > WINDOW_KEPT_BYTES && want == WINDOW_BYTES)
        bytes_release(&follow->window);
    bytes_reset(&follow->window);
    r = file_read_at(follow->file, bytes_grow(&follow->window, want), want, follow->at.offset,
                     &got);
    follow->window.len = r == 0 ? got : 0;
    follow->window_at = follow->at.offset;
    return r == 0 ? 1 : r;
}

static int read_record(struct wal_follow *follow, struct wal_record *record)
{
    if (take_from_window(follow, record))
        return 1;
    int r = refill(follow);
    return r <= 0 ? r : take_from_window(follow, record);
}

int wal_follow_next(struct wal_follow *follow, struct wal_record *record)
{
    for (;;) {
        uint64_t number;
        int r = follow->file ? 1 : begin(follow);
        if (r <= 0)
            return r;
        r = read_record(follow, record);
        if (r != 0)
            return r;
        r = find_next(follow, &number);
        if (r != 0 || number == 0)
            return r;
        /* A higher file is there: what this one has by now is all that it will ever have. */
        r = read_record(follow, record);
        if (r != 0)
            return r;
        if (follow->is_torn)
            log_warn("wal file %016llx ends in a torn record at %llu",
                     (unsigned long long)follow->at.file, (unsigned long long)follow->at.offset);
        r = open_file(follow, number, 0);
        if (r < 0)
            return r;
    }
}

struct wal_position wal_follow_position(const struct wal_follow *follow)
{
    return follow->at;
}

/* ---- removal -------------------------------------------------------------------------------- */

struct removal {
    struct fs *fs;
    uint64_t below;
    uint64_t newest;
    uint32_t removed;
    int r;
};

static void find_newest(void *ctx, struct str name)
{
    struct removal *removal = ctx;
    uint64_t number;
    if (wal_write_parse_name(name, &number) && number > removal->newest)
        removal->newest = number;
}

static void remove_old(void *ctx, struct str name)
{
    struct removal *removal = ctx;
    uint64_t number;
    char text[WAL_NAME_BYTES];
    if (!wal_write_parse_name(name, &number) || number >= removal->below ||
        number == removal->newest)
        return;
    wal_write_name(number, text);
    int r = fs_remove(removal->fs, text);
    if (r == 0)
        removal->removed++;
    else if (r != ERR_NOT_FOUND)
        removal->r = r;
}

int wal_follow_remove(struct fs *fs, uint64_t number, uint32_t *removed)
{
    struct removal removal = { .fs = fs, .below = number };
    int r = fs_list(fs, ".", find_newest, &removal);
    if (r == 0)
        r = fs_list(fs, ".", remove_old, &removal);
    *removed = removal.removed;
    return r != 0 ? r : removal.r;
}
