#include "auth/inside/entering.h"

#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "sys/clock.h"

enum { BOOT_WAIT_MS = 2000, BOOT_STEP_MS = 50 };

bool entering_read_key(struct work *w, const struct json_node *body, bool may_lack,
                       struct entering *out)
{
    struct str type = json_doc_get_string(body, "key_type", STR(""));
    struct str text = json_doc_get_string(body, "public_key", STR(""));
    if (type.len == 0 && text.len == 0 && may_lack)
        return true;
    out->key_type = str_equal(type, STR("ed25519")) ? EVIDENCE_ED25519
                    : str_equal(type, STR("p256"))  ? EVIDENCE_P256 : 0;
    out->key = work_unbase64(w, text, EVIDENCE_KEY_MAX);
    size_t right_len = out->key_type == EVIDENCE_ED25519 ? 32 : EVIDENCE_KEY_MAX;
    if (out->key_type != 0 && out->key.ptr && out->key.len == right_len &&
        (out->key_type == EVIDENCE_ED25519 || out->key.ptr[0] == 4))
        return true;
    work_refuse(w, "invalid");
    return false;
}

/* The body of LOGIN_SEEN: empty for a login that signs nothing. */
static struct str write_told(struct work *w, const struct entering *e, const uint8_t *hash,
                             int64_t now_ms)
{
    struct bytes body = { 0 };
    struct ledger_login seen = e->proof;
    if (e->key_type == 0)
        return STR("");
    seen.principal = e->member;
    seen.level = e->level;
    memcpy(seen.login_session, hash, sizeof(seen.login_session));
    seen.key_type = e->key_type;
    seen.public_key = e->key;
    seen.ends_ms = now_ms + LOGINS_LIFE_MS;
    seen.address = w->request->address;
    ledger_wire_encode_login(&seen, &body);
    return work_keep(w, &body);
}

static int begin(struct work *w, struct entering *e, struct str *told)
{
    uint8_t hash[SECRET_HASH_BYTES];
    bool is_frozen = false, is_ended = false;
    int64_t now = clock_wall_ms();
    int r = work_begin(w);
    if (r != 0)
        return r;
    r = e->use ? e->use(w, e) : 0;
    if (r == 0)
        r = members_is_barred(&w->auth->members, e->member, &is_frozen, &is_ended);
    if (r == 0 && (is_frozen || is_ended))
        r = is_ended ? ERR_NOT_FOUND : ERR_DENIED;
    if (r != 0)
        return work_end(w, r);
    logins_make_cookie(e->cookie, hash);
    *told = write_told(w, e, hash, now);
    struct logins_new login = {
        .member = e->member, .level = e->level, .key_type = e->key_type, .key = e->key,
        .credential = e->credential, .agent = w->request->agent,
        .address = w->request->address, .told = *told,
    };
    r = logins_begin(&w->auth->logins, &login, hash, now);
    if (r == 0)
        r = members_arrive(&w->auth->members, e->member, now);
    return work_end(w, r);
}

/* At the first start of a house the roster may just be on its way. */
static void await_roster(struct auth *auth)
{
    for (int waited = 0; waited < BOOT_WAIT_MS && !auth->is_booted && auth->ledger &&
                         link_is_open(auth->ledger); waited += BOOT_STEP_MS) {
        auth_unlock(auth);
        clock_sleep_ms(BOOT_STEP_MS);
        auth_lock(auth);
    }
}

/* ERR_DENIED: the ledger says that the principal is frozen. Anything else it has against a login it
 * says again to each ask, where it counts. */
static int judge_told(uint8_t type, struct str body)
{
    struct ledger_refused refused;
    if (type == LEDGER_DONE)
        return 0;
    if (type != LEDGER_REFUSED || ledger_wire_decode_refused(body, &refused) != 0)
        return ERR_CORRUPT;
    if (str_equal(refused.code, STR("frozen")))
        return ERR_DENIED;
    log_warn("the ledger does not take a login: " STR_FMT, STR_ARG(refused.code));
    return 0;
}

static int tell(struct work *w, struct str told)
{
    struct bytes answer = { 0 };
    uint8_t type = 0;
    if (told.len == 0)
        return 0;
    await_roster(w->auth);
    int r = auth_ask_ledger(w->auth, LEDGER_LOGIN_SEEN, told, &type, &answer);
    /* Away: it hears of all living logins when it is back. */
    if (r == 0)
        r = judge_told(type, bytes_str(&answer));
    else
        r = 0;
    bytes_release(&answer);
    return r == ERR_DENIED ? r : 0;
}

static int drop(struct work *w, struct str cookie)
{
    int r = work_begin(w);
    return r == 0 ? work_end(w, logins_end(&w->auth->logins, cookie)) : r;
}

bool entering_begin(struct work *w, struct entering *e, const char *absent)
{
    struct str told = STR("");
    struct auth_request with_cookie;
    if (!work_passes(w, begin(w, e, &told), absent))
        return false;
    int r = tell(w, told);
    if (r == ERR_DENIED) {
        if (work_passes(w, drop(w, str_from(e->cookie)), "io"))
            work_refuse(w, "frozen");
        return false;
    }
    with_cookie = (struct auth_request){ .by = AUTH_BY_COOKIE, .cookie = str_from(e->cookie) };
    r = askers_identify(w->auth, &with_cookie, w->arena, &w->asker);
    return work_passes(w, r, "login");
}

int entering_tell_all(struct auth *auth)
{
    struct bytes told = { 0 }, answer = { 0 };
    int64_t id = 0;
    int r = 0;
    auth_lock(auth);
    while (r == 0 && !auth->has_failed) {
        uint8_t type = 0;
        bytes_reset(&told);
        bytes_reset(&answer);
        r = logins_next_told(&auth->logins, clock_wall_ms(), &id, &told);
        if (r == 0)
            r = auth_ask_ledger(auth, LEDGER_LOGIN_SEEN, bytes_str(&told), &type, &answer);
    }
    auth_unlock(auth);
    bytes_release(&told);
    bytes_release(&answer);
    return r == ERR_NOT_FOUND ? 0 : r;
}
