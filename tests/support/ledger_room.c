#include "support/ledger_room.h"

#include "support/file_fault.h"

#include <stdio.h>
#include <string.h>

#include "auth/wire/webauthn.h"
#include "base/base64.h"
#include "base/check.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "sys/clock.h"

static const uint32_t principals[ROOM_PEOPLE] = { 1, 2, 3, 4, 5, 20 };
static const char *const passkeys[ROOM_PEOPLE] = { "owner's", "support's", "analyst's",
                                                   "second's", NULL, "new one's" };

void ledger_room_init(struct ledger_room *room, struct fs *fs)
{
    memset(room, 0, sizeof(*room));
    crypto_init();
    room->fs = fs;
    room->segment_bytes = 16 * 1024;
    sign_pair(room->auth_secret, room->auth_public);
    sign_pair(room->log_secret, room->log_public);
    memset(room->secret, 0x33, sizeof(room->secret));
    memset(room->boot_id, 7, sizeof(room->boot_id));
    for (int i = 0; i < ROOM_PEOPLE; i++) {
        struct ledger_room_member *m = &room->members[i];
        m->principal = principals[i];
        sign_pair(m->proof_secret, m->proof_public);
        memset(m->session, 0x40 + i, sizeof(m->session));
        if (passkeys[i])
            m->passkey = authenticator_create(passkeys[i], "localhost");
    }
    for (uint32_t i = 0; i < LEDGER_ROOM_REFS; i++) {
        room->refs[i].bytes[0] = (uint8_t)(i >> 8);
        room->refs[i].bytes[1] = (uint8_t)i;
        room->refs[i].bytes[15] = 1;
    }
}

void ledger_room_release(struct ledger_room *room)
{
    ledger_room_close(room);
    for (int i = 0; i < ROOM_PEOPLE; i++)
        authenticator_destroy(room->members[i].passkey);
    for (uint32_t i = 0; i < LEDGER_ROOM_ANSWERS; i++)
        bytes_release(&room->answers[i].body);
}

int ledger_room_open(struct ledger_room *room)
{
    const struct ledger_config config = {
        .data = room->fs, .keys = room->fs, .public_files = room->fs,
        .auth_public = room->auth_public, .secret = room->secret, .log_key = room->log_secret,
        .origin = "localhost/amana/1", .segment_bytes = room->segment_bytes,
    };
    int r = ledger_open(&config, &room->ledger);
    if (r == 0)
        ledger_set_auth_boot(room->ledger, room->boot_id);
    else
        room->ledger = NULL;
    return r;
}

void ledger_room_close(struct ledger_room *room)
{
    ledger_close(room->ledger);
    room->ledger = NULL;
}

/* ---- the links ------------------------------------------------------------------------------- */

static void on_answer(void *ctx, uint64_t token, uint8_t type, struct str body)
{
    struct ledger_room *room = ctx;
    struct ledger_room_answer *a = &room->answers[token];
    check(token < room->tokens && !a->is_there);
    a->is_there = true;
    a->type = type;
    bytes_reset(&a->body);
    bytes_append_str(&a->body, body);
}

static void on_note(void *ctx, const struct ledger_note *note)
{
    struct ledger_room *room = ctx;
    if (room->note_count < 16)
        room->notes[room->note_count++] = *note;
}

uint32_t ledger_room_take(struct ledger_room *room, enum ledger_side side, uint8_t type,
                          const struct bytes *body)
{
    check(room->tokens < LEDGER_ROOM_ANSWERS);
    room->answers[room->tokens].is_there = false;
    check(ledger_take(room->ledger, side, type, bytes_str(body), room->tokens) == 0);
    return room->tokens++;
}

void ledger_room_commit(struct ledger_room *room)
{
    ledger_commit(room->ledger, on_answer, on_note, room);
    for (uint32_t i = 0; i < room->tokens; i++)
        check(room->answers[i].is_there);
    room->tokens = 0;
}

void ledger_room_refused(struct ledger_room *room, uint32_t token, struct ledger_refused *out)
{
    const struct ledger_room_answer *a = &room->answers[token];
    check(a->is_there && a->type == LEDGER_REFUSED);
    check(ledger_wire_decode_refused(bytes_str(&a->body), out) == 0);
}

const char *ledger_room_code(struct ledger_room *room, uint32_t token)
{
    static char code[LEDGER_CODE_MAX + 1];
    struct ledger_refused refused;
    check(room->answers[token].is_there);
    if (room->answers[token].type != LEDGER_REFUSED)
        return "";
    ledger_room_refused(room, token, &refused);
    (void)snprintf(code, sizeof(code), STR_FMT, STR_ARG(refused.code));
    return code;
}

/* ---- asks ------------------------------------------------------------------------------------ */

void ledger_room_ask(struct ledger_room *room, enum ledger_room_who who, enum grant_kind kind,
                     uint32_t from, uint32_t count, struct ledger_room_request *out)
{
    struct ledger_room_member *m = &room->members[who];
    *out = (struct ledger_room_request){
        .member = m, .refs = room->refs + from, .ref_count = count, .rows = count,
        .ask = { .project = 7, .kind = kind, .purpose = STR("support"), .ticket = STR("4711"),
                 .limit = count ? count : 50, .time_ms = clock_wall_ms() },
        .grant = { .kind = (uint8_t)kind, .level = 2, .principal = m->principal, .project = 7,
                   .group = 1, .rights = 255, .issued_boot_ms = clock_boot_ms(),
                   .life_ms = GRANT_LIFE_MS },
        .evidence = { .kind = EVIDENCE_PROOF, .key_type = EVIDENCE_ED25519,
                      .method = STR("POST"), .path = STR("/api/people"),
                      .time_ms = clock_wall_ms() },
    };
    random_bytes(out->ask.nonce, sizeof(out->ask.nonce));
    if (kind == GRANT_REVEAL) {
        out->ask.fields[0] = STR("$email");
        out->ask.fields[1] = STR("$name");
        out->ask.field_count = 2;
    }
    memcpy(out->grant.boot_id, room->boot_id, sizeof(room->boot_id));
    memcpy(out->grant.login_session, m->session, sizeof(m->session));
    if (who == ROOM_KEY)
        out->evidence = (struct evidence){ .kind = EVIDENCE_SECRET,
                                           .secret = STR(LEDGER_ROOM_SECRET) };
}

static void prove(struct ledger_room_request *r)
{
    struct bytes text = { 0 };
    uint8_t hash[32];
    char body[65], session[33];
    hash_sha256(bytes_str(&r->text), hash);
    str_hex(hash, sizeof(hash), body);
    str_hex(r->grant.login_session, 16, session);
    r->evidence.counter = r->evidence.counter ? r->evidence.counter : ++r->member->counter;
    bytes_printf(&text, "amana proof 1\n" STR_FMT "\n" STR_FMT "\n%s\n%llu\n%lld\n%s",
                 STR_ARG(r->evidence.method), STR_ARG(r->evidence.path), body,
                 (unsigned long long)r->evidence.counter, (long long)r->evidence.time_ms, session);
    sign_make(r->member->proof_secret, bytes_str(&text), r->signature);
    r->evidence.signature = str_of(r->signature, sizeof(r->signature));
    r->evidence.public_key = str_of(r->member->proof_public, 32);
    bytes_release(&text);
}

void ledger_room_sign(struct ledger_room *room, struct ledger_room_request *r, bool with_passkey)
{
    bool names = r->ref_count > 0 && r->ask.kind != GRANT_FIND && r->ask.kind != GRANT_ROWS;
    if (names && !r->ask.has_subjects) {
        r->ask.has_subjects = true;
        r->ask.subject_count = r->ref_count;
        check(ask_hash_subjects(r->refs, r->ref_count, r->ask.subjects_hash) == 0);
    }
    if (r->question.len) {
        r->ask.has_question = true;
        hash_sha256(r->question, r->ask.question);
    }
    bytes_reset(&r->text);
    ask_format(&r->ask, &r->text);
    ask_hash(bytes_str(&r->text), r->grant.ask_hash);
    r->grant.counter = r->grant.counter ? r->grant.counter : ++room->grants;
    if (r->evidence.kind == EVIDENCE_PROOF)
        prove(r);
    if (!with_passkey)
        return;
    r->grant.level = 3;
    authenticator_said_release(&r->said);
    authenticator_assert(r->member->passkey, r->grant.ask_hash, NULL, &r->said);
    r->evidence.credential_id = authenticator_id(r->member->passkey);
    r->evidence.auth_data = bytes_str(&r->said.auth_data);
    r->evidence.client_data = bytes_str(&r->said.client_data);
    r->evidence.assertion = bytes_str(&r->said.signature);
}

static void encode_decision(const struct ledger_room_request *r, struct str grant,
                            struct str evidence, struct bytes *body)
{
    const struct ledger_decision m = { .grant = grant, .ask = bytes_str(&r->text),
                                       .evidence = evidence, .detail = r->question,
                                       .made = r->made };
    ledger_wire_encode_decision(&m, body);
}

uint8_t ledger_room_encode(const struct ledger_room *room, const struct ledger_room_request *r,
                           enum ledger_side *side, struct bytes *body)
{
    uint8_t grant[GRANT_BYTES];
    struct bytes evidence = { 0 };
    bool is_decision = r->ask.kind == GRANT_APPROVE || r->ask.kind == GRANT_UNFREEZE ||
                       r->ask.kind >= GRANT_ENROL;
    bool is_release = r->ask.kind == GRANT_REVEAL || r->ask.kind == GRANT_EXPORT;
    grant_sign(&r->grant, room->auth_secret, grant);
    evidence_encode(&r->evidence, &evidence);
    const struct ledger_release m = {
        .grant = str_of(grant, sizeof(grant)), .ask = bytes_str(&r->text),
        .evidence = bytes_str(&evidence), .refs = r->refs, .ref_count = r->ref_count,
        .triples = r->triples, .triple_count = r->triple_count, .is_miss = r->is_miss,
        .rows = r->rows, .seen_size = r->seen_size, .question = r->question,
    };
    if (is_decision)
        encode_decision(r, m.grant, m.evidence, body);
    else
        ledger_wire_encode_release(&m, body);
    bytes_release(&evidence);
    *side = is_decision ? LEDGER_SIDE_AUTH
            : is_release || r->ask.kind == GRANT_FIND ? LEDGER_SIDE_VAULT : LEDGER_SIDE_QUERY;
    return is_decision ? LEDGER_DECIDE : is_release ? LEDGER_RELEASE : LEDGER_RECORD;
}

uint32_t ledger_room_send(struct ledger_room *room, struct ledger_room_request *r)
{
    struct bytes body = { 0 };
    enum ledger_side side;
    uint8_t type = ledger_room_encode(room, r, &side, &body);
    uint32_t token = ledger_room_take(room, side, type, &body);
    bytes_release(&body);
    return token;
}

void ledger_room_request_release(struct ledger_room_request *r)
{
    bytes_release(&r->text);
    authenticator_said_release(&r->said);
}

const char *ledger_room_try(struct ledger_room *room, enum ledger_room_who who,
                            enum grant_kind kind, uint32_t from, uint32_t count)
{
    struct ledger_room_request r;
    ledger_room_ask(room, who, kind, from, count, &r);
    r.is_miss = kind == GRANT_FIND && count == 0;
    ledger_room_sign(room, &r, false);
    uint32_t token = ledger_room_send(room, &r);
    ledger_room_commit(room);
    ledger_room_request_release(&r);
    return ledger_room_code(room, token);
}

const char *ledger_room_decide(struct ledger_room *room, enum ledger_room_who who,
                               enum grant_kind kind, const char *detail, const char *made,
                               struct ledger_decided *out)
{
    struct ledger_room_request r;
    ledger_room_ask(room, who, kind, 0, 0, &r);
    r.question = str_from(detail);
    r.made = str_from(made);
    ledger_room_sign(room, &r, true);
    uint32_t token = ledger_room_send(room, &r);
    ledger_room_commit(room);
    ledger_room_request_release(&r);
    if (out && room->answers[token].type == LEDGER_DECIDED)
        check(ledger_wire_decode_decided(bytes_str(&room->answers[token].body), out) == 0);
    return ledger_room_code(room, token);
}

/* ---- the beginning --------------------------------------------------------------------------- */

const char *ledger_room_boot(struct ledger_room *room)
{
    struct bytes detail = { 0 }, body = { 0 };
    uint8_t hash[32];
    char hex[65];
    hash_sha256(STR(LEDGER_ROOM_SECRET), hash);
    str_hex(hash, sizeof(hash), hex);
    bytes_printf(&detail, "{\"do\":\"boot\",\"host\":\"localhost\",\"projects\":["
        "{\"id\":7,\"group\":1},{\"id\":8,\"group\":1,\"demo\":true},{\"id\":9,\"group\":2}],"
        "\"principals\":[{\"principal\":1,\"kind\":\"member\",\"rights\":{\"7\":[\"settings\","
        "\"approve\",\"rows\",\"reveal\"],\"8\":[\"rows\",\"reveal\"]}},"
        "{\"principal\":2,\"kind\":\"member\",\"rights\":{\"7\":[\"rows\",\"reveal\"],"
        "\"8\":[\"rows\",\"reveal\"],\"9\":[\"rows\",\"reveal\"]}},"
        "{\"principal\":3,\"kind\":\"member\",\"rights\":{\"7\":[\"rows\"]}},"
        "{\"principal\":4,\"kind\":\"member\",\"rights\":{\"7\":[\"settings\",\"approve\"]}},"
        "{\"principal\":5,\"kind\":\"key\",\"rights\":{\"7\":[\"rows\"]},"
        "\"secret_sha256\":\"%s\"}]}", hex);
    const struct ledger_decision m = { .detail = bytes_str(&detail) };
    ledger_wire_encode_decision(&m, &body);
    uint32_t token = ledger_room_take(room, LEDGER_SIDE_AUTH, LEDGER_BOOT, &body);
    ledger_room_commit(room);
    bytes_release(&detail);
    bytes_release(&body);
    return ledger_room_code(room, token);
}

const char *ledger_room_enrol_first(struct ledger_room *room, enum ledger_room_who who)
{
    struct authenticator_said said = { 0 };
    struct bytes text = { 0 }, detail = { 0 }, body = { 0 };
    uint8_t challenge[32] = { 0 };
    authenticator_enrol(room->members[who].passkey, challenge, &said);
    base64_encode(bytes_str(&said.auth_data), &text);
    bytes_printf(&detail, "{\"do\":\"credential\",\"principal\":%u,\"auth_data\":\"%.*s\"}",
                 room->members[who].principal, (int)text.len, (char *)text.ptr);
    const struct ledger_decision m = { .detail = bytes_str(&detail) };
    ledger_wire_encode_decision(&m, &body);
    uint32_t token = ledger_room_take(room, LEDGER_SIDE_AUTH, LEDGER_DECIDE, &body);
    ledger_room_commit(room);
    bytes_release(&text);
    bytes_release(&detail);
    bytes_release(&body);
    authenticator_said_release(&said);
    return ledger_room_code(room, token);
}

const char *ledger_room_login(struct ledger_room *room, enum ledger_room_who who, uint8_t level)
{
    struct ledger_room_member *m = &room->members[who];
    struct authenticator_said said = { 0 };
    struct bytes body = { 0 };
    uint8_t challenge[32], nonce[16];
    random_bytes(nonce, sizeof(nonce));
    struct ledger_login login = {
        .principal = m->principal, .level = level, .key_type = EVIDENCE_ED25519,
        .public_key = str_of(m->proof_public, 32), .nonce = str_of(nonce, sizeof(nonce)),
        .ends_ms = clock_wall_ms() + 12 * 3600 * 1000, .address = STR("192.0.2.7"),
    };
    memcpy(login.login_session, m->session, sizeof(m->session));
    if (level == 2) {
        webauthn_login_challenge(login.nonce, login.public_key, challenge);
        authenticator_assert(m->passkey, challenge, NULL, &said);
        login.credential_id = authenticator_id(m->passkey);
        login.auth_data = bytes_str(&said.auth_data);
        login.client_data = bytes_str(&said.client_data);
        login.signature = bytes_str(&said.signature);
    }
    ledger_wire_encode_login(&login, &body);
    uint32_t token = ledger_room_take(room, LEDGER_SIDE_AUTH, LEDGER_LOGIN_SEEN, &body);
    ledger_room_commit(room);
    bytes_release(&body);
    authenticator_said_release(&said);
    return ledger_room_code(room, token);
}

void ledger_room_begin(struct ledger_room *room)
{
    check(ledger_room_open(room) == 0);
    check(strcmp(ledger_room_boot(room), "") == 0);
    for (enum ledger_room_who who = ROOM_OWNER; who < ROOM_KEY; who++) {
        check(strcmp(ledger_room_enrol_first(room, who), "") == 0);
        check(strcmp(ledger_room_login(room, who, 2), "") == 0);
    }
}

void ledger_room_read(struct ledger_room *room, enum ledger_room_who who, const char *text,
                      struct bytes *json)
{
    struct grant grant = { .principal = room->members[who].principal, .project = 7, .group = 1,
                           .issued_boot_ms = clock_boot_ms(), .life_ms = GRANT_LIFE_MS,
                           .counter = ++room->grants };
    uint8_t bytes[GRANT_BYTES];
    struct bytes body = { 0 };
    memcpy(grant.boot_id, room->boot_id, sizeof(room->boot_id));
    hash_sha256(str_from(text), grant.ask_hash);
    grant_sign(&grant, room->auth_secret, bytes);
    const struct ledger_read m = { str_of(bytes, sizeof(bytes)), str_from(text) };
    ledger_wire_encode_read(&m, &body);
    uint32_t token = ledger_room_take(room, LEDGER_SIDE_QUERY, LEDGER_READ, &body);
    ledger_room_commit(room);
    check(room->answers[token].type == LEDGER_JSON);
    bytes_reset(json);
    bytes_append_str(json, bytes_str(&room->answers[token].body));
    bytes_release(&body);
}

void ledger_room_start(struct ledger_room *room)
{
    ledger_room_init(room, file_fault_create());
    ledger_room_begin(room);
}

void ledger_room_finish(struct ledger_room *room)
{
    struct fs *fs = room->fs;
    ledger_room_release(room);
    fs_destroy(fs);
}
