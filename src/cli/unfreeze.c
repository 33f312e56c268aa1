#include "cli/unfreeze.h"

#include <stdio.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/house.h"
#include "cli/options.h"
#include "cli/rooms.h"
#include "crypto/random.h"
#include "ledger/inside/ledger.h"
#include "sys/file_real.h"
#include "sys/sandbox.h"
#include "sys/sock.h"
#include "sys/spawn.h"

struct keys {
    uint8_t secret[32];
    uint8_t log_key[64];
    uint8_t auth_public[32];
};

static struct fs *open_below(int dir_fd, const char *name)
{
    int fd;
    return file_real_open_below(dir_fd, name, &fd) == 0 ? fs_real_create(fd) : NULL;
}

static int load(struct fs *fs, struct keys *keys, struct bytes *origin)
{
    int r = fs_read_exactly(fs, "secret.key", keys->secret, sizeof(keys->secret));
    if (r == 0)
        r = fs_read_exactly(fs, "log.key", keys->log_key, sizeof(keys->log_key));
    if (r == 0)
        r = fs_read_exactly(fs, "auth.pub", keys->auth_public, sizeof(keys->auth_public));
    if (r == 0)
        r = fs_read_file(fs, "log.origin", ROOMS_ORIGIN_MAX - 1, origin);
    bytes_put_u8(origin, 0);
    return r;
}

/* The public files are the program's to make, at its next start. */
static int thaw(struct fs *data, struct fs *keys_fs, struct keys *keys, uint32_t principal)
{
    struct bytes origin = { 0 };
    struct ledger *ledger = NULL;
    int r = load(keys_fs, keys, &origin);
    const struct ledger_config config = {
        .data = data, .keys = keys_fs, .auth_public = keys->auth_public, .secret = keys->secret,
        .log_key = keys->log_key, .origin = (const char *)origin.ptr,
    };
    if (r == 0)
        r = ledger_open(&config, &ledger);
    if (r == 0)
        r = ledger_thaw_on_host(ledger, principal);
    ledger_close(ledger);
    bytes_release(&origin);
    return r;
}

static int unfreeze(const struct house *house, uint32_t principal)
{
    struct keys *keys = sandbox_key_alloc(sizeof(*keys));
    struct fs *data = open_below(house->data_fd, rooms_name(ROOMS_LEDGER));
    struct fs *keys_fs = open_below(house->keys_fd, rooms_name(ROOMS_LEDGER));
    int r = data && keys_fs ? thaw(data, keys_fs, keys, principal) : ERR_DENIED;
    /* What was made here is the ledger's, also when root made it. */
    int handed = rooms_hand_over(house);
    fs_destroy(data);
    fs_destroy(keys_fs);
    sandbox_key_free(keys, sizeof(*keys));
    return r != 0 ? r : handed;
}

static int run(const struct house *house, uint32_t principal)
{
    if (spawn_lock(house->data_fd, "lock", 0) != 0) {
        log_error("%s is being served: another member thaws, or stop it first", house->data);
        return 1;
    }
    int r = unfreeze(house, principal);
    if (r == ERR_NOT_FOUND)
        log_error("principal %u is not frozen", principal);
    else if (r != 0)
        log_error("the ledger of %s does not open: %s", house->data, err_text(r));
    else
        (void)printf("principal %u is thawed; the ledger has an entry of it\n", principal);
    return r == 0 ? 0 : 1;
}

int cli_unfreeze(int argc, char **argv)
{
    const char *data = NULL, *keys = NULL, *number = NULL;
    const struct option_text texts[] = { { "--data", &data }, { "--keys", &keys },
                                         { "--principal", &number } };
    struct options options = { .texts = texts, .text_count = 3 };
    struct house house;
    uint64_t principal = 0;
    if (!options_parse(&options, argc, argv))
        return 2;
    if (!data || !number || !str_to_u64(str_from(number), &principal) || principal == 0 ||
        principal > UINT32_MAX) {
        (void)fprintf(stderr, "usage: amana unfreeze --data DIR [--keys DIR] --principal N\n");
        return 2;
    }
    crypto_init();
    if (house_open(&house, data, keys, true) != 0)
        return 1;
    int status = run(&house, (uint32_t)principal);
    house_close(&house);
    return status;
}
