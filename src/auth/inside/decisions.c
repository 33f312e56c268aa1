#include "auth/inside/decisions.h"

#include <string.h>

#include "base/base64.h"
#include "base/err.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "ledger/wire/ledger_wire.h"
#include "sys/clock.h"

enum { DETAIL_MAX = LEDGER_DETAIL_MAX };

/* ---- opening and checking ------------------------------------------------------------------- */

static bool is_verb(const struct json_node *detail, const char *verb)
{
    return json_doc_type(detail) == JSON_OBJECT &&
           str_equal(json_doc_get_string(detail, "do", STR("")), str_from(verb));
}

bool decisions_open(struct work *w, const char *verb, struct decision *d)
{
    *d = (struct decision){ .made = STR("") };
    if (!work_read_body(w, &d->body))
        return false;
    d->text = json_doc_get_string(json_doc_root(d->body), "detail", STR(""));
    if (json_doc_parse(d->text, DETAIL_MAX, &d->doc) == 0 &&
        is_verb(json_doc_root(d->doc), verb)) {
        d->detail = json_doc_root(d->doc);
        return true;
    }
    decisions_close(d);
    work_refuse(w, "invalid");
    return false;
}

void decisions_close(struct decision *d)
{
    json_doc_wipe(d->doc);
    json_doc_wipe(d->body);
    d->doc = d->body = NULL;
}

bool decisions_check(struct work *w, enum grant_kind kind, enum asks_need need,
                     struct decision *d)
{
    uint8_t hash[HASH_SHA256_BYTES];
    if (!asks_check(w, need, &d->verdict))
        return false;
    hash_sha256(d->text, hash);
    d->has_ask = true;
    if (d->verdict.ask.kind == kind && d->verdict.ask.has_question &&
        memcmp(hash, d->verdict.ask.question, sizeof(hash)) == 0)
        return true;
    work_refuse(w, "ask");
    return false;
}

bool decisions_may(struct work *w, const struct access_entry *entries, uint32_t count)
{
    struct access_entry own;
    for (uint32_t i = 0; i < count; i++) {
        int r = askers_access(w->auth, &w->asker, entries[i].project, w->arena, &own);
        if (!work_passes(w, r, "project"))
            return false;
        if (!(own.rights & RIGHT_SETTINGS)) {
            work_refuse(w, "role");
            return false;
        }
    }
    return true;
}

bool decisions_may_over(struct work *w, uint32_t principal)
{
    struct access_entry entry = { 0 };
    int r;
    while ((r = access_next(&w->auth->access, principal, entry.project, w->arena, &entry)) == 0)
        if (!decisions_may(w, &entry, 1))
            return false;
    return r == ERR_NOT_FOUND || work_passes(w, r, "io");
}

/* ---- the ledger's word ---------------------------------------------------------------------- */

static void refuse_as(struct work *w, struct str code)
{
    *w->answer = (struct auth_answer){ .type = AUTH_REFUSED, .code = arena_copy(w->arena, code) };
}

static bool read_decided(struct work *w, uint8_t type, struct str body, struct decision *d)
{
    struct ledger_decided decided;
    struct ledger_refused refused;
    if (type == LEDGER_DECIDED && ledger_wire_decode_decided(body, &decided) == 0) {
        d->sequence = decided.sequence;
        d->in_force_ms = decided.in_force_ms;
        return true;
    }
    if (type == LEDGER_REFUSED && ledger_wire_decode_refused(body, &refused) == 0)
        refuse_as(w, refused.code);
    else
        work_refuse(w, "closed");
    return false;
}

bool decisions_tell(struct work *w, struct decision *d)
{
    struct bytes body = { 0 }, answer = { 0 };
    struct ledger_decision decision = { .detail = d->text, .made = d->made };
    uint8_t type = 0;
    if (d->has_ask) {
        asks_grant(w, NULL, &d->verdict);
        decision.grant = d->verdict.grant;
        decision.ask = w->request->ask;
        decision.evidence = d->verdict.evidence;
    }
    ledger_wire_encode_decision(&decision, &body);
    int r = auth_ask_ledger(w->auth, LEDGER_DECIDE, bytes_str(&body), &type, &answer);
    bytes_wipe(&body);
    bool is_decided = r == 0 && read_decided(w, type, bytes_str(&answer), d);
    bytes_release(&answer);
    if (r != 0)
        work_refuse(w, r == ERR_TIMEOUT ? "late" : "closed");
    return is_decided;
}

/* ---- in force ------------------------------------------------------------------------------- */

struct turn {
    struct auth *auth;
    struct arena *arena;
    const struct json_node *detail, *made;
    int64_t now_ms;
};

static bool read_principal(const struct json_node *node, uint32_t *out)
{
    uint64_t number;
    if (!node || !json_doc_get_u64(node, "principal", &number) || number == 0 ||
        number > UINT32_MAX)
        return false;
    *out = (uint32_t)number;
    return true;
}

static int put_access(const struct turn *t, uint32_t principal)
{
    struct access_entry entries[ACCESS_PROJECTS_MAX];
    uint32_t count;
    int r = access_read_detail(t->detail, t->arena, entries, &count);
    if (r == 0)
        r = access_clear(&t->auth->access, principal);
    for (uint32_t i = 0; i < count && r == 0; i++)
        r = access_put(&t->auth->access, principal, &entries[i]);
    return r;
}

static int apply_member(const struct turn *t)
{
    uint32_t principal;
    return read_principal(t->made, &principal) ? put_access(t, principal) : ERR_INVALID;
}

static int apply_rights(const struct turn *t)
{
    uint32_t principal;
    return read_principal(t->detail, &principal) ? put_access(t, principal) : ERR_INVALID;
}

static struct str join_addresses(const struct turn *t)
{
    const struct json_node *list = json_doc_member(t->detail, "addresses");
    struct str all = STR("");
    if (!list)
        return all;
    for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL;)
        all = arena_printf(t->arena, STR_FMT "%s" STR_FMT, STR_ARG(all), all.len ? " " : "",
                           STR_ARG(json_doc_string(n)));
    return all;
}

static int apply_key(const struct turn *t)
{
    uint64_t expires = 0;
    struct api_key key = { .name = json_doc_get_string(t->detail, "name", STR("")) };
    struct str secret = json_doc_get_string(t->made, "secret_sha256", STR(""));
    if (!read_principal(t->made, &key.principal) ||
        !json_doc_get_u64(t->detail, "project", &key.project) ||
        !access_read_rights(json_doc_member(t->detail, "rights"), &key.rights) ||
        !str_to_hex_bytes(secret, key.hash, sizeof(key.hash)))
        return ERR_INVALID;
    if (json_doc_get_u64(t->detail, "expires", &expires))
        key.expires_ms = (int64_t)expires;
    key.key = json_doc_get_string(t->made, "key", STR(""));
    key.addresses = join_addresses(t);
    t->auth->settings_changed = true;
    return api_keys_add(&t->auth->keys, &key);
}

static int end_ways_in(const struct turn *t, uint32_t principal)
{
    int r = passkeys_end_member(&t->auth->passkeys, principal);
    if (r == 0)
        r = members_set_password(&t->auth->members, principal, STR(""));
    if (r == 0)
        r = members_set_totp(&t->auth->members, principal, STR(""));
    return r == 0 ? logins_end_member(&t->auth->logins, principal) : r;
}

static int apply_end(const struct turn *t)
{
    uint32_t principal;
    if (!read_principal(t->detail, &principal))
        return ERR_INVALID;
    int r = end_ways_in(t, principal);
    if (r == 0)
        r = invitations_end(&t->auth->invitations, principal);
    if (r == 0)
        r = access_clear(&t->auth->access, principal);
    if (r == 0)
        r = api_keys_end(&t->auth->keys, principal);
    t->auth->settings_changed = true;
    return r == 0 ? members_end(&t->auth->members, principal, t->now_ms) : r;
}

/* The way back is a link, whose 72 hours begin now. */
static int apply_recover(const struct turn *t)
{
    uint32_t principal;
    uint8_t hash[SECRET_HASH_BYTES];
    if (!read_principal(t->detail, &principal) || !t->made ||
        !str_to_hex_bytes(json_doc_get_string(t->made, "link_sha256", STR("")), hash,
                          sizeof(hash)))
        return ERR_INVALID;
    int r = end_ways_in(t, principal);
    return r == 0 ? invitations_put_hash(&t->auth->invitations, principal, hash, t->now_ms) : r;
}

static int apply_end_credential(const struct turn *t)
{
    uint8_t id[WEBAUTHN_CREDENTIAL_MAX + 3];
    struct str text = json_doc_get_string(t->detail, "id", STR(""));
    ptrdiff_t len = text.len > WEBAUTHN_CREDENTIAL_MAX / 3 * 4 ? -1 : base64_decode(text, id);
    return len > 0 ? passkeys_end(&t->auth->passkeys, str_of(id, (size_t)len)) : ERR_INVALID;
}

int decisions_freeze(struct auth *auth, uint32_t principal, bool is_frozen)
{
    int r = members_set_frozen(&auth->members, principal, is_frozen, clock_wall_ms());
    auth->settings_changed = true;
    return r == 0 && is_frozen ? logins_end_member(&auth->logins, principal) : r;
}

static int apply_freeze(const struct turn *t)
{
    uint32_t principal;
    if (!read_principal(t->detail, &principal))
        return ERR_INVALID;
    return decisions_freeze(t->auth, principal, is_verb(t->detail, "freeze"));
}

/* What is the ledger's alone. */
static int apply_nothing(const struct turn *t)
{
    (void)t;
    return 0;
}

static int apply(struct auth *auth, struct str detail, struct str made);

static int apply_approve(const struct turn *t)
{
    struct waiting_decision waited;
    uint64_t sequence;
    if (!json_doc_get_u64(t->detail, "sequence", &sequence))
        return ERR_INVALID;
    int r = waiting_find(&t->auth->waiting, sequence, t->arena, &waited);
    if (r == 0)
        r = waiting_end(&t->auth->waiting, sequence);
    if (r == 0 && !str_equal(waited.detail, STR("")))
        r = apply(t->auth, waited.detail, waited.made);
    return r == ERR_NOT_FOUND ? 0 : r;
}

static int dispatch(const struct turn *t)
{
    static const struct { const char *verb; int (*apply)(const struct turn *t); } all[] = {
        { "member", apply_member }, { "rights", apply_rights }, { "key", apply_key },
        { "end", apply_end }, { "recover", apply_recover }, { "approve", apply_approve },
        { "end_credential", apply_end_credential }, { "freeze", apply_freeze },
        { "thaw", apply_freeze }, { "credential", apply_nothing }, { "budget", apply_nothing },
        { "purpose", apply_nothing },
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (is_verb(t->detail, all[i].verb))
            return all[i].apply(t);
    return ERR_INVALID;
}

/* Approving what approves is not possible: the ledger lets no approval wait, so this ends. */
static int apply(struct auth *auth, struct str detail, struct str made)
{
    struct json_doc *doc = NULL, *made_doc = NULL;
    struct arena arena;
    arena_init(&arena, 0);
    int r = json_doc_parse(detail, DETAIL_MAX, &doc);
    if (r == 0 && made.len)
        r = json_doc_parse(made, DETAIL_MAX, &made_doc);
    struct turn turn = { .auth = auth, .arena = &arena, .now_ms = clock_wall_ms() };
    if (r == 0) {
        turn.detail = json_doc_root(doc);
        turn.made = made_doc ? json_doc_root(made_doc) : NULL;
        r = dispatch(&turn);
    }
    json_doc_wipe(doc);
    json_doc_wipe(made_doc);
    arena_wipe(&arena);
    return r;
}

int decisions_keep(struct work *w, const struct decision *d)
{
    if (d->in_force_ms <= clock_wall_ms())
        return apply(w->auth, d->text, d->made);
    struct waiting_decision waits = {
        .sequence = d->sequence, .asker = w->asker.principal, .from_ms = d->in_force_ms,
        .detail = d->text, .made = d->made,
    };
    return waiting_put(&w->auth->waiting, &waits);
}

void decisions_answer(struct work *w, const struct decision *d, struct str more)
{
    work_answer(w, 200, arena_printf(w->arena, "{" STR_FMT "\"sequence\":%llu,\"in_force\":%lld}",
                                     STR_ARG(more), (unsigned long long)d->sequence,
                                     (long long)d->in_force_ms));
}

/* What no longer fits when its time comes has no effect, here as in the ledger. */
static int bring_into_force(struct auth *auth, const struct waiting_decision *waited)
{
    int r = db_begin(auth->db);
    if (r != 0)
        return r;
    r = apply(auth, waited->detail, waited->made);
    if (r == ERR_INVALID || r == ERR_EXISTS || r == ERR_NOT_FOUND) {
        log_warn("a decision that waited no longer fits and is dropped");
        db_rollback(auth->db);
        r = db_begin(auth->db);
        if (r != 0)
            return r;
    }
    if (r == 0)
        r = waiting_end(&auth->waiting, waited->sequence);
    if (r == 0)
        return db_commit(auth->db);
    db_rollback(auth->db);
    return r;
}

int decisions_advance(struct auth *auth, int64_t now_ms)
{
    struct waiting_decision waited = { 0 };
    struct arena arena;
    int r = 0;
    arena_init(&arena, 0);
    while (r == 0 && (r = waiting_next(&auth->waiting, waited.sequence, &arena, &waited)) == 0)
        if (waited.from_ms <= now_ms)
            r = bring_into_force(auth, &waited);
    arena_release(&arena);
    return r == ERR_NOT_FOUND ? 0 : r;
}
