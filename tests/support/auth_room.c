#include "support/auth_room.h"

#include <string.h>

#include "auth/inside/database.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "ledger/wire/ask.h"
#include "sys/clock.h"

static void open_auth(struct auth_room *room)
{
    struct auth_config config = { .fs = room->fs, .grant_key = room->secret_key,
                                  .owner_uid = ROOM_OWNER_UID };
    memset(config.boot_id, 7, sizeof(config.boot_id));
    check(auth_open(&config, &room->auth) == 0);
}

void auth_room_open(struct auth_room *room)
{
    const struct setup setup = {
        .name = STR("Shop"), .zone = STR("Asia/Riyadh"), .token = STR(ROOM_API_TOKEN),
        .key = STR(ROOM_API_KEY), .secret = STR(ROOM_API_SECRET),
        .owner_link = STR(ROOM_OWNER_LINK), .owner_uid = ROOM_OWNER_UID,
    };
    *room = (struct auth_room){ 0 };
    crypto_init();
    sign_pair(room->secret_key, room->public_key);
    arena_init(&room->arena, 0);
    room->disk = disk_create();
    room->fs = disk_fs(room->disk);
    check(setup_make(room->fs, &setup, &room->settings) == 0);
    open_auth(room);
}

void auth_room_close(struct auth_room *room)
{
    auth_close(room->auth);
    fs_destroy(room->fs);
    disk_destroy(room->disk);
    bytes_release(&room->settings);
    arena_wipe(&room->arena);
}

void auth_room_restart(struct auth_room *room, bool with_crash)
{
    auth_close(room->auth);
    if (with_crash) {
        fs_destroy(room->fs);
        disk_crash(room->disk, 1);
        room->fs = disk_fs(room->disk);
    }
    open_auth(room);
}

enum auth_type auth_room_ask(struct auth_room *room, struct auth_request request)
{
    answers_make(room->auth, &request, &room->arena, &room->answer);
    return room->answer.type;
}

struct str auth_room_refusal(struct auth_room *room, struct auth_request request)
{
    return auth_room_ask(room, request) == AUTH_REFUSED ? room->answer.code : STR("");
}

struct auth_request auth_room_link(struct auth_room *room, struct str link)
{
    return (struct auth_request){
        .type = AUTH_CALL, .by = AUTH_BY_NOBODY, .call = AUTH_LOGIN_LINK,
        .method = STR("POST"), .path = STR("/api/enter"), .address = STR("192.0.2.1"),
        .body = arena_printf(&room->arena, "{\"link\":\"" STR_FMT "\"}", STR_ARG(link)),
    };
}

struct str auth_room_enter(struct auth_room *room, struct str link)
{
    check(auth_room_ask(room, auth_room_link(room, link)) == AUTH_ANSWERED);
    check(room->answer.cookie.len == 43);
    return room->answer.cookie;
}

void auth_room_set_roles(struct auth_room *room, uint32_t member, const char *roles)
{
    struct access_entry entry = { .project = 1, .roles = str_from(roles) };
    struct str rest = entry.roles, role;
    while (rest.len > 0 && str_next(&rest, ' ', &role))
        entry.rights |= access_role_rights(role);
    check(db_begin(room->auth->db) == 0);
    check(access_put(&room->auth->access, member, &entry) == 0);
    check(db_commit(room->auth->db) == 0);
}

struct str auth_room_ask_text(struct auth_room *room, enum grant_kind kind)
{
    struct bytes text = { 0 };
    struct ask ask = { .project = 1, .kind = kind, .purpose = STR("support"), .ticket = STR(""),
                       .has_question = true, .limit = 1, .time_ms = clock_wall_ms() };
    random_bytes(ask.nonce, sizeof(ask.nonce));
    ask_format(&ask, &text);
    struct str kept = arena_copy(&room->arena, bytes_str(&text));
    bytes_release(&text);
    return kept;
}

void auth_room_add_project(struct auth_room *room)
{
    struct auth *auth = room->auth;
    struct project project = {
        .name = STR("Second"), .token = STR("second-token"), .zone = STR("UTC"),
        .phone_country = STR("966"), .key_epoch = 2, .week_start = 7, .window_days = 5,
        .group_min = 3, .is_demo = true,
    };
    struct api_key key = { .key = STR("k_other"), .rights = RIGHT_AGGREGATE };
    secret_hash(STR(ROOM_API_SECRET), key.hash);
    check(db_begin(auth->db) == 0);
    check(projects_add(&auth->projects, &project) == 0);
    check(project.id == 2);
    key.project = project.id;
    check(members_add_principal(&auth->members, "key", 1, &key.principal) == 0);
    check(api_keys_add(&auth->keys, &key) == 0);
    check(projects_set_class(&auth->projects, 2, STR("plan"), STR("personal")) == 0);
    check(projects_set_class(&auth->projects, 2, STR("plan"), STR("open")) == 0);
    check(projects_set_class(&auth->projects, 2, STR("code"), STR("secret")) == 0);
    check(projects_add_proxy(&auth->projects, STR("192.0.2.1")) == 0);
    check(projects_add_proxy(&auth->projects, STR("192.0.2.1")) == 0);
    check(db_commit(auth->db) == 0);
}
