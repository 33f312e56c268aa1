#include "cli/init.h"

#include <stdio.h>
#include <string.h>

#include "auth/inside/setup.h"
#include "base/err.h"
#include "base/log.h"
#include "cli/house.h"
#include "cli/options.h"
#include "cli/rooms.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/sign.h"
#include "sys/file_real.h"
#include "sys/spawn.h"

enum { UID_BASE = 61500, TOKEN_BYTES = 16, SECRET_BYTES = 32, SECRET_TEXT = 44 };

struct secrets {
    uint8_t vault_secret[32], vault_public[32];
    uint8_t ledger_secret[32], ledger_public[32];
    uint8_t log_secret[64], log_public[32];
    uint8_t grant_secret[64], grant_public[32];
    uint8_t intake[32], custody[32], project[32];
};

/* What is said once and kept as hashes. */
struct said {
    char token[2 * TOKEN_BYTES + 1];
    char key[2 * TOKEN_BYTES + 3];
    char secret[SECRET_TEXT];
    char owner_link[SECRET_TEXT];
};

static void make_secrets(struct secrets *s)
{
    seal_pair(s->vault_secret, s->vault_public);
    seal_pair(s->ledger_secret, s->ledger_public);
    sign_pair(s->log_secret, s->log_public);
    sign_pair(s->grant_secret, s->grant_public);
    random_bytes(s->intake, sizeof(s->intake));
    random_bytes(s->custody, sizeof(s->custody));
    random_bytes(s->project, sizeof(s->project));
}

static void make_said(struct said *said)
{
    uint8_t raw[TOKEN_BYTES];
    random_bytes(raw, sizeof(raw));
    str_hex(raw, sizeof(raw), said->token);
    random_bytes(raw, sizeof(raw));
    said->key[0] = 'k';
    said->key[1] = '_';
    str_hex(raw, sizeof(raw), said->key + 2);
    random_text(said->secret);
    random_text(said->owner_link);
}

/* Each key to its holder. */
static int write_keys(struct fs *keys, const struct secrets *s, const char *host)
{
    char origin[ROOMS_ORIGIN_MAX];
    rooms_origin(host, origin);
    struct str name = str_from(origin);
    const struct {
        enum rooms_number room;
        const char *name;
        const void *key;
        size_t len;
    } all[] = {
        { ROOMS_INGEST, "vault.pub", s->vault_public, 32 },
        { ROOMS_INGEST, "ledger.pub", s->ledger_public, 32 },
        { ROOMS_INGEST, "intake.key", s->intake, 32 },
        { ROOMS_INGEST, "project-1-1.key", s->project, 32 },
        { ROOMS_AUTH, "project-1-1.key", s->project, 32 },
        { ROOMS_AUTH, "grant.key", s->grant_secret, 64 },
        { ROOMS_QUERY, "auth.pub", s->grant_public, 32 },
        { ROOMS_QUERY, "log.pub", s->log_public, 32 },
        { ROOMS_QUERY, "log.origin", name.ptr, name.len },
        { ROOMS_VAULT, "auth.pub", s->grant_public, 32 },
        { ROOMS_VAULT, "secret.key", s->vault_secret, 32 },
        { ROOMS_VAULT, "intake.key", s->intake, 32 },
        { ROOMS_VAULT, "custody.key", s->custody, 32 },
        { ROOMS_VAULT, "log.pub", s->log_public, 32 },
        { ROOMS_VAULT, "log.origin", name.ptr, name.len },
        { ROOMS_LEDGER, "auth.pub", s->grant_public, 32 },
        { ROOMS_LEDGER, "secret.key", s->ledger_secret, 32 },
        { ROOMS_LEDGER, "log.key", s->log_secret, 64 },
        { ROOMS_LEDGER, "log.pub", s->log_public, 32 },
        { ROOMS_LEDGER, "log.origin", name.ptr, name.len },
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        int r = rooms_put_key(keys, all[i].room, all[i].name, str_of(all[i].key, all[i].len));
        if (r != 0)
            return r;
    }
    return 0;
}

static struct fs *open_fs(int dir_fd)
{
    int fd = -1;
    check(file_real_open_below(dir_fd, ".", &fd) == 0);
    return fs_real_create(fd);
}

/* The first member, project and key, and what ingest must know of them. */
static int set_up(const struct house *house, const struct setup *setup, struct bytes *settings)
{
    int fd = -1;
    int r = house_open_room(house, rooms_name(ROOMS_AUTH), &fd);
    if (r != 0)
        return r;
    struct fs *fs = fs_real_create(fd);
    r = setup_make(fs, setup, settings);
    fs_destroy(fs);
    return r;
}

static int fill(struct house *house, const struct setup *setup)
{
    struct secrets secrets;
    struct bytes settings = { 0 };
    struct fs *data = open_fs(house->data_fd), *keys = open_fs(house->keys_fd);
    make_secrets(&secrets);
    int r = rooms_make(data, keys);
    if (r == 0)
        r = write_keys(keys, &secrets, house->host);
    if (r == 0)
        r = set_up(house, setup, &settings);
    if (r == 0)
        r = fs_replace_file(data, "ingest/settings.json", bytes_str(&settings), FILE_PRIVATE);
    if (r == 0)
        r = rooms_hand_over(house);
    /* amana.json comes last: a directory without it was never finished. */
    if (r == 0)
        r = house_save(house);
    hash_wipe(&secrets, sizeof(secrets));
    bytes_wipe(&settings);
    fs_destroy(data);
    fs_destroy(keys);
    return r;
}

static void print_said(const struct said *said, bool json)
{
    if (json) {
        (void)printf("{\"project\":1,\"token\":\"%s\",\"api_key\":{\"key\":\"%s\",\"secret\":"
                     "\"%s\"},\"owner_link\":\"/enter#%s\"}\n",
                     said->token, said->key, said->secret, said->owner_link);
        return;
    }
    (void)printf("project token   %s\napi key         %s\napi secret      %s   (shown once)\n"
                 "owner's link    /enter#%s   (one use; `amana serve` prints it whole)\n",
                 said->token, said->key, said->secret, said->owner_link);
}

static bool exists_already(const struct house *house)
{
    struct bytes content = { 0 };
    struct fs *data = open_fs(house->data_fd);
    int r = fs_read_file(data, "amana.json", 1 << 20, &content);
    fs_destroy(data);
    bytes_release(&content);
    return r != ERR_NOT_FOUND;
}

static int init(struct house *house, struct setup *setup, bool json)
{
    struct said said;
    int r = file_real_open_dir(house->data, true, &house->data_fd);
    if (r == 0 && exists_already(house)) {
        log_error("%s holds an amana already", house->data);
        return 1;
    }
    if (r == 0)
        r = file_real_open_dir(house->keys, true, &house->keys_fd);
    if (r == 0) {
        make_said(&said);
        setup->token = str_from(said.token);
        setup->key = str_from(said.key);
        setup->secret = str_from(said.secret);
        setup->owner_link = str_from(said.owner_link);
        r = fill(house, setup);
    }
    if (r != 0)
        log_error("cannot make %s: %s", house->data, err_text(r));
    else
        print_said(&said, json);
    hash_wipe(&said, sizeof(said));
    return r == 0 ? 0 : 1;
}

int cli_init(int argc, char **argv)
{
    static struct house house;
    const char *data = NULL, *keys = NULL, *name = "My project", *zone = "UTC", *proxies = "",
               *host = "localhost";
    struct setup setup = { .owner_uid = spawn_uid() };
    bool json = false;
    const struct option_text texts[] = { { "--data", &data }, { "--keys", &keys },
                                         { "--name", &name }, { "--zone", &zone },
                                         { "--trusted-proxies", &proxies },
                                         { "--host", &host } };
    const struct option_flag flags[] = { { "--json", &json }, { "--demo", &setup.is_demo } };
    struct options options = { .texts = texts, .text_count = 6, .flags = flags, .flag_count = 2 };
    if (!options_parse(&options, argc, argv) || !data) {
        (void)fprintf(stderr, "usage: amana init --data DIR [--keys DIR] [--name NAME] "
                              "[--zone ZONE] [--host NAME] [--trusted-proxies ADDRESS,...] "
                              "[--demo] [--json]\n");
        return 2;
    }
    setup.name = str_trim(str_from(name));
    setup.zone = str_from(zone);
    setup.trusted_proxies = str_from(proxies);
    setup.host = str_from(host);
    const char *fault = setup_find_fault(&setup);
    if (fault) {
        (void)fprintf(stderr, "amana init: the %s is not one: %s\n", fault,
                      strcmp(fault, "zone") == 0    ? "say it like Asia/Riyadh or UTC"
                      : strcmp(fault, "proxy") == 0 ? "give addresses like 127.0.0.1,::1"
                                                    : "1 to 100 characters, none of them control");
        return 2;
    }
    house = (struct house){ .data_fd = -1, .keys_fd = -1, .owner_uid = (int)spawn_uid(),
                            .uid_base = spawn_uid() == 0 ? UID_BASE : -1 };
    struct str path = str_from(data);
    while (path.len > 1 && str_ends(path, STR("/")))
        path.len--;
    (void)snprintf(house.data, sizeof(house.data), STR_FMT, STR_ARG(path));
    if ((size_t)snprintf(house.keys, sizeof(house.keys), "%s%s", keys ? keys : house.data,
                         keys ? "" : ".keys") >= sizeof(house.keys)) {
        (void)fprintf(stderr, "amana init: the path of the keys is too long\n");
        return 2;
    }
    (void)snprintf(house.host, sizeof(house.host), "%s", host);
    (void)snprintf(house.ingest, sizeof(house.ingest), "127.0.0.1:8123");
    (void)snprintf(house.console, sizeof(house.console), "127.0.0.1:8124");
    int status = init(&house, &setup, json);
    house_close(&house);
    return status;
}
