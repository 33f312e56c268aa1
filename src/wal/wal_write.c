#include "wal/wal_write.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/log.h"

enum {
    ZERO_AHEAD_BYTES = 4 * 1024 * 1024, /* about 2 ms, once in 4 MiB of events */
    ZERO_STEP_BYTES = 256 * 1024,
};

struct waiting {
    wal_write_done_fn done;
    void *ctx;
};

struct group {
    struct bytes data;
    struct waiting *waiting;
    size_t count;
    size_t cap;
};

struct wal_write {
    struct fs *fs;
    struct file *file;        /* NULL: the next group begins a new one */
    uint64_t number;          /* of the newest file */
    uint64_t end;             /* where the next group goes */
    uint64_t zeroed;          /* the file holds zeros from end to here */
    size_t queue_max;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct group queued;      /* under the lock */
    struct group writing;     /* the thread's own */
    bool is_closing;
    _Atomic bool is_stopped;
    _Atomic uint64_t syncs;
    _Atomic uint64_t appends;
    pthread_t thread;
};

/* ---- names ---------------------------------------------------------------------------------- */

void wal_write_name(uint64_t number, char out[WAL_NAME_BYTES])
{
    (void)snprintf(out, WAL_NAME_BYTES, "%016llx.wal", (unsigned long long)number);
}

bool wal_write_parse_name(struct str name, uint64_t *number)
{
    uint8_t bytes[8];
    if (name.len != 20 || !str_ends(name, STR(".wal")) ||
        !str_to_hex_bytes(str_slice(name, 0, 16), bytes, 8))
        return false;
    *number = 0;
    for (int i = 0; i < 8; i++)
        *number = *number << 8 | bytes[i];
    return true;
}

static void note_name(void *ctx, struct str name)
{
    uint64_t *highest = ctx, number;
    if (wal_write_parse_name(name, &number) && number > *highest)
        *highest = number;
}

/* ---- files ---------------------------------------------------------------------------------- */

static int begin_file(struct wal_write *wal)
{
    char name[WAL_NAME_BYTES];
    wal_write_name(wal->number + 1, name);
    int r = fs_open(wal->fs, name, FILE_WRITE | FILE_CREATE | FILE_EXCLUSIVE, &wal->file);
    if (r != 0)
        return r;
    wal->number++;
    wal->end = wal->zeroed = 0;
    r = file_allocate(wal->file, 0, WAL_FILE_BYTES);
    if (r == 0)
        r = fs_sync_dir(wal->fs, ".");
    if (r != 0) {
        /* Nothing was acknowledged from it: it goes, or a full disk would collect them. */
        file_close(wal->file);
        wal->file = NULL;
        if (fs_remove(wal->fs, name) != 0)
            log_warn("an empty wal file stays: %s", name);
    }
    return r;
}

static int zero_ahead(struct wal_write *wal, uint64_t until)
{
    static const uint8_t zeros[ZERO_STEP_BYTES];
    if (until <= wal->zeroed)
        return 0;
    until = until + ZERO_AHEAD_BYTES < WAL_FILE_BYTES ? until + ZERO_AHEAD_BYTES : WAL_FILE_BYTES;
    while (wal->zeroed < until) {
        uint64_t len = until - wal->zeroed < ZERO_STEP_BYTES ? until - wal->zeroed
                                                             : ZERO_STEP_BYTES;
        int r = file_write_at(wal->file, zeros, (size_t)len, wal->zeroed);
        if (r != 0)
            return r;
        wal->zeroed += len;
    }
    return 0;
}

/* Space for the group, taken before a byte of it is written: a full disk never gets half of one. */
static int make_room(struct wal_write *wal, size_t len)
{
    if (wal->file && wal->end + len > WAL_FILE_BYTES) {
        file_close(wal->file);
        wal->file = NULL;
    }
    int r = wal->file ? 0 : begin_file(wal);
    return r == 0 ? zero_ahead(wal, wal->end + len) : r;
}

static int write_group(struct wal_write *wal, struct str data)
{
    int r = make_room(wal, data.len);
    if (r == ERR_FULL)
        return r;
    if (r == 0)
        r = file_write_at(wal->file, data.ptr, data.len, wal->end);
    if (r == 0)
        r = file_sync(wal->file);
    if (r != 0) {
        log_error("the wal stops: %s", err_text(r));
        wal->is_stopped = true;
        return ERR_IO;
    }
    wal->syncs++;
    wal->end += data.len;
    return 0;
}

/* ---- the thread ----------------------------------------------------------------------------- */

static void finish_group(struct group *group, int r)
{
    for (size_t i = 0; i < group->count; i++)
        group->waiting[i].done(group->waiting[i].ctx, r);
    group->count = 0;
    bytes_reset(&group->data);
}

/* Takes what is queued; false when there is nothing and the writer closes. */
static bool take_group(struct wal_write *wal)
{
    (void)pthread_mutex_lock(&wal->lock);
    while (wal->queued.count == 0 && !wal->is_closing)
        (void)pthread_cond_wait(&wal->wake, &wal->lock);
    struct group empty = wal->writing;
    wal->writing = wal->queued;
    wal->queued = empty;
    (void)pthread_mutex_unlock(&wal->lock);
    return wal->writing.count > 0;
}

static void *run(void *arg)
{
    struct wal_write *wal = arg;
    while (take_group(wal)) {
        int r = wal->is_stopped ? ERR_IO : write_group(wal, bytes_str(&wal->writing.data));
        finish_group(&wal->writing, r);
    }
    return NULL;
}

int wal_write_open(struct fs *fs, size_t queue_max_bytes, struct wal_write **out)
{
    uint64_t highest = 0;
    check(queue_max_bytes <= WAL_FILE_BYTES);
    int r = fs_list(fs, ".", note_name, &highest);
    if (r != 0)
        return r;
    struct wal_write *wal = calloc(1, sizeof(*wal));
    check(wal != NULL);
    wal->fs = fs;
    wal->number = highest;
    wal->queue_max = queue_max_bytes;
    check(pthread_mutex_init(&wal->lock, NULL) == 0);
    check(pthread_cond_init(&wal->wake, NULL) == 0);
    check(pthread_create(&wal->thread, NULL, run, wal) == 0);
    *out = wal;
    return 0;
}

void wal_write_close(struct wal_write *wal)
{
    if (!wal)
        return;
    (void)pthread_mutex_lock(&wal->lock);
    wal->is_closing = true;
    (void)pthread_cond_signal(&wal->wake);
    (void)pthread_mutex_unlock(&wal->lock);
    (void)pthread_join(wal->thread, NULL);
    file_close(wal->file);
    bytes_release(&wal->queued.data);
    bytes_release(&wal->writing.data);
    free(wal->queued.waiting);
    free(wal->writing.waiting);
    (void)pthread_mutex_destroy(&wal->lock);
    (void)pthread_cond_destroy(&wal->wake);
    free(wal);
}

static void enlist(struct group *group, struct str records, wal_write_done_fn done, void *ctx)
{
    if (group->count == group->cap) {
        group->cap = group->cap ? group->cap * 2 : 64;
        group->waiting = realloc(group->waiting, group->cap * sizeof(*group->waiting));
        check(group->waiting != NULL);
    }
    group->waiting[group->count++] = (struct waiting){ done, ctx };
    bytes_append_str(&group->data, records);
}

int wal_write_append(struct wal_write *wal, struct str records, wal_write_done_fn done, void *ctx)
{
    int r = 0;
    check(records.len % 8 == 0);
    (void)pthread_mutex_lock(&wal->lock);
    if (wal->is_stopped || wal->is_closing) {
        r = ERR_CLOSED;
    } else if (wal->queued.data.len + records.len > wal->queue_max) {
        r = ERR_BUSY;
    } else {
        enlist(&wal->queued, records, done, ctx);
        wal->appends++;
        (void)pthread_cond_signal(&wal->wake);
    }
    (void)pthread_mutex_unlock(&wal->lock);
    return r;
}

bool wal_write_is_stopped(const struct wal_write *wal)
{
    return wal->is_stopped;
}

void wal_write_counts(const struct wal_write *wal, uint64_t *syncs, uint64_t *appends)
{
    *syncs = wal->syncs;
    *appends = wal->appends;
}
