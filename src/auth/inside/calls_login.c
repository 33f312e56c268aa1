#include "auth/inside/calls_login.h"

#include <string.h>

#include "auth/inside/entering.h"
#include "auth/inside/me.h"
#include "auth/inside/passwords.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "json/write.h"
#include "sys/clock.h"

enum { LEVEL_LINK = 0, LEVEL_PASSKEY = 2, LINK_TEXT_BYTES = 43 };

void calls_login_begin(struct work *w)
{
    uint8_t nonce[NONCES_BYTES];
    char hex[2 * NONCES_BYTES + 1];
    struct bytes text = { 0 };
    struct json_write json;
    struct project project = { 0 };
    struct str host = STR("");
    int r = members_host(&w->auth->members, w->arena, &host);
    if (r == 0)
        r = projects_next(&w->auth->projects, 0, w->arena, &project);
    if (!work_passes(w, r, "io"))
        return;
    nonces_make(&w->auth->nonces, 0, clock_boot_ms(), nonce);
    str_hex(nonce, sizeof(nonce), hex);
    json_write_init(&json, &text);
    json_write_begin_object(&json);
    json_write_key(&json, "nonce");
    json_write_text(&json, hex);
    json_write_key(&json, "host");
    json_write_str(&json, host);
    json_write_key(&json, "name");
    json_write_str(&json, project.name);
    json_write_end_object(&json);
    work_answer(w, 200, work_keep(w, &text));
}

/* The login has begun: its cookie and what it is. */
static void answer_entered(struct work *w, struct entering *e)
{
    struct str me;
    if (work_passes(w, me_write(w, &me), "io")) {
        work_answer(w, 200, me);
        w->answer->cookie = arena_copy(w->arena, str_from(e->cookie));
    }
    hash_wipe(e->cookie, sizeof(e->cookie));
}

/* ---- links ---------------------------------------------------------------------------------- */

/* Who came by a link and holds nothing yet: the decision that makes them a member waits. */
static int is_in_force(struct work *w, uint32_t member)
{
    struct access_entry entry;
    return access_next(&w->auth->access, member, 0, w->arena, &entry);
}

/* The owner's or a member's link is used up and names its member. In a transaction. */
static int use_link(struct work *w, struct entering *e)
{
    const struct str *link = e->context;
    int64_t now = clock_wall_ms();
    int r = owner_links_use(&w->auth->owner_links, *link, now, &e->member);
    if (r == ERR_NOT_FOUND) {
        r = invitations_use(&w->auth->invitations, *link, now, &e->member);
        if (r == 0)
            r = is_in_force(w, e->member);
    }
    return r;
}

void calls_login_link(struct work *w)
{
    struct json_doc *doc;
    struct entering e = { .level = LEVEL_LINK, .use = use_link };
    if (!work_read_body(w, &doc))
        return;
    struct str link = json_doc_get_string(json_doc_root(doc), "link", STR(""));
    e.context = &link;
    if (link.len != LINK_TEXT_BYTES) {
        work_refuse(w, "link");
    } else if (entering_read_key(w, json_doc_root(doc), true, &e) &&
               entering_begin(w, &e, "link")) {
        if (w->asker.member.is_owner)
            owner_links_remove_file(&w->auth->owner_links);
        answer_entered(w, &e);
    }
    json_doc_wipe(doc);
}

/* ---- passkeys ------------------------------------------------------------------------------- */

struct passkey_login {
    struct passkey passkey;
    uint32_t sign_count;
};

static int keep_count(struct work *w, struct entering *e)
{
    const struct passkey_login *login = e->context;
    return passkeys_use(&w->auth->passkeys, login->passkey.key.id, login->sign_count);
}

static bool read_passkey(struct work *w, const struct json_node *body, struct entering *e,
                         uint8_t nonce[NONCES_BYTES])
{
    struct ledger_login *p = &e->proof;
    if (!entering_read_key(w, body, false, e))
        return false;
    p->credential_id = work_unbase64(w, json_doc_get_string(body, "id", STR("")),
                                     WEBAUTHN_CREDENTIAL_MAX);
    p->auth_data = work_unbase64(w, json_doc_get_string(body, "auth_data", STR("")),
                                 WEBAUTHN_AUTH_DATA_MAX);
    p->client_data = work_unbase64(w, json_doc_get_string(body, "client_data", STR("")),
                                   WEBAUTHN_CLIENT_DATA_MAX);
    p->signature = work_unbase64(w, json_doc_get_string(body, "signature", STR("")),
                                 WEBAUTHN_SIGNATURE_MAX);
    if (!p->credential_id.ptr || !p->auth_data.ptr || !p->client_data.ptr || !p->signature.ptr) {
        work_refuse(w, "invalid");
        return false;
    }
    int r = nonces_take(&w->auth->nonces, 0, json_doc_get_string(body, "nonce", STR("")),
                        clock_boot_ms(), nonce);
    return work_passes(w, r, "login");
}

/* 0, or ERR_NOT_FOUND for whatever is wrong with it: who tries learns nothing. */
static int check_passkey(struct work *w, const struct entering *e, struct passkey_login *login)
{
    const struct ledger_login *p = &e->proof;
    struct webauthn_assertion assertion = { p->auth_data, p->client_data, p->signature };
    struct webauthn_place place;
    uint8_t challenge[32];
    int r = members_host(&w->auth->members, w->arena, &place.host);
    if (r == 0)
        r = passkeys_find(&w->auth->passkeys, p->credential_id, w->arena, &login->passkey);
    if (r != 0)
        return r;
    uint32_t known = login->passkey.key.sign_count;
    webauthn_login_challenge(p->nonce, e->key, challenge);
    if (webauthn_check(&login->passkey.key, &assertion, challenge, &place,
                       &login->sign_count) != 0 ||
        (login->sign_count <= known && (login->sign_count || known)))
        return ERR_NOT_FOUND;
    return 0;
}

void calls_login_passkey(struct work *w)
{
    struct json_doc *doc;
    struct passkey_login login = { 0 };
    struct entering e = { .level = LEVEL_PASSKEY, .use = keep_count, .context = &login };
    uint8_t nonce[NONCES_BYTES], credential[HASH_SHA256_BYTES];
    if (!work_read_body(w, &doc))
        return;
    if (read_passkey(w, json_doc_root(doc), &e, nonce)) {
        e.proof.nonce = str_of(nonce, sizeof(nonce));
        if (work_passes(w, check_passkey(w, &e, &login), "login")) {
            e.member = login.passkey.member;
            hash_sha256(e.proof.credential_id, credential);
            e.credential = credential;
            if (entering_begin(w, &e, "login"))
                answer_entered(w, &e);
        }
    }
    json_doc_wipe(doc);
}

/* ---- passwords ------------------------------------------------------------------------------ */

void calls_login_password(struct work *w)
{
    struct json_doc *doc;
    struct entering e = { 0 };
    uint8_t nonce[NONCES_BYTES];
    if (!work_read_body(w, &doc))
        return;
    const struct json_node *body = json_doc_root(doc);
    if (entering_read_key(w, body, false, &e)) {
        int r = nonces_take(&w->auth->nonces, 0, json_doc_get_string(body, "nonce", STR("")),
                            clock_boot_ms(), nonce);
        struct passwords_try try = {
            .name = json_doc_get_string(body, "name", STR("")),
            .password = json_doc_get_string(body, "password", STR("")),
            .totp = json_doc_get_string(body, "totp", STR("")),
        };
        e.proof.nonce = str_of(nonce, sizeof(nonce));
        if (work_passes(w, r, "login") && passwords_check(w, &try, &e.member, &e.level) &&
            entering_begin(w, &e, "login"))
            answer_entered(w, &e);
    }
    json_doc_wipe(doc);
}
