#include "ledger/inside/decide.h"

#include <string.h>

#include "auth/wire/webauthn.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "json/doc.h"
#include "ledger/inside/gate.h"
#include "sys/clock.h"

enum { LEVEL_PASSKEY = 2, LOGIN_LIFE_MS = 12 * 60 * 60 * 1000 };

#define BIT(kind) ((uint64_t)1 << (kind))
#define DECISIONS (BIT(GRANT_ENROL) | BIT(GRANT_RAISE) | BIT(GRANT_APPROVE) | BIT(GRANT_FREEZE) | \
                   BIT(GRANT_UNFREEZE))

/* ---- what is kept of it ---------------------------------------------------------------------- */

/* Auth's part stands in the remarks as it came: one whole object, or nothing. */
static bool is_made(struct str made)
{
    struct json_doc *doc = NULL;
    if (made.len == 0)
        return true;
    if (json_doc_parse(made, LEDGER_DETAIL_MAX, &doc) != 0)
        return false;
    bool is_object = json_doc_type(json_doc_root(doc)) == JSON_OBJECT;
    json_doc_destroy(doc);
    return is_object;
}

static struct str remarks_of(struct arena *arena, const struct ledger_decision *m, int64_t from_ms)
{
    struct str made = m->made.len ? m->made : STR("null");
    return arena_printf(arena, "{\"detail\":" STR_FMT ",\"made\":" STR_FMT ",\"from\":%lld}",
                        STR_ARG(m->detail), STR_ARG(made), (long long)from_ms);
}

static const char *code_of(int r)
{
    return r == 0 ? NULL : r == ERR_DENIED ? "right" : "invalid";
}

/* ---- the first start ------------------------------------------------------------------------- */

void decide_boot(struct state *s, const struct ledger_decision *m, struct arena *arena,
                 struct decide_outcome *out)
{
    struct state_draft draft = { .log = LEDGER_LOG_HOUSE,
                                 .entry = { .kind = ENTRY_ROSTER, .verdict = ENTRY_DECIDED } };
    char verb[32];
    uint32_t row;
    *out = (struct decide_outcome){ 0 };
    if (roster_has_boot(s->roster)) {
        out->code = "booted";
        return;
    }
    struct roster_change change = { .time_ms = state_now(s),
                                    .remarks = remarks_of(arena, m, 0) };
    if (m->grant.len || !is_made(m->made) || !str_equal(roster_verb(m->detail, verb), STR("boot")))
        out->code = "invalid";
    else
        out->code = code_of(roster_apply(s->roster, &change, true));
    if (out->code)
        return;
    draft.sections[ENTRY_SECTION_REMARKS - 1] = change.remarks;
    if (state_write(s, &draft, &row) != 0)
        out->code = "stopped";
    out->sequence = s->sequence;
}

/* ---- logins ---------------------------------------------------------------------------------- */

/* The passkey's word covers the proof key: nobody can put another key under this login. */
static const char *judge_login(struct state *s, const struct ledger_login *m,
                               const struct roster_principal *p)
{
    struct webauthn_assertion assertion = { m->auth_data, m->client_data, m->signature };
    struct webauthn_place place = { roster_host(s->roster) };
    struct webauthn_key key = { 0 };
    uint8_t challenge[32];
    uint32_t count;
    struct roster_principal *found = roster_find(s->roster, p->id);
    struct roster_credential *c = roster_credential(found, m->credential_id);
    if (!c)
        return "assertion";
    memcpy(key.x, c->x, sizeof(key.x));
    memcpy(key.y, c->y, sizeof(key.y));
    webauthn_login_challenge(m->nonce, m->public_key, challenge);
    if (webauthn_check(&key, &assertion, challenge, &place, &count) != 0 ||
        (count <= c->sign_count && (count || c->sign_count)))
        return "assertion";
    c->sign_count = count;
    return NULL;
}

static const char *judge_login_form(struct state *s, const struct ledger_login *m)
{
    const struct roster_principal *p = roster_find(s->roster, m->principal);
    size_t len = m->key_type == EVIDENCE_ED25519 ? 32 : m->key_type == EVIDENCE_P256 ? 65 : 0;
    if (s->is_stopped)
        return "stopped";
    if (!p || p->is_ended || p->kind != ROSTER_MEMBER)
        return "principal_unknown";
    if (p->is_frozen)
        return "frozen";
    if (len == 0 || m->public_key.len != len || m->level > 2)
        return "invalid";
    for (size_t i = 0; i < m->address.len; i++) /* one line of section 2 */
        if ((uint8_t)m->address.ptr[i] <= 0x20)
            return "invalid";
    const struct pin *pin = pins_find(s->pins, m->login_session, state_now(s));
    if (pin && (pin->principal != m->principal ||
                !str_equal(str_of(pin->key, pin->key_len), m->public_key)))
        return "proof"; /* a login has one key as long as it lives */
    return m->level == 2 ? judge_login(s, m, p) : NULL;
}

void decide_login(struct state *s, const struct ledger_login *m, struct arena *arena,
                  struct decide_outcome *out)
{
    struct state_draft draft = { .log = LEDGER_LOG_HOUSE,
                                 .entry = { .kind = ENTRY_LOGIN, .verdict = ENTRY_RECORDED,
                                            .level = m->level, .principal = m->principal } };
    char session[33], key[2 * EVIDENCE_KEY_MAX + 1], passkey[33] = "-";
    uint8_t passkey_bytes[16];
    uint32_t row;
    *out = (struct decide_outcome){ .code = judge_login_form(s, m) };
    if (out->code)
        return;
    int64_t most = state_now(s) + LOGIN_LIFE_MS;
    str_hex(m->login_session, sizeof(m->login_session), session);
    str_hex((const uint8_t *)m->public_key.ptr, m->public_key.len, key);
    pins_passkey(m->credential_id, passkey_bytes);
    if (m->level == LEVEL_PASSKEY)
        str_hex(passkey_bytes, sizeof(passkey_bytes), passkey);
    draft.sections[ENTRY_SECTION_LOGIN - 1] =
        arena_printf(arena, "session %s\ntype %u\nkey %s\nends %lld\npasskey %s\naddress " STR_FMT
                     "\n", session, m->key_type, key,
                     (long long)(m->ends_ms < most ? m->ends_ms : most), passkey,
                     STR_ARG(m->address.len ? m->address : STR("-")));
    if (state_write(s, &draft, &row) != 0)
        out->code = "stopped";
    out->sequence = s->sequence;
}

/* ---- decisions ------------------------------------------------------------------------------- */

struct turn {
    struct state *s;
    const struct ledger_decision *m;
    struct arena *arena;
    struct gate_case c;
    char verb[32];
};

/* Which word may come under which kind of ask. */
static bool fits(enum grant_kind kind, struct str verb)
{
    static const struct { enum grant_kind kind; const char *verb; } all[] = {
        { GRANT_ENROL, "member" }, { GRANT_ENROL, "rights" }, { GRANT_ENROL, "key" },
        { GRANT_ENROL, "credential" }, { GRANT_ENROL, "end_credential" }, { GRANT_ENROL, "end" },
        { GRANT_ENROL, "recover" }, { GRANT_ENROL, "purpose" }, { GRANT_RAISE, "budget" },
        { GRANT_APPROVE, "approve" }, { GRANT_FREEZE, "freeze" }, { GRANT_UNFREEZE, "thaw" },
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i].kind == kind && str_equal(verb, str_from(all[i].verb)))
            return true;
    return false;
}

/* One's own passkeys are one's own business; everything else takes the right that the gate saw. */
static bool is_about_oneself(const struct turn *t, struct str verb)
{
    return (str_equal(verb, STR("credential")) || str_equal(verb, STR("end_credential"))) &&
           roster_subject(t->m->detail) == t->c.opened.principal;
}

static const char *judge_detail(struct turn *t)
{
    uint8_t hash[HASH_SHA256_BYTES];
    struct str verb = roster_verb(t->m->detail, t->verb);
    hash_sha256(t->m->detail, hash);
    if (!t->c.parsed.has_question || !hash_equal(hash, t->c.parsed.question, sizeof(hash)))
        return "grant_ask";
    if (!fits(t->c.parsed.kind, verb) || !is_made(t->m->made))
        return "invalid";
    /* Below that a login is auth's word alone. Containment does not wait for a passkey. */
    if (t->c.level < LEVEL_PASSKEY && t->c.parsed.kind != GRANT_FREEZE)
        return "level";
    if (gate_lacks_assertion(t->s, &t->c, t->m->detail))
        return "level";
    if (!roster_may_decide(t->s->roster, t->c.opened.principal, t->m->detail, t->c.now_ms) ||
        roster_leaves_no_owner(t->s->roster, t->c.opened.principal, t->m->detail, t->c.now_ms))
        return "right";
    if (str_equal(verb, STR("credential"))) {
        /* Another passkey is vouched for by one that is there. */
        if (!t->c.credential)
            return "level";
        return roster_subject(t->m->detail) == t->c.opened.principal ? NULL : "right";
    }
    if (str_equal(verb, STR("thaw")) && roster_subject(t->m->detail) == t->c.opened.principal)
        return "right";
    return NULL;
}

static const char *write_decision(struct turn *t, uint8_t kind, struct decide_outcome *out)
{
    bool waits = !str_equal(str_from(t->verb), STR("approve")) &&
                 roster_adds(t->s->roster, t->m->detail);
    int64_t now = state_now(t->s);
    struct bytes login = { 0 };
    out->in_force_ms = waits ? now + LEDGER_DELAY_MS : now;
    struct roster_change change = {
        .sequence = t->s->sequence + 1, .time_ms = now, .by = t->c.opened.principal,
        .remarks = remarks_of(t->arena, t->m, waits ? out->in_force_ms : 0),
    };
    const char *code = code_of(roster_apply(t->s->roster, &change, true));
    if (code)
        return code;
    struct state_draft draft = {
        .log = LEDGER_LOG_HOUSE,
        .entry = { .kind = kind, .verdict = ENTRY_DECIDED, .level = t->c.level,
                   .principal = t->c.opened.principal, .project = t->c.opened.project },
    };
    memcpy(draft.entry.ask_hash, t->c.ask_hash, sizeof(draft.entry.ask_hash));
    if (t->c.has_grant)
        state_put_login(&t->c.opened, t->c.proof.counter, &login);
    draft.sections[ENTRY_SECTION_LOGIN - 1] = arena_copy(t->arena, bytes_str(&login));
    draft.sections[ENTRY_SECTION_ASK - 1] = t->m->ask;
    draft.sections[ENTRY_SECTION_REMARKS - 1] = change.remarks;
    bytes_release(&login);
    uint32_t row;
    if (state_write(t->s, &draft, &row) != 0)
        return "stopped";
    out->sequence = t->s->sequence;
    return NULL;
}

/* A member's first passkey has nothing older to vouch for it, and auth's word must do: once, and
 * again only after a recovery that was decided. It is small for a day; who was there at the first
 * start is trusted on first use. */
static const char *take_first_credential(struct turn *t, struct decide_outcome *out)
{
    const struct roster_principal *p = roster_find(t->s->roster, roster_subject(t->m->detail));
    if (!str_equal(roster_verb(t->m->detail, t->verb), STR("credential")) || t->m->ask.len)
        return "invalid";
    if (!p || p->is_ended)
        return "principal_unknown";
    if (p->is_frozen)
        return "frozen";
    if (p->had_credential)
        return "level";
    if (!is_made(t->m->made))
        return "invalid";
    t->c.opened.principal = p->id;
    return write_decision(t, GRANT_ENROL, out);
}

void decide_take(struct state *s, const struct ledger_decision *m, struct arena *arena,
                 struct decide_outcome *out)
{
    struct turn t = { .s = s, .m = m, .arena = arena };
    *out = (struct decide_outcome){ 0 };
    if (s->is_stopped) {
        out->code = "stopped";
        return;
    }
    if (m->grant.len == 0) {
        out->code = take_first_credential(&t, out);
        return;
    }
    t.c = (struct gate_case){ .grant = m->grant, .ask = m->ask, .evidence = m->evidence,
                              .now_ms = state_now(s), .arrived_boot_ms = clock_boot_ms() };
    out->code = gate_judge(s, DECISIONS, &t.c);
    if (out->code && strcmp(out->code, "right") == 0 && t.c.has_grant && t.c.principal &&
        is_about_oneself(&t, roster_verb(m->detail, t.verb)))
        out->code = gate_judge_own(s, &t.c);
    if (!out->code)
        out->code = judge_detail(&t);
    if (!out->code)
        out->code = write_decision(&t, (uint8_t)t.c.parsed.kind, out);
}
