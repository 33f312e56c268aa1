#include "db/db_vfs.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/rand.h"
#include "sys/clock.h"

enum { SECTOR_BYTES = 4096 };

struct db_vfs {
    sqlite3_vfs base;
    struct fs *fs;
    char name[DB_VFS_NAME_MAX];
    struct rand rand;
    bool is_dead;
    int trouble;
};

struct vfs_file {
    sqlite3_file base;
    struct db_vfs *vfs;
    struct file *file;
    bool is_new;        /* its name lasts only after a sync of the directory */
};

static struct db_vfs *vfs_of(sqlite3_vfs *base)
{
    return base->pAppData;
}

static struct vfs_file *file_of(sqlite3_file *base)
{
    return (struct vfs_file *)base;
}

/* Remembers what the disk said; SQLite's code for it. */
static int answer(struct db_vfs *vfs, int r, int code)
{
    if (r == 0)
        return SQLITE_OK;
    if (vfs->trouble == 0)
        vfs->trouble = r;
    return r == ERR_FULL ? SQLITE_FULL : r == ERR_NOMEM ? SQLITE_IOERR_NOMEM : code;
}

/* The same for what changes the disk: a failure is the last thing that this VFS did. */
static int answer_change(struct db_vfs *vfs, int r, int code)
{
    if (r != 0 && !vfs->is_dead) {
        log_error("a database stops: %s", err_text(r));
        vfs->is_dead = true;
    }
    return answer(vfs, r, code);
}

/* ---- files ---------------------------------------------------------------------------------- */

static int vfs_close(sqlite3_file *base)
{
    file_close(file_of(base)->file);
    file_of(base)->file = NULL;
    return SQLITE_OK;
}

static int vfs_read(sqlite3_file *base, void *buf, int len, sqlite3_int64 off)
{
    struct vfs_file *f = file_of(base);
    size_t got = 0;
    int r = file_read_at(f->file, buf, (size_t)len, (uint64_t)off, &got);
    if (r != 0)
        return answer(f->vfs, r, SQLITE_IOERR_READ);
    if (got == (size_t)len)
        return SQLITE_OK;
    memset((char *)buf + got, 0, (size_t)len - got);
    return SQLITE_IOERR_SHORT_READ;
}

static int vfs_write(sqlite3_file *base, const void *buf, int len, sqlite3_int64 off)
{
    struct vfs_file *f = file_of(base);
    if (f->vfs->is_dead)
        return SQLITE_IOERR_WRITE;
    return answer_change(f->vfs, file_write_at(f->file, buf, (size_t)len, (uint64_t)off),
                         SQLITE_IOERR_WRITE);
}

static int vfs_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct vfs_file *f = file_of(base);
    if (f->vfs->is_dead)
        return SQLITE_IOERR_TRUNCATE;
    return answer_change(f->vfs, file_truncate(f->file, (uint64_t)size), SQLITE_IOERR_TRUNCATE);
}

static int vfs_sync(sqlite3_file *base, int flags)
{
    struct vfs_file *f = file_of(base);
    (void)flags;
    if (f->vfs->is_dead)
        return SQLITE_IOERR_FSYNC;
    int r = file_sync(f->file);
    if (r == 0 && f->is_new) {
        r = fs_sync_dir(f->vfs->fs, ".");
        f->is_new = r != 0;
    }
    return answer_change(f->vfs, r, SQLITE_IOERR_FSYNC);
}

static int vfs_size(sqlite3_file *base, sqlite3_int64 *out)
{
    uint64_t size = 0;
    int r = file_size(file_of(base)->file, &size);
    *out = (sqlite3_int64)size;
    return answer(file_of(base)->vfs, r, SQLITE_IOERR_FSTAT);
}

static int vfs_lock(sqlite3_file *base, int level)
{
    (void)base;
    (void)level;
    return SQLITE_OK;
}

/* Nobody else has the database: a journal that is there is hot. */
static int vfs_is_reserved(sqlite3_file *base, int *out)
{
    (void)base;
    *out = 0;
    return SQLITE_OK;
}

static int vfs_control(sqlite3_file *base, int op, void *arg)
{
    (void)base;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int vfs_sector_size(sqlite3_file *base)
{
    (void)base;
    return SECTOR_BYTES;
}

/* Nothing is promised: a torn sector may spoil all of it. */
static int vfs_characteristics(sqlite3_file *base)
{
    (void)base;
    return 0;
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 1, .xClose = vfs_close, .xRead = vfs_read, .xWrite = vfs_write,
    .xTruncate = vfs_truncate, .xSync = vfs_sync, .xFileSize = vfs_size, .xLock = vfs_lock,
    .xUnlock = vfs_lock, .xCheckReservedLock = vfs_is_reserved, .xFileControl = vfs_control,
    .xSectorSize = vfs_sector_size, .xDeviceCharacteristics = vfs_characteristics,
};

/* ---- names ---------------------------------------------------------------------------------- */

static int vfs_open(sqlite3_vfs *base, const char *name, sqlite3_file *out, int flags,
                    int *out_flags)
{
    struct db_vfs *vfs = vfs_of(base);
    struct vfs_file *f = file_of(out);
    *f = (struct vfs_file){ .vfs = vfs };
    if (!name || (flags & SQLITE_OPEN_DELETEONCLOSE))
        return SQLITE_CANTOPEN;
    unsigned how = FILE_READ | ((flags & SQLITE_OPEN_READWRITE) ? FILE_WRITE : 0u);
    int r = fs_open(vfs->fs, name, how, &f->file);
    if (r == ERR_NOT_FOUND && (flags & SQLITE_OPEN_CREATE) && !vfs->is_dead) {
        r = fs_open(vfs->fs, name, how | FILE_CREATE | FILE_PRIVATE, &f->file);
        f->is_new = true;
    }
    if (r != 0)
        return answer(vfs, r, SQLITE_CANTOPEN);
    f->base.pMethods = &file_methods;
    if (out_flags)
        *out_flags = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *base, const char *name, int sync_dir)
{
    struct db_vfs *vfs = vfs_of(base);
    if (vfs->is_dead)
        return SQLITE_IOERR_DELETE;
    int r = fs_remove(vfs->fs, name);
    if (r == ERR_NOT_FOUND)
        return SQLITE_IOERR_DELETE_NOENT;
    if (r == 0 && sync_dir)
        r = fs_sync_dir(vfs->fs, ".");
    return answer_change(vfs, r, SQLITE_IOERR_DELETE);
}

/* As SQLite's own: an empty file is as good as none. */
static int vfs_access(sqlite3_vfs *base, const char *name, int flags, int *out)
{
    struct db_vfs *vfs = vfs_of(base);
    struct file *file;
    uint64_t size = 0;
    *out = 0;
    int r = fs_open(vfs->fs, name, FILE_READ, &file);
    if (r == ERR_NOT_FOUND)
        return SQLITE_OK;
    if (r == 0) {
        r = file_size(file, &size);
        file_close(file);
    }
    *out = size > 0 || (r == 0 && flags != SQLITE_ACCESS_EXISTS);
    return answer(vfs, r, SQLITE_IOERR_ACCESS);
}

static int vfs_full_path(sqlite3_vfs *base, const char *name, int len, char *out)
{
    (void)base;
    size_t have = strlen(name);
    if (have >= (size_t)len)
        return SQLITE_CANTOPEN;
    memcpy(out, name, have + 1);
    return SQLITE_OK;
}

/* ---- the rest of an operating system -------------------------------------------------------- */

/* Nothing secret: SQLite takes journal nonces from it. */
static int vfs_randomness(sqlite3_vfs *base, int len, char *out)
{
    struct db_vfs *vfs = vfs_of(base);
    for (int i = 0; i < len; i++)
        out[i] = (char)(rand_u64(&vfs->rand) & 0xff);
    return len;
}

static int vfs_sleep(sqlite3_vfs *base, int us)
{
    (void)base;
    clock_sleep_ms((uint32_t)us / 1000);
    return us;
}

static int vfs_time64(sqlite3_vfs *base, sqlite3_int64 *out)
{
    const int64_t julian_of_1970_ms = INT64_C(210866760000000);
    (void)base;
    *out = julian_of_1970_ms + clock_wall_ms();
    return SQLITE_OK;
}

static int vfs_time(sqlite3_vfs *base, double *out)
{
    sqlite3_int64 ms;
    (void)vfs_time64(base, &ms);
    *out = (double)ms / 86400000.0;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *base, int len, char *out)
{
    (void)base;
    if (len > 0)
        out[0] = '\0';
    return 0;
}

struct db_vfs *db_vfs_create(struct fs *fs)
{
    static _Atomic uint32_t number;
    struct db_vfs *vfs = calloc(1, sizeof(*vfs));
    check(vfs != NULL && fs != NULL);
    vfs->fs = fs;
    uint32_t n = ++number;
    (void)snprintf(vfs->name, sizeof(vfs->name), "amana-%u", n);
    rand_init(&vfs->rand, clock_boot_ns() ^ (uint64_t)clock_wall_ms() << 20 ^ (uintptr_t)vfs ^ n);
    vfs->base = (sqlite3_vfs){
        .iVersion = 2, .szOsFile = sizeof(struct vfs_file), .mxPathname = DB_VFS_PATH_MAX,
        .zName = vfs->name, .pAppData = vfs, .xOpen = vfs_open, .xDelete = vfs_delete,
        .xAccess = vfs_access, .xFullPathname = vfs_full_path, .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep, .xCurrentTime = vfs_time, .xGetLastError = vfs_last_error,
        .xCurrentTimeInt64 = vfs_time64,
    };
    /* The default too, so that SQLite's own seed comes from here and not from /dev/urandom. */
    check(sqlite3_vfs_register(&vfs->base, 1) == SQLITE_OK);
    return vfs;
}

void db_vfs_destroy(struct db_vfs *vfs)
{
    if (!vfs)
        return;
    (void)sqlite3_vfs_unregister(&vfs->base);
    free(vfs);
}

static int settle_file(struct fs *fs, const char *name)
{
    struct file *file;
    int r = fs_open(fs, name, FILE_READ | FILE_WRITE, &file);
    if (r != 0)
        return r == ERR_NOT_FOUND ? 0 : r;
    r = file_sync(file);
    file_close(file);
    return r;
}

int db_vfs_settle(struct db_vfs *vfs, const char *name)
{
    char journal[DB_VFS_PATH_MAX];
    (void)snprintf(journal, sizeof(journal), "%s-journal", name);
    int r = settle_file(vfs->fs, name);
    if (r == 0)
        r = settle_file(vfs->fs, journal);
    if (r == 0)
        r = fs_sync_dir(vfs->fs, ".");
    (void)answer_change(vfs, r, SQLITE_IOERR_FSYNC);
    return r;
}

const char *db_vfs_name(const struct db_vfs *vfs)
{
    return vfs->name;
}

bool db_vfs_is_dead(const struct db_vfs *vfs)
{
    return vfs->is_dead;
}

void db_vfs_kill(struct db_vfs *vfs)
{
    vfs->is_dead = true;
}

int db_vfs_trouble(const struct db_vfs *vfs)
{
    return vfs->trouble;
}
