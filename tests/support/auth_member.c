#include "support/auth_member.h"

#include <stdio.h>
#include <string.h>

#include "auth/wire/webauthn.h"
#include "base/base64.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "json/doc.h"
#include "json/write.h"
#include "ledger/wire/ledger_wire.h"
#include "sys/clock.h"
#include "sys/msg.h"
#include "sys/sock.h"

/* ---- the ledger ----------------------------------------------------------------------------- */

static void keep(struct bytes *out, struct str text)
{
    bytes_reset(out);
    bytes_append_str(out, text);
}

static uint8_t take(struct auth_ledger *l, const struct msg *msg, struct bytes *body)
{
    struct ledger_decision decision;
    if (msg->type == LEDGER_LOGIN_SEEN) {
        l->logins++;
    } else {
        check(ledger_wire_decode_decision(msg->body, &decision) == 0);
        keep(&l->detail, decision.detail);
        keep(&l->made, decision.made);
        keep(&l->ask, decision.ask);
        l->boots += msg->type == LEDGER_BOOT;
        l->decisions += msg->type == LEDGER_DECIDE;
    }
    if (l->refusal) {
        const struct ledger_refused refused = { .code = str_from(l->refusal) };
        ledger_wire_encode_refused(&refused, body);
        return LEDGER_REFUSED;
    }
    if (msg->type != LEDGER_DECIDE)
        return LEDGER_DONE;
    const struct ledger_decided decided = { ++l->sequence, clock_wall_ms() + l->delay_ms };
    ledger_wire_encode_decided(&decided, body);
    return LEDGER_DECIDED;
}

static void *run(void *arg)
{
    struct auth_ledger *l = arg;
    struct bytes buf = { 0 };
    struct msg msg;
    while (msg_receive(l->fd, false, UINT32_MAX, &buf, &msg) == 0) {
        struct bytes body = { 0 };
        (void)pthread_mutex_lock(&l->lock);
        uint8_t type = take(l, &msg, &body);
        (void)pthread_mutex_unlock(&l->lock);
        struct msg reply = { .type = type, .id = msg.id, .body = bytes_str(&body), .fd = -1 };
        check(msg_send(l->fd, &reply, 1000) == 0);
        bytes_release(&body);
    }
    bytes_release(&buf);
    return NULL;
}

void auth_ledger_start(struct auth_ledger *l, struct auth_room *room)
{
    int pair[2];
    *l = (struct auth_ledger){ .sequence = 100 };
    check(sock_pair(pair) == 0);
    check(pthread_mutex_init(&l->lock, NULL) == 0);
    l->link = link_create("auth-ledger");
    l->fd = pair[1];
    link_attach(l->link, pair[0]);
    check(pthread_create(&l->thread, NULL, run, l) == 0);
    room->auth->ledger = l->link;
    room->auth->is_booted = true;
}

void auth_ledger_stop(struct auth_ledger *l)
{
    link_attach(l->link, -1);
    check(pthread_join(l->thread, NULL) == 0);
    link_destroy(l->link);
    sock_close(l->fd);
    bytes_release(&l->detail);
    bytes_release(&l->made);
    bytes_release(&l->ask);
    (void)pthread_mutex_destroy(&l->lock);
}

/* ---- the member ----------------------------------------------------------------------------- */

static struct str base64url(struct auth_member *m, struct str raw)
{
    struct bytes text = { 0 };
    base64_encode(raw, &text);
    struct str kept = arena_copy(&m->room->arena, bytes_str(&text));
    bytes_release(&text);
    for (size_t i = 0; i < kept.len; i++)
        if (kept.ptr[i] == '+' || kept.ptr[i] == '/')
            ((char *)(uintptr_t)kept.ptr)[i] = kept.ptr[i] == '+' ? '-' : '_';
    while (kept.len && kept.ptr[kept.len - 1] == '=')
        kept.len--;
    return kept;
}

/* The header over a text; the path is the same for all calls here. */
static struct str prove(struct auth_member *m, struct str over)
{
    uint8_t hash[32], signature[64];
    char body[65], session[33];
    long long now = clock_wall_ms();
    hash_sha256(over, hash);
    str_hex(hash, 32, body);
    str_hex(m->session, 16, session);
    struct str text = arena_printf(&m->room->arena, "amana proof 1\nPOST\n/api/x\n%s\n%llu\n%lld\n%s",
                                   body, (unsigned long long)++m->counter, now, session);
    sign_make(m->secret, text, signature);
    struct str coded = base64url(m, str_of(signature, 64));
    return arena_printf(&m->room->arena, "%llu %lld " STR_FMT, (unsigned long long)m->counter, now,
                        STR_ARG(coded));
}

static struct auth_request request_of(struct auth_member *m, enum auth_type type)
{
    return (struct auth_request){
        .type = type, .by = AUTH_BY_COOKIE, .cookie = m->cookie, .method = STR("POST"),
        .path = STR("/api/x"), .address = STR("192.0.2.9"), .agent = STR("Test"),
    };
}

void auth_member_create(struct auth_member *m, struct auth_room *room)
{
    *m = (struct auth_member){ .room = room };
    sign_pair(m->secret, m->public_key);
}

void auth_member_release(struct auth_member *m)
{
    authenticator_destroy(m->passkey);
}

static struct str log_in(struct auth_member *m, enum auth_call call, struct str body)
{
    uint8_t hash[32];
    struct auth_request request = request_of(m, AUTH_CALL);
    request.by = AUTH_BY_NOBODY;
    request.call = call;
    request.body = body;
    struct str code = auth_room_refusal(m->room, request);
    if (code.len == 0 && m->room->answer.cookie.len) {
        m->cookie = m->room->answer.cookie;
        hash_sha256(m->cookie, hash);
        memcpy(m->session, hash, 16);
        m->counter = 0;
    }
    return code;
}

static struct str key_json(struct auth_member *m)
{
    struct str coded = base64url(m, str_of(m->public_key, 32));
    return arena_printf(&m->room->arena, "\"key_type\":\"ed25519\",\"public_key\":\"" STR_FMT "\"",
                        STR_ARG(coded));
}

struct str auth_member_enter(struct auth_member *m, struct str link)
{
    struct str key = key_json(m);
    return log_in(m, AUTH_LOGIN_LINK,
                  arena_printf(&m->room->arena, "{\"link\":\"" STR_FMT "\"," STR_FMT "}",
                               STR_ARG(link), STR_ARG(key)));
}

static struct str call_with(struct auth_member *m, enum auth_call call, struct str body)
{
    struct auth_request request = request_of(m, AUTH_CALL);
    request.call = call;
    request.body = body;
    request.proof = prove(m, body);
    return auth_room_refusal(m->room, request);
}

struct str auth_member_call(struct auth_member *m, enum auth_call call, const char *body)
{
    return call_with(m, call, str_from(body));
}

struct str auth_member_said(struct auth_member *m, const char *name)
{
    struct json_doc *doc;
    check(json_doc_parse(m->room->answer.json, 1 << 20, &doc) == 0);
    struct str text = arena_copy(&m->room->arena,
                                 json_doc_get_string(json_doc_root(doc), name, STR("")));
    json_doc_destroy(doc);
    return text;
}

struct str auth_member_add_passkey(struct auth_member *m, const char *id)
{
    struct authenticator_said said = { 0 };
    uint8_t nonce[16], challenge[32];
    struct str code = auth_member_call(m, AUTH_PASSKEY_BEGIN, "{}");
    if (code.len)
        return code;
    struct str hex = auth_member_said(m, "nonce");
    check(str_to_hex_bytes(hex, nonce, 16));
    hash_sha256(str_of(nonce, 16), challenge);
    authenticator_destroy(m->passkey);
    m->passkey = authenticator_create(id, "localhost");
    m->count = 0;
    authenticator_enrol(m->passkey, challenge, &said);
    struct str auth_data = base64url(m, bytes_str(&said.auth_data));
    struct str client_data = base64url(m, bytes_str(&said.client_data));
    struct str body = arena_printf(
        &m->room->arena, "{\"nonce\":\"" STR_FMT "\",\"name\":\"key\",\"auth_data\":\"" STR_FMT
        "\",\"client_data\":\"" STR_FMT "\"}", STR_ARG(hex),
        STR_ARG(auth_data), STR_ARG(client_data));
    authenticator_said_release(&said);
    return call_with(m, AUTH_PASSKEY_ADD, body);
}

/* {"id","auth_data","client_data","signature"} without the braces. */
static struct str say(struct auth_member *m, const uint8_t challenge[32])
{
    struct authenticator_said said = { 0 };
    const struct authenticator_faults faults = { .count = ++m->count };
    authenticator_assert(m->passkey, challenge, &faults, &said);
    struct str id = base64url(m, authenticator_id(m->passkey));
    struct str auth_data = base64url(m, bytes_str(&said.auth_data));
    struct str client_data = base64url(m, bytes_str(&said.client_data));
    struct str signature = base64url(m, bytes_str(&said.signature));
    struct str text = arena_printf(
        &m->room->arena, "\"id\":\"" STR_FMT "\",\"auth_data\":\"" STR_FMT "\",\"client_data\":\""
        STR_FMT "\",\"signature\":\"" STR_FMT "\"",
        STR_ARG(id), STR_ARG(auth_data), STR_ARG(client_data), STR_ARG(signature));
    authenticator_said_release(&said);
    return text;
}

struct str auth_member_login(struct auth_member *m)
{
    uint8_t nonce[16], challenge[32];
    struct str code = log_in(m, AUTH_LOGIN_BEGIN, STR("{}"));
    if (code.len)
        return code;
    struct str hex = auth_member_said(m, "nonce");
    check(str_to_hex_bytes(hex, nonce, 16));
    webauthn_login_challenge(str_of(nonce, 16), str_of(m->public_key, 32), challenge);
    struct str key = key_json(m), said = say(m, challenge);
    return log_in(m, AUTH_LOGIN_PASSKEY,
                  arena_printf(&m->room->arena, "{\"nonce\":\"" STR_FMT "\"," STR_FMT "," STR_FMT
                               "}", STR_ARG(hex), STR_ARG(key), STR_ARG(said)));
}

static struct str ask_over(struct auth_member *m, enum grant_kind kind, struct str detail)
{
    struct bytes text = { 0 };
    struct ask ask = { .project = 1, .kind = kind, .purpose = STR("security"),
                       .ticket = STR(""), .has_question = true, .time_ms = clock_wall_ms() };
    hash_sha256(detail, ask.question);
    random_bytes(ask.nonce, sizeof(ask.nonce));
    ask_format(&ask, &text);
    struct str kept = arena_copy(&m->room->arena, bytes_str(&text));
    bytes_release(&text);
    return kept;
}

struct str auth_member_decide(struct auth_member *m, enum auth_call call, enum grant_kind kind,
                              const char *detail, bool is_asserted)
{
    struct bytes body = { 0 };
    struct json_write w;
    uint8_t hash[32];
    struct auth_request request = request_of(m, AUTH_CALL);
    request.call = call;
    request.ask = ask_over(m, kind, str_from(detail));
    json_write_init(&w, &body);
    json_write_begin_object(&w);
    json_write_key(&w, "detail");
    json_write_text(&w, detail);
    json_write_end_object(&w);
    request.body = arena_copy(&m->room->arena, bytes_str(&body));
    bytes_release(&body);
    ask_hash(request.ask, hash);
    if (is_asserted) {
        struct str said = say(m, hash);
        request.assertion = arena_printf(&m->room->arena, "{" STR_FMT "}", STR_ARG(said));
    }
    request.proof = prove(m, request.ask);
    return auth_room_refusal(m->room, request);
}

struct auth_request auth_member_ask_request(struct auth_member *m, enum grant_kind kind)
{
    struct auth_request request = request_of(m, AUTH_AUTHORIZE);
    request.ask_kind = (uint8_t)kind;
    request.ask = auth_room_ask_text(m->room, kind);
    request.proof = prove(m, request.ask);
    return request;
}

struct str auth_member_ask(struct auth_member *m, enum grant_kind kind)
{
    return auth_room_refusal(m->room, auth_member_ask_request(m, kind));
}

void auth_stand_open(struct auth_stand *s)
{
    auth_room_open(&s->room);
    auth_ledger_start(&s->ledger, &s->room);
    auth_member_create(&s->owner, &s->room);
    check(auth_member_enter(&s->owner, STR(ROOM_OWNER_LINK)).len == 0);
    check(auth_member_add_passkey(&s->owner, "owner-key").len == 0);
    check(auth_member_login(&s->owner).len == 0);
}

void auth_stand_close(struct auth_stand *s)
{
    auth_ledger_stop(&s->ledger);
    auth_member_release(&s->owner);
    auth_room_close(&s->room);
}
