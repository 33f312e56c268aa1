#include "ledger/inside/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/wire/evidence.h"
#include "base/err.h"
#include "base/log.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "sys/clock.h"

#define WINDOW_MS ((int64_t)32 * 24 * 60 * 60 * 1000)

enum { FLUSH_ROWS = 4096, PUBLISH_MS = 1000, REPLAY_PUBLISH = 65536, COUNTER_MAX = 24 };

/* ---- time ------------------------------------------------------------------------------------ */

int64_t state_now(struct state *s)
{
    int64_t wall = clock_wall_ms();
    uint64_t boot = clock_boot_ms();
    int64_t most = s->last_ms + (int64_t)(boot - s->last_boot_ms);
    int64_t now = wall > most ? most : wall > s->last_ms ? wall : s->last_ms;
    /* A wall clock that was set back is waited for, but windows go on. */
    if (wall + 60000 < most)
        now = most;
    s->last_ms = now;
    s->last_boot_ms = boot;
    return now;
}

/* ---- growing lists --------------------------------------------------------------------------- */

static struct state_row *add_row(struct state *s)
{
    if (s->row_count == s->row_cap) {
        s->row_cap = s->row_cap ? s->row_cap * 2 : 1024;
        struct state_row *rows = realloc(s->rows, s->row_cap * sizeof(*rows));
        check(rows != NULL);
        s->rows = rows;
    }
    return &s->rows[s->row_count++];
}

static void add_look(struct state *s, uint32_t log, uint32_t number, uint32_t row)
{
    if (s->look_count == s->look_cap) {
        s->look_cap = s->look_cap ? s->look_cap * 2 : 1024;
        struct state_look *looks = realloc(s->looks, s->look_cap * sizeof(*looks));
        check(looks != NULL);
        s->looks = looks;
    }
    s->looks[s->look_count++] = (struct state_look){ .log = log, .number = number, .row = row };
}

struct state_tally *state_tally(struct state *s, uint32_t principal)
{
    for (uint32_t i = 0; i < s->tally_count; i++)
        if (s->tallies[i].principal == principal)
            return &s->tallies[i];
    struct state_tally *all = realloc(s->tallies, (s->tally_count + 1) * sizeof(*all));
    check(all != NULL);
    s->tallies = all;
    all[s->tally_count] = (struct state_tally){ .principal = principal };
    return &all[s->tally_count++];
}

/* ---- logs ------------------------------------------------------------------------------------ */

struct book *state_book(struct state *s, uint32_t log)
{
    char name[16], origin[STATE_ORIGIN_MAX + 16];
    for (uint32_t i = 0; i < s->book_count; i++)
        if (s->book_logs[i] == log)
            return s->books[i];
    check(s->book_count < STATE_BOOKS_MAX);
    if (log == LEDGER_LOG_HOUSE)
        (void)snprintf(name, sizeof(name), "house");
    else
        (void)snprintf(name, sizeof(name), "%u", log);
    (void)snprintf(origin, sizeof(origin), "%s%s", s->origin_base, name);
    s->book_logs[s->book_count] = log;
    s->books[s->book_count] = book_create(s->config.public_files, name, origin,
                                          s->config.log_key);
    return s->books[s->book_count++];
}

uint32_t state_log_of(const struct state *s, uint32_t project)
{
    const struct roster_project *p = roster_project(s->roster, project);
    return p ? p->group : LEDGER_GROUP_DEFAULT;
}

/* ---- taking account of an entry, when it is written and at each start ------------------------ */

enum budget_kind state_budget_of(uint8_t kind)
{
    return kind == GRANT_TIMELINE || kind == GRANT_ROWS ? BUDGET_ROWS : BUDGET_NAMED;
}

static void account_people(struct state *s, const struct state_row *row, const struct blob *blob)
{
    const struct entry *e = &row->entry;
    struct budget_who who = { e->principal, e->project, state_budget_of(e->kind) };
    struct budget_who all = { 0, e->project, who.kind };
    if (e->verdict != ENTRY_RELEASED)
        return;
    budget_advance(s->budget, e->time_ms);
    if (e->kind == GRANT_FIND && blob->sections.number_count == 0) {
        who.kind = all.kind = BUDGET_MISSES;
        budget_note_miss(s->budget, who);
        budget_note_miss(s->budget, all);
        return;
    }
    budget_note(s->budget, who, blob->sections.numbers, blob->sections.number_count);
    budget_note(s->budget, all, blob->sections.numbers, blob->sections.number_count);
    for (uint32_t i = 0; i < blob->sections.number_count; i++)
        add_look(s, row->log, blob->sections.numbers[i], (uint32_t)(row - s->rows));
}

/* The value of "key value\n" in a section; empty when absent. */
static struct str line_of(struct str section, const char *key)
{
    struct str line, name = str_from(key);
    while (str_next(&section, '\n', &line))
        if (str_starts(line, name) && line.len > name.len && line.ptr[name.len] == ' ')
            return str_from_index(line, name.len + 1);
    return STR("");
}

void state_put_login(const struct grant *grant, uint64_t proof, struct bytes *out)
{
    char session[33], boot[33];
    str_hex(grant->login_session, sizeof(grant->login_session), session);
    str_hex(grant->boot_id, sizeof(grant->boot_id), boot);
    bytes_printf(out, "session %s\nboot %s\ngrant %llu\nproof %llu\n", session, boot,
                 (unsigned long long)grant->counter, (unsigned long long)proof);
}

/* What this entry used up: a grant, and a proof's counter. */
static void account_counters(struct state *s, const struct state_row *row,
                             const struct blob *blob)
{
    struct str section = blob->sections.sections[ENTRY_SECTION_LOGIN - 1];
    uint8_t session[16], boot[16];
    uint64_t grant, proof;
    if (str_to_hex_bytes(line_of(section, "boot"), boot, sizeof(boot)) &&
        str_to_u64(line_of(section, "grant"), &grant))
        (void)pins_use_grant(s->pins, boot, grant);
    if (!str_to_hex_bytes(line_of(section, "session"), session, sizeof(session)) ||
        !str_to_u64(line_of(section, "proof"), &proof) || proof == 0)
        return;
    struct pin *pin = pins_find(s->pins, session, row->entry.time_ms);
    if (pin)
        (void)pins_use_proof(pin, proof);
}

static void account_login(struct state *s, const struct state_row *row, const struct blob *blob)
{
    struct str section = blob->sections.sections[ENTRY_SECTION_LOGIN - 1];
    struct str key = line_of(section, "key");
    struct pin pin = { .principal = row->entry.principal, .level = row->entry.level };
    uint64_t type, ends;
    if (!str_to_hex_bytes(line_of(section, "session"), pin.login_session, 16) ||
        !str_to_u64(line_of(section, "type"), &type) || key.len > 2 * PINS_KEY_MAX ||
        !str_to_hex_bytes(key, pin.key, key.len / 2) ||
        !str_to_u64(line_of(section, "ends"), &ends) ||
        (pin.level > 1 &&
         !str_to_hex_bytes(line_of(section, "passkey"), pin.passkey, sizeof(pin.passkey))))
        return;
    pin.key_type = (uint8_t)type;
    pin.key_len = (uint32_t)(key.len / 2);
    pin.ends_ms = (int64_t)ends;
    /* Told again: what was used up stays so. */
    const struct pin *before = pins_find(s->pins, pin.login_session, row->entry.time_ms);
    if (before) {
        pin.highest = before->highest;
        pin.window = before->window;
    }
    (void)pins_put(s->pins, &pin, row->entry.time_ms);
}

static void note(struct state *s, uint32_t principal, bool is_frozen)
{
    if (!s->is_replaying && s->note_count < STATE_NOTES_MAX)
        s->notes[s->note_count++] = (struct ledger_note){ principal, is_frozen };
}

static void account_decision(struct state *s, const struct state_row *row,
                             const struct blob *blob)
{
    struct str remarks = blob->sections.sections[ENTRY_SECTION_REMARKS - 1];
    struct roster_change change = { .sequence = row->entry.sequence,
                                    .time_ms = row->entry.time_ms,
                                    .by = row->entry.principal, .remarks = remarks };
    if (remarks.len == 0)
        return;
    if (roster_apply(s->roster, &change, false) != 0)
        log_warn("entry %llu has no effect", (unsigned long long)row->entry.sequence);
    for (const struct roster_principal *p = NULL;
         (p = roster_next(s->roster, p ? p->id : 0)) != NULL;)
        if (p->frozen_ms == row->entry.time_ms && p->frozen_ms != 0)
            note(s, p->id, p->is_frozen);
}

static void account(struct state *s, const struct state_row *row, const struct blob *blob)
{
    account_counters(s, row, blob);
    if (row->entry.kind == ENTRY_LOGIN)
        account_login(s, row, blob);
    else if (row->entry.verdict == ENTRY_DECIDED)
        account_decision(s, row, blob);
    else
        account_people(s, row, blob);
}

/* ---- replay ---------------------------------------------------------------------------------- */

/* A day's key may be destroyed, and its entries stay; but not while what it seals decides who may
 * do what, or what is left of a budget: a ledger that forgets does not start. */
static bool may_be_gone(const struct state_row *row)
{
    return row->log != LEDGER_LOG_HOUSE && row->entry.time_ms < clock_wall_ms() - WINDOW_MS;
}

static int replay(void *ctx, const struct ledger_journal_record *record,
                  struct ledger_journal_place place)
{
    struct state *s = ctx;
    struct arena arena;
    struct blob blob;
    struct state_row *row = add_row(s);
    *row = (struct state_row){ .log = record->log, .place = place };
    if (entry_decode(record->entry, &row->entry) != 0)
        return ERR_CORRUPT;
    struct book *book = state_book(s, record->log);
    row->index = book_add(book, record->entry);
    s->sequence = row->entry.sequence;
    if (row->entry.time_ms > s->last_ms)
        s->last_ms = row->entry.time_ms;
    if (book_size(book) % REPLAY_PUBLISH == 0 && book_publish(book, true) != 0)
        log_warn("the public files of log %s cannot be written", book_name(book));
    arena_init(&arena, 0);
    int r = blobs_open(s->blobs, record->log, record->entry, record->blob, &arena, &blob);
    if (r == 0) {
        bool is_new = row->entry.sequence > numbers_position(s->numbers);
        for (uint32_t i = 0; is_new && r == 0 && i < blob.given_count; i++)
            r = numbers_replay(s->numbers, record->log, &blob.given[i].ref, blob.given[i].number);
        account(s, row, &blob);
    }
    arena_wipe(&arena);
    s->synced_rows = s->row_count;
    if (r == ERR_NOT_FOUND && may_be_gone(row))
        return 0;
    if (r != 0)
        log_error("entry %llu: what is sealed beside it does not open: %s",
                  (unsigned long long)row->entry.sequence, err_text(r));
    return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
}

static int write_simple(struct state *s, uint8_t kind, const char *remarks)
{
    struct state_draft draft = { .log = LEDGER_LOG_HOUSE,
                                 .entry = { .kind = kind, .verdict = ENTRY_RECORDED } };
    uint32_t row;
    if (remarks)
        draft.sections[ENTRY_SECTION_REMARKS - 1] = str_from(remarks);
    return state_write(s, &draft, &row);
}

static int open_parts(struct state *s)
{
    const char *slash = strstr(s->config.origin, "/amana/");
    if (!slash || (size_t)(slash - s->config.origin) + 8 > sizeof(s->origin_base))
        return ERR_INVALID;
    (void)snprintf(s->origin_base, sizeof(s->origin_base), "%.*s/amana/",
                   (int)(slash - s->config.origin), s->config.origin);
    s->blobs = blobs_create(s->config.keys);
    s->roster = roster_create();
    s->pins = pins_create();
    s->budget = budget_create();
    s->shares = shares_create(s->config.secret);
    (void)state_book(s, LEDGER_LOG_HOUSE);
    (void)state_book(s, LEDGER_GROUP_DEFAULT);
    int r = numbers_open(s->config.data, &s->numbers);
    if (r != 0)
        return r;
    s->is_replaying = true;
    r = ledger_journal_open(s->config.data, s->config.segment_bytes, replay, s, &s->journal);
    s->is_replaying = false;
    if (r == 0 && numbers_position(s->numbers) > s->sequence) {
        log_error("the journal ends at entry %llu and its index at %llu: it is an older journal",
                  (unsigned long long)s->sequence,
                  (unsigned long long)numbers_position(s->numbers));
        r = ERR_CORRUPT;
    }
    return r;
}

int state_open(const struct ledger_config *config, struct state **out)
{
    struct state *s = calloc(1, sizeof(*s));
    check(s != NULL);
    s->config = *config;
    int r = open_parts(s);
    if (r == 0) {
        int64_t wall = clock_wall_ms();
        s->last_ms = wall > s->last_ms ? wall : s->last_ms;
        s->last_boot_ms = clock_boot_ms();
        r = write_simple(s, ENTRY_START, NULL);
    }
    if (r == 0)
        r = state_sync(s);
    if (r == 0)
        r = state_tick(s, true);
    if (r != 0) {
        state_close(s);
        return r;
    }
    *out = s;
    return 0;
}

void state_close(struct state *s)
{
    if (!s)
        return;
    if (s->journal && !s->is_stopped && write_simple(s, ENTRY_STOP, NULL) == 0 &&
        state_sync(s) == 0 && state_tick(s, true) != 0)
        log_warn("the ledger's index is not written; the journal has it");
    for (uint32_t i = 0; i < s->book_count; i++)
        book_destroy(s->books[i]);
    ledger_journal_close(s->journal);
    numbers_close(s->numbers);
    blobs_destroy(s->blobs);
    roster_destroy(s->roster);
    pins_destroy(s->pins);
    budget_destroy(s->budget);
    shares_destroy(s->shares);
    free(s->rows);
    free(s->looks);
    free(s->tallies);
    free(s);
}

/* ---- writing --------------------------------------------------------------------------------- */

static int stop(struct state *s, int r)
{
    if (!s->is_stopped)
        log_error("the ledger stops: %s", err_text(r));
    s->is_stopped = true;
    return r;
}

int state_write(struct state *s, const struct state_draft *draft, uint32_t *out)
{
    struct ledger_journal_record record = { .log = draft->log };
    struct blob blob = { .given = draft->given, .given_count = draft->given_count };
    struct bytes sealed = { 0 };
    struct entry entry = draft->entry;
    if (s->is_stopped)
        return ERR_IO;
    entry.time_ms = state_now(s);
    entry.sequence = s->sequence + 1;
    random_bytes(blob.sections.secret, sizeof(blob.sections.secret));
    memcpy(blob.sections.sections, draft->sections, sizeof(blob.sections.sections));
    blob.sections.numbers = draft->numbers;
    blob.sections.number_count = draft->number_count;
    int r = blobs_prepare(s->blobs, draft->log, entry.time_ms);
    if (r != 0)
        return stop(s, r);
    entry_commit(&blob.sections, entry.commitment);
    entry_encode(&entry, record.entry);
    blobs_seal(s->blobs, draft->log, record.entry, &blob, &sealed);
    record.blob = bytes_str(&sealed);
    ledger_journal_add(s->journal, &record);
    bytes_release(&sealed);
    struct state_row *row = add_row(s);
    *row = (struct state_row){ .log = draft->log, .entry = entry };
    row->index = book_add(state_book(s, draft->log), record.entry);
    s->sequence = entry.sequence;
    account(s, row, &blob);
    hash_wipe(&blob, sizeof(blob));
    *out = s->row_count - 1;
    return 0;
}

int state_sync(struct state *s)
{
    if (s->is_stopped)
        return ERR_IO;
    int r = ledger_journal_sync(s->journal);
    if (r != 0)
        return stop(s, r);
    struct ledger_journal_place place = ledger_journal_last(s->journal);
    for (place.index = 0; s->synced_rows < s->row_count; s->synced_rows++, place.index++)
        s->rows[s->synced_rows].place = place;
    return 0;
}

int state_freeze(struct state *s, uint32_t principal, const char *why)
{
    struct bytes remarks = { 0 };
    const struct roster_principal *p = roster_find(s->roster, principal);
    uint32_t row;
    if (!p || p->is_frozen || p->is_ended)
        return 0;
    bytes_printf(&remarks, "{\"detail\":{\"do\":\"freeze\",\"principal\":%u,\"why\":\"%s\"}}",
                 principal, why);
    struct state_draft draft = { .log = LEDGER_LOG_HOUSE,
                                 .entry = { .kind = ENTRY_FROZE, .verdict = ENTRY_DECIDED } };
    draft.sections[ENTRY_SECTION_REMARKS - 1] = bytes_str(&remarks);
    int r = state_write(s, &draft, &row);
    bytes_release(&remarks);
    return r;
}

int state_read_blob(struct state *s, uint32_t row, struct arena *arena, struct blob *out)
{
    struct bytes buf = { 0 };
    struct ledger_journal_record record;
    check(row < s->synced_rows);
    int r = ledger_journal_read(s->journal, s->rows[row].place, &buf, &record);
    if (r == 0)
        r = blobs_open(s->blobs, record.log, record.entry, record.blob, arena, out);
    bytes_release(&buf);
    return r;
}

/* Nothing here is needed for what was promised: files and index are made again from the journal. */
int state_tick(struct state *s, bool now)
{
    int64_t at = state_now(s);
    roster_advance(s->roster, at);
    for (uint32_t id; (id = roster_take_thawed(s->roster)) != 0;)
        note(s, id, false);
    budget_advance(s->budget, at);
    if (s->is_stopped || (!now && at - s->published_ms < PUBLISH_MS))
        return 0;
    s->published_ms = at;
    check(ledger_journal_pending(s->journal) == 0);
    for (uint32_t i = 0; i < s->book_count; i++)
        if (book_is_behind(s->books[i])) {
            int r = book_publish(s->books[i], now);
            if (r != 0)
                log_warn("log %s: its public files cannot be written: %s",
                         book_name(s->books[i]), err_text(r));
        }
    if (now || numbers_pending(s->numbers) >= FLUSH_ROWS) {
        int r = numbers_flush(s->numbers, s->sequence);
        if (r != 0)
            return stop(s, r);
    }
    return 0;
}
