#include "ledger/inside/release.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "ledger/inside/gate.h"
#include "ledger/inside/limits.h"
#include "sys/clock.h"

enum { FIELDS_OF_ROWS = 1u << ENTRY_FIELD_PLACE | 1u << ENTRY_FIELD_BROWSER |
                        1u << ENTRY_FIELD_REFERRER | 1u << ENTRY_FIELD_ORGANISATION };

#define BIT(kind) ((uint64_t)1 << (kind))
#define OF_VAULT_RELEASE (BIT(GRANT_REVEAL) | BIT(GRANT_EXPORT) | BIT(GRANT_REPORT_SUBJECT))
#define OF_VAULT_RECORD BIT(GRANT_FIND)
#define OF_QUERY_RECORD (BIT(GRANT_TIMELINE) | BIT(GRANT_ROWS) | BIT(GRANT_EXPORT))

struct turn {
    struct state *s;
    const struct ledger_release *m;
    struct arena *arena;
    struct gate_case c;
    uint32_t log;
    uint32_t *numbers;             /* of each ref; 0 = it has none yet */
    struct release_outcome *out;
};

/* ---- budgets --------------------------------------------------------------------------------- */

static uint32_t left_of(uint32_t limit, uint32_t used)
{
    return used < limit ? limit - used : 0;
}

/* Subjects without a number were never shown to anybody. */
static uint32_t fresh_in(const struct turn *t, struct budget_who who, bool month)
{
    uint32_t fresh = 0;
    for (uint32_t i = 0; i < t->m->ref_count; i++)
        fresh += t->numbers[i] == 0 ||
                 (month ? budget_new_in_month(t->s->budget, who, &t->numbers[i], 1)
                        : budget_new_in_day(t->s->budget, who, &t->numbers[i], 1));
    return fresh;
}

static int find_numbers(struct turn *t)
{
    t->numbers = arena_alloc(t->arena, (t->m->ref_count + 1) * sizeof(*t->numbers));
    for (uint32_t i = 0; i < t->m->ref_count; i++) {
        int r = numbers_find(t->s->numbers, t->log, &t->m->refs[i], &t->numbers[i]);
        if (r != 0)
            return r;
    }
    return 0;
}

static const char *judge_budget(struct turn *t)
{
    enum budget_kind kind = t->m->is_miss ? BUDGET_MISSES : state_budget_of(t->c.parsed.kind);
    struct budget_who who = { t->c.principal->id, t->c.project->id, kind };
    struct budget_who all = { 0, t->c.project->id, kind };
    struct limits l = limits_of(t->c.principal, t->c.project->id, kind, t->c.now_ms);
    uint32_t wanted_day = 1, wanted_month = 1, wanted_all = 1;
    budget_advance(t->s->budget, t->c.now_ms);
    uint32_t day = left_of(l.day, budget_used_day(t->s->budget, who));
    uint32_t month = left_of(l.month, budget_used_month(t->s->budget, who));
    uint32_t project = left_of(l.project, budget_used_day(t->s->budget, all));
    t->out->left = day < month ? day : month;
    /* More than a whole day's budget cannot fit, whoever was shown before: a million refs are not
     * looked up for that. */
    if (t->m->ref_count > l.day)
        return "budget";
    if (find_numbers(t) != 0) {
        t->s->is_stopped = true;
        return "stopped";
    }
    if (!t->m->is_miss) {
        wanted_day = fresh_in(t, who, false);
        wanted_month = fresh_in(t, who, true);
        wanted_all = fresh_in(t, all, false);
    }
    if (wanted_day > day || wanted_month > month)
        return t->m->is_miss ? "misses" : "budget";
    t->out->left = project;
    return wanted_all > project ? "project_budget" : NULL;
}

/* ---- what is asked for is what was signed ---------------------------------------------------- */

static const char *judge_subjects(struct turn *t)
{
    uint8_t hash[32];
    const struct ledger_release *m = t->m;
    if (ask_hash_subjects(m->refs, m->ref_count, hash) != 0)
        return "subjects";
    if (t->c.parsed.has_subjects && (t->c.parsed.subject_count != m->ref_count ||
                                     !hash_equal(hash, t->c.parsed.subjects_hash, 32)))
        return "subjects";
    bool has_values = t->c.parsed.kind == GRANT_REVEAL ||
                      t->c.parsed.kind == GRANT_REPORT_SUBJECT;
    if (has_values && !t->c.parsed.has_subjects)
        return "subjects";
    /* Only a lookup can miss, and then it names nobody. */
    if (t->c.parsed.kind == GRANT_FIND ? m->is_miss != (m->ref_count == 0) : m->is_miss)
        return "subjects";
    if (m->ref_count > t->c.parsed.limit)
        return "limit";
    for (uint32_t i = 0; i < m->triple_count; i++) {
        if (m->triples[i].subject >= m->ref_count)
            return "subjects";
        if (m->triples[i].field >= t->c.parsed.field_count)
            return "field";
    }
    return NULL;
}

/* Query brings the question that was signed: it is kept beside the entry. */
static const char *judge_question(const struct turn *t)
{
    uint8_t hash[HASH_SHA256_BYTES];
    bool is_of_query = OF_QUERY_RECORD >> t->c.parsed.kind & 1;
    if (!t->m->question.len)
        return is_of_query && t->c.parsed.has_question ? "grant_ask" : NULL;
    hash_sha256(t->m->question, hash);
    return t->c.parsed.has_question && hash_equal(hash, t->c.parsed.question, sizeof(hash))
               ? NULL : "grant_ask";
}

/* ---- writing it down ------------------------------------------------------------------------- */

static uint32_t field_bit(struct str property)
{
    static const struct { const char *part; enum entry_field field; } all[] = {
        { "mail", ENTRY_FIELD_EMAIL }, { "phone", ENTRY_FIELD_PHONE },
        { "mobile", ENTRY_FIELD_PHONE }, { "referr", ENTRY_FIELD_REFERRER },
        { "address", ENTRY_FIELD_ADDRESS }, { "street", ENTRY_FIELD_ADDRESS },
        { "city", ENTRY_FIELD_PLACE }, { "region", ENTRY_FIELD_PLACE },
        { "country", ENTRY_FIELD_PLACE }, { "browser", ENTRY_FIELD_BROWSER },
        { "$os", ENTRY_FIELD_BROWSER }, { "company", ENTRY_FIELD_ORGANISATION },
        { "organi", ENTRY_FIELD_ORGANISATION }, { "name", ENTRY_FIELD_NAME },
        { "distinct_id", ENTRY_FIELD_ID }, { "user_id", ENTRY_FIELD_ID },
        { "device_id", ENTRY_FIELD_ID }, { "alias", ENTRY_FIELD_ID },
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (str_contains_fold(property, str_from(all[i].part)))
            return (uint32_t)1 << all[i].field;
    return (uint32_t)1 << ENTRY_FIELD_OTHER;
}

static uint32_t fields_of(const struct turn *t)
{
    uint32_t fields = 0;
    for (uint32_t i = 0; i < t->c.parsed.field_count; i++)
        fields |= field_bit(t->c.parsed.fields[i]);
    if (t->c.parsed.kind == GRANT_TIMELINE || t->c.parsed.kind == GRANT_ROWS)
        fields |= FIELDS_OF_ROWS;
    return fields;
}

static void put_sections(struct turn *t, struct state_draft *draft)
{
    static const char *const kinds[] = { [ROSTER_MEMBER] = "member", [ROSTER_KEY] = "key",
                                         [ROSTER_OS] = "os" };
    const struct ask *ask = &t->c.parsed;
    struct bytes fields = { 0 }, login = { 0 };
    draft->sections[ENTRY_SECTION_PRINCIPAL - 1] =
        arena_printf(t->arena, "principal %u\nkind %s\n", t->c.opened.principal,
                     kinds[t->c.principal->kind]);
    /* A counter that nobody signed uses up nothing. */
    state_put_login(&t->c.opened, t->c.has_proof ? t->c.proof.counter : 0, &login);
    draft->sections[ENTRY_SECTION_LOGIN - 1] = arena_copy(t->arena, bytes_str(&login));
    draft->sections[ENTRY_SECTION_PURPOSE - 1] =
        arena_printf(t->arena, STR_FMT "\n" STR_FMT "\n", STR_ARG(ask->purpose),
                     STR_ARG(ask->ticket.len ? ask->ticket : STR("-")));
    draft->sections[ENTRY_SECTION_QUESTION - 1] =
        str_slice(t->m->question, 0, STATE_SECTION_TEXT_MAX);
    for (uint32_t i = 0; i < ask->field_count; i++)
        bytes_printf(&fields, "%s" STR_FMT, i ? " " : "", STR_ARG(ask->fields[i]));
    if (fields.len)
        bytes_put_u8(&fields, '\n');
    draft->sections[ENTRY_SECTION_FIELDS - 1] = arena_copy(t->arena, bytes_str(&fields));
    draft->sections[ENTRY_SECTION_ASK - 1] = t->m->ask;
    bytes_release(&fields);
    bytes_release(&login);
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Numbers for who has none, and the sorted set of all. False: the index cannot be read. */
static bool number_all(struct turn *t, struct state_draft *draft)
{
    uint32_t count = t->m->ref_count, given_count = 0;
    struct blobs_given *given = arena_alloc(t->arena, (count + 1) * sizeof(*given));
    uint32_t *sorted = arena_alloc(t->arena, (count + 1) * sizeof(*sorted));
    for (uint32_t i = 0; i < count; i++) {
        if (t->numbers[i] == 0) {
            t->numbers[i] = numbers_give(t->s->numbers, t->log, &t->m->refs[i]);
            if (t->numbers[i] == 0)
                return false;
            given[given_count++] = (struct blobs_given){ t->m->refs[i], t->numbers[i] };
        }
        sorted[i] = t->numbers[i];
    }
    qsort(sorted, count, sizeof(*sorted), by_number);
    draft->numbers = sorted;
    draft->number_count = count;
    draft->given = given;
    draft->given_count = given_count;
    return true;
}

static void fill_entry(const struct turn *t, struct entry *entry)
{
    entry->kind = (uint8_t)t->c.parsed.kind;
    entry->level = t->c.level;
    entry->principal = t->c.opened.principal;
    entry->project = t->c.opened.project;
    entry->persons = t->m->ref_count;
    entry->rows = t->m->rows;
    entry->fields = fields_of(t);
    memcpy(entry->ask_hash, t->c.ask_hash, sizeof(entry->ask_hash));
}

static int make_shares(struct turn *t)
{
    const struct ledger_release *m = t->m;
    struct bytes property = { 0 };
    uint8_t *shares = arena_alloc(t->arena, (size_t)m->triple_count * SHARES_BYTES + 1);
    int r = 0;
    for (uint32_t i = 0; i < m->triple_count && r == 0; i++) {
        const struct ledger_triple *triple = &m->triples[i];
        bytes_reset(&property);
        check(ask_unescape_field(t->c.parsed.fields[triple->field], &property));
        r = shares_make(t->s->shares, triple->epoch, t->c.opened.project,
                        &m->refs[triple->subject], bytes_str(&property),
                        shares + (size_t)i * SHARES_BYTES);
    }
    bytes_release(&property);
    t->out->shares = str_of(shares, (size_t)m->triple_count * SHARES_BYTES);
    return r;
}

static const char *write_release(struct turn *t)
{
    struct state_draft draft = { .log = t->log };
    struct ledger_subject *subjects;
    if (make_shares(t) != 0)
        return "invalid"; /* an epoch of small order: nobody sealed with it */
    fill_entry(t, &draft.entry);
    draft.entry.verdict = ENTRY_RELEASED;
    put_sections(t, &draft);
    if (!number_all(t, &draft)) {
        t->s->is_stopped = true;
        return "stopped";
    }
    if (state_write(t->s, &draft, &t->out->row) != 0)
        return "stopped";
    t->out->sequence = t->s->sequence;
    subjects = arena_alloc(t->arena, (t->m->ref_count + 1) * sizeof(*subjects));
    for (uint32_t i = 0; i < t->m->ref_count; i++)
        subjects[i] = (struct ledger_subject){ LEDGER_SUBJECT_OK, t->numbers[i] };
    t->out->subjects = subjects;
    t->out->subject_count = t->m->ref_count;
    return NULL;
}

/* ---- refusals -------------------------------------------------------------------------------- */

/* Whoever goes on after the budget is spent is not a support member on a long day. */
static void count_persistence(struct turn *t, const char *code)
{
    struct state_tally *tally = state_tally(t->s, t->c.opened.principal);
    bool is_spent = strcmp(code, "budget") == 0 || strcmp(code, "misses") == 0;
    if (is_spent) {
        if (t->c.now_ms - tally->since_ms > LEDGER_FREEZE_WINDOW_MS) {
            tally->since_ms = t->c.now_ms;
            tally->refused = 0;
        }
        /* Asking for 30 with 20 left is a mistake; asking on with nothing left is not. */
        tally->refused += t->out->left == 0 && t->m->ref_count ? t->m->ref_count : 1;
    }
    bool must = (is_spent && tally->refused >= LEDGER_FREEZE_AFTER) ||
                strcmp(code, "export_values") == 0;
    if (must && state_freeze(t->s, t->c.opened.principal,
                             is_spent ? "over budget" : "export") != 0)
        t->out->code = "stopped";
}

static void write_refusal(struct turn *t, const char *code)
{
    struct state_tally *tally = state_tally(t->s, t->c.opened.principal);
    struct state_draft draft = { .log = t->log };
    int64_t minute = t->c.now_ms / 60000;
    uint32_t row;
    if (tally->minute != minute) {
        tally->minute = minute;
        tally->written = 0;
    }
    if (tally->written >= LEDGER_REFUSALS_A_MINUTE) {
        tally->unwritten++;
        tally->log = t->log;
        return;
    }
    tally->written++;
    fill_entry(t, &draft.entry);
    draft.entry.verdict = ENTRY_REFUSED;
    put_sections(t, &draft);
    draft.sections[ENTRY_SECTION_REMARKS - 1] = arena_printf(t->arena, "%s\n", code);
    if (state_write(t->s, &draft, &row) == 0)
        t->out->sequence = t->s->sequence;
}

void release_count_refusals(struct state *s, bool now)
{
    int64_t minute = state_now(s) / 60000;
    for (uint32_t i = 0; i < s->tally_count; i++) {
        struct state_tally *tally = &s->tallies[i];
        struct state_draft draft = {
            .log = tally->log,
            .entry = { .kind = ENTRY_REFUSED_MANY, .verdict = ENTRY_REFUSED,
                       .principal = tally->principal, .rows = tally->unwritten },
        };
        uint32_t row;
        if (tally->unwritten == 0 || (!now && tally->minute == minute))
            continue;
        tally->unwritten = 0;
        if (state_write(s, &draft, &row) != 0)
            return; /* stopped, and said so */
    }
}

/* ---- together -------------------------------------------------------------------------------- */

static const char *judge(struct turn *t, uint64_t kinds)
{
    const char *code = gate_judge(t->s, kinds, &t->c);
    if (!code)
        code = judge_question(t);
    if (!code)
        code = judge_subjects(t);
    t->log = state_log_of(t->s, t->c.opened.project);
    return code ? code : judge_budget(t);
}

void release_take(struct state *s, const struct ledger_release *m, bool may_release,
                  bool is_from_vault, struct arena *arena, struct release_outcome *out)
{
    struct turn t = { .s = s, .m = m, .arena = arena, .out = out };
    uint64_t kinds = may_release ? OF_VAULT_RELEASE : is_from_vault ? OF_VAULT_RECORD
                                                                    : OF_QUERY_RECORD;
    *out = (struct release_outcome){ .seen_size = m->seen_size };
    t.c = (struct gate_case){ .grant = m->grant, .ask = m->ask, .evidence = m->evidence,
                              .now_ms = state_now(s), .arrived_boot_ms = clock_boot_ms() };
    if (s->is_stopped) {
        out->code = "stopped";
        return;
    }
    out->code = judge(&t, kinds);
    if (!out->code)
        out->code = write_release(&t);
    /* Of a principal that is none nothing is written: auth's key must not fill the disk. */
    else if (t.c.has_grant && t.c.principal && !s->is_stopped) {
        write_refusal(&t, out->code);
        count_persistence(&t, out->code);
    }
}

const char *release_check(struct state *s, const struct ledger_check *m)
{
    const struct roster_principal *p = roster_find(s->roster, m->principal);
    if (s->is_stopped)
        return "stopped";
    if (!p || p->is_ended)
        return "principal_unknown";
    if (p->is_frozen)
        return "frozen";
    return roster_rights(p, m->project, state_now(s)) & RIGHT_ROWS ? NULL : "right";
}

void release_write_receipt(struct state *s, uint32_t row, uint64_t seen_size, struct bytes *out)
{
    struct receipt receipt = { 0 };
    entry_encode(&s->rows[row].entry, receipt.entry);
    book_prove(state_book(s, s->rows[row].log), s->rows[row].index, seen_size, &receipt);
    receipt_encode(&receipt, out);
}
