/* A journal with arbitrary bytes changed, cut or put behind: it opens or says that it is damaged.
 * What it gives is a beginning of what was written, record for record, and it goes on from there:
 * what is written then is there at the next opening. Heads are summed again, so that what the
 * checksums keep out is tried, too. */
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "base/hash.h"
#include "ledger/inside/ledger_journal.h"
#include "support/disk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORDS = 7, FILE_BYTES = 8 * 1024, HEAD_SUM_AT = 32 };

static const char *const names[] = { "journal-0000000000000001", "journal-0000000000000002" };
static struct bytes files[2];
static bool is_summed;    /* some input makes sums of its own: then records may be other ones */

static void add(struct ledger_journal *journal, uint8_t n)
{
    char blob[40 * (RECORDS + 1)];
    struct ledger_journal_record record = { .log = n, .blob = str_of(blob, (size_t)(n % 8) * 40) };
    memset(blob, n, sizeof(blob));
    memset(record.entry, n, sizeof(record.entry));
    ledger_journal_add(journal, &record);
}

static int note(void *ctx, const struct ledger_journal_record *record,
                struct ledger_journal_place place)
{
    uint32_t *count = ctx;
    (void)place;
    ++*count;
    if (is_summed)
        return 0;
    check(record->log == *count || record->log == 99);
    check(record->entry[50] == (uint8_t)record->log);
    check(record->log == 99 || record->blob.len == (size_t)record->log * 40);
    return 0;
}

static void make_files(void)
{
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct ledger_journal *journal;
    uint32_t count = 0;
    check(ledger_journal_open(fs, 2048, note, &count, &journal) == 0);
    for (uint8_t n = 1; n <= RECORDS; n++) {
        add(journal, n);
        if (n % 2 == 0 || n > 5)
            check(ledger_journal_sync(journal) == 0);
    }
    ledger_journal_close(journal);
    for (int i = 0; i < 2; i++) {
        check(fs_read_file(fs, names[i], 4 << 20, &files[i]) == 0);
        files[i].len = files[i].len < FILE_BYTES ? files[i].len : FILE_BYTES;
    }
    fs_destroy(fs);
    disk_destroy(disk);
}

/* Changes of four bytes each: file and place (u16), what to do, with what. */
static void change(struct bytes copies[2], const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 4 <= size; i += 4) {
        struct bytes *file = &copies[data[i + 1] >> 7];
        size_t at = (size_t)(data[i] | (data[i + 1] & 0x7f) << 8);
        if (file->len == 0)
            continue;
        at %= file->len;
        if (data[i + 2] & 1) {
            file->ptr[at] = (uint8_t)(file->ptr[at] + data[i + 3]);
        } else if (data[i + 2] & 2) {
            file->len = at;
        } else if (at % 512 + HEAD_SUM_AT + 8 <= 512 && at / 512 * 512 + 40 <= file->len) {
            uint64_t sum = hash_64(file->ptr + at / 512 * 512, HEAD_SUM_AT);
            memcpy(file->ptr + at / 512 * 512 + HEAD_SUM_AT, &sum, sizeof(sum));
            is_summed = true;
        }
    }
}

static void open_changed(struct fs *fs)
{
    struct ledger_journal *journal;
    uint32_t count = 0, again = 0;
    int r = ledger_journal_open(fs, 2048, note, &count, &journal);
    check(r == 0 || r == ERR_CORRUPT);
    if (r != 0)
        return;
    check(count <= RECORDS || is_summed);
    add(journal, 99);
    check(ledger_journal_sync(journal) == 0);
    ledger_journal_close(journal);
    is_summed = true; /* the number of the new record is not its place */
    check(ledger_journal_open(fs, 2048, note, &again, &journal) == 0);
    check(again == count + 1);
    ledger_journal_close(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!files[0].len)
        make_files();
    struct disk *disk = disk_create();
    struct fs *fs = disk_fs(disk);
    struct bytes copies[2] = { { 0 }, { 0 } };
    is_summed = false;
    for (int i = 0; i < 2; i++)
        bytes_append_str(&copies[i], bytes_str(&files[i]));
    change(copies, data, size);
    for (int i = 0; i < 2; i++) {
        check(fs_replace_file(fs, names[i], bytes_str(&copies[i]), 0) == 0);
        bytes_release(&copies[i]);
    }
    open_changed(fs);
    fs_destroy(fs);
    disk_destroy(disk);
    return 0;
}
