#include "cli/doctor.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/log.h"
#include "cli/house.h"
#include "cli/options.h"
#include "cli/rooms.h"
#include "json/doc.h"
#include "json/write.h"
#include "store/manifest.h"
#include "store/store.h"
#include "sys/file_real.h"
#include "sys/sock.h"
#include "sys/spawn.h"
#include "wal/wal_verify.h"
#include "wal/wal_write.h"

enum { LOCK_WAIT_MS = 0, TEXT_MAX = 512, WAL_FILES_MAX = 100000, POSITION_MAX = 1024 * 1024 };

#define VAULT_POSITION "vault-position.json" /* docs/formats/wal.md, Following */

struct doctor {
    struct house house;
    bool json;
    struct bytes text;          /* what is printed without --json */
    struct bytes findings;      /* JSON objects, with commas between */
    struct bytes notes;
    uint32_t finding_count;
    uint32_t file_count;
    uint64_t newest;            /* number of the newest wal file; 0 = none */
    struct wal_verify wal;      /* sums over all files */
};

/* ---- saying --------------------------------------------------------------------------------- */

static void put_object(struct bytes *list, const char *where, const char *what, const char *mend)
{
    struct json_write w;
    if (list->len)
        bytes_put_u8(list, ',');
    json_write_init(&w, list);
    json_write_begin_object(&w);
    json_write_key(&w, "where");
    json_write_text(&w, where);
    json_write_key(&w, "what");
    json_write_text(&w, what);
    if (mend) {
        json_write_key(&w, "mend");
        json_write_text(&w, mend);
    }
    json_write_end_object(&w);
}

static void find(struct doctor *d, const char *where, const char *what, const char *mend)
{
    d->finding_count++;
    put_object(&d->findings, where, what, mend);
    bytes_printf(&d->text, "finding  %s: %s\n         mend: %s\n", where, what, mend);
}

static void note(struct doctor *d, const char *where, const char *what)
{
    put_object(&d->notes, where, what, NULL);
    bytes_printf(&d->text, "note     %s: %s\n", where, what);
}

/* ---- owners and modes ----------------------------------------------------------------------- */

struct expected {
    int uid;
    int gid;          /* -1: any */
    uint32_t mode;
};

static void check_dir(struct doctor *d, int dir_fd, const char *name, const char *where,
                      struct expected expected)
{
    struct file_real_facts facts;
    char what[TEXT_MAX], mend[TEXT_MAX];
    int r = file_real_facts(dir_fd, name, &facts);
    if (r != 0 || !facts.is_dir) {
        (void)snprintf(what, sizeof(what), "no directory: %s", r ? err_text(r) : "a file");
        find(d, where, what, "restore it from a copy of the directory made by amana init");
        return;
    }
    if ((int)facts.uid != expected.uid || (expected.gid >= 0 && (int)facts.gid != expected.gid)) {
        (void)snprintf(what, sizeof(what), "belongs to %u:%u", facts.uid, facts.gid);
        (void)snprintf(mend, sizeof(mend), expected.gid >= 0 ? "chown -R %d:%d" : "chown -R %d",
                       expected.uid, expected.gid);
        find(d, where, what, mend);
    }
    if (facts.mode != expected.mode) {
        (void)snprintf(what, sizeof(what), "has mode %04o", facts.mode);
        (void)snprintf(mend, sizeof(mend), "chmod %04o", expected.mode);
        find(d, where, what, mend);
    }
}

static int uid_of(const struct doctor *d, int number)
{
    return d->house.uid_base >= 0 ? d->house.uid_base + number : d->house.owner_uid;
}

static void check_rooms(struct doctor *d)
{
    char where[TEXT_MAX];
    bool is_root = d->house.uid_base >= 0;
    for (int i = 0; i < ROOMS_COUNT; i++) {
        int uid = uid_of(d, rooms[i].number);
        struct expected expected = { .uid = uid, .gid = is_root ? uid : -1, .mode = 0700 };
        (void)snprintf(where, sizeof(where), "keys/%s", rooms[i].name);
        check_dir(d, d->house.keys_fd, rooms[i].name, where, expected);
        if (rooms[i].has_data)
            check_dir(d, d->house.data_fd, rooms[i].name, rooms[i].name, expected);
    }
    check_dir(d, d->house.data_fd, "wal", "wal",
              (struct expected){ .uid = uid_of(d, ROOMS_INGEST),
                                 .gid = is_root ? uid_of(d, ROOMS_QUERY) : -1, .mode = 02770 });
    check_dir(d, d->house.data_fd, ROOMS_LOG, ROOMS_LOG,
              (struct expected){ .uid = uid_of(d, ROOMS_LEDGER),
                                 .gid = is_root ? uid_of(d, ROOMS_WEB) : -1, .mode = 02750 });
}

struct key_walk {
    struct doctor *doctor;
    const struct room *room;
    int fd;
};

static void check_key_file(void *ctx, struct str name)
{
    struct key_walk *walk = ctx;
    struct file_real_facts facts;
    char where[TEXT_MAX], what[TEXT_MAX];
    (void)snprintf(where, sizeof(where), "keys/%s/" STR_FMT, walk->room->name, STR_ARG(name));
    if (file_real_facts(walk->fd, name.ptr, &facts) != 0)
        return;
    if ((int)facts.uid != uid_of(walk->doctor, walk->room->number)) {
        (void)snprintf(what, sizeof(what), "belongs to %u", facts.uid);
        find(walk->doctor, where, what, "chown it to the owner of its folder");
    }
    if (facts.mode & 0177) {
        (void)snprintf(what, sizeof(what), "has mode %04o: others than its holder may use it",
                       facts.mode);
        find(walk->doctor, where, what, "chmod 0400, and think about who may have read it");
    }
}

static void check_keys(struct doctor *d)
{
    char path[64], where[TEXT_MAX];
    for (int i = 0; i < ROOMS_COUNT; i++) {
        struct key_walk walk = { .doctor = d, .room = &rooms[i] };
        if (file_real_open_below(d->house.keys_fd, rooms[i].name, &walk.fd) != 0)
            continue;
        struct fs *fs = fs_real_create(walk.fd);
        if (fs_list(fs, ".", check_key_file, &walk) != 0)
            note(d, rooms[i].name, "its keys cannot be listed");
        fs_destroy(fs);
    }
    for (int i = 0; i < ROOMS_KEYS; i++) {
        const struct rooms_key *key = &rooms_keys[i];
        struct file_real_facts facts;
        (void)snprintf(path, sizeof(path), "%s/%s", rooms_name(key->room), key->name);
        (void)snprintf(where, sizeof(where), "keys/%s", path);
        int r = file_real_facts(d->house.keys_fd, path, &facts);
        if (r != 0 || (key->size && facts.size != key->size))
            find(d, where, r ? err_text(r) : "is not as long as such a key",
                 "restore it from where keys are kept; nothing can make it anew");
    }
}

/* ---- wal and store -------------------------------------------------------------------------- */

struct numbers {
    uint64_t *list;
    uint32_t count;
};

static void add_number(void *ctx, struct str name)
{
    struct numbers *numbers = ctx;
    uint64_t number;
    if (wal_write_parse_name(name, &number) && numbers->count < WAL_FILES_MAX)
        numbers->list[numbers->count++] = number;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void check_wal_file(struct doctor *d, struct fs *fs, uint64_t number)
{
    char name[WAL_NAME_BYTES], where[TEXT_MAX], what[TEXT_MAX];
    struct wal_verify v;
    wal_write_name(number, name);
    (void)snprintf(where, sizeof(where), "wal/%s", name);
    int r = wal_verify_file(fs, name, &v);
    if (r != 0) {
        find(d, where, err_text(r), "make it readable, or restore it");
        return;
    }
    d->file_count++;
    d->wal.records += v.records;
    d->wal.events += v.events;
    d->wal.updates += v.updates;
    d->wal.sealed += v.sealed;
    if (v.lost_at) {
        (void)snprintf(what, sizeof(what),
                       "damaged from %llu to %llu: records that were acknowledged are not readable",
                       (unsigned long long)v.valid_end, (unsigned long long)v.lost_at);
        find(d, where, what, "restore the file, or accept that the follower leaves it there");
    } else if (v.is_torn) {
        (void)snprintf(what, sizeof(what), "ends at %llu in a record that is not whole, as after a "
                       "crash; such a record was never acknowledged",
                       (unsigned long long)v.valid_end);
        note(d, where, what);
    }
    if (v.unreadable) {
        (void)snprintf(what, sizeof(what), "%llu records hold but cannot be read",
                       (unsigned long long)v.unreadable);
        find(d, where, what, "none: the follower passes them over");
    }
}

static void check_wal(struct doctor *d)
{
    struct numbers numbers = { .list = calloc(WAL_FILES_MAX, sizeof(uint64_t)) };
    int fd;
    check(numbers.list != NULL);
    if (house_open_room(&d->house, "wal", &fd) == 0) {
        struct fs *fs = fs_real_create(fd);
        int r = fs_list(fs, ".", add_number, &numbers);
        if (r != 0)
            find(d, "wal", err_text(r), "make it readable");
        qsort(numbers.list, numbers.count, sizeof(uint64_t), by_number);
        for (uint32_t i = 0; i < numbers.count; i++)
            check_wal_file(d, fs, numbers.list[i]);
        d->newest = numbers.count ? numbers.list[numbers.count - 1] : 0;
        fs_destroy(fs);
    }
    bytes_printf(&d->text, "wal      %u files, %llu records: %llu events, %llu profile updates, "
                 "%llu sealed batches\n", d->file_count, (unsigned long long)d->wal.records,
                 (unsigned long long)d->wal.events, (unsigned long long)d->wal.updates,
                 (unsigned long long)d->wal.sealed);
    free(numbers.list);
}

static void on_store_finding(void *ctx, struct str sentence)
{
    char what[TEXT_MAX];
    (void)snprintf(what, sizeof(what), STR_FMT, STR_ARG(sentence));
    find(ctx, "query", what, "restore the query folder, or empty it while the wal still has all");
}

/* A follower that has read further than the wal reaches would pass over what ingest writes next. */
static void check_position(struct doctor *d, const char *where, uint64_t file)
{
    char what[TEXT_MAX];
    if (file <= d->newest)
        return;
    (void)snprintf(what, sizeof(what), "has read up to wal file %016llx, the newest is %016llx",
                   (unsigned long long)file, (unsigned long long)d->newest);
    find(d, where, what, "put the missing wal files back");
}

static void check_positions(struct doctor *d, struct fs *fs)
{
    struct manifest manifest = { 0 };
    struct bytes json = { 0 };
    struct json_doc *doc = NULL;
    uint64_t file;
    if (manifest_read(fs, &manifest) == 0)
        check_position(d, "query/manifest", manifest.position.file);
    manifest_release(&manifest);
    if (fs_read_file(fs, VAULT_POSITION, POSITION_MAX, &json) == 0 &&
        json_doc_parse(bytes_str(&json), POSITION_MAX, &doc) == 0 &&
        json_doc_get_u64(json_doc_root(doc), "file", &file))
        check_position(d, "query/" VAULT_POSITION, file);
    json_doc_destroy(doc);
    bytes_release(&json);
}

static void check_store(struct doctor *d)
{
    uint32_t before = d->finding_count;
    int fd;
    if (house_open_room(&d->house, "query", &fd) != 0)
        return; /* check_rooms said so */
    struct fs *fs = fs_real_create(fd);
    int r = stores_verify(fs, on_store_finding, d);
    if (r != 0 && d->finding_count == before)
        find(d, "query", err_text(r), "make it readable, or restore it");
    check_positions(d, fs);
    bytes_printf(&d->text, "store    %s\n", d->finding_count == before ? "sound" : "not sound");
    fs_destroy(fs);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void put_list(struct json_write *w, const char *name, const struct bytes *items)
{
    struct bytes list = { 0 };
    bytes_printf(&list, "[" STR_FMT "]", STR_ARG(bytes_str(items)));
    json_write_key(w, name);
    json_write_raw(w, bytes_str(&list));
    bytes_release(&list);
}

static void print_json(const struct doctor *d)
{
    struct bytes json = { 0 };
    struct json_write w;
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    json_write_key(&w, "data");
    json_write_text(&w, d->house.data);
    json_write_key(&w, "sound");
    json_write_bool(&w, d->finding_count == 0);
    json_write_key(&w, "wal");
    json_write_begin_object(&w);
    json_write_key(&w, "files");
    json_write_u64(&w, d->file_count);
    json_write_key(&w, "records");
    json_write_u64(&w, d->wal.records);
    json_write_key(&w, "events");
    json_write_u64(&w, d->wal.events);
    json_write_key(&w, "updates");
    json_write_u64(&w, d->wal.updates);
    json_write_key(&w, "sealed");
    json_write_u64(&w, d->wal.sealed);
    json_write_end_object(&w);
    put_list(&w, "findings", &d->findings);
    put_list(&w, "notes", &d->notes);
    json_write_end_object(&w);
    (void)printf(STR_FMT "\n", STR_ARG(bytes_str(&json)));
    bytes_release(&json);
}

static void print_text(const struct doctor *d)
{
    (void)printf(STR_FMT, STR_ARG(bytes_str(&d->text)));
    if (d->finding_count == 0)
        (void)printf("sound    %s\n", d->house.data);
    else
        (void)printf("%u finding%s in %s\n", d->finding_count, d->finding_count == 1 ? "" : "s",
                     d->house.data);
}

static int examine(struct doctor *d)
{
    int r = spawn_lock(d->house.data_fd, "lock", LOCK_WAIT_MS);
    if (r != 0) {
        log_error(r == ERR_BUSY ? "%s is being served: stop it first, the files change meanwhile"
                                : "cannot take the lock of %s", d->house.data);
        return 1;
    }
    check_rooms(d);
    check_keys(d);
    check_wal(d);
    check_store(d);
    if (d->json)
        print_json(d);
    else
        print_text(d);
    return d->finding_count ? 1 : 0;
}

int cli_doctor(int argc, char **argv)
{
    static struct doctor doctor;
    const char *data = NULL, *keys_dir = NULL;
    doctor = (struct doctor){ 0 };
    const struct option_text texts[] = { { "--data", &data }, { "--keys", &keys_dir } };
    const struct option_flag flags[] = { { "--json", &doctor.json } };
    struct options options = { .texts = texts, .text_count = 2, .flags = flags, .flag_count = 1 };
    if (!options_parse(&options, argc, argv) || !data) {
        (void)fprintf(stderr, "usage: amana doctor --data DIR [--keys DIR] [--json]\n");
        return 2;
    }
    if (house_open(&doctor.house, data, keys_dir, true) != 0)
        return 1;
    int status = examine(&doctor);
    house_close(&doctor.house);
    bytes_release(&doctor.text);
    bytes_release(&doctor.findings);
    bytes_release(&doctor.notes);
    return status;
}
