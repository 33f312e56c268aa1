#include "store/scan_source.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/profile.h"

enum { ABSENT = 1 };

void scan_source_init(struct scan_sources *s, uint32_t person_count, uint64_t memory_max)
{
    s->person_count = person_count;
    s->memory_max = memory_max;
    scan_values_init(&s->values, memory_max);
}

void scan_source_release(struct scan_sources *s)
{
    for (struct scan_translation *t = s->translations, *next; t; t = next) {
        next = t->next;
        free(t->codes);
        free(t);
    }
    for (struct scan_person *p = s->persons, *next; p; p = next) {
        next = p->next;
        free(p->codes);
        free(p);
    }
    for (struct scan_group *g = s->groups, *next; g; g = next) {
        next = g->next;
        map_release(&g->codes);
        free(g);
    }
    scan_values_release(&s->values);
}

/* Zeroed memory of the scan; NULL beyond its bound. */
static void *take(struct scan_sources *s, size_t count, size_t size)
{
    if (s->memory + count * size > s->memory_max)
        return NULL;
    s->memory += count * size;
    void *ptr = calloc(count, size);
    check(ptr != NULL);
    return ptr;
}

/* ---- profiles -------------------------------------------------------------------------------- */

static const struct scan_person *find_person(const struct scan_sources *s, struct str property)
{
    const struct scan_person *p = s->persons;
    while (p && !str_equal(p->property, property))
        p = p->next;
    return p;
}

const uint32_t *scan_source_person_codes(const struct scan_sources *s, struct str property)
{
    const struct scan_person *person = find_person(s, property);
    return person ? person->codes : NULL;
}

static const struct scan_group *find_group(const struct scan_sources *s, struct str key,
                                           struct str property)
{
    const struct scan_group *g = s->groups;
    while (g && !(str_equal(g->group_key, key) && str_equal(g->property, property)))
        g = g->next;
    return g;
}

/* The scan's code of the property in the profile, 0 when absent. ERR_NOMEM. */
static int take_value(struct scan_sources *s, const struct profile *profile, struct str property,
                      struct arena *arena, uint32_t *code)
{
    struct value value;
    *code = 0;
    if (!profile_find(profile->content, property, arena, &value))
        return 0;
    *code = scan_values_put(&s->values, &value);
    if (arena->used > 1 << 20)
        arena_reset(arena);
    return *code ? 0 : ERR_NOMEM;
}

static int take_person(struct scan_sources *s, const struct profiles *profiles,
                       struct str property)
{
    struct scan_person *p = calloc(1, sizeof(*p));
    struct arena arena;
    int r = 0;
    check(p != NULL);
    p->property = property;
    p->next = s->persons;
    s->persons = p;
    p->codes = take(s, s->person_count, sizeof(*p->codes));
    if (!p->codes)
        return ERR_NOMEM;
    arena_init(&arena, 0);
    for (uint32_t i = 0; i < profiles->count && r == 0; i++) {
        const struct profile *profile = &profiles->items[i];
        if (profile->code && profile->code < s->person_count)
            r = take_value(s, profile, property, &arena, &p->codes[profile->code]);
    }
    arena_release(&arena);
    return r;
}

static int take_group(struct scan_sources *s, const struct profiles *profiles,
                      const struct scan_source *source)
{
    struct scan_group *g = calloc(1, sizeof(*g));
    struct arena arena;
    int r = 0;
    check(g != NULL);
    *g = (struct scan_group){ .group_key = source->group_key, .property = source->property,
                              .next = s->groups };
    s->groups = g;
    arena_init(&arena, 0);
    for (uint32_t i = 0; i < profiles->count && r == 0; i++) {
        const struct profile *profile = &profiles->items[i];
        uint32_t code;
        if (profile->code || !str_equal(profile->group_key, source->group_key))
            continue;
        r = take_value(s, profile, source->property, &arena, &code);
        if (code)
            (void)map_put(&g->codes, profile->group_id, code, NULL);
    }
    arena_release(&arena);
    return r;
}

int scan_source_take_profiles(struct scan_sources *s, const struct store *store,
                              const struct scan_source *source)
{
    if (source->of == SCAN_OF_PERSON && !find_person(s, source->property))
        return take_person(s, &store->profiles, source->property);
    if (source->of == SCAN_OF_GROUP && !find_group(s, source->group_key, source->property))
        return take_group(s, &store->profiles, source);
    return 0;
}

/* ---- compiling ------------------------------------------------------------------------------- */

static int get_translation(struct scan_sources *s, struct part *part, uint32_t property,
                           const struct scan_group *group, struct scan_translation **out)
{
    struct part_property *p = &part->properties[property];
    for (struct scan_translation *t = s->translations; t; t = t->next)
        if (t->part == part && t->property == property && t->group == group) {
            *out = t;
            return 0;
        }
    int r = part_read_touch_dictionary(part, p);
    if (r != 0)
        return r;
    struct scan_translation *t = calloc(1, sizeof(*t));
    check(t != NULL);
    *t = (struct scan_translation){ .part = part, .property = property, .group = group,
                                    .next = s->translations };
    s->translations = t;
    t->codes = take(s, p->distinct + 1u, sizeof(*t->codes));
    if (!t->codes)
        return ERR_NOMEM;
    t->codes[0] = ABSENT;
    *out = t;
    return 0;
}

static int compile_column(struct scan_sources *s, struct str name, const struct scan_group *group,
                          const struct gather_source *rows, struct scan_cell_source *out)
{
    ptrdiff_t property = part_read_find_property(rows->part, name);
    if (property < 0)
        return 0;
    struct part_column *column = part_read_find_column(rows->event, (uint32_t)property);
    if (!column)
        return 0;
    int r = part_read_touch_column(rows->part, rows->event, column);
    if (r == 0)
        r = get_translation(s, rows->part, (uint32_t)property, group, &out->translation);
    if (r == 0)
        out->column = column;
    return r;
}

int scan_source_compile(struct scan_sources *s, const struct scan_source *source,
                        const struct gather_source *rows, struct scan_cell_source *out)
{
    struct value name = { .type = VALUE_STRING };
    const struct scan_person *person;
    *out = (struct scan_cell_source){ .of = source->of };
    switch (source->of) {
    case SCAN_OF_EVENT: return compile_column(s, source->property, NULL, rows, out);
    case SCAN_OF_GROUP:
        return compile_column(s, source->group_key,
                              find_group(s, source->group_key, source->property), rows, out);
    case SCAN_OF_PERSON:
        person = find_person(s, source->property);
        check(person != NULL);
        out->person_codes = person->codes;
        return 0;
    case SCAN_OF_NAME:
        name.as.string = rows->event->name;
        out->name = scan_values_put(&s->values, &name);
        return out->name ? 0 : ERR_NOMEM;
    case SCAN_OF_TIME: break;
    }
    return 0;
}

/* ---- loading --------------------------------------------------------------------------------- */

/* The scan's code + 1 of the group that the value names. */
static uint32_t group_code(const struct scan_group *group, const struct value *value)
{
    struct bytes text = { 0 };
    if (value->type == VALUE_LIST) {
        if (value->as.list.count == 0)
            return ABSENT;
        value = &value->as.list.items[0];
    }
    if (value->type == VALUE_NULL || value->type > VALUE_REF)
        return ABSENT;
    if (value->type == VALUE_REF) {
        char ref[REF_GROUP_TEXT_BYTES];
        ref_format_group(&value->as.sealed.ref, ref);
        bytes_append_str(&text, str_from(ref));
    } else if (value->type == VALUE_STRING)
        bytes_append_str(&text, value->as.string);
    else
        value_format_json(value, &text);
    const uint32_t *code = map_find(&group->codes, bytes_str(&text));
    bytes_release(&text);
    return code ? *code + 1 : ABSENT;
}

/* 0: memory. */
static uint32_t look_up(struct scan_sources *s, struct scan_translation *t, uint32_t code)
{
    const struct part_property *property = &t->part->properties[t->property];
    uint32_t to = scan_values_put_encoded(&s->values,
                                          part_read_entry(t->part, property, code));
    if (to == 0)
        return 0;
    to = t->group ? group_code(t->group, scan_values_get(&s->values, to)) : to + 1;
    t->codes[code] = to;
    return to;
}

static bool translate(struct scan_sources *s, struct scan_translation *t, uint32_t count,
                      uint32_t *codes)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t to = atomic_load_explicit(&t->codes[codes[i]], memory_order_acquire);
        if (to == 0)
            to = look_up(s, t, codes[i]);
        if (to == 0)
            return false;
        codes[i] = to - 1;
    }
    return true;
}

static bool load_wide(struct scan_sources *s, const struct scan_cell_source *source,
                      const struct gather_span *span, struct scan_cells *out)
{
    uint64_t words[SCAN_CELLS];
    struct scan_translation *t = source->translation;
    part_read_words(t->part, source->column, span->row, span->count, words);
    for (uint32_t i = 0; i < span->count; i++) {
        if (words[i] >= PART_BOXED) {
            out->codes[i] = (uint32_t)(words[i] - PART_BOXED);
            if (!translate(s, t, 1, &out->codes[i]))
                return false;
            continue;
        }
        struct value value = { .type = VALUE_NUMBER };
        memcpy(&value.as.number, &words[i], sizeof(value.as.number));
        out->numbers[i] = value.as.number;
        out->codes[i] = t->group ? group_code(t->group, &value) - 1 : SCAN_CELL_NUMBER;
    }
    return true;
}

static void fill(uint32_t *codes, uint32_t count, uint32_t code)
{
    for (uint32_t i = 0; i < count; i++)
        codes[i] = code;
}

bool scan_source_load(struct scan_sources *s, const struct scan_cell_source *source,
                      const struct gather_source *rows, uint32_t person,
                      const struct gather_span *span, struct scan_cells *out)
{
    check(span->count <= SCAN_CELLS);
    switch (source->of) {
    case SCAN_OF_PERSON: fill(out->codes, span->count, source->person_codes[person]); return true;
    case SCAN_OF_NAME: fill(out->codes, span->count, source->name); return true;
    case SCAN_OF_TIME:
        fill(out->codes, span->count, SCAN_CELL_NUMBER);
        for (uint32_t i = 0; i < span->count; i++)
            out->numbers[i] = (double)gather_row_ms(rows, span->row + i) / 1000.0;
        return true;
    case SCAN_OF_EVENT:
    case SCAN_OF_GROUP: break;
    }
    if (!source->column) {
        fill(out->codes, span->count, 0);
        return true;
    }
    if (source->column->encoding == PART_WIDE)
        return load_wide(s, source, span, out);
    part_read_codes(rows->part, source->column, span->row, span->count, out->codes);
    return translate(s, source->translation, span->count, out->codes);
}
