#include "support/mixpanel_room.h"

#include "base/base64.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "event/limits.h"
#include "ingest/plain_cache.h"
#include "ingest/protocol/mixpanel_decode.h"
#include "ingest/seal.h"

static const uint8_t boot_id[16] = { 7 };

static struct sealer *make_sealer(void)
{
    struct sealer_keys keys = { .intake_secret = { 3 } };
    uint8_t secret[SEAL_KEY_BYTES], project_key[32] = { 5 };
    crypto_init();
    seal_pair(secret, keys.vault_public);
    seal_pair(secret, keys.ledger_public);
    struct sealer *sealer = sealer_create(&keys, boot_id);
    sealer_add_project_key(sealer, 1, 1, project_key);
    return sealer;
}

void mixpanel_room_open(struct mixpanel_room *room)
{
    struct bytes json = { 0 };
    uint8_t hash[HASH_SHA256_BYTES];
    char hex[2 * HASH_SHA256_BYTES + 1];
    *room = (struct mixpanel_room){ 0 };
    room->sealer = make_sealer();
    room->plain = plain_cache_create();
    hash_sha256(STR(ROOM_SECRET), hash);
    str_hex(hash, sizeof(hash), hex);
    bytes_printf(&json,
                 "{\"projects\":[{\"id\":1,\"token\":\"%s\",\"zone\":\"UTC\","
                 "\"phone_country\":\"966\",\"key_epoch\":1,"
                 "\"write_keys\":[{\"key\":\"%s\",\"hash\":\"%s\"}]}]}",
                 ROOM_TOKEN, ROOM_KEY, hex);
    check(settings_parse(bytes_str(&json), &room->settings) == 0);
    bytes_release(&json);
    arena_init(&room->arena, LIMIT_REQUEST_ARENA_BYTES);
}

void mixpanel_room_close(struct mixpanel_room *room)
{
    arena_release(&room->arena);
    settings_unpin(room->settings);
    sealer_destroy(room->sealer);
    plain_cache_destroy(room->plain);
}

void mixpanel_room_reset(struct mixpanel_room *room)
{
    arena_release(&room->arena);
}

static void begin(struct mixpanel_room *room)
{
    room->request = (struct ingest_request){
        .arena = &room->arena,
        .settings = room->settings,
        .received_ms = ROOM_NOW_MS,
        .peer_ip = STR("192.0.2.7"),
        .user_agent = STR(""),
        .seal = seal_session_begin(room->sealer, &room->arena),
        .plain = room->plain,
    };
}

static void ignore_batch(void *ctx, struct str batch)
{
    (void)ctx;
    (void)batch;
}

void mixpanel_room_send(struct mixpanel_room *room, const struct mixpanel_input *input)
{
    begin(room);
    mixpanel_read(&room->request, input, &room->output);
    seal_session_finish(room->request.seal, ignore_batch, NULL);
    seal_session_confirm(room->request.seal);
    mixpanel_reply(&room->output, &room->arena, &room->reply);
}

void mixpanel_room_decode(struct mixpanel_room *room, const struct mixpanel_input *input)
{
    begin(room);
    mixpanel_decode(&room->request, input, &room->output);
}

void mixpanel_room_post(struct mixpanel_room *room, enum mixpanel_path path, const char *query,
                        const char *json)
{
    struct mixpanel_input input = {
        .path = path,
        .query = str_from(query),
        .content_type = STR("application/json"),
        .content_encoding = STR(""),
        .authorization = STR(""),
        .body = str_from(json),
    };
    if (path == MIXPANEL_IMPORT)
        input.authorization = mixpanel_room_basic(room, ROOM_KEY ":" ROOM_SECRET);
    mixpanel_room_send(room, &input);
}

struct str mixpanel_room_basic(struct mixpanel_room *room, const char *text)
{
    struct bytes header = { 0 };
    bytes_append_str(&header, STR("Basic "));
    base64_encode(str_from(text), &header);
    struct str copy = arena_copy(&room->arena, bytes_str(&header));
    bytes_release(&header);
    return copy;
}

uint32_t mixpanel_room_admitted(const struct mixpanel_room *room)
{
    uint32_t admitted = 0;
    for (uint32_t i = 0; i < room->output.count; i++)
        admitted += room->output.records[i].refusal.reason == REFUSAL_NONE;
    return admitted;
}

struct str mixpanel_room_property(struct mixpanel_room *room, uint32_t record, const char *name)
{
    struct bytes json = { 0 };
    uint32_t *count;
    check(record < room->output.count);
    struct property *list = *record_properties(&room->output.records[record], &count);
    struct property *property = event_find_property(list, *count, str_from(name));
    if (!property)
        return STR("absent");
    value_format_json(&property->value, &json);
    struct str copy = arena_copy(&room->arena, bytes_str(&json));
    bytes_release(&json);
    return copy;
}
