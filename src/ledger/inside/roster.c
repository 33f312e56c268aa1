#include "ledger/inside/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/wire/grant.h"
#include "auth/wire/webauthn.h"
#include "base/base64.h"
#include "base/err.h"
#include "json/doc.h"
#include "ledger/inside/roster_detail.h"

enum { THAWED_MAX = 64, HOST_MAX = 128, WAITING_MAX = 1024, PROJECTS_MAX = 4096 };

struct waiting {
    uint64_t sequence;
    int64_t from_ms;
    int64_t decided_ms;
    uint32_t by;
    char *remarks;
};

struct roster {
    bool has_boot;
    char host[HOST_MAX];
    struct roster_principal *principals;  /* by rising id */
    uint32_t principal_count;
    struct roster_project *projects;
    uint32_t project_count;
    struct waiting *waiting;              /* WAITING_MAX of them */
    uint32_t waiting_count;
    uint32_t thawed[THAWED_MAX];          /* by the clock, and nobody was told yet */
    uint32_t thawed_count;
    uint32_t frozen_count;                /* of those that have not ended */
};

struct roster *roster_create(void)
{
    struct roster *roster = calloc(1, sizeof(*roster));
    check(roster != NULL);
    roster->waiting = calloc(WAITING_MAX, sizeof(*roster->waiting));
    check(roster->waiting != NULL);
    return roster;
}

void roster_destroy(struct roster *roster)
{
    if (!roster)
        return;
    for (uint32_t i = 0; i < roster->principal_count; i++)
        free(roster->principals[i].credentials);
    for (uint32_t i = 0; i < roster->waiting_count; i++)
        free(roster->waiting[i].remarks);
    free(roster->waiting);
    free(roster->principals);
    free(roster->projects);
    free(roster);
}

/* ---- finding --------------------------------------------------------------------------------- */

bool roster_has_boot(const struct roster *roster)
{
    return roster->has_boot;
}

struct str roster_host(const struct roster *roster)
{
    return str_from(roster->host);
}

/* The place of the first one above `after`. */
static uint32_t place_above(const struct roster *roster, uint32_t after)
{
    uint32_t low = 0, high = roster->principal_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (roster->principals[middle].id > after)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

struct roster_principal *roster_find(struct roster *roster, uint32_t id)
{
    uint32_t at = place_above(roster, id);
    return at > 0 && roster->principals[at - 1].id == id ? &roster->principals[at - 1] : NULL;
}

const struct roster_principal *roster_next(const struct roster *roster, uint32_t after)
{
    uint32_t at = place_above(roster, after);
    return at < roster->principal_count ? &roster->principals[at] : NULL;
}

const struct roster_right *roster_right(const struct roster_principal *p, uint32_t project)
{
    for (uint32_t i = 0; i < p->right_count; i++)
        if (p->rights[i].project == project)
            return &p->rights[i];
    return NULL;
}

uint64_t roster_rights(const struct roster_principal *p, uint32_t project, int64_t now_ms)
{
    const struct roster_right *right = roster_right(p, project);
    if (!right || p->is_ended || (p->expires_ms && now_ms >= p->expires_ms))
        return 0;
    return right->rights;
}

struct roster_credential *roster_credential(struct roster_principal *p, struct str id)
{
    for (uint32_t i = 0; i < p->credential_count; i++)
        if (str_equal(str_of(p->credentials[i].id, p->credentials[i].id_len), id))
            return &p->credentials[i];
    return NULL;
}

const struct roster_project *roster_project(const struct roster *roster, uint32_t id)
{
    for (uint32_t i = 0; i < roster->project_count; i++)
        if (roster->projects[i].id == id)
            return &roster->projects[i];
    return NULL;
}

bool roster_has_purpose(const struct roster_project *project, struct str purpose)
{
    for (uint32_t i = 0; i < project->purpose_count; i++)
        if (str_equal(str_from(project->purposes[i]), purpose))
            return true;
    return false;
}

bool roster_is_new(const struct roster_principal *p, int64_t now_ms)
{
    if (!p->is_boot && now_ms - p->since_ms < LEDGER_DELAY_MS)
        return true;
    for (uint32_t i = 0; i < p->credential_count; i++)
        if (!p->credentials[i].is_trusted &&
            now_ms - p->credentials[i].enrolled_ms < LEDGER_DELAY_MS)
            return true;
    return false;
}

bool roster_is_owner(const struct roster_principal *p, int64_t now_ms)
{
    bool decides = false;
    for (uint32_t i = 0; i < p->right_count; i++)
        decides |= (roster_rights(p, p->rights[i].project, now_ms) & RIGHT_SETTINGS) != 0;
    return decides && p->kind == ROSTER_MEMBER && p->credential_count > 0 && !p->is_frozen;
}

uint32_t roster_owners(const struct roster *roster, int64_t now_ms)
{
    uint32_t owners = 0;
    for (uint32_t i = 0; i < roster->principal_count; i++)
        owners += roster_is_owner(&roster->principals[i], now_ms);
    return owners;
}

/* ---- principals ------------------------------------------------------------------------------ */

static struct roster_principal *add_principal(struct roster *roster,
                                              const struct roster_principal *p)
{
    struct roster_principal *all = realloc(roster->principals, (roster->principal_count + 1) *
                                           sizeof(*all));
    check(all != NULL);
    roster->principals = all;
    uint32_t at = place_above(roster, p->id);
    memmove(all + at + 1, all + at, (roster->principal_count - at) * sizeof(*all));
    all[at] = *p;
    roster->principal_count++;
    return &all[at];
}

/* ---- what each word does --------------------------------------------------------------------- */

struct turn {
    struct roster *roster;
    const struct roster_change *change;
    const struct json_node *detail;
    const struct json_node *made;
    bool dry;
};

static int apply_member(const struct turn *t)
{
    struct roster_principal p = { .kind = ROSTER_MEMBER, .since_ms = t->change->time_ms };
    if (!roster_read_number(t->made, "principal", &p.id) ||
        !roster_read_rights(json_doc_member(t->detail, "rights"), &p))
        return ERR_INVALID;
    if (roster_find(t->roster, p.id) || t->roster->principal_count == ROSTER_PRINCIPALS_MAX)
        return ERR_DENIED;
    if (!t->dry)
        (void)add_principal(t->roster, &p);
    return 0;
}

static int apply_key(const struct turn *t)
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
        (void)add_principal(t->roster, &p);
    return 0;
}

static void forget_waiting(struct roster *roster, uint32_t i)
{
    free(roster->waiting[i].remarks);
    roster->waiting_count--;
    memmove(&roster->waiting[i], &roster->waiting[i + 1],
            (roster->waiting_count - i) * sizeof(roster->waiting[0]));
}

/* Who is frozen or gone brings nothing into force any more. */
static void forget_decisions_of(struct roster *roster, uint32_t principal)
{
    for (uint32_t i = 0; i < roster->waiting_count;)
        if (roster->waiting[i].by == principal)
            forget_waiting(roster, i);
        else
            i++;
}

/* The detail in the remarks of what waits; *doc is the caller's. */
static const struct json_node *open_remarks(const struct waiting *waiting, struct json_doc **doc)
{
    check(json_doc_parse(str_from(waiting->remarks), ROSTER_REMARKS_MAX, doc) == 0);
    return json_doc_member(json_doc_root(*doc), "detail");
}

/* Rights that were decided earlier and wait do not undo what is decided now. */
static void forget_rights_of(struct roster *roster, uint32_t principal)
{
    for (uint32_t i = 0; i < roster->waiting_count;) {
        struct json_doc *doc = NULL;
        const struct json_node *detail = open_remarks(&roster->waiting[i], &doc);
        uint32_t id = 0;
        bool is_it = str_equal(json_doc_get_string(detail, "do", STR("")), STR("rights")) &&
                     roster_read_number(detail, "principal", &id) && id == principal;
        json_doc_destroy(doc);
        if (is_it)
            forget_waiting(roster, i);
        else
            i++;
    }
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

static struct roster_principal *subject_of(const struct turn *t)
{
    uint32_t id;
    return roster_read_number(t->detail, "principal", &id) ? roster_find(t->roster, id) : NULL;
}

static int apply_rights(const struct turn *t)
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
        forget_decisions_of(t->roster, p->id);
    forget_rights_of(t->roster, p->id);
    *p = changed;
    return 0;
}

static int apply_credential(const struct turn *t)
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

static int apply_end_credential(const struct turn *t)
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

static int apply_end(const struct turn *t)
{
    struct roster_principal *p = subject_of(t);
    if (!p || p->is_ended)
        return ERR_DENIED;
    if (!t->dry) {
        p->is_ended = true;
        t->roster->frozen_count -= p->is_frozen;
        p->credential_count = 0;
        forget_decisions_of(t->roster, p->id);
    }
    return 0;
}

static int apply_recover(const struct turn *t)
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

static int apply_budget(const struct turn *t)
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

static int apply_freeze(const struct turn *t, bool freeze)
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
            forget_decisions_of(t->roster, p->id);
    }
    return 0;
}

static int apply_purpose(const struct turn *t)
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
        (void)add_principal(roster, &p);
    }
    return 0;
}

/* All or nothing: into a fresh roster first. */
static int apply_boot(const struct turn *t)
{
    struct roster *fresh = roster_create();
    struct str host = json_doc_get_string(t->detail, "host", STR(""));
    int r = t->roster->has_boot ? ERR_DENIED : host.len == 0 || host.len >= HOST_MAX
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

/* ---- applying -------------------------------------------------------------------------------- */

static int apply_now(const struct turn *t)
{
    static const struct { const char *word; int (*apply)(const struct turn *t); } all[] = {
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

static int with_remarks(struct roster *roster, const struct roster_change *change, bool dry,
                        int (*then)(const struct turn *t))
{
    struct json_doc *doc = NULL;
    if (json_doc_parse(change->remarks, ROSTER_REMARKS_MAX, &doc) != 0)
        return ERR_INVALID;
    const struct json_node *root = json_doc_root(doc);
    struct turn turn = { .roster = roster, .change = change, .dry = dry,
                         .detail = json_doc_member(root, "detail"),
                         .made = json_doc_member(root, "made") };
    int r = then(&turn);
    json_doc_destroy(doc);
    return r;
}

/* What no longer fits when its time comes (its principal ended meanwhile) has no effect. */
static void bring_into_force(struct roster *roster, uint32_t i, int64_t time_ms)
{
    struct waiting w = roster->waiting[i];
    struct roster_change change = { .sequence = w.sequence, .time_ms = time_ms, .by = w.by,
                                    .remarks = str_from(w.remarks) };
    roster->waiting[i].remarks = NULL;
    forget_waiting(roster, i);
    (void)with_remarks(roster, &change, false, apply_now);
    free(w.remarks);
}

static struct waiting *first_waiting(struct roster *roster)
{
    struct waiting *first = NULL;
    for (uint32_t i = 0; i < roster->waiting_count; i++)
        if (!first || roster->waiting[i].from_ms < first->from_ms)
            first = &roster->waiting[i];
    return first;
}

/* Who is frozen and has nobody that could thaw it. */
static struct roster_principal *first_stranded(struct roster *roster)
{
    struct roster_principal *first = NULL;
    for (uint32_t i = 0; roster->frozen_count > 0 && i < roster->principal_count; i++) {
        struct roster_principal *p = &roster->principals[i];
        if (p->is_frozen && !p->is_ended && (!first || p->frozen_ms < first->frozen_ms) &&
            !roster_has_thawer(roster, p, p->frozen_ms + LEDGER_DELAY_MS))
            first = p;
    }
    return first;
}

static void thaw_by_clock(struct roster *roster, struct roster_principal *p)
{
    p->is_frozen = false;
    roster->frozen_count--;
    p->frozen_ms += LEDGER_DELAY_MS;
    if (roster->thawed_count < THAWED_MAX)
        roster->thawed[roster->thawed_count++] = p->id;
}

uint32_t roster_take_thawed(struct roster *roster)
{
    while (roster->thawed_count > 0) {
        uint32_t id = roster->thawed[--roster->thawed_count];
        const struct roster_principal *p = roster_find(roster, id);
        if (p && !p->is_frozen)
            return id;
    }
    return 0;
}

/* In the order of their times, and from the beginning each time: one may cancel others. So it does
 * not matter how often this is called. */
void roster_advance(struct roster *roster, int64_t now_ms)
{
    for (;;) {
        struct roster_principal *p = first_stranded(roster);
        const struct waiting *w = first_waiting(roster);
        int64_t thaws_ms = p ? p->frozen_ms + LEDGER_DELAY_MS : INT64_MAX;
        int64_t from_ms = w ? w->from_ms : INT64_MAX;
        if (p && thaws_ms <= now_ms && thaws_ms < from_ms)
            thaw_by_clock(roster, p);
        else if (w && from_ms <= now_ms)
            bring_into_force(roster, (uint32_t)(w - roster->waiting), from_ms);
        else
            return;
    }
}

static int apply_approve(const struct turn *t)
{
    uint64_t sequence;
    if (!json_doc_get_u64(t->detail, "sequence", &sequence))
        return ERR_INVALID;
    for (uint32_t i = 0; i < t->roster->waiting_count; i++)
        if (t->roster->waiting[i].sequence == sequence) {
            if (t->roster->waiting[i].by == t->change->by)
                return ERR_DENIED; /* somebody else's word is needed */
            if (!t->dry)
                bring_into_force(t->roster, i, t->change->time_ms);
            return 0;
        }
    return ERR_DENIED;
}

static void keep_waiting(struct roster *roster, const struct roster_change *change,
                         int64_t from_ms)
{
    struct waiting *w = &roster->waiting[roster->waiting_count++];
    *w = (struct waiting){ .sequence = change->sequence, .from_ms = from_ms, .by = change->by,
                           .decided_ms = change->time_ms };
    w->remarks = calloc(1, change->remarks.len + 1);
    check(w->remarks != NULL);
    memcpy(w->remarks, change->remarks.ptr, change->remarks.len);
}

static int64_t read_from(struct str remarks)
{
    struct json_doc *doc = NULL;
    uint64_t from = 0;
    if (json_doc_parse(remarks, ROSTER_REMARKS_MAX, &doc) != 0)
        return 0;
    (void)json_doc_get_u64(json_doc_root(doc), "from", &from);
    json_doc_destroy(doc);
    return (int64_t)from;
}

static int apply_or_approve(const struct turn *t)
{
    if (!t->detail || json_doc_type(t->detail) != JSON_OBJECT)
        return ERR_INVALID;
    if (str_equal(json_doc_get_string(t->detail, "do", STR("")), STR("approve")))
        return apply_approve(t);
    return apply_now(t);
}

int roster_apply(struct roster *roster, const struct roster_change *change, bool dry)
{
    int64_t from = read_from(change->remarks);
    bool waits = from > change->time_ms;
    roster_advance(roster, change->time_ms);
    int r = with_remarks(roster, change, dry || waits, apply_or_approve);
    if (r == 0 && waits && roster->waiting_count == WAITING_MAX)
        r = ERR_DENIED;
    if (r == 0 && waits && !dry)
        keep_waiting(roster, change, from);
    return r;
}

/* ---- what waits ------------------------------------------------------------------------------ */

uint32_t roster_waiting_by(const struct roster *roster, uint64_t sequence)
{
    for (uint32_t i = 0; i < roster->waiting_count; i++)
        if (roster->waiting[i].sequence == sequence)
            return roster->waiting[i].by;
    return 0;
}

const struct json_node *roster_open_waiting(const struct roster *roster, uint64_t sequence,
                                            struct json_doc **doc)
{
    for (uint32_t i = 0; i < roster->waiting_count; i++)
        if (roster->waiting[i].sequence == sequence)
            return open_remarks(&roster->waiting[i], doc);
    return NULL;
}

static void write_one(const struct waiting *waiting, struct json_write *w)
{
    struct json_doc *doc = NULL;
    const struct json_node *detail = open_remarks(waiting, &doc);
    uint32_t id = 0;
    if (!roster_read_number(detail, "principal", &id))
        (void)roster_read_number(json_doc_member(json_doc_root(doc), "made"), "principal", &id);
    json_write_begin_object(w);
    json_write_key(w, "sequence");
    json_write_u64(w, waiting->sequence);
    json_write_key(w, "by");
    json_write_u64(w, waiting->by);
    json_write_key(w, "do");
    json_write_str(w, json_doc_get_string(detail, "do", STR("")));
    json_write_key(w, "principal");
    json_write_u64(w, id);
    json_write_key(w, "in_force");
    json_write_i64(w, waiting->from_ms);
    json_write_end_object(w);
    json_doc_destroy(doc);
}

void roster_write_waiting(const struct roster *roster, struct json_write *w)
{
    json_write_begin_array(w);
    for (uint32_t i = 0; i < roster->waiting_count; i++)
        write_one(&roster->waiting[i], w);
    json_write_end_array(w);
}
