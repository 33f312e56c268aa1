#include "support/opening_room.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "sys/clock.h"

static void open_opening(struct opening_room *room)
{
    struct opening_config config = { .intake = room->vault.intake, .turn = &room->turn,
                                     .ledger = room->link, .origin = LEDGER_STAND_ORIGIN };
    memcpy(config.auth_public, room->auth_public, 32);
    memcpy(config.log_public, room->ledger.public_key, 32);
    check(opening_create(&config, &room->opening) == 0);
    opening_set_auth_boot(room->opening, room->boot_id);
}

void opening_room_open(struct opening_room *room)
{
    memset(room, 0, sizeof(*room)); /* too large for a copy on the stack */
    vault_room_init(&room->vault);
    check(vault_room_open(&room->vault) == 0);
    sign_pair(room->auth_secret, room->auth_public);
    memset(room->boot_id, 7, sizeof(room->boot_id));
    turn_init(&room->turn);
    room->link = link_create("vault-ledger");
    ledger_stand_start(&room->ledger, room->link);
    room->ledger.share = vault_room_share;
    room->ledger.share_ctx = &room->vault;
    open_opening(room);
}

void opening_room_close(struct opening_room *room)
{
    opening_destroy(room->opening);
    ledger_stand_stop(&room->ledger);
    link_destroy(room->link);
    turn_release(&room->turn);
    vault_room_release(&room->vault);
}

void opening_room_restart(struct opening_room *room, bool with_crash)
{
    opening_destroy(room->opening);
    if (with_crash)
        vault_room_crash(&room->vault, 1);
    else
        vault_room_kill(&room->vault);
    check(vault_room_open(&room->vault) == 0);
    open_opening(room);
}

void opening_room_put(struct opening_room *room, const struct vault_room_value *values,
                      uint32_t count)
{
    struct bytes batch = { 0 };
    vault_room_seal(&room->vault, values, count, ++room->batch, &batch);
    turn_take(&room->turn);
    check(vault_room_take(&room->vault, bytes_str(&batch)));
    turn_leave(&room->turn);
    bytes_release(&batch);
}

/* ---- asks ------------------------------------------------------------------------------------ */

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct ref));
}

void opening_ask_sign(const struct opening_room *room, struct opening_ask *ask)
{
    grant_sign(&ask->grant, room->auth_secret, ask->grant_bytes);
}

void opening_ask_make(const struct opening_room *room, struct opening_ask *ask)
{
    bytes_reset(&ask->text);
    if (ask->ask.has_subjects)
        check(ask_hash_subjects(ask->refs, ask->ask.subject_count, ask->ask.subjects_hash) == 0);
    ask_format(&ask->ask, &ask->text);
    ask->grant = (struct grant){
        .kind = (uint8_t)ask->ask.kind, .level = 2, .principal = OPENING_PRINCIPAL,
        .project = (uint32_t)ask->ask.project, .rights = RIGHT_AGGREGATE | RIGHT_REVEAL,
        .issued_boot_ms = clock_boot_ms(), .life_ms = GRANT_LIFE_MS,
    };
    ask_hash(bytes_str(&ask->text), ask->grant.ask_hash);
    memcpy(ask->grant.boot_id, room->boot_id, sizeof(ask->grant.boot_id));
    opening_ask_sign(room, ask);
    ask->wire = (struct vault_ask){ .grant = str_of(ask->grant_bytes, GRANT_BYTES),
                                    .ask = bytes_str(&ask->text), .evidence = STR("evidence"),
                                    .refs = ask->refs,
                                    .ref_count = ask->ask.subject_count };
}

static void begin(enum grant_kind kind, struct opening_ask *out)
{
    memset(out, 0, sizeof(*out));
    out->ask = (struct ask){ .project = VAULT_ROOM_PROJECT, .kind = kind,
                             .purpose = STR("support"), .ticket = STR("4711"), .limit = 3000,
                             .time_ms = 1795453200000 };
    random_bytes(out->ask.nonce, sizeof(out->ask.nonce));
}

void opening_ask_reveal(const struct opening_room *room, const char *const *fields,
                        uint32_t field_count, const uint32_t *subjects, uint32_t count,
                        struct opening_ask *out)
{
    begin(GRANT_REVEAL, out);
    for (uint32_t i = 0; i < field_count; i++)
        out->ask.fields[i] = str_from(fields[i]);
    out->ask.field_count = field_count;
    for (uint32_t i = 0; i < count; i++)
        out->refs[i] = vault_room_subject(subjects[i]);
    qsort(out->refs, count, sizeof(out->refs[0]), by_bytes);
    out->ask.has_subjects = true;
    out->ask.subject_count = count;
    opening_ask_make(room, out);
}

void opening_ask_find(const struct opening_room *room, const struct ref *ref,
                      struct opening_ask *out)
{
    begin(GRANT_FIND, out);
    opening_ask_make(room, out);
    memcpy(out->grant.found_ref, ref->bytes, sizeof(out->grant.found_ref));
    opening_ask_sign(room, out);
}

void opening_ask_release(struct opening_ask *ask)
{
    bytes_release(&ask->text);
}

uint32_t opening_ask_place(const struct opening_ask *ask, uint32_t subject)
{
    struct ref ref = vault_room_subject(subject);
    for (uint32_t i = 0; i < ask->ask.subject_count; i++)
        if (ref_equal(&ask->refs[i], &ref))
            return i;
    check(false);
    return 0;
}
