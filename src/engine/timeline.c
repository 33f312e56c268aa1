#include "engine/timeline.h"

#include "base/err.h"
#include "event/schema.h"

struct reading {
    const struct timeline_ask *ask;
    struct timeline *out;
    struct scan *scan;
    struct scan_block block;
};

static int64_t ms_of(const struct scan_block *block, uint32_t row)
{
    return (int64_t)block->t[row] * 1000 + block->ms[row];
}

/* ---- what is sealed ------------------------------------------------------------------------- */

static void note_sealed(struct timeline *out, const struct property *property,
                        const struct value *value)
{
    for (uint32_t i = 0; i < out->sealed_count; i++)
        if (str_equal(out->sealed[i].property, property->name))
            return;
    if (out->sealed_count < TIMELINE_SEALED_MAX)
        out->sealed[out->sealed_count++] =
            (struct timeline_sealed){ property->name, value->as.sealed.kind };
}

static void note_id(struct timeline *out, const struct ref *ref, int64_t time_ms)
{
    uint32_t i = 0;
    while (i < out->id_count && !ref_equal(&out->ids[i].ref, ref))
        i++;
    if (i == out->id_count && i < TIMELINE_IDS_MAX)
        out->ids[out->id_count++].ref = *ref;
    if (i < TIMELINE_IDS_MAX)
        out->ids[i].since_ms = time_ms; /* rows come newest first */
}

static void look_at(struct timeline *out, const struct property *property,
                    const struct value *value, int64_t time_ms)
{
    switch (value->type) {
    case VALUE_REF:
        note_sealed(out, property, value);
        if (schema_is_person_id(property->name))
            note_id(out, &value->as.sealed.ref, time_ms);
        break;
    case VALUE_LIST:
        for (uint32_t i = 0; i < value->as.list.count; i++)
            look_at(out, property, &value->as.list.items[i], time_ms);
        break;
    case VALUE_OBJECT:
        for (uint32_t i = 0; i < value->as.object.count; i++)
            look_at(out, property, value->as.object.members[i].value, time_ms);
        break;
    default: break;
    }
}

/* Names borrow from the scan: what stays is copied once it is known. */
static int keep_names(struct reading *r)
{
    for (uint32_t i = 0; i < r->out->sealed_count; i++) {
        r->out->sealed[i].property = arena_copy(r->ask->arena, r->out->sealed[i].property);
        if (!r->out->sealed[i].property.ptr)
            return ERR_NOMEM;
    }
    return 0;
}

static int look(struct reading *r)
{
    struct arena work;
    uint32_t first = r->block.off[0], end = r->block.off[1];
    int result = 0;
    if (end - first > TIMELINE_LOOK_ROWS)
        first = end - TIMELINE_LOOK_ROWS;
    r->out->sealed = arena_try(r->ask->arena, TIMELINE_SEALED_MAX * sizeof(*r->out->sealed));
    r->out->ids = arena_try(r->ask->arena, TIMELINE_IDS_MAX * sizeof(*r->out->ids));
    if (!r->out->sealed || !r->out->ids)
        return ERR_NOMEM;
    arena_init(&work, 0);
    for (uint32_t row = end; row-- > first && result == 0;) {
        struct property *properties;
        uint32_t count;
        result = scan_read_row(r->scan, 0, &r->block.places[row], &work, &properties, &count);
        for (uint32_t i = 0; i < count && result == 0; i++)
            look_at(r->out, &properties[i], &properties[i].value, ms_of(&r->block, row));
        if (work.used > 1 << 20)
            arena_reset(&work);
    }
    arena_release(&work);
    return result == 0 ? keep_names(r) : result;
}

/* ---- events and visits ---------------------------------------------------------------------- */

static int copy_properties(struct reading *r, uint32_t row, struct timeline_event *event)
{
    int result = scan_read_row(r->scan, 0, &r->block.places[row], r->ask->arena,
                               &event->properties, &event->property_count);
    for (uint32_t i = 0; i < event->property_count && result == 0; i++) {
        struct property *property = &event->properties[i];
        struct value value = property->value;
        property->name = arena_copy(r->ask->arena, property->name);
        if (!property->name.ptr || !value_copy(r->ask->arena, &value, &property->value))
            result = ERR_NOMEM;
    }
    return result;
}

static int take_events(struct reading *r, uint32_t first, uint32_t end)
{
    struct timeline *out = r->out;
    out->event_count = end - first;
    out->events = arena_try(r->ask->arena, (out->event_count + 1u) * sizeof(*out->events));
    if (!out->events)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < out->event_count; i++) {
        uint32_t row = end - 1 - i;
        struct timeline_event *event = &out->events[i];
        const struct value *name = scan_value(r->scan, r->block.names[row]);
        *event = (struct timeline_event){ .time_ms = ms_of(&r->block, row) };
        event->name = arena_copy(r->ask->arena, name->as.string);
        int result = event->name.ptr ? copy_properties(r, row, event) : ERR_NOMEM;
        if (result != 0)
            return result;
    }
    return 0;
}

static int cut_visits(struct timeline *out, struct arena *arena)
{
    out->visits = arena_try(arena, (out->event_count + 1u) * sizeof(*out->visits));
    if (!out->visits)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < out->event_count; i++) {
        int64_t ms = out->events[i].time_ms;
        if (i == 0 || out->events[i - 1].time_ms - ms >= TIMELINE_GAP_MS)
            out->visits[out->visit_count++] = (struct timeline_visit){ i, 0, ms, ms };
        struct timeline_visit *visit = &out->visits[out->visit_count - 1];
        visit->count++;
        visit->from_ms = ms;
    }
    return 0;
}

static int read_page(struct reading *r)
{
    uint32_t begin = r->block.off[0], end = r->block.off[1];
    r->out->total = end - begin;
    if (begin == end)
        return 0;
    r->out->first_ms = ms_of(&r->block, begin);
    r->out->last_ms = ms_of(&r->block, end - 1);
    int result = look(r);
    while (end > begin && ms_of(&r->block, end - 1) >= r->ask->before_ms)
        end--;
    uint32_t first = end - begin > r->ask->limit ? end - r->ask->limit : begin;
    while (first > begin && first < end &&
           ms_of(&r->block, first - 1) == ms_of(&r->block, first))
        first--;
    r->out->has_more = first > begin;
    if (result == 0)
        result = take_events(r, first, end);
    return result == 0 ? cut_visits(r->out, r->ask->arena) : result;
}

int timeline_read(struct store *store, const struct timeline_ask *ask, struct timeline *out)
{
    struct reading reading = { .ask = ask, .out = out };
    struct scan_want want = { .from_ms = INT64_MIN, .to_ms = INT64_MAX, .with_ms = true,
                              .with_names = true, .with_places = true };
    check(ask->limit > 0 && ask->limit <= TIMELINE_LIMIT_MAX);
    *out = (struct timeline){ 0 };
    int r = facts_of_events(store, &ask->code, 1, ask->arena, &out->facts);
    if (r == 0)
        r = scan_open(store, &want, 1, 1, &reading.scan);
    if (r == 0) {
        scan_limit(reading.scan, &ask->code, 1);
        r = scan_next(reading.scan, 0, &reading.block);
        check(r != 0);
        r = r > 0 ? read_page(&reading) : r;
    }
    if (reading.scan)
        scan_close(reading.scan);
    return r == ERR_NOMEM ? ERR_TOO_LARGE : r;
}
