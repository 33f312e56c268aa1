#include "auth/inside/calls_members.h"

#include "auth/inside/decisions.h"
#include "auth/inside/members_json.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "sys/clock.h"

static bool read_subject(struct work *w, const struct decision *d, uint32_t *out)
{
    uint64_t principal = 0;
    bool is_frozen, is_ended = true;
    if (json_doc_get_u64(d->detail, "principal", &principal) && principal > 0 &&
        principal <= UINT32_MAX) {
        int r = members_is_barred(&w->auth->members, (uint32_t)principal, &is_frozen, &is_ended);
        if (r != 0 && r != ERR_NOT_FOUND)
            return work_passes(w, r, "io");
    }
    *out = (uint32_t)principal;
    if (!is_ended)
        return true;
    work_refuse(w, "invalid");
    return false;
}

/* The ledger's word, then ours, then the answer. */
static bool carry_out(struct work *w, struct decision *d)
{
    if (!decisions_tell(w, d))
        return false;
    int r = work_begin(w);
    if (r == 0)
        r = work_end(w, decisions_keep(w, d));
    if (!work_passes(w, r, "io"))
        return false;
    decisions_answer(w, d, STR(""));
    return true;
}

/* ---- inviting ------------------------------------------------------------------------------- */

static bool is_great(const struct access_entry *entries, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (entries[i].rights & ACCESS_GREAT_RIGHTS)
            return true;
    return false;
}

/* The number is given out before the ledger is asked: it stands in what the ledger writes. If it
 * refuses, a number is lost, and nothing else. */
static int make_principal(struct work *w, struct decision *d, uint32_t *principal)
{
    int r = work_begin(w);
    if (r == 0)
        r = work_end(w, members_add_principal(&w->auth->members, "member", clock_wall_ms(),
                                              principal));
    d->made = arena_printf(w->arena, "{\"principal\":%u}", *principal);
    return r;
}

static int keep_invited(struct work *w, const struct decision *d, uint32_t principal,
                        struct str link)
{
    struct str name = str_trim(json_doc_get_string(d->detail, "name", STR("")));
    int r = work_begin(w);
    if (r != 0)
        return r;
    r = members_add(&w->auth->members, principal, name);
    if (r == 0)
        r = invitations_put(&w->auth->invitations, principal, link, clock_wall_ms());
    if (r == 0)
        r = decisions_keep(w, d);
    return work_end(w, r);
}

static void answer_link(struct work *w, const struct decision *d, uint32_t principal,
                        const char *link)
{
    decisions_answer(w, d, arena_printf(w->arena, "\"id\":%u,\"link\":\"/enter#%s\",", principal,
                                        link));
}

static void invite(struct work *w, struct decision *d)
{
    struct access_entry entries[ACCESS_PROJECTS_MAX];
    char link[44];
    uint32_t count, principal = 0;
    struct str name = str_trim(json_doc_get_string(d->detail, "name", STR("")));
    if (!projects_is_name(name) ||
        access_read_detail(d->detail, w->arena, entries, &count) != 0) {
        work_refuse(w, "invalid");
        return;
    }
    enum asks_need need = is_great(entries, count) ? ASKS_PASSKEY : ASKS_PLAIN;
    if (!decisions_may(w, entries, count) || !decisions_check(w, GRANT_ENROL, need, d) ||
        !work_passes(w, make_principal(w, d, &principal), "io") || !decisions_tell(w, d))
        return;
    random_text(link);
    if (work_passes(w, keep_invited(w, d, principal, str_from(link)), "io"))
        answer_link(w, d, principal, link);
    hash_wipe(link, sizeof(link));
}

void calls_members_invite(struct work *w)
{
    struct decision d;
    if (!decisions_open(w, "member", &d))
        return;
    invite(w, &d);
    decisions_close(&d);
}

/* ---- roles ---------------------------------------------------------------------------------- */

/* Nobody takes the house's last hand off it by a slip: who decides is put out by somebody else. */
static bool is_not_oneself(struct work *w, uint32_t principal)
{
    if (principal != w->asker.principal)
        return true;
    work_refuse(w, "role");
    return false;
}

/* Whether somebody has more afterwards than before. */
static int gains(struct work *w, uint32_t principal, const struct access_entry *entries,
                 uint32_t count, bool *does)
{
    struct access_entry has;
    *does = false;
    for (uint32_t i = 0; i < count; i++) {
        int r = access_find(&w->auth->access, principal, entries[i].project, w->arena, &has);
        if (r != 0 && r != ERR_NOT_FOUND)
            return r;
        uint64_t before = r == 0 ? has.rights : 0;
        *does |= (entries[i].rights & ~before & ACCESS_GREAT_RIGHTS) != 0;
    }
    return 0;
}

static void change_roles(struct work *w, struct decision *d)
{
    struct access_entry entries[ACCESS_PROJECTS_MAX];
    struct member member;
    uint32_t count, principal;
    bool does;
    if (!read_subject(w, d, &principal))
        return;
    if (access_read_detail(d->detail, w->arena, entries, &count) != 0) {
        work_refuse(w, "invalid");
        return;
    }
    if (!is_not_oneself(w, principal) ||
        !work_passes(w, members_find(&w->auth->members, principal, w->arena, &member),
                     "invalid") ||
        !decisions_may(w, entries, count) || !decisions_may_over(w, principal) ||
        !work_passes(w, gains(w, principal, entries, count, &does), "io"))
        return;
    if (decisions_check(w, GRANT_ENROL, does ? ASKS_PASSKEY : ASKS_PLAIN, d))
        (void)carry_out(w, d);
}

void calls_members_roles(struct work *w)
{
    struct decision d;
    if (!decisions_open(w, "rights", &d))
        return;
    change_roles(w, &d);
    decisions_close(&d);
}

/* ---- recovering and ending ------------------------------------------------------------------ */

/* The link is told at once to the owner who asked, who gives it on; it opens when the recovery is
 * in force, and until then the former passkeys do. */
static void recover(struct work *w, struct decision *d)
{
    struct member member;
    uint32_t principal;
    uint8_t hash[SECRET_HASH_BYTES];
    char link[44], hex[2 * SECRET_HASH_BYTES + 1];
    if (!read_subject(w, d, &principal) ||
        !work_passes(w, members_find(&w->auth->members, principal, w->arena, &member),
                     "invalid") ||
        !decisions_may_over(w, principal) ||
        !decisions_check(w, GRANT_ENROL, ASKS_PASSKEY, d))
        return;
    random_text(link);
    secret_hash(str_from(link), hash);
    str_hex(hash, sizeof(hash), hex);
    d->made = arena_printf(w->arena, "{\"link_sha256\":\"%s\"}", hex);
    if (carry_out(w, d))
        answer_link(w, d, principal, link);
    hash_wipe(link, sizeof(link));
}

void calls_members_recover(struct work *w)
{
    struct decision d;
    if (!decisions_open(w, "recover", &d))
        return;
    recover(w, &d);
    decisions_close(&d);
}

/* A key's project counts as a member's access does. */
static bool may_end(struct work *w, uint32_t principal)
{
    struct project project = { 0 };
    struct api_key key;
    int r;
    while ((r = projects_next(&w->auth->projects, project.id, w->arena, &project)) == 0) {
        r = api_keys_next(&w->auth->keys, project.id, principal - 1, w->arena, &key);
        if (r == 0 && key.principal == principal)
            return decisions_may(w, &(struct access_entry){ .project = project.id }, 1);
        if (r != 0 && r != ERR_NOT_FOUND)
            break;
    }
    return (r == ERR_NOT_FOUND || work_passes(w, r, "io")) && decisions_may_over(w, principal);
}

void calls_members_end(struct work *w)
{
    struct decision d;
    uint32_t principal;
    if (!decisions_open(w, "end", &d))
        return;
    if (read_subject(w, &d, &principal) && is_not_oneself(w, principal) &&
        may_end(w, principal) &&
        decisions_check(w, GRANT_ENROL, ASKS_PLAIN, &d))
        (void)carry_out(w, &d);
    decisions_close(&d);
}

/* ---- approving, freezing -------------------------------------------------------------------- */

void calls_members_approve(struct work *w)
{
    struct decision d;
    struct waiting_decision waited;
    uint64_t sequence = 0;
    if (!decisions_open(w, "approve", &d))
        return;
    int r = json_doc_get_u64(d.detail, "sequence", &sequence)
                ? waiting_find(&w->auth->waiting, sequence, w->arena, &waited) : ERR_NOT_FOUND;
    if (work_passes(w, r, "invalid")) {
        /* Somebody else's word is needed. */
        if (waited.asker == w->asker.principal)
            work_refuse(w, "role");
        else if (decisions_check(w, GRANT_APPROVE, ASKS_PASSKEY, &d))
            (void)carry_out(w, &d);
    }
    decisions_close(&d);
}

void calls_members_freeze(struct work *w)
{
    struct decision d;
    uint32_t principal;
    if (!decisions_open(w, "freeze", &d))
        return;
    if (read_subject(w, &d, &principal) && decisions_check(w, GRANT_FREEZE, ASKS_PLAIN, &d))
        (void)carry_out(w, &d);
    decisions_close(&d);
}

void calls_members_unfreeze(struct work *w)
{
    struct decision d;
    uint32_t principal;
    if (!decisions_open(w, "thaw", &d))
        return;
    if (read_subject(w, &d, &principal)) {
        if (principal == w->asker.principal)
            work_refuse(w, "role");
        else if (decisions_check(w, GRANT_UNFREEZE, ASKS_PASSKEY, &d))
            (void)carry_out(w, &d);
    }
    decisions_close(&d);
}

/* ---- listing -------------------------------------------------------------------------------- */

void calls_members_list(struct work *w)
{
    struct str json;
    if (work_passes(w, members_json_write(w, &json), "io"))
        work_answer(w, 200, json);
}
