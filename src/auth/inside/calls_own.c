#include "auth/inside/calls_own.h"

#include "auth/inside/decisions.h"
#include "auth/inside/passwords.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "json/write.h"
#include "sys/clock.h"

/* ---- passkeys ------------------------------------------------------------------------------- */

static int write_known(struct work *w, struct json_write *json)
{
    struct passkey passkey = { .key = { .id = STR("") } };
    int r;
    while ((r = passkeys_next(&w->auth->passkeys, w->asker.principal, passkey.key.id, w->arena,
                              &passkey)) == 0)
        json_write_str(json, work_base64url(w, passkey.key.id));
    return r == ERR_NOT_FOUND ? 0 : r;
}

/* What an authenticator keeps as the account: a hash of house and member, which tells nothing. */
static struct str user_id(struct work *w, struct str host)
{
    uint8_t *hash = arena_alloc(w->arena, HASH_SHA256_BYTES);
    struct str text = arena_printf(w->arena, "amana user 1\n" STR_FMT "\n%u", STR_ARG(host),
                                   w->asker.principal);
    hash_sha256(text, hash);
    return work_base64url(w, str_of(hash, 16));
}

void calls_own_passkey_begin(struct work *w)
{
    uint8_t nonce[NONCES_BYTES];
    char hex[2 * NONCES_BYTES + 1];
    struct bytes text = { 0 };
    struct json_write json;
    struct str host = STR("");
    int r = members_host(&w->auth->members, w->arena, &host);
    nonces_make(&w->auth->nonces, w->asker.principal, clock_boot_ms(), nonce);
    str_hex(nonce, sizeof(nonce), hex);
    json_write_init(&json, &text);
    json_write_begin_object(&json);
    json_write_key(&json, "nonce");
    json_write_text(&json, hex);
    json_write_key(&json, "host");
    json_write_str(&json, host);
    json_write_key(&json, "user_id");
    json_write_str(&json, user_id(w, host));
    json_write_key(&json, "user_name");
    json_write_str(&json, w->asker.name);
    json_write_key(&json, "exclude");
    json_write_begin_array(&json);
    if (r == 0)
        r = write_known(w, &json);
    json_write_end_array(&json);
    json_write_end_object(&json);
    struct str kept = work_keep(w, &text);
    if (work_passes(w, r, "io"))
        work_answer(w, 200, kept);
}

/* The new key, whose browser answered our nonce. False: refused. */
static bool read_new(struct work *w, const struct json_node *body, struct passkey *out)
{
    uint8_t nonce[NONCES_BYTES], challenge[HASH_SHA256_BYTES];
    struct webauthn_place place;
    struct str auth_data = work_unbase64(w, json_doc_get_string(body, "auth_data", STR("")),
                                         WEBAUTHN_AUTH_DATA_MAX);
    struct str client_data = work_unbase64(w, json_doc_get_string(body, "client_data", STR("")),
                                           WEBAUTHN_CLIENT_DATA_MAX);
    *out = (struct passkey){ .member = w->asker.principal, .enrolled_ms = clock_wall_ms(),
                             .name = str_trim(json_doc_get_string(body, "name", STR(""))) };
    int r = members_host(&w->auth->members, w->arena, &place.host);
    if (!work_passes(w, r, "io"))
        return false;
    r = nonces_take(&w->auth->nonces, w->asker.principal,
                    json_doc_get_string(body, "nonce", STR("")), clock_boot_ms(), nonce);
    hash_sha256(str_of(nonce, sizeof(nonce)), challenge);
    if (r == 0 && auth_data.ptr && client_data.ptr && out->name.len > 0 &&
        out->name.len <= PASSKEYS_NAME_MAX && projects_is_name(out->name) &&
        webauthn_read_new(auth_data, client_data, challenge, &place, &out->key) == 0)
        return true;
    work_refuse(w, "invalid");
    return false;
}

/* Beside a first passkey there is no ask; a further one is vouched for by an older one, and the
 * detail is the asker's, so that what they signed is what is done. */
static bool open_enrolment(struct work *w, struct str auth_data, struct decision *d)
{
    uint64_t principal = 0;
    if (!decisions_open(w, "credential", d))
        return false;
    if (json_doc_get_u64(d->detail, "principal", &principal) &&
        principal == w->asker.principal &&
        str_equal(json_doc_get_string(d->detail, "auth_data", STR("")), auth_data) &&
        json_doc_count(d->detail) == 3)
        return decisions_check(w, GRANT_ENROL, ASKS_OWN_NEW, d);
    work_refuse(w, "invalid");
    return false;
}

static struct str own_detail(struct work *w, const char *verb, const char *name, struct str value)
{
    struct bytes text = { 0 };
    struct json_write json;
    json_write_init(&json, &text);
    json_write_begin_object(&json);
    json_write_key(&json, "do");
    json_write_text(&json, verb);
    json_write_key(&json, "principal");
    json_write_u64(&json, w->asker.principal);
    json_write_key(&json, name);
    json_write_str(&json, value);
    json_write_end_object(&json);
    return work_keep(w, &text);
}

static void keep_passkey(struct work *w, const struct passkey *passkey, const struct decision *d)
{
    int r = work_begin(w);
    if (r == 0)
        r = work_end(w, passkeys_add(&w->auth->passkeys, passkey));
    if (r == ERR_EXISTS)
        work_refuse(w, "invalid");
    else if (work_passes(w, r, "io"))
        decisions_answer(w, d, STR(""));
}

static void add_passkey(struct work *w, const struct json_node *body, uint32_t known)
{
    struct decision d = { .made = STR("") };
    struct passkey passkey;
    struct str auth_data = json_doc_get_string(body, "auth_data", STR(""));
    bool is_open = known == 0 ? work_prove(w, w->request->body)
                              : open_enrolment(w, auth_data, &d);
    if (known == 0)
        d.text = own_detail(w, "credential", "auth_data", auth_data);
    if (is_open && read_new(w, body, &passkey) && decisions_tell(w, &d))
        keep_passkey(w, &passkey, &d);
    decisions_close(&d);
}

void calls_own_passkey_add(struct work *w)
{
    struct json_doc *doc;
    uint32_t known = 0;
    if (!work_passes(w, passkeys_count(&w->auth->passkeys, w->asker.principal, &known), "io") ||
        !work_read_body(w, &doc))
        return;
    if (known >= PASSKEYS_OF_MEMBER_MAX)
        work_refuse(w, "invalid");
    else
        add_passkey(w, json_doc_root(doc), known);
    json_doc_wipe(doc);
}

/* An ask of kind enrol over {"do":"end_credential","principal","id"}: the ledger has to forget it
 * too. */
static void end_passkey(struct work *w, struct decision *d)
{
    struct passkey passkey;
    uint64_t principal = 0;
    struct str id = work_unbase64(w, json_doc_get_string(d->detail, "id", STR("")),
                                  WEBAUTHN_CREDENTIAL_MAX);
    int r = id.ptr ? passkeys_find(&w->auth->passkeys, id, w->arena, &passkey) : ERR_NOT_FOUND;
    if (r == 0 && (passkey.member != w->asker.principal ||
                   !json_doc_get_u64(d->detail, "principal", &principal) ||
                   principal != passkey.member))
        r = ERR_NOT_FOUND;
    if (!work_passes(w, r, "invalid") || !decisions_check(w, GRANT_ENROL, ASKS_OWN, d) ||
        !decisions_tell(w, d))
        return;
    r = work_begin(w);
    if (r == 0)
        r = work_end(w, decisions_keep(w, d));
    if (work_passes(w, r, "io"))
        decisions_answer(w, d, STR(""));
}

void calls_own_passkey_end(struct work *w)
{
    struct decision d;
    if (!decisions_open(w, "end_credential", &d))
        return;
    end_passkey(w, &d);
    decisions_close(&d);
}

/* ---- passwords and the second factor -------------------------------------------------------- */

static void with_texts(struct work *w, const char *first, const char *second,
                       void (*then)(struct work *w, struct str a, struct str b))
{
    struct json_doc *doc;
    if (!work_read_body(w, &doc))
        return;
    then(w, json_doc_get_string(json_doc_root(doc), first, STR("")),
         json_doc_get_string(json_doc_root(doc), second, STR("")));
    json_doc_wipe(doc);
}

static void totp_set(struct work *w, struct str code, struct str unused)
{
    (void)unused;
    passwords_totp_set(w, code);
}

static void totp_end(struct work *w, struct str code, struct str unused)
{
    (void)unused;
    passwords_totp_end(w, code);
}

void calls_own_password(struct work *w)
{
    with_texts(w, "old", "new", passwords_set);
}

void calls_own_totp_begin(struct work *w)
{
    passwords_totp_begin(w);
}

void calls_own_totp_set(struct work *w)
{
    with_texts(w, "code", "", totp_set);
}

void calls_own_totp_end(struct work *w)
{
    with_texts(w, "code", "", totp_end);
}

/* ---- logins --------------------------------------------------------------------------------- */

/* Owners see all; others themselves. */
static int sees_all(struct work *w, bool *sees)
{
    uint64_t rights = w->asker.rights;
    int r = w->asker.by == AUTH_BY_COOKIE
                ? access_all_rights(&w->auth->access, w->asker.principal, &rights) : 0;
    *sees = rights & RIGHT_SETTINGS;
    return r;
}

static int write_one_login(struct work *w, const struct login *login, struct json_write *json)
{
    struct member member;
    int r = members_find(&w->auth->members, login->member, w->arena, &member);
    if (r != 0)
        return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
    json_write_begin_object(json);
    const struct { const char *key; int64_t value; } numbers[] = {
        { "id", login->id }, { "member", login->member }, { "began", login->began_ms },
        { "seen", login->seen_ms }, { "ends", login->ends_ms }, { "level", login->level },
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        json_write_key(json, numbers[i].key);
        json_write_i64(json, numbers[i].value);
    }
    json_write_key(json, "name");
    json_write_str(json, member.name);
    json_write_key(json, "agent");
    json_write_str(json, login->agent);
    json_write_key(json, "address");
    json_write_str(json, login->address);
    json_write_key(json, "current");
    json_write_bool(json, login->id == w->asker.login.id);
    json_write_end_object(json);
    return 0;
}

static int write_logins(struct work *w, uint32_t member, struct json_write *json)
{
    struct login login = { 0 };
    int64_t now = clock_wall_ms();
    int r;
    while ((r = logins_next(&w->auth->logins, member, login.id, w->arena, &login)) == 0)
        if (login.ends_ms > now && (r = write_one_login(w, &login, json)) != 0)
            return r;
    return r == ERR_NOT_FOUND ? 0 : r;
}

void calls_own_logins(struct work *w)
{
    struct bytes text = { 0 };
    struct json_write json;
    bool sees = false;
    int r = sees_all(w, &sees);
    json_write_init(&json, &text);
    json_write_begin_object(&json);
    json_write_key(&json, "logins");
    json_write_begin_array(&json);
    if (r == 0)
        r = write_logins(w, sees ? 0 : w->asker.principal, &json);
    json_write_end_array(&json);
    json_write_end_object(&json);
    struct str kept = work_keep(w, &text);
    if (work_passes(w, r, "io"))
        work_answer(w, 200, kept);
}

static int end_login(struct work *w, int64_t id)
{
    struct login login;
    bool sees = false;
    int r = sees_all(w, &sees);
    if (r == 0)
        r = logins_next(&w->auth->logins, sees ? 0 : w->asker.principal, id - 1, w->arena, &login);
    if (r != 0 || login.id != id)
        return r != 0 ? r : ERR_NOT_FOUND;
    r = work_begin(w);
    return r == 0 ? work_end(w, logins_end_id(&w->auth->logins, id)) : r;
}

void calls_own_login_end(struct work *w)
{
    struct json_doc *doc;
    uint64_t id = 0;
    if (!work_read_body(w, &doc))
        return;
    bool is_right = json_doc_get_u64(json_doc_root(doc), "id", &id) && id > 0;
    json_doc_wipe(doc);
    if (work_passes(w, is_right ? end_login(w, (int64_t)id) : ERR_NOT_FOUND, "invalid"))
        work_answer(w, 200, STR("{}"));
}
