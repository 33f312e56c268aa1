#include "ledger/inside/roster_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/wire/grant.h"
#include "auth/wire/webauthn.h"
#include "base/base64.h"
#include "base/err.h"
#include "ledger/inside/roster_detail.h"

enum { PROJECTS_MAX = 4096 };

/* ---- what each word does --------------------------------------------------------------------- */

static int apply_member(const struct roster_turn *t)
{
    struct roster_principal p = { .kind = ROSTER_MEMBER, .since_ms = t->change->time_ms };
    if (!roster_read_number(t->made, "principal", &p.id) ||
        !roster_read_rights(json_doc_member(t->detail, "rights"), &p))
        return ERR_INVALID;
    if (roster_find(t->roster, p.id) || t->roster->principal_count == ROSTER_PRINCIPALS_MAX)
        return ERR_DENIED;
    if (!t->dry)
        (void)roster_add_principal(t->roster, &p);
    return 0;
}

static int apply_key(const struct roster_turn *t)
{
    struct roster_principal p = { .kind = ROSTER_KEY, .since_ms = t->change->time_ms,
                                  .right_count = 1 };
    uint64_t expires = 0;
    const struct json_node *ends = json_doc_member(t->detail, "expires");
    if (!roster_read_number(t->made, "principal", &p.id) ||
        !roster_read_number(t->detail, "project", &p.rights[0].project) ||
        !roster_read_right_list(json_doc_member(t->detail, "rights"), &p.rights[0].rights) ||
        !str_to_hex_bytes(json_doc_get_string(t->made, "secret_sha256", STR("")),
                          p.secret_sha256, 32) ||
        (ends && json_doc_type(ends) != JSON_NULL &&
         !json_doc_get_u64(t->detail, "expires", &expires)))
        return ERR_INVALID;
    const uint64_t of_keys = RIGHT_COLLECT | RIGHT_AGGREGATE | RIGHT_UNFOLDED | RIGHT_ROWS;
    if (p.rights[0].rights & ~of_keys)
        return ERR_DENIED;
    if (roster_find(t->roster, p.id) || t->roster->principal_count == ROSTER_PRINCIPALS_MAX)
        return ERR_DENIED;
    p.expires_ms = (int64_t)expires;
    if (!t->dry)
        (void)roster_add_principal(t->roster, &p);
    return 0;
}

static bool loses_settings(const struct roster_principal *before,
                           const struct roster_principal *after)
{
    for (uint32_t i = 0; i < before->right_count; i++) {
        const struct roster_right *right = roster_right(after, before->rights[i].project);
        if (before->rights[i].rights & RIGHT_SETTINGS &&
            !(right && right->rights & RIGHT_SETTINGS))
            return true;
    }
    return false;
}

static struct roster_principal *subject_of(const struct roster_turn *t)
{
    uint32_t id;
    return roster_read_number(t->detail, "principal", &id) ? roster_find(t->roster, id) : NULL;
}

static int apply_rights(const struct roster_turn *t)
{
    struct roster_principal *p = subject_of(t);
    if (!p || p->kind != ROSTER_MEMBER || p->is_ended)
        return ERR_DENIED;
    struct roster_principal changed = *p;
    if (!roster_read_rights(json_doc_member(t->detail, "rights"), &changed))
        return ERR_INVALID;
    if (t->dry)
        return 0;
    if (loses_settings(p, &changed))
        roster_forget_decisions_of(t->roster, p->id);
    roster_forget_rights_of(t->roster, p->id);
    *p = changed;
    return 0;
}

static int apply_credential(const struct roster_turn *t)
{
    struct roster_principal *p = subject_of(t);
    struct webauthn_key key;
    uint8_t auth_data[WEBAUTHN_AUTH_DATA_MAX + 3];
    struct str text = json_doc_get_string(t->detail, "auth_data", STR(""));
    if (text.len > sizeof(auth_data) / 3 * 4 - 4)
        return ERR_INVALID;
    ptrdiff_t len = base64_decode(text, auth_data);
    if (len <= 0 || webauthn_read_attested(str_of(auth_data, (size_t)len), &key) != 0)
        return ERR_INVALID;
    if (!p || p->kind != ROSTER_MEMBER || p->is_ended ||
        p->credential_count == ROSTER_CREDENTIALS_MAX)
        return ERR_DENIED;
    /* An id is one passkey: nobody's twice. */
    for (uint32_t i = 0; i < t->roster->principal_count; i++)
        if (roster_credential(&t->roster->principals[i], key.id))
            return ERR_DENIED;
    if (t->dry)
        return 0;
    struct roster_credential *all = realloc(p->credentials,
                                            (p->credential_count + 1) * sizeof(*all));
    check(all != NULL);
    p->credentials = all;
    struct roster_credential *c = &all[p->credential_count];
    /* The first one of who was trusted on first use, or one that an older passkey vouched for:
     * the gate let it come without an ask only in the first case. */
    *c = (struct roster_credential){
        .id_len = (uint32_t)key.id.len, .enrolled_ms = t->change->time_ms,
        .is_trusted = p->credential_count > 0 || p->is_boot, .sign_count = 0 };
    memcpy(c->id, key.id.ptr, key.id.len);
    memcpy(c->x, key.x, sizeof(c->x));
    memcpy(c->y, key.y, sizeof(c->y));
    p->credential_count++;
    p->had_credential = true;
    return 0;
}

static int apply_end_credential(const struct roster_turn *t)
{
    struct roster_principal *p = subject_of(t);
    uint8_t id[ROSTER_ID_MAX + 3];
    struct str text = json_doc_get_string(t->detail, "id", STR(""));
    ptrdiff_t len = text.len > ROSTER_ID_MAX / 3 * 4 ? -1 : base64_decode(text, id);
    if (len <= 0)
        return ERR_INVALID;
    struct roster_credential *c = p ? roster_credential(p, str_of(id, (size_t)len)) : NULL;
    if (!c)
        return ERR_DENIED;
    if (!t->dry)
        *c = p->credentials[--p->credential_count];
    return 0;
}

static int apply_end(const struct roster_turn *t)
{
    struct roster_principal *p = subject_of(t);
    if (!p || p->is_ended)
        return ERR_DENIED;
    if (!t->dry) {
        p->is_ended = true;
        t->roster->frozen_count -= p->is_frozen;
        p->credential_count = 0;
        roster_forget_decisions_of(t->roster, p->id);
    }
    return 0;
}

static int apply_recover(const struct roster_turn *t)
{
    struct roster_principal *p = subject_of(t);
    if (!p || p->is_ended || p->kind != ROSTER_MEMBER)
        return ERR_DENIED;
    if (!t->dry) {
        p->credential_count = 0;
        p->had_credential = false;
        p->is_boot = false;      /* who comes back is new again */
        p->since_ms = t->change->time_ms;
    }
    return 0;
}

static int apply_budget(const struct roster_turn *t)
{
    struct roster_principal *p = subject_of(t);
    uint32_t project, named, rows;
    if (!roster_read_number(t->detail, "project", &project) ||
        !roster_read_number(t->detail, "named", &named) ||
        !roster_read_number(t->detail, "rows", &rows))
        return ERR_INVALID;
    if (named > ROSTER_BUDGET_MAX || rows > ROSTER_BUDGET_MAX)
        return ERR_DENIED;
    for (uint32_t i = 0; p && i < p->right_count; i++)
        if (p->rights[i].project == project) {
            if (!t->dry) {
                p->rights[i].named = named;
                p->rights[i].rows = rows;
            }
            return 0;
        }
    return ERR_DENIED;
}

static int apply_freeze(const struct roster_turn *t, bool freeze)
{
    struct roster_principal *p = subject_of(t);
    if (!p || p->is_ended || p->is_frozen == freeze)
        return ERR_DENIED;
    if (!t->dry) {
        p->is_frozen = freeze;
        if (freeze)
            t->roster->frozen_count++;
        else
            t->roster->frozen_count--;
        p->frozen_ms = t->change->time_ms;
        if (freeze)
            roster_forget_decisions_of(t->roster, p->id);
    }
    return 0;
}

static int apply_purpose(const struct roster_turn *t)
{
    uint32_t id;
    const struct json_node *list = json_doc_member(t->detail, "purposes");
    if (!roster_read_number(t->detail, "project", &id) ||
        !list || json_doc_type(list) != JSON_ARRAY ||
        json_doc_count(list) == 0 || json_doc_count(list) > ROSTER_PURPOSES_MAX)
        return ERR_INVALID;
    for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL;)
        if (json_doc_string(n).len == 0 || json_doc_string(n).len > ROSTER_PURPOSE_MAX)
            return ERR_INVALID;
    for (uint32_t i = 0; i < t->roster->project_count; i++) {
        struct roster_project *project = &t->roster->projects[i];
        if (project->id != id)
            continue;
        if (t->dry)
            return 0;
        project->purpose_count = 0;
        for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL;)
            (void)snprintf(project->purposes[project->purpose_count++], ROSTER_PURPOSE_MAX + 1,
                           STR_FMT, STR_ARG(json_doc_string(n)));
        return 0;
    }
    return ERR_DENIED;
}

/* ---- boot ------------------------------------------------------------------------------------ */

static uint32_t count_groups(const struct roster *roster)
{
    uint32_t groups = 0;
    for (uint32_t i = 0; i < roster->project_count; i++) {
        uint32_t k = 0;
        while (roster->projects[k].group != roster->projects[i].group)
            k++;
        groups += k == i;
    }
    return groups;
}

static int boot_projects(struct roster *roster, const struct json_node *list)
{
    static const char *const purposes[] = { "support", "security", "legal", "quality", "export" };
    if (!list || json_doc_type(list) != JSON_ARRAY || json_doc_count(list) == 0 ||
        json_doc_count(list) > PROJECTS_MAX)
        return ERR_INVALID;
    roster->projects = calloc(json_doc_count(list), sizeof(*roster->projects));
    check(roster->projects != NULL);
    for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL;) {
        struct roster_project *project = &roster->projects[roster->project_count];
        if (!roster_read_number(n, "id", &project->id) ||
            !roster_read_number(n, "group", &project->group))
            return ERR_INVALID;
        project->is_demo = json_doc_get_bool(n, "demo", false);
        for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
            (void)snprintf(project->purposes[project->purpose_count++], ROSTER_PURPOSE_MAX + 1,
                           "%s", purposes[i]);
        roster->project_count++;
    }
    return count_groups(roster) <= ROSTER_GROUPS_MAX ? 0 : ERR_INVALID;
}

static bool boot_kind(struct str word, enum roster_kind *out)
{
    *out = str_equal(word, STR("member")) ? ROSTER_MEMBER
           : str_equal(word, STR("key"))  ? ROSTER_KEY : ROSTER_OS;
    return *out != ROSTER_OS || str_equal(word, STR("os"));
}

static int boot_principals(struct roster *roster, const struct json_node *list, int64_t time_ms)
{
    if (!list || json_doc_type(list) != JSON_ARRAY)
        return ERR_INVALID;
    for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL;) {
        struct roster_principal p = { .is_boot = true, .since_ms = time_ms };
        struct str secret = json_doc_get_string(n, "secret_sha256", STR(""));
        if (!roster_read_number(n, "principal", &p.id) || roster_find(roster, p.id) ||
            !boot_kind(json_doc_get_string(n, "kind", STR("")), &p.kind) ||
            !roster_read_rights(json_doc_member(n, "rights"), &p) ||
            (p.kind == ROSTER_KEY && !str_to_hex_bytes(secret, p.secret_sha256, 32)))
            return ERR_INVALID;
        (void)roster_add_principal(roster, &p);
    }
    return 0;
}

/* All or nothing: into a fresh roster first. */
static int apply_boot(const struct roster_turn *t)
{
    struct roster *fresh = roster_create();
    struct str host = json_doc_get_string(t->detail, "host", STR(""));
    int r = t->roster->has_boot ? ERR_DENIED : host.len == 0 || host.len >= ROSTER_HOST_MAX
                                                   ? ERR_INVALID : 0;
    if (r == 0)
        r = boot_projects(fresh, json_doc_member(t->detail, "projects"));
    if (r == 0)
        r = boot_principals(fresh, json_doc_member(t->detail, "principals"), t->change->time_ms);
    if (r == 0 && !t->dry) {
        fresh->has_boot = true;
        (void)snprintf(fresh->host, sizeof(fresh->host), STR_FMT, STR_ARG(host));
        struct roster former = *t->roster;
        *t->roster = *fresh;
        *fresh = former;
    }
    roster_destroy(fresh);
    return r;
}

/* ---- all of them ----------------------------------------------------------------------------- */

int roster_words_apply(const struct roster_turn *t)
{
    static const struct { const char *word; int (*apply)(const struct roster_turn *t); } all[] = {
        { "boot", apply_boot }, { "member", apply_member }, { "key", apply_key },
        { "rights", apply_rights }, { "credential", apply_credential },
        { "end_credential", apply_end_credential }, { "end", apply_end },
        { "recover", apply_recover }, { "budget", apply_budget }, { "purpose", apply_purpose },
    };
    struct str word = json_doc_get_string(t->detail, "do", STR(""));
    if (str_equal(word, STR("freeze")) || str_equal(word, STR("thaw")))
        return apply_freeze(t, str_equal(word, STR("freeze")));
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (str_equal(word, str_from(all[i].word)))
            return all[i].apply(t);
    return ERR_INVALID;
}
