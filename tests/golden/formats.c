/* Writes the rooms of a data directory as this version writes them, to be kept in
 * tests/golden/formats and opened by every later version: `make golden-formats VERSION=2`. A room
 * that is there already is left alone: what was kept once is never made anew.
 *
 * wal-N: two files, all types of records. store-N: what query makes of that wal: two parts, a link,
 * a twin, profiles, counts. auth-N: what init makes, a second project, a login. The unit tests of
 * these rooms say what is in them. Secrets are worthless constants. */
#include <stdio.h>
#include <string.h>

#include "auth/inside/database.h"
#include "base/err.h"
#include "crypto/random.h"
#include "support/auth_room.h"
#include "support/store_room.h"
#include "sys/file_real.h"
#include "wal/wal_follow.h"
#include "wal/wal_verify.h"
#include "wal/wal_write.h"

enum { PATH_BYTES = 512, QUEUE_BYTES = 1 << 20, KEPT_ALIGNMENT = 4096 };

#define START_MS INT64_C(1700000000000)
#define LOGIN_ENDS_MS INT64_C(4102444800000)   /* 2100 */
#define LOGIN_COOKIE "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"

/* NULL: it is there already. */
static struct fs *make_room(const char *under, const char *room, const char *version)
{
    char path[PATH_BYTES];
    int fd;
    (void)snprintf(path, sizeof(path), "%s/%s-%s", under, room, version);
    if (file_real_open_dir(path, false, &fd) == 0) {
        (void)printf("%s is kept as it is\n", path);
        fs_destroy(fs_real_create(fd));
        return NULL;
    }
    check(file_real_open_dir(path, true, &fd) == 0);
    (void)printf("%s\n", path);
    return fs_real_create(fd);
}

/* ---- wal ------------------------------------------------------------------------------------ */

static void on_written(void *ctx, int r)
{
    (void)ctx;
    check(r == 0);
}

static void append(struct wal_write *wal, enum wal_type type, int64_t at_ms, struct str payload)
{
    struct wal_record record = { .type = type, .received_ms = at_ms, .payload = payload };
    struct bytes framed = { 0 };
    wal_record_encode(&record, &framed);
    check(wal_write_append(wal, bytes_str(&framed), on_written, NULL) == 0);
    bytes_release(&framed);
}

static void append_batch(struct wal_write *wal, int64_t at_ms, const struct wal_batch *batch)
{
    struct bytes payload = { 0 };
    wal_record_encode_batch(batch, &payload);
    append(wal, WAL_TYPE_BATCH, at_ms, bytes_str(&payload));
    bytes_release(&payload);
}

/* Every type of value; 100 is the device of person 7, as the second file says. */
static void write_first(struct wal_write *wal)
{
    struct value items[] = { { .type = VALUE_STRING, .as.string = STR("a") },
                             { .type = VALUE_STRING, .as.string = STR("b") } };
    struct value width = { .type = VALUE_NUMBER, .as.number = 3 };
    struct value_member members[] = { { STR("width"), &width } };
    struct property all[] = {
        { STR("colour"), { .type = VALUE_STRING, .as.string = STR("red") } },
        { STR("price"), { .type = VALUE_NUMBER, .as.number = 12.5 } },
        { STR("paid"), { .type = VALUE_TRUE } },
        { STR("free"), { .type = VALUE_FALSE } },
        { STR("coupon"), { .type = VALUE_NULL } },
        { STR("tags"), { .type = VALUE_LIST, .as.list = { items, 2 } } },
        { STR("box"), { .type = VALUE_OBJECT, .as.object = { members, 1 } } },
        { STR("$email"), { .type = VALUE_REF, .as.sealed = { { { 9 } }, REF_KIND_EMAIL } } },
    };
    struct property blue = { STR("colour"), { .type = VALUE_STRING, .as.string = STR("blue") } };
    struct event events[] = {
        { .name = STR("view"), .time_ms = START_MS, .person = store_room_ref(100),
          .insert_hash = 1, .properties = all, .property_count = 8 },
        { .name = STR("view"), .time_ms = START_MS + 1500, .person = store_room_ref(7),
          .insert_hash = 2, .properties = &blue, .property_count = 1 },
        { .name = STR("ping"), .time_ms = START_MS + 2000, .flags = EVENT_BOT },
    };
    struct property plan = { STR("plan"), { .type = VALUE_STRING, .as.string = STR("pro") } };
    struct property size = { STR("size"), { .type = VALUE_NUMBER, .as.number = 40 } };
    struct profile_update updates[] = {
        { .op = PROFILE_SET, .subject = store_room_ref(7), .time_ms = START_MS,
          .properties = &plan, .property_count = 1 },
        { .op = PROFILE_SET, .group_key = STR("company"), .group_id = STR("acme"),
          .subject = store_room_ref(900), .time_ms = START_MS, .properties = &size,
          .property_count = 1 },
    };
    struct wal_batch batch = { 1, 3, 2, events, updates };
    append_batch(wal, START_MS + 5000, &batch);
}

/* The first event once more, the link, and one more person. */
static void write_second(struct wal_write *wal)
{
    struct property red = { STR("colour"), { .type = VALUE_STRING, .as.string = STR("red") } };
    struct property acme = { STR("company"), { .type = VALUE_STRING, .as.string = STR("acme") } };
    struct event events[] = {
        { .name = STR("view"), .time_ms = START_MS, .person = store_room_ref(100),
          .insert_hash = 1, .properties = &red, .property_count = 1 },
        { .name = STR("login"), .time_ms = START_MS + 3000, .person = store_room_ref(7),
          .device = store_room_ref(100) },
        { .name = STR("buy"), .time_ms = START_MS + 4000, .person = store_room_ref(8),
          .flags = EVENT_IMPORT, .properties = &acme, .property_count = 1 },
    };
    struct property visits = { STR("visits"), { .type = VALUE_NUMBER, .as.number = 3 } };
    struct profile_update update = {
        .op = PROFILE_ADD, .subject = store_room_ref(7), .time_ms = START_MS + 4000,
        .properties = &visits, .property_count = 1 };
    struct wal_batch batch = { 1, 3, 1, events, &update };
    struct wal_count counts[] = { { 1, STR("mixpanel"), STR("bad_time"), 3 },
                                  { 0, STR("mixpanel"), STR("unknown_token"), 2 } };
    struct bytes payload = { 0 };
    append_batch(wal, START_MS + 6000, &batch);
    wal_record_encode_counts(counts, 2, &payload);
    append(wal, WAL_TYPE_COUNTS, START_MS + 7000, bytes_str(&payload));
    append(wal, WAL_TYPE_SEALED, START_MS + 8000, STR("AMSB and what only the vault opens"));
    bytes_release(&payload);
}

/* A file keeps a few of the zeros that the writer filled it with. */
static void cut(struct fs *fs, uint64_t number)
{
    char name[WAL_NAME_BYTES];
    struct wal_verify found;
    struct file *file;
    wal_write_name(number, name);
    check(wal_verify_file(fs, name, &found) == 0);
    uint64_t size = found.valid_end + KEPT_ALIGNMENT - found.valid_end % KEPT_ALIGNMENT;
    check(found.records > 0 && size <= found.size);
    check(fs_open(fs, name, FILE_READ | FILE_WRITE, &file) == 0);
    check(file_truncate(file, size) == 0);
    file_close(file);
}

static void make_wal(struct fs *fs)
{
    struct wal_write *wal;
    check(wal_write_open(fs, QUEUE_BYTES, &wal) == 0);
    write_first(wal);
    wal_write_close(wal);
    check(wal_write_open(fs, QUEUE_BYTES, &wal) == 0);
    write_second(wal);
    wal_write_close(wal);
    cut(fs, 1);
    cut(fs, 2);
}

/* ---- store ---------------------------------------------------------------------------------- */

static void feed(struct sink *sink, const struct wal_record *record)
{
    struct wal_batch batch;
    struct wal_count *counts;
    struct arena arena;
    uint32_t n;
    arena_init(&arena, 0);
    if (record->type == WAL_TYPE_BATCH) {
        check(wal_record_decode_batch(record->payload, &arena, &batch) == 0);
        check(sink->ops->events(sink, batch.project, batch.events, batch.event_count,
                                record->received_ms) == 0);
        check(sink->ops->updates(sink, batch.project, batch.updates, batch.update_count) == 0);
    } else if (record->type == WAL_TYPE_COUNTS) {
        check(wal_record_decode_counts(record->payload, &arena, &counts, &n) == 0);
        for (uint32_t i = 0; i < n; i++)
            check(sink->ops->counts(sink, counts[i].project, counts[i].protocol,
                                    counts[i].reason, counts[i].n, record->received_ms) == 0);
    }
    arena_release(&arena);
}

static void make_store(struct fs *fs, struct fs *wal)
{
    struct wal_follow *follow = wal_follow_open(wal, (struct wal_position){ 0 });
    struct wal_record record;
    struct stores *stores;
    int r;
    check(stores_open(fs, &stores) == 0);
    struct sink *sink = stores_sink(stores);
    while ((r = wal_follow_next(follow, &record)) == 1) {
        feed(sink, &record);
        check(sink->ops->advance(sink, wal_follow_position(follow)) == 0);
        if (record.type == WAL_TYPE_BATCH)
            check(stores_flush(stores) == 0);
    }
    check(r == 0 && stores_flush(stores) == 0);
    stores_close(stores);
    wal_follow_close(follow);
}

/* ---- auth ----------------------------------------------------------------------------------- */

/* A login that lasts longer than logins do, so that it can still be entered with. */
static void add_login(struct db *db)
{
    struct db_statement *s = db_prepare(db, "INSERT INTO login (member, hash, entered_ms, ends_ms,"
                                            " seen_ms) VALUES (1, ?1, ?2, ?3, ?2)");
    uint8_t hash[SECRET_HASH_BYTES];
    secret_hash(STR(LOGIN_COOKIE), hash);
    db_reset(s);
    db_bind_blob(s, 1, str_of(hash, sizeof(hash)));
    db_bind_i64(s, 2, START_MS);
    db_bind_i64(s, 3, LOGIN_ENDS_MS);
    check(database_run(s) == 0);
}

/* auth itself is not opened: the day of the owner's link is to begin when the copy is. */
static void make_auth(struct fs *fs)
{
    const struct setup setup = {
        .name = STR("Shop"), .zone = STR("Asia/Riyadh"), .token = STR(ROOM_API_TOKEN),
        .key = STR(ROOM_API_KEY), .secret = STR(ROOM_API_SECRET),
        .owner_link = STR(ROOM_OWNER_LINK), .owner_uid = ROOM_OWNER_UID,
    };
    struct bytes settings = { 0 };
    struct auth auth = { .fs = fs };
    struct auth_room room = { .auth = &auth };
    check(setup_make(fs, &setup, &settings) == 0);
    check(database_open(fs, &auth.db) == 0);
    members_init(&auth.members, auth.db);
    projects_init(&auth.projects, auth.db);
    api_keys_init(&auth.keys, auth.db);
    auth_room_add_project(&room);
    add_login(auth.db);
    api_keys_release(&auth.keys);
    db_close(auth.db);
    bytes_release(&settings);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: %s DIRECTORY VERSION\n", argv[0]);
        return 2;
    }
    crypto_init();
    struct fs *wal = make_room(argv[1], "wal", argv[2]);
    if (wal)
        make_wal(wal);
    struct fs *store = wal ? make_room(argv[1], "store", argv[2]) : NULL;
    if (store)
        make_store(store, wal);
    struct fs *auth = make_room(argv[1], "auth", argv[2]);
    if (auth)
        make_auth(auth);
    fs_destroy(auth);
    fs_destroy(store);
    fs_destroy(wal);
    return 0;
}
