/* Reading and writing of asks. The parser reads eleven lines straight through, then formats what
 * it understood and compares: there is one form of an ask, so what a reader shows is what was
 * signed. */
#include "ledger/wire/ask.h"

#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "crypto/hash.h"

enum { WORD_MAX = 64, TIME_TEXT = 24, HEX_HASH = 64, HEX_NONCE = 32 };

static const char *const kind_names[] = {
    [GRANT_REVEAL] = "reveal", [GRANT_FIND] = "find", [GRANT_TIMELINE] = "timeline",
    [GRANT_ROWS] = "rows", [GRANT_EXPORT] = "export", [GRANT_REPORT_SUBJECT] = "report_subject",
    [GRANT_ERASE] = "erase", [GRANT_APPROVE] = "approve", [GRANT_UNFREEZE] = "unfreeze",
    [GRANT_NOTICE] = "notice", [GRANT_ROTATE] = "rotate", [GRANT_ENROL] = "enrol",
    [GRANT_RAISE] = "raise", [GRANT_FREEZE] = "freeze",
};

const char *ask_kind_name(enum grant_kind kind)
{
    return kind >= GRANT_REVEAL && kind <= GRANT_FREEZE ? kind_names[kind] : NULL;
}

bool ask_kind_find(struct str name, enum grant_kind *out)
{
    for (int kind = GRANT_REVEAL; kind <= GRANT_FREEZE; kind++)
        if (str_equal(name, str_from(kind_names[kind]))) {
            *out = (enum grant_kind)kind;
            return true;
        }
    return false;
}

void ask_hash(struct str bytes, uint8_t out[ASK_HASH_BYTES])
{
    hash_sha256(bytes, out);
}

int ask_hash_subjects(const struct ref *refs, uint32_t count, uint8_t out[32])
{
    for (uint32_t i = 1; i < count; i++)
        if (memcmp(refs[i - 1].bytes, refs[i].bytes, sizeof(refs[i].bytes)) >= 0)
            return ERR_INVALID;
    hash_sha256(str_of(refs, (size_t)count * sizeof(*refs)), out);
    return 0;
}

/* ---- fields ---------------------------------------------------------------------------------- */

static bool must_escape(uint8_t c)
{
    return c <= 0x20 || c == 0x7f || c == '%';
}

void ask_escape_field(struct str property, struct bytes *out)
{
    for (size_t i = 0; i < property.len; i++) {
        uint8_t c = (uint8_t)property.ptr[i];
        if (must_escape(c))
            bytes_printf(out, "%%%02X", c);
        else
            bytes_put_u8(out, c);
    }
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool ask_unescape_field(struct str field, struct bytes *out)
{
    for (size_t i = 0; i < field.len; i++) {
        uint8_t c = (uint8_t)field.ptr[i];
        if (c == '%') {
            int high = i + 2 < field.len ? hex_digit(field.ptr[i + 1]) : -1;
            int low = i + 2 < field.len ? hex_digit(field.ptr[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (uint8_t)(high << 4 | low);
            if (!must_escape(c))
                return false;
            i += 2;
        } else if (must_escape(c)) {
            return false;
        }
        bytes_put_u8(out, c);
    }
    return field.len > 0;
}

static int read_fields(struct str text, struct ask *ask)
{
    struct str field;
    if (str_equal(text, STR("-")))
        return 0;
    while (str_next(&text, ' ', &field)) {
        struct bytes plain = { 0 };
        bool holds = ask->field_count < ASK_FIELDS_MAX && ask_unescape_field(field, &plain) &&
                     (ask->field_count == 0 ||
                      str_compare(ask->fields[ask->field_count - 1], field) < 0);
        bytes_release(&plain);
        if (!holds)
            return ERR_INVALID;
        ask->fields[ask->field_count++] = field;
    }
    return 0;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* The value of the line "key value\n" at the front of *rest. */
static bool take(struct str *rest, const char *key, struct str *value)
{
    struct str name = str_from(key);
    ptrdiff_t end = str_find_byte(*rest, '\n');
    if (end < 0)
        return false;
    struct str line = str_slice(*rest, 0, (size_t)end);
    *rest = str_from_index(*rest, (size_t)end + 1);
    if (!str_starts(line, name) || line.len <= name.len || line.ptr[name.len] != ' ')
        return false;
    *value = str_from_index(line, name.len + 1);
    return true;
}

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
            return false;
    }
    return s.len > 0 && s.len <= WORD_MAX;
}

static bool is_ticket(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((uint8_t)s.ptr[i] <= 0x20 || s.ptr[i] == 0x7f)
            return false;
    return s.len > 0 && s.len <= WORD_MAX && str_is_utf8(s);
}

static int read_subjects(struct str text, struct ask *ask)
{
    uint64_t count;
    struct str number;
    if (str_equal(text, STR("- -")))
        return 0;
    if (!str_next(&text, ' ', &number) || !str_to_u64(number, &count) || count == 0 ||
        count > ASK_SUBJECTS_MAX || !str_to_hex_bytes(text, ask->subjects_hash, 32))
        return ERR_INVALID;
    ask->has_subjects = true;
    ask->subject_count = (uint32_t)count;
    return 0;
}

static int read_lines(struct str rest, struct ask *ask)
{
    struct str first, project, kind, fields, question, subjects, limit, nonce, time;
    uint64_t most;
    if (!take(&rest, "amana ask", &first) || !str_equal(first, STR("1")) ||
        !take(&rest, "project", &project) || !str_to_u64(project, &ask->project) ||
        !take(&rest, "kind", &kind) || !ask_kind_find(kind, &ask->kind) ||
        !take(&rest, "purpose", &ask->purpose) || !is_word(ask->purpose) ||
        !take(&rest, "ticket", &ask->ticket) || !is_ticket(ask->ticket) ||
        !take(&rest, "fields", &fields) || read_fields(fields, ask) != 0 ||
        !take(&rest, "question", &question) || !take(&rest, "subjects", &subjects) ||
        read_subjects(subjects, ask) != 0 || !take(&rest, "limit", &limit) ||
        !str_to_u64(limit, &most) || most > ASK_SUBJECTS_MAX || !take(&rest, "nonce", &nonce) ||
        !str_to_hex_bytes(nonce, ask->nonce, sizeof(ask->nonce)) || !take(&rest, "time", &time) ||
        rest.len != 0)
        return ERR_INVALID;
    ask->limit = (uint32_t)most;
    ask->has_question = !str_equal(question, STR("-"));
    if (ask->has_question && !str_to_hex_bytes(question, ask->question, 32))
        return ERR_INVALID;
    if (str_equal(ask->ticket, STR("-")))
        ask->ticket = STR("");
    return time.len == TIME_TEXT && time_parse(time, &ask->time_ms) ? 0 : ERR_INVALID;
}

int ask_parse(struct str bytes, struct ask *out)
{
    struct bytes again = { 0 };
    *out = (struct ask){ 0 };
    if (bytes.len > ASK_BYTES_MAX || read_lines(bytes, out) != 0)
        return ERR_INVALID;
    ask_format(out, &again);
    bool is_canonical = str_equal(bytes_str(&again), bytes);
    bytes_release(&again);
    return is_canonical ? 0 : ERR_INVALID;
}

static void put_hex(struct bytes *out, const uint8_t *bytes, size_t len)
{
    char hex[HEX_HASH + 1];
    check(len <= 32);
    str_hex(bytes, len, hex);
    bytes_append(out, hex, 2 * len);
}

void ask_format(const struct ask *ask, struct bytes *out)
{
    char time[TIME_TEXT + 1];
    bytes_printf(out, "amana ask 1\nproject %llu\nkind %s\npurpose " STR_FMT "\nticket " STR_FMT
                 "\nfields", (unsigned long long)ask->project, ask_kind_name(ask->kind),
                 STR_ARG(ask->purpose), STR_ARG(ask->ticket.len ? ask->ticket : STR("-")));
    for (uint32_t i = 0; i < ask->field_count; i++) {
        check(i == 0 || str_compare(ask->fields[i - 1], ask->fields[i]) < 0);
        bytes_put_u8(out, ' ');
        bytes_append_str(out, ask->fields[i]);
    }
    bytes_append_str(out, ask->field_count ? STR("\nquestion ") : STR(" -\nquestion "));
    if (ask->has_question)
        put_hex(out, ask->question, sizeof(ask->question));
    else
        bytes_put_u8(out, '-');
    if (ask->has_subjects) {
        bytes_printf(out, "\nsubjects %u ", ask->subject_count);
        put_hex(out, ask->subjects_hash, sizeof(ask->subjects_hash));
    } else {
        bytes_append_str(out, STR("\nsubjects - -"));
    }
    bytes_printf(out, "\nlimit %u\nnonce ", ask->limit);
    put_hex(out, ask->nonce, sizeof(ask->nonce));
    time_format(ask->time_ms, time);
    bytes_printf(out, "\ntime %s\n", time);
}
