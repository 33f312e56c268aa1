#include "ledger/inside/roster.h"

#include <stdlib.h>
#include <string.h>

#include "auth/wire/grant.h"
#include "base/err.h"
#include "json/doc.h"
#include "ledger/inside/roster_detail.h"
#include "ledger/inside/roster_words.h"

enum { WAITING_MAX = 1024 };

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

struct roster_principal *roster_add_principal(struct roster *roster,
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

/* ---- applying -------------------------------------------------------------------------------- */

static void forget_waiting(struct roster *roster, uint32_t i)
{
    free(roster->waiting[i].remarks);
    roster->waiting_count--;
    memmove(&roster->waiting[i], &roster->waiting[i + 1],
            (roster->waiting_count - i) * sizeof(roster->waiting[0]));
}

/* Who is frozen or gone brings nothing into force any more. */
void roster_forget_decisions_of(struct roster *roster, uint32_t principal)
{
    for (uint32_t i = 0; i < roster->waiting_count;)
        if (roster->waiting[i].by == principal)
            forget_waiting(roster, i);
        else
            i++;
}

/* The detail in the remarks of what waits; *doc is the caller's. */
static const struct json_node *open_remarks(const struct roster_waiting *waiting,
                                            struct json_doc **doc)
{
    check(json_doc_parse(str_from(waiting->remarks), ROSTER_REMARKS_MAX, doc) == 0);
    return json_doc_member(json_doc_root(*doc), "detail");
}

/* Rights that were decided earlier and wait do not undo what is decided now. */
void roster_forget_rights_of(struct roster *roster, uint32_t principal)
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

static int with_remarks(struct roster *roster, const struct roster_change *change, bool dry,
                        int (*then)(const struct roster_turn *t))
{
    struct json_doc *doc = NULL;
    if (json_doc_parse(change->remarks, ROSTER_REMARKS_MAX, &doc) != 0)
        return ERR_INVALID;
    const struct json_node *root = json_doc_root(doc);
    struct roster_turn turn = { .roster = roster, .change = change, .dry = dry,
                         .detail = json_doc_member(root, "detail"),
                         .made = json_doc_member(root, "made") };
    int r = then(&turn);
    json_doc_destroy(doc);
    return r;
}

/* What no longer fits when its time comes (its principal ended meanwhile) has no effect. */
static void bring_into_force(struct roster *roster, uint32_t i, int64_t time_ms)
{
    struct roster_waiting w = roster->waiting[i];
    struct roster_change change = { .sequence = w.sequence, .time_ms = time_ms, .by = w.by,
                                    .remarks = str_from(w.remarks) };
    roster->waiting[i].remarks = NULL;
    forget_waiting(roster, i);
    (void)with_remarks(roster, &change, false, roster_words_apply);
    free(w.remarks);
}

static struct roster_waiting *first_waiting(struct roster *roster)
{
    struct roster_waiting *first = NULL;
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
    if (roster->thawed_count < ROSTER_THAWED_MAX)
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
        const struct roster_waiting *w = first_waiting(roster);
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

static int apply_approve(const struct roster_turn *t)
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
    struct roster_waiting *w = &roster->waiting[roster->waiting_count++];
    *w = (struct roster_waiting){ .sequence = change->sequence, .from_ms = from_ms,
                                  .by = change->by,
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

static int apply_or_approve(const struct roster_turn *t)
{
    if (!t->detail || json_doc_type(t->detail) != JSON_OBJECT)
        return ERR_INVALID;
    if (str_equal(json_doc_get_string(t->detail, "do", STR("")), STR("approve")))
        return apply_approve(t);
    return roster_words_apply(t);
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

static void write_one(const struct roster_waiting *waiting, struct json_write *w)
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
