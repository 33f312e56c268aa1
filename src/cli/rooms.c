#include "cli/rooms.h"

#include <stdio.h>

#include "base/err.h"
#include "base/log.h"
#include "crypto/sign.h"
#include "sys/file_real.h"
#include "sys/spawn.h"

const struct room rooms[ROOMS_COUNT] = {
    { "ingest", ROOMS_INGEST, true }, { "web", ROOMS_WEB, false }, { "query", ROOMS_QUERY, true },
    { "auth", ROOMS_AUTH, true }, { "vault", ROOMS_VAULT, true },
    { "ledger", ROOMS_LEDGER, true },
};

/* DESIGN 2, "Keys lie in --keys". A project's ref keys are not here: projects come and go. */
const struct rooms_key rooms_keys[ROOMS_KEYS] = {
    { ROOMS_INGEST, "vault.pub", 32 },   { ROOMS_INGEST, "ledger.pub", 32 },
    { ROOMS_INGEST, "intake.key", 32 },  { ROOMS_AUTH, "grant.key", 64 },
    { ROOMS_QUERY, "auth.pub", 32 },     { ROOMS_QUERY, "log.pub", 32 },
    { ROOMS_QUERY, "log.origin", 0 },    { ROOMS_VAULT, "auth.pub", 32 },
    { ROOMS_VAULT, "secret.key", 32 },   { ROOMS_VAULT, "intake.key", 32 },
    { ROOMS_VAULT, "custody.key", 32 },  { ROOMS_VAULT, "log.pub", 32 },
    { ROOMS_VAULT, "log.origin", 0 },    { ROOMS_LEDGER, "auth.pub", 32 },
    { ROOMS_LEDGER, "secret.key", 32 },  { ROOMS_LEDGER, "log.key", 64 },
    { ROOMS_LEDGER, "log.pub", 32 },     { ROOMS_LEDGER, "log.origin", 0 },
};

const char *rooms_name(enum rooms_number number)
{
    return rooms[number - 1].name;
}

int rooms_make(struct fs *data, struct fs *keys)
{
    static const char *const shared[] = { "wal", "run", "log", ROOMS_LOG };
    int r = 0;
    for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]) && r == 0; i++)
        r = fs_make_dir(data, shared[i]);
    for (int i = 0; i < ROOMS_COUNT && r == 0; i++) {
        if (rooms[i].has_data)
            r = fs_make_dir(data, rooms[i].name);
        if (r == 0)
            r = fs_make_dir(keys, rooms[i].name);
    }
    return r;
}

struct owner {
    uint32_t uid;
    uint32_t gid;
};

static struct owner owner_of(const struct house *house, enum rooms_number holder,
                             enum rooms_number group)
{
    if (house->uid_base < 0)
        return (struct owner){ spawn_uid(), spawn_gid() };
    return (struct owner){ (uint32_t)house->uid_base + holder, (uint32_t)house->uid_base + group };
}

int rooms_hand_over(const struct house *house)
{
    int r = 0;
    for (int i = 0; i < ROOMS_COUNT && r == 0; i++) {
        struct owner owner = owner_of(house, rooms[i].number, rooms[i].number);
        if (rooms[i].has_data)
            r = file_real_hand_over(house->data_fd, rooms[i].name, owner.uid, owner.gid, 0700);
        if (r == 0)
            r = file_real_hand_over(house->keys_fd, rooms[i].name, owner.uid, owner.gid, 0700);
    }
    struct owner wal = owner_of(house, ROOMS_INGEST, ROOMS_QUERY);
    struct owner log = owner_of(house, ROOMS_LEDGER, ROOMS_WEB);
    if (r == 0)
        r = file_real_hand_over(house->data_fd, "wal", wal.uid, wal.gid, 02770);
    if (r == 0)
        r = file_real_hand_over(house->data_fd, ROOMS_LOG, log.uid, log.gid, 02750);
    return r;
}

int rooms_put_key(struct fs *keys, enum rooms_number room, const char *name, struct str key)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s.tmp", rooms_name(room), name);
    int r = fs_remove(keys, path); /* of a start that was cut off; not even we may write it */
    if (r != 0 && r != ERR_NOT_FOUND)
        return r;
    (void)snprintf(path, sizeof(path), "%s/%s", rooms_name(room), name);
    return fs_replace_file(keys, path, key, FILE_KEY);
}

void rooms_origin(const char *host, char out[ROOMS_ORIGIN_MAX])
{
    (void)snprintf(out, ROOMS_ORIGIN_MAX, "%s/amana/1", host);
}

/* ---- a directory of before the ledger -------------------------------------------------------- */

static struct fs *open_fs(int dir_fd)
{
    int fd = -1;
    check(file_real_open_below(dir_fd, ".", &fd) == 0);
    return fs_real_create(fd);
}

/* The public half of the log's key, which stands in the second half of the secret one (RFC 8032 as
 * libsodium keeps it). The rest is wiped unseen. */
static int give_out_log_key(struct fs *keys, const char *host)
{
    static const enum rooms_number holders[] = { ROOMS_QUERY, ROOMS_VAULT, ROOMS_LEDGER };
    struct bytes secret = { 0 };
    char origin[ROOMS_ORIGIN_MAX];
    rooms_origin(host, origin);
    int r = fs_read_file(keys, "ledger/log.key", SIGN_SECRET_BYTES, &secret);
    if (r == 0 && secret.len != SIGN_SECRET_BYTES)
        r = ERR_INVALID;
    for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]) && r == 0; i++) {
        r = rooms_put_key(keys, holders[i], "log.pub",
                          str_slice(bytes_str(&secret), SIGN_SECRET_BYTES - SIGN_PUBLIC_BYTES,
                                    SIGN_SECRET_BYTES));
        if (r == 0)
            r = rooms_put_key(keys, holders[i], "log.origin", str_from(origin));
    }
    bytes_wipe(&secret);
    return r;
}

int rooms_complete(const struct house *house)
{
    struct file_real_facts facts;
    if (file_real_facts(house->keys_fd, "ledger/log.origin", &facts) == 0 &&
        file_real_facts(house->data_fd, ROOMS_LOG, &facts) == 0)
        return 0;
    log_info("%s is of before the ledger: making its rooms", house->data);
    struct fs *data = open_fs(house->data_fd), *keys = open_fs(house->keys_fd);
    int r = rooms_make(data, keys);
    if (r == 0)
        r = give_out_log_key(keys, house->host);
    if (r == 0)
        r = rooms_hand_over(house);
    fs_destroy(data);
    fs_destroy(keys);
    if (r != 0)
        log_error("cannot make them: %s", err_text(r));
    return r;
}
