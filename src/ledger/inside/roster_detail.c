#include "ledger/inside/roster_detail.h"

#include <stdio.h>

#include "auth/wire/grant.h"
#include "base/err.h"

/* ---- its members ----------------------------------------------------------------------------- */

bool roster_read_number(const struct json_node *node, const char *name, uint32_t *out)
{
    uint64_t v;
    if (!json_doc_get_u64(node, name, &v) || v == 0 || v > UINT32_MAX)
        return false;
    *out = (uint32_t)v;
    return true;
}

static bool read_right(struct str word, uint64_t *rights)
{
    static const struct { const char *word; uint64_t right; } all[] = {
        { "collect", RIGHT_COLLECT }, { "aggregate", RIGHT_AGGREGATE },
        { "unfolded", RIGHT_UNFOLDED }, { "rows", RIGHT_ROWS }, { "reveal", RIGHT_REVEAL },
        { "export", RIGHT_EXPORT }, { "approve", RIGHT_APPROVE }, { "settings", RIGHT_SETTINGS },
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (str_equal(word, str_from(all[i].word))) {
            *rights |= all[i].right;
            return true;
        }
    return false;
}

bool roster_read_right_list(const struct json_node *list, uint64_t *rights)
{
    *rights = 0;
    if (json_doc_type(list) != JSON_ARRAY)
        return false;
    for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL;)
        if (!read_right(json_doc_string(n), rights))
            return false;
    return true;
}

bool roster_read_rights(const struct json_node *object, struct roster_principal *p)
{
    struct roster_principal read = *p;
    if (!object || json_doc_type(object) != JSON_OBJECT)
        return false;
    read.right_count = 0;
    for (const struct json_node *n = NULL; (n = json_doc_next(object, n)) != NULL;) {
        uint64_t project;
        struct roster_right *right = &read.rights[read.right_count];
        if (read.right_count == ROSTER_PROJECTS_MAX ||
            !str_to_u64(json_doc_name(n), &project) || project == 0 || project > UINT32_MAX)
            return false;
        const struct roster_right *before = roster_right(p, (uint32_t)project);
        *right = before ? *before : (struct roster_right){ .project = (uint32_t)project };
        if (!roster_read_right_list(n, &right->rights))
            return false;
        read.right_count++;
    }
    *p = read;
    return true;
}

/* ---- what it says ---------------------------------------------------------------------------- */

struct str roster_verb(struct str detail, char buf[32])
{
    struct json_doc *doc = NULL;
    buf[0] = 0;
    if (json_doc_parse(detail, ROSTER_REMARKS_MAX, &doc) != 0)
        return STR("");
    struct str word = json_doc_get_string(json_doc_root(doc), "do", STR(""));
    if (word.len < 32)
        (void)snprintf(buf, 32, STR_FMT, STR_ARG(word));
    json_doc_destroy(doc);
    return str_from(buf);
}

uint32_t roster_subject(struct str detail)
{
    struct json_doc *doc = NULL;
    uint32_t id = 0;
    if (json_doc_parse(detail, ROSTER_REMARKS_MAX, &doc) != 0)
        return 0;
    (void)roster_read_number(json_doc_root(doc), "principal", &id);
    json_doc_destroy(doc);
    return id;
}

/* Rights of the list or object that nobody gets by accident, less what the principal has there. */
static bool has_strong_right(const struct json_node *root, const struct roster_principal *before)
{
    const uint64_t strong = RIGHT_ROWS | RIGHT_REVEAL | RIGHT_EXPORT | RIGHT_APPROVE |
                            RIGHT_SETTINGS;
    const struct json_node *rights = json_doc_member(root, "rights");
    struct roster_principal p = { 0 };
    uint64_t list = 0;
    if (rights && json_doc_type(rights) == JSON_ARRAY)
        return !roster_read_right_list(rights, &list) || (list & strong);
    if (!rights || !roster_read_rights(rights, &p))
        return true;
    for (uint32_t i = 0; i < p.right_count; i++) {
        const struct roster_right *had = before ? roster_right(before, p.rights[i].project) : NULL;
        list |= p.rights[i].rights & ~(had ? had->rights : 0);
    }
    return list & strong;
}

bool roster_adds(struct roster *roster, struct str detail)
{
    static const char *const harmless[] = { "end", "end_credential", "freeze", "thaw", "approve",
                                            "credential", "purpose" };
    struct json_doc *doc = NULL;
    bool adds = true;
    if (json_doc_parse(detail, ROSTER_REMARKS_MAX, &doc) != 0)
        return true;
    const struct json_node *root = json_doc_root(doc);
    struct str word = json_doc_get_string(root, "do", STR(""));
    uint32_t id = 0;
    if (str_equal(word, STR("member")) || str_equal(word, STR("key")))
        adds = has_strong_right(root, NULL);
    else if (str_equal(word, STR("rights")))
        adds = has_strong_right(root, roster_read_number(root, "principal", &id)
                                          ? roster_find(roster, id) : NULL);
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
        if (str_equal(word, str_from(harmless[i])))
            adds = false;
    json_doc_destroy(doc);
    return adds;
}

/* ---- whose it is to decide ------------------------------------------------------------------- */

static bool has_settings(const struct roster_principal *by, uint32_t project, int64_t now_ms)
{
    return roster_rights(by, project, now_ms) & RIGHT_SETTINGS;
}

static uint64_t rights_in(const struct roster_principal *p, uint32_t project)
{
    const struct roster_right *right = p ? roster_right(p, project) : NULL;
    return right ? right->rights : 0;
}

/* Settings in each project where the rights before and after differ. */
static bool may_change(const struct roster_principal *by, const struct roster_principal *before,
                       const struct roster_principal *after, int64_t now_ms)
{
    const struct roster_principal *both[] = { before, after };
    for (int k = 0; k < 2; k++)
        for (uint32_t i = 0; both[k] && i < both[k]->right_count; i++) {
            uint32_t project = both[k]->rights[i].project;
            if (rights_in(before, project) != rights_in(after, project) &&
                !has_settings(by, project, now_ms))
                return false;
        }
    return true;
}

/* Containment needs one project in common. */
static bool may_freeze(const struct roster_principal *by, const struct roster_principal *about,
                       int64_t now_ms)
{
    for (uint32_t i = 0; i < about->right_count; i++)
        if (roster_rights(by, about->rights[i].project, now_ms) & (RIGHT_SETTINGS | RIGHT_APPROVE))
            return true;
    return about->right_count == 0;
}

bool roster_has_thawer(const struct roster *roster, const struct roster_principal *p,
                       int64_t now_ms)
{
    for (const struct roster_principal *by = NULL;
         (by = roster_next(roster, by ? by->id : 0)) != NULL;)
        if (by != p && by->kind == ROSTER_MEMBER && by->credential_count > 0 && !by->is_frozen &&
            may_freeze(by, p, now_ms))
            return true;
    return false;
}

static bool is_word(struct str word, const char *const *words)
{
    for (; *words; words++)
        if (str_equal(word, str_from(*words)))
            return true;
    return false;
}

static bool may_decide(struct roster *roster, const struct roster_principal *by,
                       const struct json_node *detail, int64_t now_ms)
{
    static const char *const gives[] = { "member", "rights", NULL };
    static const char *const in_project[] = { "key", "budget", "purpose", NULL };
    static const char *const takes[] = { "end", "end_credential", "recover", NULL };
    static const char *const freezes[] = { "freeze", "thaw", NULL };
    struct str word = json_doc_get_string(detail, "do", STR(""));
    struct roster_principal after = { 0 };
    uint32_t id = 0, project = 0;
    const struct roster_principal *about = roster_read_number(detail, "principal", &id)
                                               ? roster_find(roster, id) : NULL;
    if (is_word(word, gives))
        return roster_read_rights(json_doc_member(detail, "rights"), &after) &&
               may_change(by, str_equal(word, STR("rights")) ? about : NULL, &after, now_ms);
    if (is_word(word, in_project))
        return roster_read_number(detail, "project", &project) &&
               has_settings(by, project, now_ms);
    if (is_word(word, takes))
        return about && (about == by || may_change(by, about, NULL, now_ms));
    if (is_word(word, freezes))
        return about && may_freeze(by, about, now_ms);
    return true;
}

bool roster_may_decide(struct roster *roster, uint32_t by, struct str detail, int64_t now_ms)
{
    const struct roster_principal *p = roster_find(roster, by);
    struct json_doc *doc = NULL, *waiting = NULL;
    uint64_t sequence;
    if (!p || json_doc_parse(detail, ROSTER_REMARKS_MAX, &doc) != 0)
        return false;
    const struct json_node *root = json_doc_root(doc);
    if (str_equal(json_doc_get_string(root, "do", STR("")), STR("approve")))
        root = json_doc_get_u64(root, "sequence", &sequence)
                   ? roster_open_waiting(roster, sequence, &waiting) : NULL;
    bool may = root && may_decide(roster, p, root, now_ms);
    json_doc_destroy(waiting);
    json_doc_destroy(doc);
    return may;
}

static bool keeps_settings(const struct json_node *detail)
{
    struct roster_principal after = { 0 };
    (void)roster_read_rights(json_doc_member(detail, "rights"), &after);
    for (uint32_t i = 0; i < after.right_count; i++)
        if (after.rights[i].rights & RIGHT_SETTINGS)
            return true;
    return false;
}

bool roster_leaves_no_owner(struct roster *roster, uint32_t by, struct str detail, int64_t now_ms)
{
    static const char *const takes[] = { "end", "recover", NULL };
    struct json_doc *doc = NULL;
    uint32_t id = 0;
    if (json_doc_parse(detail, ROSTER_REMARKS_MAX, &doc) != 0)
        return false;
    const struct json_node *root = json_doc_root(doc);
    struct str word = json_doc_get_string(root, "do", STR(""));
    const struct roster_principal *about = roster_read_number(root, "principal", &id)
                                               ? roster_find(roster, id) : NULL;
    bool last = about && roster_owners(roster, now_ms) <= 1 && roster_is_owner(about, now_ms);
    bool leaves = last && (is_word(word, takes) ||
                           (str_equal(word, STR("freeze")) && id == by) ||
                           (str_equal(word, STR("rights")) && !keeps_settings(root)) ||
                           (str_equal(word, STR("end_credential")) &&
                            about->credential_count == 1));
    json_doc_destroy(doc);
    return leaves;
}
