#include "support/store_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/store_room.h"

static const char *const event_names[] = { "view", "click", "buy", "login", "a", "z last" };
static const char *const texts[] = { "red", "green", "blue", "", "a longer text, with commas" };
enum { NAMES = 6, TEXTS = 5, HOUR_MS = 3600 * 1000 };

void store_work_init(struct store_work *work)
{
    *work = (struct store_work){ .person_max = 40 };
    arena_init(&work->arena, 0);
}

void store_work_release(struct store_work *work)
{
    arena_release(&work->arena);
    free(work->ops);
}

/* ---- random work ----------------------------------------------------------------------------- */

static struct value text_value(const char *text)
{
    return (struct value){ .type = VALUE_STRING, .as.string = str_from(text) };
}

static struct value number_value(double number)
{
    return (struct value){ .type = VALUE_NUMBER, .as.number = number };
}

static struct value random_scalar(struct rand *rand)
{
    struct value value = { .type = VALUE_NULL };
    switch (rand_below(rand, 6)) {
    case 0: return value;
    case 1: value.type = VALUE_TRUE; return value;
    case 2: return number_value((double)rand_below(rand, 5));
    case 3:
        value.type = VALUE_REF;
        value.as.sealed.kind = REF_KIND_EMAIL;
        value.as.sealed.ref = store_room_ref((uint32_t)rand_below(rand, 9) + 1);
        return value;
    default: return text_value(texts[rand_below(rand, TEXTS)]);
    }
}

static struct value random_list(struct store_work *work, struct rand *rand)
{
    struct value value = { .type = VALUE_LIST };
    value.as.list.count = (uint32_t)rand_below(rand, 4);
    value.as.list.items = arena_alloc(&work->arena, 4 * sizeof(struct value));
    for (uint32_t i = 0; i < value.as.list.count; i++)
        value.as.list.items[i] = random_scalar(rand);
    return value;
}

static void add_property(struct store_op *op, const char *name, struct value value)
{
    op->event.properties[op->event.property_count++] =
        (struct property){ str_from(name), value };
}

static void random_properties(struct store_work *work, struct rand *rand, struct store_op *op)
{
    op->event.properties = arena_alloc(&work->arena, 8 * sizeof(struct property));
    if (rand_below(rand, 4))
        add_property(op, "colour", text_value(texts[rand_below(rand, TEXTS)]));
    if (rand_below(rand, 3))
        add_property(op, "amount", work->has_many_numbers
                                       ? number_value((double)rand_below(rand, 1 << 30) / 8)
                                       : number_value((double)rand_below(rand, 20) - 5));
    else if (rand_below(rand, 2))
        add_property(op, "amount", random_scalar(rand));
    if (rand_below(rand, 2))
        add_property(op, "mixed", random_scalar(rand));
    if (rand_below(rand, 2))
        add_property(op, "tags", random_list(work, rand));
    if (rand_below(rand, 40) == 0)
        add_property(op, "rare", number_value((double)rand_below(rand, 3)));
    if (rand_below(rand, 3) == 0)
        add_property(op, "company", rand_below(rand, 3) ? text_value(texts[rand_below(rand, 3)])
                                                        : random_list(work, rand));
}

static void random_event(struct store_work *work, struct rand *rand, struct store_op *op)
{
    const uint32_t half = work->person_max / 2;
    op->person = (uint32_t)rand_below(rand, work->person_max);
    if (op->person > 0 && op->person < half && rand_below(rand, 12) == 0)
        op->device = half + (uint32_t)rand_below(rand, half);
    else if (rand_below(rand, 60) == 0)
        op->device = (uint32_t)rand_below(rand, work->person_max);
    op->event = (struct event){
        .name = str_from(event_names[rand_below(rand, NAMES)]),
        .time_ms = (int64_t)rand_below(rand, 400) * HOUR_MS / 100 +
                   (rand_below(rand, 2) ? (int64_t)rand_below(rand, 3) : 0),
        .insert_hash = rand_below(rand, 3) ? rand_below(rand, 4) + 1 : 0,
        .flags = (uint32_t)rand_below(rand, 8),
    };
    op->event.person = store_room_ref(op->person);
    op->event.device = store_room_ref(op->device);
    random_properties(work, rand, op);
}

static void random_update(struct store_work *work, struct rand *rand, struct store_op *op)
{
    static const enum profile_op kinds[] = { PROFILE_SET, PROFILE_SET_ONCE, PROFILE_ADD,
                                             PROFILE_ADD, PROFILE_UNSET, PROFILE_DELETE };
    struct profile_update *update = &op->update;
    op->is_update = true;
    *update = (struct profile_update){ .op = kinds[rand_below(rand, 6)],
                                       .flags = (uint32_t)rand_below(rand, 4),
                                       .time_ms = 1000 };
    update->properties = arena_alloc(&work->arena, sizeof(struct property));
    update->property_count = update->op != PROFILE_DELETE;
    update->properties[0] = (struct property){ STR("score"),
                                               number_value((double)rand_below(rand, 5)) };
    if (rand_below(rand, 2)) {
        update->group_key = STR("company");
        update->group_id = str_from(texts[rand_below(rand, 3)]);
    } else {
        op->person = 1 + (uint32_t)rand_below(rand, work->person_max - 1);
        update->subject = store_room_ref(op->person);
    }
}

void store_work_add_random(struct store_work *work, struct rand *rand, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (work->count == work->cap) {
            work->cap = work->cap ? work->cap * 2 : 64;
            work->ops = realloc(work->ops, work->cap * sizeof(*work->ops));
            check(work->ops != NULL);
        }
        struct store_op *op = &work->ops[work->count++];
        *op = (struct store_op){ 0 };
        if (rand_below(rand, 10) == 0)
            random_update(work, rand, op);
        else
            random_event(work, rand, op);
    }
}

int store_work_feed(const struct store_work *work, struct stores *stores, uint32_t from,
                    uint32_t to)
{
    struct sink *sink = stores_sink(stores);
    int r = 0;
    for (uint32_t i = from; i < to && r == 0; i++) {
        const struct store_op *op = &work->ops[i];
        if (op->is_update)
            r = sink->ops->updates(sink, 1, &op->update, 1);
        else
            r = sink->ops->events(sink, 1, &op->event, 1, 5000);
        if (r == 0)
            r = sink->ops->counts(sink, 1, STR("test"), STR("each"), 1, i);
        if (r == 0)
            r = sink->ops->advance(sink, (struct wal_position){ 1, i + 1 });
    }
    return r;
}

/* ---- what must be ---------------------------------------------------------------------------- */

struct score { bool exists; bool is_set; double score; };

struct model_row {
    uint32_t person;       /* present code */
    uint32_t arrival;
    const struct event *event;
};

struct model {
    uint32_t code_of[STORE_WORK_NUMBERS];
    uint32_t codes;
    uint32_t person_of[STORE_WORK_NUMBERS];    /* by code */
    bool has_devices[STORE_WORK_NUMBERS];
    uint32_t links;
    struct score persons[STORE_WORK_NUMBERS];  /* by code */
    struct score groups[TEXTS];
    struct model_row *rows;
    uint32_t row_count;
};

static uint32_t code_of(struct model *m, uint32_t number)
{
    if (number && !m->code_of[number])
        m->code_of[number] = ++m->codes;
    return m->code_of[number];
}

static uint32_t present(const struct model *m, uint32_t code)
{
    return m->person_of[code] ? m->person_of[code] : code;
}

static void model_link(struct model *m, uint32_t device, uint32_t person)
{
    person = present(m, person);
    if (!device || !person || device == person || m->person_of[device] || m->has_devices[device])
        return;
    m->person_of[device] = person;
    m->has_devices[person] = true;
    m->links++;
}

static void model_update(struct score *s, const struct profile_update *update)
{
    double number = update->property_count ? update->properties[0].value.as.number : 0;
    switch (update->op) {
    case PROFILE_SET: s->score = number; break;
    case PROFILE_SET_ONCE: s->score = s->is_set ? s->score : number; break;
    case PROFILE_ADD: s->score = (s->is_set ? s->score : 0) + number; break;
    case PROFILE_UNSET: s->is_set = false; return;
    default: s->is_set = false; return;
    }
    s->is_set = true;
}

static int compare_rows(const void *a, const void *b)
{
    const struct model_row *x = a, *y = b;
    if (x->person != y->person)
        return x->person < y->person ? -1 : 1;
    if (x->event->time_ms != y->event->time_ms)
        return x->event->time_ms < y->event->time_ms ? -1 : 1;
    int order = str_compare(x->event->name, y->event->name);
    if (order != 0)
        return order;
    if (x->event->insert_hash != y->event->insert_hash)
        return x->event->insert_hash < y->event->insert_hash ? -1 : 1;
    return x->arrival < y->arrival ? -1 : x->arrival > y->arrival;
}

static bool are_twins(const struct model_row *a, const struct model_row *b)
{
    return a->event->insert_hash && a->event->insert_hash == b->event->insert_hash &&
           a->person == b->person && a->event->time_ms == b->event->time_ms &&
           str_equal(a->event->name, b->event->name);
}

static struct model *model_of(const struct store_work *work, uint32_t count)
{
    struct model *m = calloc(1, sizeof(*m));
    uint32_t n = 0;
    check(m != NULL);
    m->rows = calloc(count + 1, sizeof(*m->rows));
    check(m->rows != NULL);
    for (uint32_t i = 0; i < count; i++) {
        const struct store_op *op = &work->ops[i];
        uint32_t person = code_of(m, op->person);
        if (op->is_update && op->person) {
            if (!(op->update.flags & PROFILE_IGNORE_ALIAS))
                person = present(m, person);
            model_update(&m->persons[person], &op->update);
        } else if (op->is_update) {
            for (uint32_t g = 0; g < TEXTS; g++)
                if (str_equal(op->update.group_id, str_from(texts[g])))
                    model_update(&m->groups[g], &op->update);
        } else {
            model_link(m, code_of(m, op->device), person);
            m->rows[n++] = (struct model_row){ person, i, &op->event };
        }
    }
    for (uint32_t i = 0; i < n; i++)
        m->rows[i].person = present(m, m->rows[i].person);
    qsort(m->rows, n, sizeof(*m->rows), compare_rows);
    for (uint32_t i = 0; i < n; i++)
        if (i + 1 == n || !are_twins(&m->rows[i], &m->rows[i + 1]))
            m->rows[m->row_count++] = m->rows[i];
    return m;
}

/* ---- a random scan, both ways ---------------------------------------------------------------- */

struct question {
    struct scan_want want;
    struct str events[3];
    struct scan_filter filter;
    struct scan_source sources[3];
    uint32_t rule;
};

static const struct scan_source all_sources[] = {
    { SCAN_OF_EVENT, { "colour", 6 }, { 0 } }, { SCAN_OF_EVENT, { "amount", 6 }, { 0 } },
    { SCAN_OF_EVENT, { "mixed", 5 }, { 0 } },  { SCAN_OF_EVENT, { "tags", 4 }, { 0 } },
    { SCAN_OF_EVENT, { "rare", 4 }, { 0 } },   { SCAN_OF_EVENT, { "company", 7 }, { 0 } },
    { SCAN_OF_EVENT, { "never", 5 }, { 0 } },  { SCAN_OF_PERSON, { "score", 5 }, { 0 } },
    { SCAN_OF_PERSON, { "never", 5 }, { 0 } }, { SCAN_OF_GROUP, { "score", 5 }, { "company", 7 } },
    { SCAN_OF_GROUP, { "score", 5 }, { "never", 5 } }, { SCAN_OF_TIME, { 0 }, { 0 } },
    { SCAN_OF_NAME, { 0 }, { 0 } },
};
enum { SOURCES = 13 };

/* Rules that look at everything they are given; ctx is the rule's number. */
static bool keep(const void *ctx, const struct value *const *values)
{
    uint64_t sum = *(const uint32_t *)ctx;
    for (int i = 0; i < 3; i++) {
        if (!values[i]) {
            sum += 3;
        } else {
            struct bytes bytes = { 0 };
            value_encode(values[i], &bytes);
            for (size_t k = 0; k < bytes.len; k++)
                sum = sum * 31 + bytes.ptr[k];
            bytes_release(&bytes);
        }
    }
    return sum % 3 != 0;
}

static void random_question(struct question *q, struct rand *rand)
{
    *q = (struct question){ .want = { .to_ms = INT64_MAX } };
    q->want.event_count = (uint32_t)rand_below(rand, 4);
    q->want.events = q->events;
    for (uint32_t i = 0; i < q->want.event_count; i++)
        q->events[i] = rand_below(rand, 8) ? str_from(event_names[rand_below(rand, NAMES)])
                                           : STR("unheard of");
    if (rand_below(rand, 2)) {
        q->want.from_ms = (int64_t)rand_below(rand, 4 * HOUR_MS);
        q->want.to_ms = q->want.from_ms + (int64_t)rand_below(rand, 4 * HOUR_MS);
    }
    if (rand_below(rand, 2)) {
        for (int i = 0; i < 3; i++)
            q->sources[i] = all_sources[rand_below(rand, SOURCES)];
        q->rule = (uint32_t)rand_below(rand, 3);
        q->filter = (struct scan_filter){ q->sources, 3, keep, &q->rule };
        q->want.filter = &q->filter;
    }
    q->want.pay_count = (uint32_t)rand_below(rand, SCAN_PAYLOADS_MAX + 1);
    for (uint32_t i = 0; i < q->want.pay_count; i++)
        q->want.pay[i] = (struct scan_pay_want){ (enum scan_payload)rand_below(rand, 3),
                                                 all_sources[rand_below(rand, SOURCES)] };
    q->want.with_ms = rand_below(rand, 2);
    q->want.with_names = rand_below(rand, 2);
}

static const struct value *score_value(const struct score *s, struct value *scratch)
{
    if (!s->is_set)
        return NULL;
    *scratch = number_value(s->score);
    return scratch;
}

static const struct value *model_value(const struct model *m, const struct model_row *row,
                                       const struct scan_source *source, struct value *scratch)
{
    const struct event *event = row->event;
    const struct property *found;
    switch (source->of) {
    case SCAN_OF_TIME: *scratch = number_value((double)event->time_ms / 1000.0); return scratch;
    case SCAN_OF_NAME:
        *scratch = (struct value){ .type = VALUE_STRING, .as.string = event->name };
        return scratch;
    case SCAN_OF_PERSON:
        return row->person && str_equal(source->property, STR("score"))
                   ? score_value(&m->persons[row->person], scratch) : NULL;
    case SCAN_OF_EVENT:
        found = event_find_property(event->properties, event->property_count, source->property);
        return found ? &found->value : NULL;
    case SCAN_OF_GROUP: break;
    }
    found = event_find_property(event->properties, event->property_count, source->group_key);
    const struct value *id = found ? &found->value : NULL;
    if (id && id->type == VALUE_LIST)
        id = id->as.list.count ? &id->as.list.items[0] : NULL;
    for (int g = 0; id && id->type == VALUE_STRING && g < TEXTS; g++)
        if (str_equal(id->as.string, str_from(texts[g])))
            return score_value(&m->groups[g], scratch);
    return NULL;
}

static void put_value(struct bytes *out, const struct value *value)
{
    bytes_put_u8(out, value ? 1 : 0);
    if (value)
        value_encode(value, out);
}

static void put_payload(struct bytes *out, enum scan_payload kind, const struct value *value)
{
    if (kind == SCAN_CODE) {
        put_value(out, value);
    } else if (kind == SCAN_NUMBER) {
        bytes_put_f64(out, value && value->type == VALUE_NUMBER ? value->as.number : -1e300);
    } else if (value && value->type == VALUE_LIST) {
        bytes_put_u32(out, value->as.list.count);
        for (uint32_t i = 0; i < value->as.list.count; i++)
            put_value(out, &value->as.list.items[i]);
    } else {
        bytes_put_u32(out, value ? 1 : 0);
        if (value)
            put_value(out, value);
    }
}

static bool model_keeps(const struct model *m, const struct model_row *row,
                        const struct question *q)
{
    const struct scan_want *want = &q->want;
    const struct value *values[3];
    struct value scratch[3];
    bool is_named = want->event_count == 0;
    for (uint32_t i = 0; i < want->event_count; i++)
        is_named |= str_equal(want->events[i], row->event->name);
    if (!is_named || row->event->time_ms < want->from_ms || row->event->time_ms >= want->to_ms)
        return false;
    for (uint32_t i = 0; want->filter && i < 3; i++)
        values[i] = model_value(m, row, &q->sources[i], &scratch[i]);
    return !want->filter || keep(&q->rule, values);
}

static uint64_t model_answer(const struct model *m, const struct question *q, struct bytes *out)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < m->row_count; i++) {
        const struct model_row *row = &m->rows[i];
        if (!model_keeps(m, row, q))
            continue;
        n++;
        bytes_put_u32(out, row->person);
        bytes_put_u32(out, (uint32_t)(row->event->time_ms / 1000));
        bytes_put_u16(out, q->want.with_ms ? (uint16_t)(row->event->time_ms % 1000) : 0);
        if (q->want.with_names)
            bytes_put_str(out, row->event->name);
        for (uint32_t p = 0; p < q->want.pay_count; p++) {
            struct value scratch;
            put_payload(out, q->want.pay[p].kind,
                        model_value(m, row, &q->want.pay[p].source, &scratch));
        }
    }
    return n;
}

static void put_block_row(struct bytes *out, const struct scan *scan, const struct question *q,
                          const struct scan_block *block, uint32_t row)
{
    bytes_put_u32(out, block->t[row]);
    bytes_put_u16(out, q->want.with_ms ? block->ms[row] : 0);
    if (q->want.with_names)
        bytes_put_str(out, scan_value(scan, block->names[row])->as.string);
    for (uint32_t p = 0; p < q->want.pay_count; p++) {
        if (q->want.pay[p].kind == SCAN_CODE) {
            uint32_t code = block->codes[p][row];
            put_value(out, code ? scan_value(scan, code) : NULL);
        } else if (q->want.pay[p].kind == SCAN_NUMBER) {
            bytes_put_f64(out, isnan(block->numbers[p][row]) ? -1e300 : block->numbers[p][row]);
        } else {
            uint32_t first = block->list_off[p][row], n = block->list_off[p][row + 1] - first;
            bytes_put_u32(out, n);
            for (uint32_t i = 0; i < n; i++)
                put_value(out, scan_value(scan, block->codes[p][first + i]));
        }
    }
}

/* UINT64_MAX when the store cannot be read. */
static uint64_t scan_answer(struct store *store, const struct question *q, struct bytes *out,
                            uint32_t *persons)
{
    struct scan *scan;
    struct scan_block block;
    uint64_t n = 0;
    int r;
    if (scan_open(store, &q->want, 1, 1, &scan) != 0)
        return UINT64_MAX;
    while ((r = scan_next(scan, 0, &block)) == 1)
        for (uint32_t i = 0; i < block.person_count; i++)
            for (uint32_t row = block.off[i]; row < block.off[i + 1]; row++) {
                bytes_put_u32(out, block.person0 + i);
                put_block_row(out, scan, q, &block, row);
                n++;
            }
    check(r == 0);
    *persons = scan_person_count(scan);
    scan_close(scan);
    return n;
}

static bool agrees_once(const struct model *m, struct store *store, struct rand *rand)
{
    struct question q;
    struct bytes expected = { 0 }, actual = { 0 };
    uint32_t persons = m->codes + 1;
    random_question(&q, rand);
    uint64_t rows = model_answer(m, &q, &expected);
    uint64_t found = store ? scan_answer(store, &q, &actual, &persons) : 0;
    bool is_same = found == rows && str_equal(bytes_str(&expected), bytes_str(&actual)) &&
                   persons == m->codes + 1;
    if (!is_same)
        (void)fprintf(stderr, "a scan gives %llu rows of %u codes; it must be %llu of %u\n",
                      (unsigned long long)found, persons, (unsigned long long)rows, m->codes + 1);
    bytes_release(&expected);
    bytes_release(&actual);
    return is_same;
}

static bool counts_agree(struct stores *stores, uint32_t count)
{
    struct store_count *list;
    struct arena arena;
    uint32_t n;
    arena_init(&arena, 0);
    check(stores_list_counts(stores, 1, &arena, &list, &n) == 0);
    bool is_same = count == 0 ? n == 0 : n == 1 && list[0].n == count;
    if (!is_same)
        (void)fprintf(stderr, "%llu counted; it must be %u\n",
                      n ? (unsigned long long)list[0].n : 0, count);
    arena_release(&arena);
    return is_same;
}

bool store_model_agrees(const struct store_work *work, uint32_t count, struct stores *stores,
                        struct rand *rand, uint32_t scans)
{
    struct model *m = model_of(work, count);
    struct store *store = stores_find(stores, 1);
    struct store_status status = { 0 };
    bool is_same = counts_agree(stores, count);
    if (store)
        store_get_status(store, &status);
    if (status.persons != m->codes - m->links) {
        (void)fprintf(stderr, "%llu persons; it must be %u\n", (unsigned long long)status.persons,
                      m->codes - m->links);
        is_same = false;
    }
    for (uint32_t i = 0; i < scans && is_same; i++)
        is_same = agrees_once(m, store, rand);
    free(m->rows);
    free(m);
    return is_same;
}
