#include "support/query_room.h"

#include <string.h>

#include "auth/wire/grant.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "engine/engine.h"
#include "sys/clock.h"
#include "sys/file_real.h"
#include "sys/sock.h"

static int tick(void *ctx)
{
    (void)ctx;
    return 0;
}

static uint64_t needed(void *ctx)
{
    (void)ctx;
    return 0;
}

static void caught_up(void *ctx)
{
    ((struct query_room *)ctx)->has_caught_up = true;
}

static void failed(void *ctx, int r)
{
    (void)ctx;
    check(r == 0);
}

void query_room_open(struct query_room *room)
{
    uint8_t public_key[32];
    int fd;
    memset(room, 0, sizeof(*room));
    crypto_init();
    temp_make(&room->data);
    temp_make(&room->wal);
    room->data_fs = temp_fs(&room->data);
    room->wal_fs = temp_fs(&room->wal);
    if (file_real_open_dir("/usr/share/zoneinfo", false, &fd) == 0)
        room->zones = fs_real_create(fd);
    fd = temp_dir_fd(&room->wal);
    for (int i = 0; i < 2; i++)
        room->watches[i] = watch_create(fd);
    sock_close(fd);
    sign_pair(room->grant_secret, public_key);
    query_grants_init(&room->grants, public_key);
    memset(room->boot_id, 5, sizeof(room->boot_id));
    query_grants_set_boot_id(&room->grants, room->boot_id);
    room->live = query_live_create();
    check(stores_open(room->data_fs, &room->stores) == 0);
    struct query_intake_config intake = { .wal = room->wal_fs, .watch = room->watches[0],
                                          .data = room->data_fs, .failed = failed };
    room->intake = query_intake_start(&intake);
    struct query_follow_config follow = {
        .wal = room->wal_fs, .watch = room->watches[1], .sink = stores_sink(room->stores),
        .live = room->live, .tick = tick, .needed = needed, .caught_up = caught_up,
        .failed = failed, .ctx = room,
    };
    room->follow = query_follow_start(&follow);
    while (!room->has_caught_up)
        clock_sleep_ms(1);
    room->answers = (struct query_answers){
        .stores = room->stores, .live = room->live, .follow = room->follow,
        .intake = room->intake, .grants = &room->grants, .zones = room->zones,
        .create_backend = engine_create, .destroy_backend = engine_destroy,
    };
}

void query_room_close(struct query_room *room)
{
    query_follow_stop(room->follow);
    query_intake_stop(room->intake);
    stores_close(room->stores);
    query_live_destroy(room->live);
    query_grants_release(&room->grants);
    for (int i = 0; i < 2; i++)
        watch_destroy(room->watches[i]);
    fs_destroy(room->zones);
    fs_destroy(room->data_fs);
    fs_destroy(room->wal_fs);
    temp_remove(&room->data);
    temp_remove(&room->wal);
}

void query_room_feed(struct query_room *room, uint64_t project, const struct event *events,
                     uint32_t count)
{
    struct sink *sink = stores_sink(room->stores);
    int64_t now = clock_wall_ms();
    check(sink->ops->events(sink, project, events, count, now) == 0);
    query_live_note(room->live, project, events, count, now);
}

void query_room_grant(const struct query_room *room, const struct query_question *question,
                      uint64_t rights, uint8_t *out)
{
    struct grant grant = { .kind = GRANT_QUESTION, .project = (uint32_t)question->project,
                           .rights = rights, .issued_boot_ms = clock_boot_ms(),
                           .life_ms = GRANT_LIFE_MS };
    memcpy(grant.boot_id, room->boot_id, sizeof(grant.boot_id));
    hash_sha256(question->question, grant.ask_hash);
    grant_sign(&grant, room->grant_secret, out);
}
