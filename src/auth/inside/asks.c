#include "auth/inside/asks.h"

#include <string.h>

#include "auth/inside/project_json.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "event/normal.h"
#include "sys/clock.h"

enum {
    TENANT = 1,   /* the one tenant of a house, and the group in its grants */
    LEVEL_PASSKEY = 2,
    LEVEL_ASSERTED = 3,
    ASSERTION_MAX = 8 * 1024,
};

/* ---- the grant ------------------------------------------------------------------------------ */

static struct grant grant_of(struct work *w, const struct project *project, uint64_t rights)
{
    struct grant grant = {
        .kind = w->request->ask_kind, .level = w->asker.login.level,
        .principal = w->asker.principal, .project = (uint32_t)project->id, .group = TENANT,
        .rights = rights, .issued_boot_ms = clock_boot_ms(),
        .wall_ms = (uint64_t)clock_wall_ms(), .life_ms = GRANT_LIFE_MS,
        .key_epoch = project->key_epoch, .counter = ++w->auth->counter,
    };
    check(project->id <= UINT32_MAX);
    memcpy(grant.login_session, w->asker.login.hash, sizeof(grant.login_session));
    memcpy(grant.credential, w->asker.credential, sizeof(grant.credential));
    memcpy(grant.boot_id, w->auth->boot_id, sizeof(grant.boot_id));
    if (w->asker.login.key_len)
        evidence_key_hash(str_of(w->asker.login.key, w->asker.login.key_len), grant.proof_key);
    return grant;
}

static struct str sign(struct work *w, const struct grant *grant)
{
    uint8_t *out = arena_alloc(w->arena, GRANT_BYTES);
    grant_sign(grant, w->auth->grant_key, out);
    return str_of(out, GRANT_BYTES);
}

struct str asks_grant_question(struct work *w, const struct project *project, uint64_t rights)
{
    struct grant grant = grant_of(w, project, rights);
    memcpy(grant.ask_hash, w->request->ask_hash, sizeof(grant.ask_hash));
    return sign(w, &grant);
}

void asks_grant(struct work *w, const uint8_t *found, struct asks_verdict *v)
{
    struct bytes evidence = { 0 };
    struct grant grant = grant_of(w, &v->project, v->access.rights);
    grant.kind = (uint8_t)v->ask.kind;
    grant.level = v->level;
    ask_hash(w->request->ask, grant.ask_hash);
    if (found)
        memcpy(grant.found_ref, found, sizeof(grant.found_ref));
    v->grant = sign(w, &grant);
    if (w->asker.by == AUTH_BY_KEY)
        w->evidence = (struct evidence){ .kind = EVIDENCE_SECRET, .secret = w->request->secret };
    evidence_encode(&w->evidence, &evidence);
    v->evidence = work_keep(w, &evidence);
}

/* ---- what a kind needs ---------------------------------------------------------------------- */

/* One of these rights is enough; 0: nobody may, or not yet. */
static uint64_t rights_for(enum grant_kind kind)
{
    switch (kind) {
    case GRANT_REVEAL: case GRANT_FIND: return RIGHT_REVEAL;
    case GRANT_TIMELINE: case GRANT_ROWS: return RIGHT_ROWS;
    /* Refused for what it is until approvals exist, to whoever sees values: web says so. */
    case GRANT_EXPORT: return RIGHT_EXPORT | RIGHT_REVEAL;
    case GRANT_FREEZE: case GRANT_UNFREEZE: return RIGHT_APPROVE | RIGHT_SETTINGS;
    case GRANT_ENROL: case GRANT_RAISE: case GRANT_APPROVE: return RIGHT_SETTINGS;
    case GRANT_QUESTION: case GRANT_REPORT_SUBJECT: case GRANT_ERASE: case GRANT_NOTICE:
    case GRANT_ROTATE: break;
    }
    return 0;
}

static bool is_for_people(enum grant_kind kind)
{
    return kind >= GRANT_REVEAL && kind <= GRANT_EXPORT;
}

static uint8_t level_for(const struct asks_verdict *v, enum asks_need need)
{
    enum grant_kind kind = v->ask.kind;
    if (need == ASKS_PASSKEY || need == ASKS_OWN_NEW || kind == GRANT_RAISE ||
        kind == GRANT_UNFREEZE || kind == GRANT_APPROVE)
        return LEVEL_ASSERTED;
    return is_for_people(kind) && !v->project.is_demo ? LEVEL_PASSKEY : 0;
}

/* ---- the assertion on an ask ---------------------------------------------------------------- */

static struct str member_bytes(struct work *w, const struct json_node *root, const char *name,
                               size_t max)
{
    return work_unbase64(w, json_doc_get_string(root, name, STR("")), max);
}

static bool read_assertion(struct work *w)
{
    struct evidence *e = &w->evidence;
    struct json_doc *doc = NULL;
    if (json_doc_parse(w->request->assertion, ASSERTION_MAX, &doc) != 0)
        return false;
    const struct json_node *root = json_doc_root(doc);
    e->credential_id = member_bytes(w, root, "id", WEBAUTHN_CREDENTIAL_MAX);
    e->auth_data = member_bytes(w, root, "auth_data", WEBAUTHN_AUTH_DATA_MAX);
    e->client_data = member_bytes(w, root, "client_data", WEBAUTHN_CLIENT_DATA_MAX);
    e->assertion = member_bytes(w, root, "signature", WEBAUTHN_SIGNATURE_MAX);
    json_doc_destroy(doc);
    return e->credential_id.ptr && e->auth_data.ptr && e->client_data.ptr && e->assertion.ptr;
}

/* Keeps the sign count: the passkey that signed this, of this member, over this ask. ERR_CRYPTO:
 * it did not. */
static int check_assertion(struct work *w, const struct passkey *passkey)
{
    struct webauthn_assertion assertion = { w->evidence.auth_data, w->evidence.client_data,
                                            w->evidence.assertion };
    struct webauthn_place place;
    uint8_t hash[ASK_HASH_BYTES];
    uint32_t count = 0;
    int r = members_host(&w->auth->members, w->arena, &place.host);
    if (r != 0)
        return r;
    ask_hash(w->request->ask, hash);
    if (passkey->member != w->asker.principal ||
        webauthn_check(&passkey->key, &assertion, hash, &place, &count) != 0 ||
        (count <= passkey->key.sign_count && (count || passkey->key.sign_count)))
        return ERR_CRYPTO;
    r = work_begin(w);
    return r == 0 ? work_end(w, passkeys_use(&w->auth->passkeys, passkey->key.id, count)) : r;
}

static bool assert_passkey(struct work *w, struct asks_verdict *v)
{
    struct passkey passkey;
    int r = read_assertion(w)
                ? passkeys_find(&w->auth->passkeys, w->evidence.credential_id, w->arena, &passkey)
                : ERR_CRYPTO;
    if (r == 0)
        r = check_assertion(w, &passkey);
    if (r == ERR_CRYPTO || r == ERR_NOT_FOUND) {
        work_refuse(w, "assertion");
        return false;
    }
    v->level = LEVEL_ASSERTED;
    return work_passes(w, r, "assertion");
}

/* ---- checking ------------------------------------------------------------------------------- */

/* The code of the refusal, or NULL. */
static const char *judge(const struct work *w, enum asks_need need,
                         const struct asks_verdict *v)
{
    uint64_t needed = rights_for(v->ask.kind);
    /* A uid has nothing to sign with; a key gets rows, never a value. */
    if (w->asker.by == AUTH_BY_UID || (w->asker.by == AUTH_BY_KEY && needed != RIGHT_ROWS))
        return "role";
    if (w->request->project != 0 && w->request->project != v->ask.project)
        return "ask";
    if (need == ASKS_OWN || need == ASKS_OWN_NEW)
        return v->ask.kind == GRANT_ENROL ? NULL : "ask";
    return v->access.rights & needed ? NULL : "role";
}

bool asks_check(struct work *w, enum asks_need need, struct asks_verdict *v)
{
    *v = (struct asks_verdict){ .level = w->asker.login.level };
    if (ask_parse(w->request->ask, &v->ask) != 0 || v->ask.project == 0) {
        work_refuse(w, "ask");
        return false;
    }
    int r = work_find_project(w, v->ask.project, &v->project, &v->access);
    if (!work_passes(w, r, "project"))
        return false;
    const char *code = judge(w, need, v);
    if (code) {
        work_refuse(w, code);
        return false;
    }
    if (!work_prove(w, w->request->ask))
        return false;
    if (w->request->assertion.len && w->asker.by == AUTH_BY_COOKIE && !assert_passkey(w, v))
        return false;
    if (w->asker.by == AUTH_BY_COOKIE && v->level < level_for(v, need)) {
        work_refuse(w, "level");
        return false;
    }
    return true;
}

/* ---- lookups -------------------------------------------------------------------------------- */

/* Ingest's own way from a text to its ref; the text ends here. */
static const char *look_up(struct work *w, const struct project *project, uint8_t found[16])
{
    const struct ref_key *key = w->auth->refs;
    struct str text = w->request->lookup;
    struct bytes normal = { 0 };
    bool fits = text.len > 0 && str_is_utf8(text);
    enum ref_kind kind = w->request->lookup_kind;
    if (!key || key->project != project->id || key->epoch != project->key_epoch)
        return "closed";
    if (fits && kind == REF_KIND_EMAIL)
        fits = normal_email(text, &normal);
    else if (fits && kind == REF_KIND_PHONE)
        fits = normal_phone(text, project->phone_country, &normal);
    else if (fits && kind == REF_KIND_ID)
        bytes_append_str(&normal, text);
    else
        fits = false;
    if (fits) {
        struct ref ref = ref_key_indexed(key, kind, bytes_str(&normal));
        memcpy(found, ref.bytes, sizeof(ref.bytes));
    }
    bytes_wipe(&normal);
    return fits ? NULL : "lookup";
}

void asks_answer(struct work *w)
{
    struct asks_verdict v;
    struct bytes settings = { 0 };
    uint8_t found[16];
    bool is_lookup = false;
    if (!work_identify(w) || !asks_check(w, ASKS_PLAIN, &v))
        return;
    if (v.ask.kind != (enum grant_kind)w->request->ask_kind || v.ask.kind > GRANT_EXPORT) {
        work_refuse(w, "ask");
        return;
    }
    if (v.ask.kind == GRANT_FIND) {
        const char *code = look_up(w, &v.project, found);
        if (code) {
            work_refuse(w, code);
            return;
        }
        is_lookup = true;
    }
    int r = project_json_write_question(&w->auth->projects, &v.project, w->arena, &settings);
    struct str kept = work_keep(w, &settings);
    if (!work_passes(w, r, "io"))
        return;
    asks_grant(w, is_lookup ? found : NULL, &v);
    *w->answer = (struct auth_answer){
        .type = AUTH_GRANTED, .principal = w->asker.principal, .project = v.project.id,
        .rights = v.access.rights, .settings = kept, .grant = v.grant, .evidence = v.evidence,
    };
}
