#include "ledger/inside/gate.h"

#include <string.h>

#include "auth/wire/grant_check.h"
#include "auth/wire/webauthn.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "sys/clock.h"

enum { PROOF_CLOCK_MS = 60 * 1000, LEVEL_PEOPLE = 2 };

static const char *judge_grant_itself(struct state *s, struct str bytes, uint64_t arrived_ms,
                                      struct grant *grant)
{
    const struct grant_maker maker = { s->config.auth_public,
                                       s->has_auth_boot ? s->auth_boot : NULL };
    return grant_check_maker(bytes, &maker, arrived_ms, grant);
}

const char *gate_judge_reading(struct state *s, struct str grant, struct str text,
                               struct grant *opened)
{
    uint8_t hash[HASH_SHA256_BYTES];
    const char *code = judge_grant_itself(s, grant, clock_boot_ms(), opened);
    if (code)
        return code;
    hash_sha256(text, hash);
    return opened->kind == GRANT_QUESTION && hash_equal(hash, opened->ask_hash, sizeof(hash))
               ? NULL : "grant_ask";
}

static const char *judge_grant(struct state *s, uint64_t kinds, struct gate_case *c)
{
    if (ask_parse(c->ask, &c->parsed) != 0)
        return "ask_malformed";
    if (!(kinds >> c->parsed.kind & 1) || evidence_decode(c->evidence, &c->proof) != 0)
        return "invalid";
    const char *code = judge_grant_itself(s, c->grant, c->arrived_boot_ms, &c->opened);
    if (code)
        return code;
    ask_hash(c->ask, c->ask_hash);
    if (!hash_equal(c->ask_hash, c->opened.ask_hash, sizeof(c->ask_hash)) ||
        c->opened.kind != c->parsed.kind)
        return "grant_ask";
    if (c->opened.project != c->parsed.project)
        return "right";
    if (!pins_use_grant(s->pins, c->opened.boot_id, c->opened.counter))
        return "grant_spent";
    c->has_grant = true;
    return NULL;
}

static uint64_t rights_for(enum grant_kind kind)
{
    switch (kind) {
    case GRANT_REVEAL: case GRANT_FIND: case GRANT_REPORT_SUBJECT: return RIGHT_REVEAL;
    case GRANT_TIMELINE: case GRANT_ROWS: return RIGHT_ROWS;
    case GRANT_EXPORT: return RIGHT_EXPORT;
    case GRANT_FREEZE: case GRANT_UNFREEZE: case GRANT_APPROVE:
        return RIGHT_APPROVE | RIGHT_SETTINGS;
    default: return RIGHT_SETTINGS;
    }
}

static const char *judge_principal(struct state *s, struct gate_case *c)
{
    c->principal = roster_find(s->roster, c->opened.principal);
    c->project = roster_project(s->roster, c->opened.project);
    if (!c->principal || c->principal->is_ended)
        return "principal_unknown";
    if (c->principal->is_frozen)
        return "frozen";
    if (!c->project)
        return "right";
    /* An export is refused for what it is, whatever the right: when it is known whose it is. */
    if (c->parsed.kind == GRANT_EXPORT)
        return NULL;
    uint64_t rights = roster_rights(c->principal, c->opened.project, c->now_ms);
    return rights & rights_for(c->parsed.kind) ? NULL : "right";
}

static const char *judge_secret(struct gate_case *c)
{
    uint8_t hash[HASH_SHA256_BYTES];
    hash_sha256(c->proof.secret, hash);
    bool holds = c->principal->kind == ROSTER_KEY &&
                 hash_equal(hash, c->principal->secret_sha256, sizeof(hash));
    if (!holds)
        return "proof";
    c->has_proof = true;
    return c->parsed.kind == GRANT_ROWS || c->parsed.kind == GRANT_TIMELINE ? NULL : "level";
}

static const char *judge_assertion(struct state *s, struct gate_case *c)
{
    struct roster_credential *k = roster_credential(c->principal, c->proof.credential_id);
    struct webauthn_assertion assertion = { c->proof.auth_data, c->proof.client_data,
                                            c->proof.assertion };
    struct webauthn_place place = { roster_host(s->roster) };
    struct webauthn_key key = { 0 };
    uint32_t count;
    if (!k)
        return "assertion";
    memcpy(key.x, k->x, sizeof(key.x));
    memcpy(key.y, k->y, sizeof(key.y));
    if (webauthn_check(&key, &assertion, c->ask_hash, &place, &count) != 0 ||
        (count <= k->sign_count && (count || k->sign_count)))
        return "assertion";
    k->sign_count = count;
    if (!k->is_trusted && c->now_ms - k->enrolled_ms < LEDGER_DELAY_MS)
        return "too_new";
    c->credential = k;
    c->level = 3;
    return NULL;
}

/* A login lives as long as the passkey that vouched for it. */
static bool is_backed(const struct roster_principal *p, const struct pin *pin)
{
    uint8_t passkey[16];
    for (uint32_t i = 0; pin->level >= LEVEL_PEOPLE && i < p->credential_count; i++) {
        pins_passkey(str_of(p->credentials[i].id, p->credentials[i].id_len), passkey);
        if (memcmp(passkey, pin->passkey, sizeof(passkey)) == 0)
            return true;
    }
    return pin->level < LEVEL_PEOPLE;
}

/* The browser's signature by the key that was pinned at the login, whatever key it sent. */
static const char *judge_proof(struct state *s, struct gate_case *c)
{
    if (c->proof.kind == EVIDENCE_SECRET)
        return judge_secret(c);
    struct pin *pin = pins_find(s->pins, c->opened.login_session, c->now_ms);
    /* By the clock on the wall, as the browser's is: that of windows may lag behind it. */
    int64_t wall = clock_wall_ms();
    if (!pin || pin->principal != c->opened.principal || pin->key_type != c->proof.key_type ||
        !str_equal(str_of(pin->key, pin->key_len), c->proof.public_key) ||
        c->proof.time_ms > wall + PROOF_CLOCK_MS ||
        c->proof.time_ms < wall - PROOF_CLOCK_MS || !is_backed(c->principal, pin) ||
        evidence_check_proof(&c->proof, c->ask, c->opened.login_session) != 0 ||
        !pins_use_proof(pin, c->proof.counter))
        return "proof";
    c->has_proof = true;
    c->level = pin->level;
    bool is_about_people = c->parsed.kind <= GRANT_REPORT_SUBJECT;
    if (is_about_people && pin->level < LEVEL_PEOPLE && !c->project->is_demo)
        return "level";
    return NULL;
}

const char *gate_judge_own(struct state *s, struct gate_case *c)
{
    const char *code = judge_proof(s, c);
    if (!code && c->parsed.kind == GRANT_EXPORT)
        code = "export_values";
    if (!code && !roster_has_purpose(c->project, c->parsed.purpose))
        code = "purpose";
    if (!code && c->proof.assertion.len)
        code = judge_assertion(s, c);
    return code;
}

const char *gate_judge(struct state *s, uint64_t kinds, struct gate_case *c)
{
    const char *code = judge_grant(s, kinds, c);
    if (!code && s->is_stopped)
        code = "stopped";
    if (!code)
        code = judge_principal(s, c);
    return code ? code : gate_judge_own(s, c);
}

bool gate_lacks_assertion(struct state *s, const struct gate_case *c, struct str detail)
{
    bool needs = c->parsed.kind == GRANT_RAISE || c->parsed.kind == GRANT_UNFREEZE ||
                 c->parsed.kind == GRANT_APPROVE ||
                 (c->parsed.kind == GRANT_ENROL && roster_adds(s->roster, detail));
    return needs && !c->credential;
}
