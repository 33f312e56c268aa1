#include "ledger/inside/read.h"

#include <stdlib.h>
#include <string.h>

#include "auth/wire/grant.h"
#include "base/err.h"
#include "crypto/sign.h"
#include "json/doc.h"
#include "json/write.h"
#include "ledger/checkpoint.h"
#include "ledger/inside/figures.h"
#include "ledger/inside/gate.h"
#include "ledger/inside/limits.h"

enum { TEXT_MAX = 64 * 1024, SECTION_SHOWN_MAX = 4096 };

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

struct turn {
    struct state *s;
    struct grant grant;
    const struct json_node *question;
    struct arena *arena;
    struct json_write w;
    uint32_t log;              /* of the project */
    bool sees_all;
    int64_t now_ms;
};

static void key_u64(struct json_write *w, const char *key, uint64_t value)
{
    json_write_key(w, key);
    json_write_u64(w, value);
}

static void key_i64(struct json_write *w, const char *key, int64_t value)
{
    json_write_key(w, key);
    json_write_i64(w, value);
}

static void key_text(struct json_write *w, const char *key, const char *value)
{
    json_write_key(w, key);
    json_write_text(w, value);
}

static uint64_t number_of(const struct turn *t, const char *name, uint64_t absent)
{
    uint64_t v;
    return json_doc_get_u64(t->question, name, &v) ? v : absent;
}

/* ---- words ----------------------------------------------------------------------------------- */

static const char *kind_name(uint8_t kind)
{
    const char *name = ask_kind_name(kind);
    if (name)
        return name;
    switch (kind) {
    case ENTRY_REFUSED_MANY: return "refused_many";
    case ENTRY_ROSTER: return "roster";
    case ENTRY_LOGIN: return "login";
    case ENTRY_START: return "start";
    case ENTRY_STOP: return "stop";
    case ENTRY_FROZE: return "froze";
    case ENTRY_HOST: return "host";
    case ENTRY_MISBEHAVED: return "misbehaved";
    default: return "other";
    }
}

static const char *verdict_name(uint8_t verdict)
{
    static const char *const names[] = { "", "released", "refused", "recorded", "decided" };
    return names[verdict];
}

static void write_fields(struct json_write *w, uint32_t fields)
{
    static const char *const names[] = { "email", "name", "phone", "id", "address", "place",
                                         "browser", "referrer", "organisation" };
    json_write_key(w, "fields");
    json_write_begin_array(w);
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (fields >> i & 1)
            json_write_text(w, names[i]);
    if (fields >> ENTRY_FIELD_OTHER & 1)
        json_write_text(w, "other");
    json_write_end_array(w);
}

/* ---- one entry ------------------------------------------------------------------------------- */

/* Of another tenant alone: has rights, and none in this one's projects. */
static bool is_stranger(const struct turn *t, uint32_t principal)
{
    const struct roster_principal *p = roster_find(t->s->roster, principal);
    for (uint32_t i = 0; p && i < p->right_count; i++)
        if (state_log_of(t->s, p->rights[i].project) == t->log)
            return false;
    return p && p->right_count > 0;
}

/* The house log is everybody's: of it who decides sees what is of the own tenant. */
static bool may_see(const struct turn *t, const struct state_row *row)
{
    if (row->entry.principal == t->grant.principal)
        return row->log == LEDGER_LOG_HOUSE || row->log == t->log;
    if (!t->sees_all)
        return false;
    return row->log == LEDGER_LOG_HOUSE ? !is_stranger(t, row->entry.principal)
                                        : row->log == t->log;
}

static void write_log(struct json_write *w, const struct turn *t, uint32_t log)
{
    key_text(w, "log", book_name(state_book(t->s, log)));
}

/* Purpose and ticket are two lines; a refusal's code is the first of the remarks. */
static void write_words(struct turn *t, uint32_t row)
{
    struct blob blob;
    struct str purpose, ticket, code;
    if (state_read_blob(t->s, row, t->arena, &blob) != 0)
        return;
    struct str rest = blob.sections.sections[ENTRY_SECTION_PURPOSE - 1];
    if (rest.len && str_next(&rest, '\n', &purpose) && str_next(&rest, '\n', &ticket)) {
        json_write_key(&t->w, "purpose");
        json_write_str(&t->w, purpose);
        json_write_key(&t->w, "ticket");
        json_write_str(&t->w, ticket);
    }
    rest = blob.sections.sections[ENTRY_SECTION_REMARKS - 1];
    if (!rest.len)
        return;
    if (t->s->rows[row].entry.verdict == ENTRY_REFUSED && str_next(&rest, '\n', &code)) {
        json_write_key(&t->w, "code");
        json_write_str(&t->w, code);
    } else if (t->s->rows[row].entry.verdict == ENTRY_DECIDED) {
        char verb[32];
        struct json_doc *doc = NULL;
        struct bytes detail = { 0 };
        if (json_doc_parse(rest, TEXT_MAX, &doc) != 0)
            return;
        json_doc_print(json_doc_member(json_doc_root(doc), "detail"), &detail);
        json_write_key(&t->w, "do");
        json_write_str(&t->w, roster_verb(bytes_str(&detail), verb));
        key_u64(&t->w, "about", roster_subject(bytes_str(&detail)));
        bytes_release(&detail);
        json_doc_destroy(doc);
    }
}

static void write_row_members(struct turn *t, uint32_t row)
{
    const struct state_row *r = &t->s->rows[row];
    const struct entry *e = &r->entry;
    key_u64(&t->w, "sequence", e->sequence);
    key_u64(&t->w, "index", r->index);
    write_log(&t->w, t, r->log);
    key_text(&t->w, "kind", kind_name(e->kind));
    key_text(&t->w, "verdict", verdict_name(e->verdict));
    key_u64(&t->w, "level", e->level);
    key_i64(&t->w, "time", e->time_ms);
    key_u64(&t->w, "principal", e->principal);
    key_u64(&t->w, "project", e->project);
    key_u64(&t->w, "persons", e->persons);
    key_u64(&t->w, "rows", e->rows);
    write_fields(&t->w, e->fields);
    if (e->refers_to)
        key_u64(&t->w, "refers_to", e->refers_to);
    write_words(t, row);
}

static void write_row(struct turn *t, uint32_t row)
{
    json_write_begin_object(&t->w);
    write_row_members(t, row);
    json_write_end_object(&t->w);
}

/* The row of a sequence, or row_count. Sequences rise by one with each row. */
static uint32_t find_row(const struct state *s, uint64_t sequence)
{
    if (s->synced_rows == 0 || sequence < s->rows[0].entry.sequence)
        return s->synced_rows;
    uint64_t at = sequence - s->rows[0].entry.sequence;
    return at < s->synced_rows ? (uint32_t)at : s->synced_rows;
}

/* ---- "line" ---------------------------------------------------------------------------------- */

static void write_meter(struct turn *t, const char *key, const struct roster_principal *p,
                        enum budget_kind kind)
{
    struct budget_who who = { p->id, t->grant.project, kind };
    struct limits l = limits_of(p, t->grant.project, kind, t->now_ms);
    json_write_key(&t->w, key);
    json_write_begin_object(&t->w);
    key_u64(&t->w, "used", budget_used_day(t->s->budget, who));
    key_u64(&t->w, "limit", l.day);
    key_u64(&t->w, "used_30d", budget_used_month(t->s->budget, who));
    key_u64(&t->w, "limit_30d", l.month);
    json_write_end_object(&t->w);
}

static void answer_line(struct turn *t)
{
    const struct roster_principal *p = roster_find(t->s->roster, t->grant.principal);
    struct book *book = state_book(t->s, t->log);
    json_write_begin_object(&t->w);
    json_write_key(&t->w, "log");
    json_write_begin_object(&t->w);
    key_text(&t->w, "origin", book_origin(book));
    key_text(&t->w, "name", book_name(book));
    key_u64(&t->w, "size", book_size(book));
    key_i64(&t->w, "time", t->s->synced_rows ? t->s->rows[t->s->synced_rows - 1].entry.time_ms
                                             : t->now_ms);
    json_write_end_object(&t->w);
    key_u64(&t->w, "witnesses", 0);
    if (p) {
        write_meter(t, "named", p, BUDGET_NAMED);
        write_meter(t, "rows", p, BUDGET_ROWS);
    }
    key_u64(&t->w, "last", t->s->sequence);
    json_write_key(&t->w, "frozen");
    json_write_bool(&t->w, p && p->is_frozen);
    json_write_key(&t->w, "away");
    json_write_bool(&t->w, t->s->is_stopped);
    json_write_end_object(&t->w);
}

/* ---- "entries" ------------------------------------------------------------------------------- */

static void write_figures(struct turn *t)
{
    struct figures f;
    figures_count(t->s, state_log_of(t->s, t->grant.project), t->sees_all ? 0 : t->grant.principal,
                  t->now_ms, &f);
    json_write_key(&t->w, "days");
    json_write_begin_array(&t->w);
    for (int i = FIGURES_DAYS - 1; i >= 0; i--) {
        json_write_begin_object(&t->w);
        key_i64(&t->w, "day", (t->now_ms / DAY_MS - i) * DAY_MS);
        key_u64(&t->w, "named", f.named[i]);
        key_u64(&t->w, "rows", f.rows[i]);
        json_write_end_object(&t->w);
    }
    json_write_end_array(&t->w);
    json_write_key(&t->w, "totals");
    json_write_begin_object(&t->w);
    key_u64(&t->w, "named_30d", f.named_all);
    key_u64(&t->w, "rows_30d", f.rows_all);
    key_u64(&t->w, "refused_30d", f.refused);
    key_u64(&t->w, "members_30d", f.principals);
    json_write_end_object(&t->w);
}

struct filter {
    uint64_t limit, before, principal;   /* 0: any principal */
    struct str kind;
};

static struct filter read_filter(const struct turn *t)
{
    struct filter f = { number_of(t, "limit", 50), number_of(t, "before", UINT64_MAX),
                        number_of(t, "principal", 0),
                        json_doc_get_string(t->question, "kind", STR("")) };
    if (f.limit > READ_ENTRIES_MAX)
        f.limit = READ_ENTRIES_MAX;
    return f;
}

static bool is_wanted(const struct filter *f, const struct state_row *row)
{
    struct str kind = f->kind;
    if (row->entry.sequence >= f->before || (f->principal && f->principal != row->entry.principal))
        return false;
    if (kind.len == 0)
        return true;
    if (str_equal(kind, STR("people")))
        return row->log != LEDGER_LOG_HOUSE;
    if (str_equal(kind, STR("refused")))
        return row->entry.verdict == ENTRY_REFUSED;
    return str_equal(kind, str_from(kind_name(row->entry.kind)));
}

static void answer_entries(struct turn *t)
{
    const struct filter filter = read_filter(t);
    uint32_t written = 0;
    bool more = false;
    json_write_begin_object(&t->w);
    json_write_key(&t->w, "entries");
    json_write_begin_array(&t->w);
    for (uint32_t i = t->s->synced_rows; i-- > 0 && !more;) {
        const struct state_row *row = &t->s->rows[i];
        if (!may_see(t, row) || !is_wanted(&filter, row))
            continue;
        if (written == filter.limit) {
            more = true;
        } else {
            write_row(t, i);
            written++;
        }
    }
    json_write_end_array(&t->w);
    json_write_key(&t->w, "more");
    json_write_bool(&t->w, more);
    write_figures(t);
    json_write_end_object(&t->w);
}

/* ---- "entry" --------------------------------------------------------------------------------- */

static void key_hex(struct json_write *w, const char *key, const uint8_t *bytes, size_t len)
{
    char hex[2 * ENTRY_BYTES + 1];
    str_hex(bytes, len, hex);
    json_write_key(w, key);
    json_write_text(w, hex);
}

static void write_proof(struct turn *t, const struct state_row *row)
{
    struct receipt receipt = { 0 };
    struct bytes vkey = { 0 };
    struct book *book = state_book(t->s, row->log);
    struct checkpoint checkpoint;
    struct str note = book_sign(book);
    book_prove(book, row->index, 0, &receipt);
    check(checkpoint_open(note, str_from(book_origin(book)),
                          t->s->config.log_key + SIGN_SECRET_BYTES - SIGN_PUBLIC_BYTES,
                          &checkpoint) == 0);
    entry_encode(&row->entry, receipt.entry);
    key_hex(&t->w, "bytes", receipt.entry, ENTRY_BYTES);
    key_u64(&t->w, "size", checkpoint.size);
    json_write_key(&t->w, "inclusion");
    json_write_begin_array(&t->w);
    for (uint32_t i = 0; i < receipt.inclusion_count; i++) {
        char hex[65];
        str_hex(receipt.inclusion[i], 32, hex);
        json_write_text(&t->w, hex);
    }
    json_write_end_array(&t->w);
    json_write_key(&t->w, "checkpoint");
    json_write_str(&t->w, note);
    checkpoint_format_vkey(str_from(book_origin(book)),
                           t->s->config.log_key + SIGN_SECRET_BYTES - SIGN_PUBLIC_BYTES, &vkey);
    json_write_key(&t->w, "vkey");
    json_write_str(&t->w, bytes_str(&vkey));
    bytes_release(&vkey);
}

/* Texts as they stand; the persons as how many. Addresses and keys (section 2) are for those who
 * decide. */
static void write_sections(struct turn *t, uint32_t row)
{
    static const char *const names[] = { "principal", "login", "purpose", "question", "fields",
                                         NULL, "ask", "remarks" };
    struct blob blob;
    json_write_key(&t->w, "sections");
    json_write_begin_object(&t->w);
    if (state_read_blob(t->s, row, t->arena, &blob) == 0)
        for (int i = 0; i < ENTRY_SECTIONS; i++) {
            struct str text = blob.sections.sections[i];
            if (!names[i] || text.len == 0 || (i + 1 == ENTRY_SECTION_LOGIN && !t->sees_all))
                continue;
            json_write_key(&t->w, names[i]);
            json_write_str(&t->w, str_slice(text, 0, SECTION_SHOWN_MAX));
        }
    json_write_end_object(&t->w);
}

static void write_error(struct turn *t, const char *code)
{
    json_write_begin_object(&t->w);
    json_write_key(&t->w, "error");
    json_write_begin_object(&t->w);
    key_text(&t->w, "code", code);
    key_text(&t->w, "message", "the ledger does not answer this");
    json_write_end_object(&t->w);
    json_write_end_object(&t->w);
}

static void answer_entry(struct turn *t)
{
    uint32_t row = find_row(t->s, number_of(t, "sequence", 0));
    if (row == t->s->synced_rows || !may_see(t, &t->s->rows[row])) {
        write_error(t, "path");
        return;
    }
    json_write_begin_object(&t->w);
    write_row_members(t, row);
    write_proof(t, &t->s->rows[row]);
    write_sections(t, row);
    json_write_end_object(&t->w);
}

/* ---- "looked" -------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Sorted. */
static uint32_t read_numbers(struct turn *t, uint32_t log, uint32_t numbers[READ_REFS_MAX])
{
    const struct json_node *list = json_doc_member(t->question, "refs");
    uint32_t count = 0;
    if (!list || json_doc_type(list) != JSON_ARRAY)
        return 0;
    for (const struct json_node *n = NULL; (n = json_doc_next(list, n)) != NULL;) {
        struct ref ref;
        uint32_t number;
        if (count == READ_REFS_MAX ||
            !str_to_hex_bytes(json_doc_string(n), ref.bytes, sizeof(ref.bytes)))
            break;
        if (numbers_find(t->s->numbers, log, &ref, &number) == 0 && number)
            numbers[count++] = number;
    }
    qsort(numbers, count, sizeof(*numbers), by_number);
    return count;
}

/* Who may open people may know who looked at them, whoever it was. */
static void answer_looked(struct turn *t)
{
    uint32_t log = t->log, numbers[READ_REFS_MAX], written = 0;
    uint32_t count = read_numbers(t, log, numbers), last = UINT32_MAX;
    const struct roster_principal *p = roster_find(t->s->roster, t->grant.principal);
    uint64_t rights = p ? roster_rights(p, t->grant.project, t->now_ms) : 0;
    if (!(rights & (RIGHT_ROWS | RIGHT_REVEAL | RIGHT_APPROVE | RIGHT_SETTINGS))) {
        write_error(t, "right");
        return;
    }
    json_write_begin_object(&t->w);
    key_i64(&t->w, "since", t->s->synced_rows ? t->s->rows[0].entry.time_ms : t->now_ms);
    json_write_key(&t->w, "entries");
    json_write_begin_array(&t->w);
    for (uint32_t i = t->s->look_count; i-- > 0 && written < READ_ENTRIES_MAX;) {
        const struct state_look *look = &t->s->looks[i];
        if (look->log != log || look->row == last || look->row >= t->s->synced_rows ||
            !bsearch(&look->number, numbers, count, sizeof(*numbers), by_number))
            continue;
        last = look->row;
        write_row(t, look->row);
        written++;
    }
    json_write_end_array(&t->w);
    json_write_end_object(&t->w);
}

/* ---- "budget" -------------------------------------------------------------------------------- */

static void answer_budget(struct turn *t)
{
    static const char *const kinds[] = { [ROSTER_MEMBER] = "member", [ROSTER_KEY] = "key",
                                         [ROSTER_OS] = "os" };
    json_write_begin_object(&t->w);
    json_write_key(&t->w, "principals");
    json_write_begin_array(&t->w);
    for (const struct roster_principal *p = NULL;
         (p = roster_next(t->s->roster, p ? p->id : 0)) != NULL;) {
        bool is_own = p->id == t->grant.principal;
        if (p->is_ended || (!is_own && (!t->sees_all || is_stranger(t, p->id))))
            continue;
        json_write_begin_object(&t->w);
        key_u64(&t->w, "principal", p->id);
        key_text(&t->w, "kind", kinds[p->kind]);
        json_write_key(&t->w, "frozen");
        json_write_bool(&t->w, p->is_frozen);
        if (p->is_frozen)
            key_i64(&t->w, "since", p->frozen_ms);
        write_meter(t, "named", p, BUDGET_NAMED);
        write_meter(t, "rows", p, BUDGET_ROWS);
        json_write_end_object(&t->w);
    }
    json_write_end_array(&t->w);
    json_write_key(&t->w, "waiting");
    roster_write_waiting(t->s->roster, &t->w);
    json_write_end_object(&t->w);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void answer(struct turn *t)
{
    static const struct { const char *what; void (*answer)(struct turn *t); } all[] = {
        { "line", answer_line }, { "entries", answer_entries }, { "entry", answer_entry },
        { "looked", answer_looked }, { "budget", answer_budget },
    };
    struct str what = json_doc_get_string(t->question, "read", STR(""));
    /* After a failed sync memory has what the disk may lack: none of it is shown or signed. */
    if (t->s->is_stopped) {
        write_error(t, "stopped");
        return;
    }
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (str_equal(what, str_from(all[i].what))) {
            all[i].answer(t);
            return;
        }
    write_error(t, "invalid");
}

void read_answer(struct state *s, const struct ledger_read *m, struct bytes *out)
{
    struct arena arena;
    struct json_doc *doc = NULL;
    struct turn t = { .s = s, .arena = &arena };
    arena_init(&arena, 0);
    json_write_init(&t.w, out);
    t.now_ms = state_now(s);
    const char *code = gate_judge_reading(s, m->grant, m->text, &t.grant);
    if (!code && json_doc_parse(m->text, TEXT_MAX, &doc) != 0)
        code = "invalid";
    if (code) {
        write_error(&t, code);
    } else {
        const struct roster_principal *p = roster_find(s->roster, t.grant.principal);
        uint64_t rights = p ? roster_rights(p, t.grant.project, t.now_ms) : 0;
        t.sees_all = p && !p->is_frozen && (rights & (RIGHT_SETTINGS | RIGHT_APPROVE));
        t.log = state_log_of(s, t.grant.project);
        t.question = json_doc_root(doc);
        roster_advance(s->roster, t.now_ms);
        budget_advance(s->budget, t.now_ms);
        answer(&t);
    }
    json_doc_destroy(doc);
    arena_wipe(&arena);
}
