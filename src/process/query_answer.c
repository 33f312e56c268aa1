#include "process/query_answer.h"

#include <math.h>
#include <string.h>

#include "auth/wire/grant.h"
#include "base/err.h"
#include "base/log.h"
#include "json/doc.h"
#include "json/write.h"
#include "process/query_schema.h"
#include "query/spec_json.h"
#include "sys/clock.h"

enum { SMALL_QUESTION_MAX = 64 * 1024, SETTINGS_MAX = 1024 * 1024 };

#define ANSWER_ARENA_MAX ((size_t)256 << 20)

/* One question while it is answered. */
struct turn {
    const struct query_answers *answers;
    const struct query_question *question;
    const _Atomic bool *cancelled;
    uint64_t rights;                  /* of the grant; 0 without one */
    const struct grant *grant;        /* zeros without one */
    struct store *store;              /* NULL: the project has sent nothing yet */
    struct json_doc *settings;
    const struct json_node *classes;  /* NULL: none */
    struct json_doc *parameters;      /* of all but reports */
    struct arena arena;
    struct bytes *json;
};

uint32_t query_answer_error(struct bytes *json, uint32_t status, struct str at, const char *code,
                            struct str message)
{
    struct json_write w;
    json_write_init(&w, json);
    json_write_begin_object(&w);
    json_write_key(&w, "error");
    json_write_begin_object(&w);
    json_write_key(&w, "at");
    json_write_str(&w, at);
    json_write_key(&w, "code");
    json_write_text(&w, code);
    json_write_key(&w, "message");
    json_write_str(&w, message);
    json_write_end_object(&w);
    json_write_end_object(&w);
    return status;
}

static uint32_t refuse(struct turn *t, const char *at, const char *code, const char *message)
{
    return query_answer_error(t->json, 400, str_from(at), code, str_from(message));
}

static uint32_t trouble(struct turn *t, int r)
{
    struct str at = STR("");
    if (r == ERR_CANCELLED)
        return 0;
    if (r == ERR_TOO_LARGE || r == ERR_NOMEM)
        return query_answer_error(t->json, 413, at, "too_large",
                                  STR("the answer needs more memory or groups than a question "
                                      "may take"));
    log_error("a question is not answered: %s", err_text(r));
    return query_answer_error(t->json, 503, at, "closed", str_from(err_text(r)));
}

static const struct json_node *parameters(const struct turn *t)
{
    return json_doc_root(t->parameters);
}

/* ---- reports -------------------------------------------------------------------------------- */

static enum scan_of scan_of_operand(enum operand_of of)
{
    return of == OPERAND_PERSON ? SCAN_OF_PERSON : of == OPERAND_GROUP ? SCAN_OF_GROUP
                                                                       : SCAN_OF_EVENT;
}

static bool is_personal_source(const struct turn *t, const struct scan_source *source)
{
    uint32_t types = t->store ? store_find_property(t->store, source) : 0;
    return query_schema_class(t->classes, source->property, types) == SCHEMA_PERSONAL;
}

static bool is_personal(void *ctx, const struct operand *operand)
{
    if (operand->of == OPERAND_TIME || operand->of == OPERAND_NAME)
        return false;
    struct scan_source source = { scan_of_operand(operand->of), operand->property,
                                  operand->group_key };
    return is_personal_source(ctx, &source);
}

/* 0, ERR_INVALID with *error filled, or the store's trouble. */
static int parse_spec(struct turn *t, const struct spec **spec, struct spec_error *error)
{
    int r = spec_json_parse(t->question->question, &t->arena, spec, error);
    if (r == 0 && (*spec)->project != 0 && (*spec)->project != t->question->project) {
        *error = (struct spec_error){ STR("/project"), "project",
                                      STR("the question is for another project") };
        r = ERR_INVALID;
    }
    if (r == 0)
        r = spec_check_personal(*spec, is_personal, t, &t->arena, error);
    return r;
}

static int load_zone(const struct turn *t, const struct spec *spec, struct zone **zone)
{
    struct str name = spec->zone;
    if (name.len == 0)
        name = json_doc_get_string(json_doc_root(t->settings), "zone", STR("UTC"));
    return zone_load(t->answers->zones, name.len ? name : STR("UTC"), zone);
}

/* The project's minimum may only be the stricter one: the settings come by way of web, and only a
 * grant may take folding away. */
static uint32_t fold_under(const struct turn *t)
{
    double minimum = json_doc_get_number(json_doc_root(t->settings), "group_min", 0);
    if (t->rights & RIGHT_UNFOLDED)
        return 0;
    return minimum > QUERY_FOLD_UNDER && minimum <= QUERY_FOLD_UNDER_MAX ? (uint32_t)minimum
                                                                         : QUERY_FOLD_UNDER;
}

static bool has_folded(const struct result *result)
{
    bool has = result->folded > 0;
    for (uint32_t s = 0; s < result->series_count && !has; s++)
        for (uint32_t b = 0; b < result->buckets.count && !has; b++)
            has = isnan(result->series[s].points[b]);
    return has;
}

static void note_folded(const struct turn *t, const struct result *result)
{
    if (t->answers->folded && !(t->rights & RIGHT_UNFOLDED) && has_folded(result))
        (void)query_rate_take(t->answers->folded, t->grant->principal);
}

static uint32_t report_in(struct turn *t, const struct spec *spec, const struct zone *zone)
{
    const struct json_node *settings = json_doc_root(t->settings);
    double week_start = json_doc_get_number(settings, "week_start", 1);
    struct backend_ask ask = {
        .spec = spec, .zone = zone, .arena = &t->arena, .cancelled = t->cancelled,
        .week_start = week_start >= 1 && week_start <= 7 ? (uint32_t)week_start : 1,
        .fold_under = fold_under(t),
        .threads = QUERY_REPORT_THREADS,
    };
    struct result result;
    uint64_t begin = clock_boot_ns();
    struct backend *backend = t->answers->create_backend(t->store);
    int r = backend->ops->segmentation(backend, &ask, &result);
    if (r == 0)
        note_folded(t, &result);
    if (r == 0)
        result_write_json(&result, (double)(clock_boot_ns() - begin) / 1e6, t->json);
    t->answers->destroy_backend(backend);
    return r == 0 ? 200 : trouble(t, r);
}

/* Folded answers are differences waiting to be taken: so many a minute, and no more. */
static bool may_fold(const struct turn *t)
{
    return (t->rights & RIGHT_UNFOLDED) || !t->answers->folded ||
           query_rate_has(t->answers->folded, t->grant->principal);
}

static uint32_t answer_report(struct turn *t)
{
    const struct spec *spec = NULL;
    struct spec_error error = { .code = "query" };
    struct zone *zone = NULL;
    if (!may_fold(t))
        return query_answer_error(t->json, 429, STR(""), "rate",
                                  STR("200 questions about few people within a minute"));
    int r = parse_spec(t, &spec, &error);
    if (r == ERR_INVALID)
        return query_answer_error(t->json, strcmp(error.code, "closed") == 0 ? 403 : 400, error.at,
                                  error.code, error.message);
    if (r != 0)
        return trouble(t, r);
    r = load_zone(t, spec, &zone);
    if (r == ERR_NOT_FOUND || r == ERR_INVALID)
        return refuse(t, "/zone", "query", "this server knows no such time zone");
    if (r != 0)
        return trouble(t, r);
    uint32_t status = report_in(t, spec, zone);
    zone_destroy(zone);
    return status;
}

/* ---- schema and values ---------------------------------------------------------------------- */

/* "event", "user" or "group:KEY". */
static struct str of_text(struct turn *t, enum scan_of of, struct str group_key)
{
    if (of == SCAN_OF_GROUP)
        return arena_printf(&t->arena, "group:" STR_FMT, STR_ARG(group_key));
    return of == SCAN_OF_PERSON ? STR("user") : STR("event");
}

static void write_property(struct turn *t, const struct store_property *p, struct json_write *w)
{
    json_write_begin_object(w);
    json_write_key(w, "name");
    json_write_str(w, p->name);
    json_write_key(w, "of");
    json_write_str(w, of_text(t, p->of, p->group_key));
    json_write_key(w, "class");
    json_write_text(w, schema_class_name(query_schema_class(t->classes, p->name, p->types)));
    json_write_key(w, "types");
    query_schema_write_types(p->types, w);
    json_write_end_object(w);
}

/* The oldest event: before it nothing can be compared. */
static void write_first(struct json_write *w, const struct store_status *status)
{
    json_write_key(w, "first");
    if (status->first_ms)
        json_write_i64(w, status->first_ms);
    else
        json_write_null(w);
}

static uint32_t answer_schema(struct turn *t)
{
    struct store_name *events = NULL;
    struct store_property *properties = NULL;
    uint32_t event_count = 0, property_count = 0;
    struct store_status status = { 0 };
    struct json_write w;
    int r = t->store ? store_list_events(t->store, &t->arena, &events, &event_count) : 0;
    if (r == 0 && t->store)
        r = store_list_properties(t->store, &t->arena, &properties, &property_count);
    if (r != 0)
        return trouble(t, r);
    if (t->store)
        store_get_status(t->store, &status);
    json_write_init(&w, t->json);
    json_write_begin_object(&w);
    write_first(&w, &status);
    json_write_key(&w, "events");
    json_write_begin_array(&w);
    for (uint32_t i = 0; i < event_count; i++) {
        json_write_begin_object(&w);
        json_write_key(&w, "name");
        json_write_str(&w, events[i].name);
        json_write_key(&w, "count");
        json_write_u64(&w, events[i].count);
        json_write_end_object(&w);
    }
    json_write_end_array(&w);
    json_write_key(&w, "properties");
    json_write_begin_array(&w);
    for (uint32_t i = 0; i < property_count; i++)
        write_property(t, &properties[i], &w);
    json_write_end_array(&w);
    json_write_end_object(&w);
    return 200;
}

static bool parse_source(const struct turn *t, struct scan_source *source)
{
    struct str of = json_doc_get_string(parameters(t), "of", STR("event"));
    *source = (struct scan_source){
        .property = json_doc_get_string(parameters(t), "property", STR("")),
    };
    if (str_equal(of, STR("event")))
        source->of = SCAN_OF_EVENT;
    else if (str_equal(of, STR("user")))
        source->of = SCAN_OF_PERSON;
    else if (str_starts(of, STR("group:")))
        *source = (struct scan_source){ SCAN_OF_GROUP, source->property, str_from_index(of, 6) };
    else
        return false;
    return true;
}

/* Without the right to see few people, values that stand in fewer rows are not said: so few rows
 * cannot be of enough people. Largest first, so they are the last. */
static uint32_t count_sayable(const struct turn *t, const struct store_value *values,
                              uint32_t count)
{
    uint32_t minimum = fold_under(t);
    while (count > 0 && values[count - 1].count < minimum)
        count--;
    return count;
}

static void write_values(const struct store_value *values, uint32_t count, struct bytes *json)
{
    struct json_write w;
    struct bytes text = { 0 };
    json_write_init(&w, json);
    json_write_begin_object(&w);
    json_write_key(&w, "values");
    json_write_begin_array(&w);
    for (uint32_t i = 0; i < count; i++) {
        bytes_reset(&text);
        value_format_json(&values[i].value, &text);
        json_write_begin_object(&w);
        json_write_key(&w, "value");
        json_write_raw(&w, bytes_str(&text));
        json_write_key(&w, "count");
        json_write_u64(&w, values[i].count);
        json_write_end_object(&w);
    }
    json_write_end_array(&w);
    json_write_end_object(&w);
    bytes_release(&text);
}

static uint32_t answer_values(struct turn *t)
{
    struct scan_source source;
    struct store_value *values = NULL;
    uint32_t count = 0;
    if (!parse_source(t, &source))
        return refuse(t, "/of", "query", "of is \"event\", \"user\" or \"group:KEY\"");
    if (source.property.len == 0)
        return refuse(t, "/property", "query", "no property is named");
    if (is_personal_source(t, &source))
        return refuse(t, "/property", "personal", "values of a personal property are not listed");
    struct str contains = json_doc_get_string(parameters(t), "q", STR(""));
    int r = t->store ? store_list_values(t->store, &source, contains, QUERY_VALUES_MAX, &t->arena,
                                         &values, &count)
                     : 0;
    if (r != 0)
        return trouble(t, r);
    write_values(values, count_sayable(t, values, count), t->json);
    return 200;
}

/* ---- refusals ------------------------------------------------------------------------------- */

/* What a counts record may also say: parts dropped from records that were accepted. */
static bool is_drop(struct str reason)
{
    static const char *const drops[] = { "secret_dropped", "no_subject", "free_text_cut",
                                         "query_string_dropped", "replay_dropped",
                                         "alias_dropped" };
    for (size_t i = 0; i < sizeof(drops) / sizeof(drops[0]); i++)
        if (str_equal(reason, str_from(drops[i])))
            return true;
    return false;
}

struct counts {
    struct store_count *list;
    uint32_t count;
};

static void merge(struct counts *counts, const struct store_count *one)
{
    for (uint32_t i = 0; i < counts->count; i++) {
        struct store_count *at = &counts->list[i];
        if (str_equal(at->protocol, one->protocol) && str_equal(at->reason, one->reason)) {
            at->n += one->n;
            at->last_ms = one->last_ms > at->last_ms ? one->last_ms : at->last_ms;
            return;
        }
    }
    counts->list[counts->count++] = *one;
}

/* The project's counts with those of no project known: a wrong token is what keeps a first event
 * from arriving, so it has to be seen somewhere. */
static int list_counts(struct turn *t, struct counts *out)
{
    struct store_count *lists[2] = { NULL, NULL };
    uint32_t n[2] = { 0, 0 };
    uint64_t projects[2] = { t->question->project, 0 };
    for (int i = 0; i < 2; i++) {
        int r = stores_list_counts(t->answers->stores, projects[i], &t->arena, &lists[i], &n[i]);
        if (r != 0)
            return r;
    }
    *out = (struct counts){ .list = arena_try(&t->arena,
                                              (n[0] + n[1] + 1) * sizeof(struct store_count)) };
    if (!out->list)
        return ERR_NOMEM;
    for (int i = 0; i < 2; i++)
        for (uint32_t k = 0; k < n[i]; k++)
            merge(out, &lists[i][k]);
    return 0;
}

static uint64_t sum_refused(const struct counts *counts)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < counts->count; i++)
        if (!is_drop(counts->list[i].reason))
            sum += counts->list[i].n;
    return sum;
}

static uint64_t sum_of(const struct counts *counts, struct str reason)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < counts->count; i++)
        if (str_equal(counts->list[i].reason, reason))
            sum += counts->list[i].n;
    return sum;
}

static void write_counts(const struct counts *counts, struct json_write *w)
{
    json_write_key(w, "refusals");
    json_write_begin_array(w);
    for (uint32_t i = 0; i < counts->count; i++) {
        json_write_begin_object(w);
        json_write_key(w, "protocol");
        json_write_str(w, counts->list[i].protocol);
        json_write_key(w, "reason");
        json_write_str(w, counts->list[i].reason);
        json_write_key(w, "count");
        json_write_u64(w, counts->list[i].n);
        json_write_key(w, "last");
        json_write_i64(w, counts->list[i].last_ms);
        json_write_end_object(w);
    }
    json_write_end_array(w);
}

/* ---- live and status ------------------------------------------------------------------------ */

bool query_answer_must_wait(const struct query_answers *answers,
                            const struct query_question *question,
                            struct query_answer_wait *out)
{
    struct json_doc *doc = NULL;
    if (question->what != QUERY_LIVE ||
        json_doc_parse(question->question, SMALL_QUESTION_MAX, &doc) != 0)
        return false;
    const struct json_node *root = json_doc_root(doc);
    double wait = json_doc_get_number(root, "wait_ms", 0);
    bool must_wait =
        query_live_parse(answers->live, json_doc_get_string(root, "after", STR("")),
                         &out->after) &&
        !query_live_has_news(answers->live, question->project, &out->after) && wait >= 1;
    out->wait_ms = wait < QUERY_LIVE_WAIT_MAX_MS ? (uint32_t)(wait < 0 ? 0 : wait)
                                                 : QUERY_LIVE_WAIT_MAX_MS;
    json_doc_destroy(doc);
    return must_wait;
}

static uint32_t answer_live(struct turn *t)
{
    struct str after = json_doc_get_string(parameters(t), "after", STR(""));
    struct store_status status = { 0 };
    struct query_live_cursor cursor;
    struct counts counts;
    struct json_write w;
    int r = list_counts(t, &counts);
    if (r != 0)
        return trouble(t, r);
    if (t->store)
        store_get_status(t->store, &status);
    bool is_known = query_live_parse(t->answers->live, after, &cursor);
    json_write_init(&w, t->json);
    json_write_begin_object(&w);
    query_live_write(t->answers->live, t->question->project, is_known ? &cursor : NULL,
                     after.len == 0, &w);
    json_write_key(&w, "accepted");
    json_write_u64(&w, status.events);
    json_write_key(&w, "refused");
    json_write_u64(&w, sum_refused(&counts));
    write_counts(&counts, &w);
    json_write_end_object(&w);
    return 200;
}

static int write_sdks(struct turn *t, struct json_write *w)
{
    struct scan_source source = { .of = SCAN_OF_EVENT, .property = STR("mp_lib") };
    struct store_value *values = NULL;
    uint32_t count = 0;
    int r = t->store ? store_list_values(t->store, &source, STR(""), QUERY_VALUES_MAX, &t->arena,
                                         &values, &count) : 0;
    json_write_key(w, "sdks");
    json_write_begin_array(w);
    for (uint32_t i = 0; i < count && r == 0; i++) {
        if (values[i].value.type != VALUE_STRING)
            continue;
        json_write_begin_object(w);
        json_write_key(w, "sdk");
        json_write_str(w, values[i].value.as.string);
        json_write_key(w, "count");
        json_write_u64(w, values[i].count);
        json_write_end_object(w);
    }
    json_write_end_array(w);
    return r;
}

static uint32_t answer_status(struct turn *t)
{
    struct store_status status = { 0 };
    struct counts counts;
    struct json_write w;
    size_t begin = t->json->len;
    int r = list_counts(t, &counts);
    if (r != 0)
        return trouble(t, r);
    if (t->store)
        store_get_status(t->store, &status);
    json_write_init(&w, t->json);
    json_write_begin_object(&w);
    json_write_key(&w, "events");
    json_write_u64(&w, status.events);
    json_write_key(&w, "people");
    json_write_u64(&w, status.persons);
    json_write_key(&w, "first_ms");
    if (status.first_ms)
        json_write_i64(&w, status.first_ms);
    else
        json_write_null(&w);
    json_write_key(&w, "until");
    json_write_i64(&w, status.until_ms);
    json_write_key(&w, "behind_ms");
    json_write_i64(&w, query_follow_behind_ms(t->answers->follow));
    json_write_key(&w, "sealed");
    json_write_u64(&w, query_intake_sealed(t->answers->intake, t->question->project));
    json_write_key(&w, "dropped_secrets");
    json_write_u64(&w, sum_of(&counts, STR("secret_dropped")));
    r = write_sdks(t, &w);
    write_counts(&counts, &w);
    json_write_end_object(&w);
    if (r == 0)
        return 200;
    t->json->len = begin;
    return trouble(t, r);
}

/* ---- all of them ---------------------------------------------------------------------------- */

static uint32_t answer_small(struct turn *t)
{
    if (json_doc_parse(t->question->question, SMALL_QUESTION_MAX, &t->parameters) != 0 ||
        json_doc_type(parameters(t)) != JSON_OBJECT)
        return refuse(t, "", "query", "the question is no JSON object");
    switch (t->question->what) {
    case QUERY_SCHEMA: return answer_schema(t);
    case QUERY_VALUES: return answer_values(t);
    case QUERY_LIVE: return answer_live(t);
    case QUERY_STATUS: return answer_status(t);
    default: break; /* REPORT has its own; what needs an ask is not answered here */
    }
    check(false);
    return 0;
}

static uint32_t answer_rows(struct turn *t)
{
    if (!t->answers->rows)
        return query_gate_refuse(t->json, 503, "closed");
    if (t->question->what != QUERY_LEDGER &&
        (json_doc_parse(t->question->question, SMALL_QUESTION_MAX, &t->parameters) != 0 ||
         json_doc_type(parameters(t)) != JSON_OBJECT))
        return refuse(t, "", "query", "the question is no JSON object");
    struct query_rows_turn turn = {
        .rows = t->answers->rows, .question = t->question, .grant = t->grant, .store = t->store,
        .zones = t->answers->zones, .settings = json_doc_root(t->settings),
        .parameters = t->parameters ? parameters(t) : NULL, .cancelled = t->cancelled,
        .arena = &t->arena, .shown = { .classes = t->classes }, .json = t->json,
    };
    return query_rows_answer(&turn);
}

static uint32_t answer(struct turn *t)
{
    struct str settings = t->question->settings;
    if (json_doc_parse(settings.len ? settings : STR("{}"), SETTINGS_MAX, &t->settings) != 0)
        return refuse(t, "", "query", "the project's settings are no JSON");
    t->classes = json_doc_member(json_doc_root(t->settings), "classes");
    t->store = stores_find(t->answers->stores, t->question->project);
    if (t->question->what >= QUERY_PEOPLE)
        return answer_rows(t);
    return t->question->what == QUERY_REPORT ? answer_report(t) : answer_small(t);
}

struct query_verdict query_answer_judge(const struct query_answers *answers,
                                        const struct query_question *question)
{
    struct query_verdict verdict = { 0 };
    bool has_grant = question->grant.len > 0 || question->what >= QUERY_PEOPLE;
    verdict.holds = !has_grant ||
                    query_grants_open(answers->grants, question, &verdict.grant) == 0;
    if (!verdict.holds)
        verdict.grant = (struct grant){ 0 };
    verdict.rights = verdict.grant.rights;
    return verdict;
}

uint32_t query_answer(const struct query_answers *answers, const struct query_question *question,
                      const struct query_verdict *verdict, const _Atomic bool *cancelled,
                      struct bytes *json)
{
    struct turn t = { .answers = answers, .question = question, .cancelled = cancelled,
                      .rights = verdict->rights, .grant = &verdict->grant, .json = json };
    if (!verdict->holds)
        return query_answer_error(json, 403, STR(""), "grant",
                                  STR("the grant does not hold for this question"));
    arena_init(&t.arena, ANSWER_ARENA_MAX);
    uint32_t status = answer(&t);
    arena_wipe(&t.arena); /* what a member typed may be personal, also where it is refused */
    json_doc_destroy(t.parameters);
    json_doc_destroy(t.settings);
    return status;
}
