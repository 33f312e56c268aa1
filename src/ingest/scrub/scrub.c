#include "ingest/scrub/scrub.h"

#include <string.h>

#include "base/bytes.h"
#include "event/limits.h"
#include "ingest/classify.h"
#include "ingest/detect.h"
#include "ingest/plain_cache.h"

enum { SCHEME_MAX = 16 };

/* Parameters that say where a visit came from, and nothing of who: the rest is denied. */
static bool is_harmless_parameter(struct str name)
{
    static const char *const names[] = { "page", "tab", "lang", "locale", "ref", "source" };
    if (str_starts(name, STR("utm_")))
        return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_equal(name, str_from(names[i])))
            return true;
    return false;
}

/* "postgres://", "otpauth://": a name of letters before "://". */
static bool has_scheme(struct str text)
{
    ptrdiff_t colon = str_find(text, STR("://"));
    for (ptrdiff_t i = 0; i < colon; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-",
                    text.ptr[i]))
            return false;
    return colon > 0 && colon <= SCHEME_MAX;
}

static bool is_url(struct str text)
{
    return has_scheme(text) || str_starts(text, STR("//")) ||
           (str_starts(text, STR("/")) && text.len > 1);
}

static struct str to_arena(struct ingest_request *request, struct bytes *built)
{
    struct str copy = arena_copy(request->arena, bytes_str(built));
    bytes_wipe(built);
    return copy.ptr ? copy : STR("");
}

/* The text with every personal piece replaced by its kind. */
static struct str mask_pieces(struct ingest_request *request, struct str text)
{
    struct bytes built = { 0 };
    struct detect_piece piece;
    size_t from = 0;
    if (!detect_piece(text, 0, &piece))
        return text;
    do {
        bytes_append_str(&built, str_slice(text, from, piece.begin));
        bytes_append_str(&built, detect_mask(piece.kind));
        request->dropped[piece.kind == DETECT_SECRET ? REFUSAL_secret_dropped
                                                     : REFUSAL_free_text_cut]++;
        from = piece.end;
    } while (detect_piece(text, from, &piece));
    bytes_append_str(&built, str_from_index(text, from));
    return to_arena(request, &built);
}

/* One path segment: personal as a whole (an e-mail, a name) or in pieces. Percent signs hide
 * letters, so a segment that decodes to something with '@' is judged decoded. */
static void put_segment(struct ingest_request *request, struct str segment, struct bytes *out)
{
    char plain[512];
    size_t len = 0;
    for (size_t i = 0; i < segment.len && len < sizeof(plain); i++) {
        uint8_t byte;
        if (segment.ptr[i] == '%' && segment.len - i > 2 &&
            str_to_hex_bytes(str_slice(segment, i + 1, i + 3), &byte, 1)) {
            plain[len++] = (char)byte;
            i += 2;
        } else {
            plain[len++] = segment.ptr[i];
        }
    }
    enum detect kind = detect_whole(str_of(plain, len));
    if (kind == DETECT_NONE || (kind == DETECT_NAME && len == segment.len)) {
        bytes_append_str(out, mask_pieces(request, segment));
        return;
    }
    bytes_append_str(out, detect_mask(kind));
    request->dropped[kind == DETECT_SECRET ? REFUSAL_secret_dropped : REFUSAL_free_text_cut]++;
}

static void put_path(struct ingest_request *request, struct str path, struct bytes *out)
{
    struct str segment;
    bool is_first = true;
    while (str_next(&path, '/', &segment)) {
        if (!is_first)
            bytes_put_u8(out, '/');
        is_first = false;
        if (segment.len)
            put_segment(request, segment, out);
    }
}

static void put_query(struct ingest_request *request, struct str query, struct bytes *out)
{
    struct str part;
    char separator = '?';
    while (str_next(&query, '&', &part)) {
        ptrdiff_t at = str_find_byte(part, '=');
        struct str name = at < 0 ? part : str_slice(part, 0, (size_t)at);
        if (part.len == 0)
            continue;
        if (!is_harmless_parameter(name)) {
            request->dropped[REFUSAL_query_string_dropped]++;
            continue;
        }
        bytes_put_u8(out, (uint8_t)separator);
        bytes_append_str(out, name);
        separator = '&';
        if (at >= 0) {
            bytes_put_u8(out, '=');
            put_segment(request, str_from_index(part, (size_t)at + 1), out);
        }
    }
}

/* scheme://user:password@host/path?query#fragment: user, password and fragment go. */
static struct str scrub_url(struct ingest_request *request, struct str url)
{
    struct bytes built = { 0 };
    ptrdiff_t scheme = str_find(url, STR("//"));
    size_t host = scheme < 0 || scheme > SCHEME_MAX + 1 ? 0 : (size_t)scheme + 2;
    struct str rest = str_from_index(url, host);
    ptrdiff_t hash = str_find_byte(rest, '#');
    if (hash >= 0) {
        request->dropped[REFUSAL_query_string_dropped] += (size_t)hash + 1 < rest.len;
        rest = str_slice(rest, 0, (size_t)hash);
    }
    ptrdiff_t question = str_find_byte(rest, '?');
    struct str path = question < 0 ? rest : str_slice(rest, 0, (size_t)question);
    struct str query = question < 0 ? STR("") : str_from_index(rest, (size_t)question + 1);
    ptrdiff_t slash = str_find_byte(path, '/');
    struct str authority = host == 0 ? STR("") : slash < 0 ? path
                                                           : str_slice(path, 0, (size_t)slash);
    ptrdiff_t at = str_find_byte(authority, '@');
    bytes_append_str(&built, str_slice(url, 0, host));
    if (at >= 0)
        request->dropped[REFUSAL_secret_dropped]++;
    bytes_append_str(&built, str_from_index(authority, (size_t)(at + 1)));
    put_path(request, str_from_index(path, authority.len), &built);
    put_query(request, query, &built);
    return to_arena(request, &built);
}

static void scrub_text(struct ingest_request *request, const struct record *record,
                       struct str property, struct value *v)
{
    struct str before = v->as.string;
    struct verdict verdict = classify_value(record->project, property, before);
    if (verdict.class != SCHEMA_PERSONAL && verdict.class != SCHEMA_SECRET)
        v->as.string = is_url(before) ? scrub_url(request, before) : mask_pieces(request, before);
    /* The steps that follow judge the same text under the same name, unless it changes. */
    v->is_judged = before.len <= LIMIT_STRING_BYTES && str_equal(before, v->as.string);
    v->class = (uint8_t)verdict.class;
    v->kind = (uint8_t)verdict.kind;
}

static void scrub_value(struct ingest_request *request, const struct record *record,
                        struct str property, struct value *v)
{
    if (v->type == VALUE_LIST) {
        for (uint32_t i = 0; i < v->as.list.count; i++)
            scrub_value(request, record, property, &v->as.list.items[i]);
    } else if (v->type == VALUE_OBJECT) {
        for (uint32_t i = 0; i < v->as.object.count; i++) {
            struct value_member *member = &v->as.object.members[i];
            member->name = mask_pieces(request, member->name);
            scrub_value(request, record, member->name, member->value);
        }
    } else if (v->type == VALUE_STRING) {
        scrub_text(request, record, property, v);
    }
}

/* ---- what was judged before ----------------------------------------------------------------- */

/* Scalars alone: inside lists and objects more than one name counts. Texts that will be cut are
 * judged again after it. */
static bool may_be_plain(struct str name, const struct value *v)
{
    return v->type != VALUE_LIST && v->type != VALUE_OBJECT && v->type != VALUE_REF &&
           name.len <= PLAIN_CACHE_TEXT_MAX &&
           (v->type != VALUE_STRING || v->as.string.len <= LIMIT_STRING_BYTES);
}

static bool is_same(const struct property *a, const struct property *b)
{
    return str_equal(a->name, b->name) &&
           (a->value.type != VALUE_STRING || str_equal(a->value.as.string, b->value.as.string));
}

static void scrub_anew(struct ingest_request *request, const struct record *record,
                       struct property *property)
{
    property->name = mask_pieces(request, property->name);
    scrub_value(request, record, property->name, &property->value);
}

/* Asks the cache. A property that this step leaves as it is, and those after it too, is remembered
 * as plain. */
static void judge_property(struct ingest_request *request, const struct record *record,
                           struct property *property)
{
    struct property before = *property;
    uint32_t dropped[REFUSAL_COUNT];
    bool is_text = property->value.type == VALUE_STRING;
    struct plain_case about = {
        .kind = is_text ? PLAIN_TEXT : PLAIN_SCALAR, .name = property->name,
        .class = settings_class(record->project, property->name),
        .text = is_text ? property->value.as.string : STR(""),
    };
    struct plain_key key = plain_cache_key(request->plain, &about);
    property->value.is_plain = plain_cache_has(request->plain, &key);
    if (property->value.is_plain)
        return;
    memcpy(dropped, request->dropped, sizeof(dropped));
    scrub_anew(request, record, property);
    if (is_same(&before, property) && memcmp(dropped, request->dropped, sizeof(dropped)) == 0 &&
        classify_is_plain(record->project, property)) {
        plain_cache_add(request->plain, &key);
        property->value.is_plain = true;
    }
}

static void scrub_property(struct ingest_request *request, const struct record *record,
                           struct property *property, struct recent_plain *recent)
{
    struct value *v = &property->value;
    if (!request->plain || !may_be_plain(property->name, v)) {
        scrub_anew(request, record, property);
        return;
    }
    if (recent && recent->project == record->project && recent->type == v->type &&
        str_equal(recent->name, property->name) &&
        (v->type != VALUE_STRING || str_equal(recent->text, v->as.string))) {
        v->is_plain = true;
        return;
    }
    judge_property(request, record, property);
    if (recent && v->is_plain)
        *recent = (struct recent_plain){ record->project, v->type, property->name,
                                         v->type == VALUE_STRING ? v->as.string : STR("") };
}

static void scrub_event_name(struct ingest_request *request, struct str *name)
{
    struct plain_case about = { .kind = PLAIN_EVENT_NAME, .text = *name };
    struct detect_piece piece;
    if (!request->plain || name->len > PLAIN_CACHE_TEXT_MAX) {
        *name = mask_pieces(request, *name);
        return;
    }
    struct plain_key key = plain_cache_key(request->plain, &about);
    if (plain_cache_has(request->plain, &key))
        return;
    if (detect_piece(*name, 0, &piece))
        *name = mask_pieces(request, *name);
    else
        plain_cache_add(request->plain, &key);
}

void scrub_step(struct ingest_request *request, struct record *record)
{
    uint32_t *count;
    struct property *properties = *record_properties(record, &count);
    if (record->kind == RECORD_EVENT)
        scrub_event_name(request, &record->event.name);
    else
        record->update.group_key = mask_pieces(request, record->update.group_key);
    for (uint32_t i = 0; i < *count; i++)
        scrub_property(request, record, &properties[i],
                       i < RECENT_PLAIN_MAX ? &request->recent[i] : NULL);
}
