#include "support/door.h"

#include <string.h>

#include "crypto/random.h"
#include "crypto/seal.h"
#include "ingest/plain_cache.h"

void door_open(struct door *door)
{
    static const char json[] =
        "{\"projects\":[{\"id\":7,\"token\":\"token-of-seven\",\"phone_country\":\"966\","
        "\"key_epoch\":1,\"classes\":{\"nickname\":\"open\",\"code\":\"secret\"},"
        "\"write_keys\":[{\"key\":\"k_1\",\"hash\":\"ba7816bf8f01cfea414140de5dae2223b00361a39617"
        "7a9cb410ff61f20015ad\"}]}],\"trusted_proxies\":[\"127.0.0.1\"]}";
    uint8_t k[32], boot_id[16] = { 1 };
    crypto_init();
    memset(door, 0, sizeof(*door));
    arena_init(&door->arena, 0);
    check(settings_parse(str_from(json), &door->settings) == 0);
    seal_pair(door->vault_secret, door->keys.vault_public);
    seal_pair(door->ledger_secret, door->keys.ledger_public);
    random_bytes(door->keys.intake_secret, 32);
    door->sealer = sealer_create(&door->keys, boot_id);
    for (uint8_t i = 0; i < 32; i++)
        k[i] = i;
    sealer_add_project_key(door->sealer, 7, 1, k);
    door->plain = plain_cache_create();
    door->request = (struct ingest_request){
        .arena = &door->arena, .settings = door->settings, .received_ms = 1795453200000,
        .protocol = STR("mixpanel"), .seal = seal_session_begin(door->sealer, &door->arena),
        .plain = door->plain,
    };
}

void door_close(struct door *door)
{
    sealer_destroy(door->sealer);
    plain_cache_destroy(door->plain);
    settings_unpin(door->settings);
    arena_wipe(&door->arena);
}

struct record door_event(struct door *door, struct property *properties, uint32_t count)
{
    struct record record = { .kind = RECORD_EVENT, .project = &door->settings->projects[0] };
    record.event.name = STR("Login");
    record.event.time_ms = 1795453200000;
    record.event.properties = properties;
    record.event.property_count = count;
    return record;
}

struct property door_text(const char *name, const char *text)
{
    return (struct property){ str_from(name),
                              { .type = VALUE_STRING, .as.string = str_from(text) } };
}
