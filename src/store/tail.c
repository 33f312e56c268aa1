#include "store/tail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/column_write.h"

struct tail_row {
    uint32_t event;
    uint32_t person;
    int64_t ms;
    uint64_t hash;
    uint64_t arrival;
    uint32_t pair;       /* its first */
    uint16_t pair_count;
    uint8_t flags;
};

struct tail_pair {
    uint32_t property;
    uint32_t code;
};

struct tail_property {
    struct str name;     /* in property_names */
    struct map values;   /* encoded value → code - 1 */
    uint32_t types;
    uint32_t numbers;    /* distinct */
    uint32_t last_row;   /* the latest that has it, counted from 1 */
};

void tail_reset(struct tail *tail)
{
    for (size_t i = 0; i < tail->property_names.count; i++)
        map_release(&tail->properties[i].values);
    map_release(&tail->names);
    map_release(&tail->property_names);
    tail->row_count = 0;
    tail->pair_count = 0;
    tail->value_bytes = 0;
    tail->first_ms = 0;
    tail->last_ms = 0;
}

void tail_release(struct tail *tail)
{
    tail_reset(tail);
    free(tail->rows);
    free(tail->pairs);
    free(tail->properties);
    bytes_release(&tail->scratch);
    *tail = (struct tail){ 0 };
}

bool tail_is_full(const struct tail *tail)
{
    return tail->row_count >= TAIL_ROWS_MAX || tail->pair_count >= TAIL_PAIRS_MAX ||
           tail->value_bytes >= TAIL_BYTES_MAX;
}

int64_t tail_clamp_ms(int64_t ms)
{
    const int64_t max = (int64_t)UINT32_MAX * 1000 + 999;
    return ms < 0 ? 0 : ms > max ? max : ms;
}

/* ---- adding ---------------------------------------------------------------------------------- */

/* Index of the property, or -1 when the project has too many. */
static ptrdiff_t put_property(struct tail *tail, struct names *names, struct str name)
{
    uint32_t count = (uint32_t)tail->property_names.count;
    const uint32_t *found = map_find(&tail->property_names, name);
    if (found)
        return *found;
    if (!names_admit_property(names, name))
        return -1;
    (void)map_put(&tail->property_names, name, count, NULL);
    name = arena_copy(&tail->property_names.keys, name);
    check(name.ptr != NULL);
    if (count == tail->property_cap) {
        tail->property_cap = count ? count * 2 : 32;
        tail->properties = realloc(tail->properties,
                                   tail->property_cap * sizeof(*tail->properties));
        check(tail->properties != NULL);
    }
    tail->properties[count] = (struct tail_property){ .name = name };
    return count;
}

static uint32_t put_event(struct tail *tail, struct names *names, struct str name)
{
    const uint32_t *found = map_find(&tail->names, name);
    if (found)
        return *found;
    return *map_put(&tail->names, names_admit_event(names, name), (uint32_t)tail->names.count,
                    NULL);
}

/* The same, tried first with what stood in that place of the event before. */
static ptrdiff_t guess_property(struct tail *tail, struct names *names, struct str name,
                                uint32_t place)
{
    if (place >= TAIL_HINTS)
        return put_property(tail, names, name);
    uint32_t *hint = &tail->hints[place];
    if (*hint < tail->property_names.count && str_equal(tail->properties[*hint].name, name))
        return *hint;
    ptrdiff_t index = put_property(tail, names, name);
    if (index >= 0)
        *hint = (uint32_t)index;
    return index;
}

static void add_pair(struct tail *tail, struct names *names, const struct property *from,
                     uint32_t place)
{
    bool is_new;
    if (from->value.type == VALUE_NUMBER && !isfinite(from->value.as.number))
        return;
    if (tail->pair_count == tail->pair_cap) {
        tail->pair_cap = tail->pair_cap ? tail->pair_cap * 2 : 1024;
        tail->pairs = realloc(tail->pairs, tail->pair_cap * sizeof(*tail->pairs));
        check(tail->pairs != NULL);
    }
    ptrdiff_t index = guess_property(tail, names, from->name, place);
    if (index < 0)
        return;
    struct tail_property *property = &tail->properties[index];
    if (property->last_row == tail->row_count + 1)
        return;     /* names are distinct; a row with two values for one would be no row */
    property->last_row = tail->row_count + 1;
    bytes_reset(&tail->scratch);
    value_encode(&from->value, &tail->scratch);
    uint32_t code = *map_put(&property->values, bytes_str(&tail->scratch),
                             (uint32_t)property->values.count, &is_new);
    if (is_new) {
        property->types |= 1u << from->value.type;
        property->numbers += from->value.type == VALUE_NUMBER;
        tail->value_bytes += tail->scratch.len + 64;
    }
    tail->pairs[tail->pair_count++] = (struct tail_pair){ (uint32_t)index, code + 1 };
}

void tail_add(struct tail *tail, struct names *names, const struct event *event, uint32_t person,
              uint64_t arrival)
{
    if (tail->row_count == tail->row_cap) {
        tail->row_cap = tail->row_cap ? tail->row_cap * 2 : 256;
        tail->rows = realloc(tail->rows, tail->row_cap * sizeof(*tail->rows));
        check(tail->rows != NULL);
    }
    struct tail_row row = {
        .event = put_event(tail, names, event->name),
        .person = person, .ms = tail_clamp_ms(event->time_ms), .hash = event->insert_hash,
        .arrival = arrival, .pair = tail->pair_count, .flags = (uint8_t)event->flags,
    };
    for (uint32_t i = 0; i < event->property_count; i++)
        add_pair(tail, names, &event->properties[i], i);
    row.pair_count = (uint16_t)(tail->pair_count - row.pair);
    if (tail->row_count == 0 || row.ms < tail->first_ms)
        tail->first_ms = row.ms;
    if (row.ms > tail->last_ms)
        tail->last_ms = row.ms;
    tail->rows[tail->row_count++] = row;
}

/* ---- encoding -------------------------------------------------------------------------------- */

struct name {
    struct str name;
    uint32_t index;
};

struct key {
    uint32_t event;      /* rank */
    uint32_t person;
    int64_t ms;
    uint64_t hash;
    uint64_t arrival;
    uint32_t row;
};

/* A property on its way: codes by order of arrival become ranks of the sorted dictionary. */
struct dictionary {
    struct str *entries;
    uint32_t *rank_of;   /* by code - 1: rank + 1; 0 = a number of a wide property */
    uint64_t *words;     /* by code - 1, wide only */
    uint32_t *rows;
    uint32_t distinct;
    bool is_wide;
};

struct encode {
    struct tail *tail;
    struct part_write w;
    struct arena arena;
    struct name *events;          /* by name */
    struct name *properties;      /* by name; index is the tail's */
    struct dictionary *dictionaries; /* by the tail's index */
    uint32_t property_count;
    struct key *keys;
    uint32_t key_count;
    uint32_t *pair_off;           /* of one event: by property rank + 1 */
    uint32_t *pair_row;
    uint32_t *pair_code;
    uint32_t *rank_of_property;   /* by the tail's index */
};

static void *take(struct encode *e, size_t count, size_t size)
{
    void *ptr = arena_try(&e->arena, (count + 2) * size);
    check(ptr != NULL);
    return ptr;
}

static int compare_name(const void *a, const void *b)
{
    return str_compare(((const struct name *)a)->name, ((const struct name *)b)->name);
}

static struct name *sorted_keys(struct encode *e, const struct map *map)
{
    struct name *names = take(e, map->count, sizeof(*names));
    size_t cursor = 0, n = 0;
    while (map_next(map, &cursor, &names[n].name, &names[n].index))
        n++;
    if (n > 1)
        qsort(names, n, sizeof(*names), compare_name);
    return names;
}

static int compare_key(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->event != y->event)
        return x->event < y->event ? -1 : 1;
    if (x->person != y->person)
        return x->person < y->person ? -1 : 1;
    if (x->ms != y->ms)
        return x->ms < y->ms ? -1 : 1;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->arrival < y->arrival ? -1 : x->arrival > y->arrival;
}

static bool is_older_twin(const struct key *key, const struct key *next)
{
    return key->hash != 0 && key->hash == next->hash && key->ms == next->ms &&
           key->person == next->person && key->event == next->event;
}

/* Keys of the rows that stay, in the order of the part. */
static void sort_rows(struct encode *e)
{
    const struct tail *tail = e->tail;
    uint32_t *rank_of = take(e, tail->names.count, sizeof(*rank_of)), n = 0;
    for (uint32_t i = 0; i < tail->names.count; i++)
        rank_of[e->events[i].index] = i;
    e->keys = take(e, tail->row_count, sizeof(*e->keys));
    for (uint32_t i = 0; i < tail->row_count; i++) {
        const struct tail_row *row = &tail->rows[i];
        e->keys[i] = (struct key){ rank_of[row->event], row->person, row->ms, row->hash,
                                   row->arrival, i };
    }
    qsort(e->keys, tail->row_count, sizeof(*e->keys), compare_key);
    for (uint32_t i = 0; i < tail->row_count; i++)
        if (i + 1 == tail->row_count || !is_older_twin(&e->keys[i], &e->keys[i + 1]))
            e->keys[n++] = e->keys[i];
    e->key_count = n;
}

static void sort_dictionary(struct encode *e, uint32_t index)
{
    const struct tail_property *property = &e->tail->properties[index];
    struct dictionary *d = &e->dictionaries[index];
    const uint32_t count = (uint32_t)property->values.count;
    struct name *values = sorted_keys(e, &property->values);
    *d = (struct dictionary){ .is_wide = property->numbers > COLUMN_NUMBERS_MAX };
    d->entries = take(e, count, sizeof(*d->entries));
    d->rank_of = take(e, count, sizeof(*d->rank_of));
    d->rows = take(e, count, sizeof(*d->rows));
    d->words = d->is_wide ? take(e, count, sizeof(*d->words)) : NULL;
    memset(d->rows, 0, count * sizeof(*d->rows));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = values[i].index;
        bool is_number = d->is_wide && values[i].name.ptr[0] == VALUE_NUMBER;
        d->rank_of[code] = is_number ? 0 : d->distinct + 1;
        if (d->is_wide)
            d->words[code] = is_number ? column_write_number_word(values[i].name)
                                       : PART_BOXED | (d->distinct + 1);
        if (!is_number)
            d->entries[d->distinct++] = values[i].name;
    }
}

/* ---- one event ------------------------------------------------------------------------------- */

static void write_runs(struct encode *e, const struct key *keys, struct part_event *event)
{
    uint32_t *starts = take(e, event->rows, sizeof(*starts));
    uint32_t *persons = take(e, event->rows, sizeof(*persons));
    for (uint32_t i = 0; i < event->rows; i++)
        if (i == 0 || keys[i].person != keys[i - 1].person) {
            persons[event->runs] = keys[i].person;
            starts[event->runs++] = i;
        }
    starts[event->runs] = event->rows;
    part_write_section(&e->w, persons, event->runs * sizeof(*persons),
                       &event->sections[PART_PERSONS]);
    part_write_section(&e->w, starts, (event->runs + 1) * sizeof(*starts),
                       &event->sections[PART_STARTS]);
}

static void write_rows(struct encode *e, const struct key *keys, struct part_event *event)
{
    const uint32_t n = event->rows;
    uint32_t *time = take(e, n, 4), *arrival = take(e, n, 4);
    uint16_t *ms = take(e, n, 2);
    uint64_t *hash = take(e, n, 8);
    uint8_t *flags = take(e, n, 1);
    uint64_t any_hash = 0;
    uint32_t any_ms = 0, any_flags = 0;
    event->first_ms = INT64_MAX;
    for (uint32_t i = 0; i < n; i++) {
        const struct key *key = &keys[i];
        time[i] = (uint32_t)(key->ms / 1000);
        any_ms |= ms[i] = (uint16_t)(key->ms % 1000);
        any_hash |= hash[i] = key->hash;
        arrival[i] = (uint32_t)(key->arrival - e->w.head.arrival0);
        any_flags |= flags[i] = e->tail->rows[key->row].flags;
        event->first_ms = key->ms < event->first_ms ? key->ms : event->first_ms;
        event->last_ms = key->ms > event->last_ms ? key->ms : event->last_ms;
    }
    part_write_section(&e->w, time, n * sizeof(*time), &event->sections[PART_TIME]);
    part_write_section(&e->w, ms, any_ms ? n * sizeof(*ms) : 0, &event->sections[PART_MS]);
    part_write_section(&e->w, hash, any_hash ? n * sizeof(*hash) : 0,
                       &event->sections[PART_HASH]);
    part_write_section(&e->w, arrival, n * sizeof(*arrival), &event->sections[PART_ARRIVAL]);
    part_write_section(&e->w, flags, any_flags ? n : 0, &event->sections[PART_FLAGS]);
}

/* Counting sort of the event's pairs by property; within one by row. */
static void sort_pairs(struct encode *e, const struct key *keys, uint32_t rows)
{
    const struct tail *tail = e->tail;
    memset(e->pair_off, 0, (e->property_count + 2) * sizeof(*e->pair_off));
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < rows; i++) {
            const struct tail_row *row = &tail->rows[keys[i].row];
            for (uint32_t p = row->pair; p < row->pair + row->pair_count; p++) {
                uint32_t rank = e->rank_of_property[tail->pairs[p].property];
                if (pass == 0) {
                    e->pair_off[rank + 2]++;
                } else {
                    uint32_t at = e->pair_off[rank + 1]++;
                    e->pair_row[at] = i;
                    e->pair_code[at] = tail->pairs[p].code;
                }
            }
        }
        for (uint32_t i = 2; pass == 0 && i < e->property_count + 2; i++)
            e->pair_off[i] += e->pair_off[i - 1];
    }
}

static void write_column(struct encode *e, uint32_t rank, uint32_t rows,
                         struct part_column *column)
{
    struct dictionary *d = &e->dictionaries[e->properties[rank].index];
    const uint32_t first = e->pair_off[rank], present = e->pair_off[rank + 1] - first;
    const uint32_t *at = e->pair_row + first;
    uint32_t *codes = e->pair_code + first;
    column->property = rank;
    if (d->is_wide) {
        uint64_t *words = take(e, rows, sizeof(*words));
        for (uint32_t i = 0; i < rows; i++)
            words[i] = PART_BOXED;
        for (uint32_t i = 0; i < present; i++)
            words[at[i]] = d->words[codes[i] - 1];
        for (uint32_t i = 0; i < present; i++)
            if (d->rank_of[codes[i] - 1])
                d->rows[d->rank_of[codes[i] - 1] - 1]++;
        column_write_words(&e->w, words, rows, column);
        return;
    }
    for (uint32_t i = 0; i < present; i++) {
        codes[i] = d->rank_of[codes[i] - 1];
        d->rows[codes[i] - 1]++;
    }
    if (column_write_is_sparse(present, rows)) {
        column_write_pairs(&e->w, at, codes, present, column);
        return;
    }
    uint32_t *dense = take(e, rows, sizeof(*dense));
    memset(dense, 0, rows * sizeof(*dense));
    for (uint32_t i = 0; i < present; i++)
        dense[at[i]] = codes[i];
    column_write_codes(&e->w, dense, rows, d->distinct, column);
}

static void write_event(struct encode *e, const struct key *keys, uint32_t rows)
{
    struct part_event event = { .name = e->events[keys[0].event].name, .rows = rows };
    struct arena kept = e->arena;
    arena_init(&e->arena, 0);
    write_runs(e, keys, &event);
    write_rows(e, keys, &event);
    sort_pairs(e, keys, rows);
    event.columns = take(e, e->property_count, sizeof(*event.columns));
    for (uint32_t rank = 0; rank < e->property_count; rank++)
        if (e->pair_off[rank + 1] > e->pair_off[rank])
            write_column(e, rank, rows, &event.columns[event.column_count++]);
    part_write_event(&e->w, &event);
    arena_release(&e->arena);
    e->arena = kept;
}

static void write_properties(struct encode *e)
{
    for (uint32_t rank = 0; rank < e->property_count; rank++) {
        uint32_t index = e->properties[rank].index;
        const struct dictionary *d = &e->dictionaries[index];
        struct part_property property = { .name = e->properties[rank].name,
                                          .types = e->tail->properties[index].types,
                                          .is_wide = d->is_wide };
        column_write_dictionary(&e->w, d->entries, d->rows, d->distinct, &property);
        part_write_property(&e->w, &property);
    }
}

static void prepare(struct encode *e)
{
    const struct tail *tail = e->tail;
    e->property_count = (uint32_t)tail->property_names.count;
    e->events = sorted_keys(e, &tail->names);
    e->properties = sorted_keys(e, &tail->property_names);
    e->dictionaries = take(e, e->property_count, sizeof(*e->dictionaries));
    e->rank_of_property = take(e, e->property_count, sizeof(*e->rank_of_property));
    e->pair_off = take(e, e->property_count, sizeof(*e->pair_off));
    e->pair_row = take(e, tail->pair_count, sizeof(*e->pair_row));
    e->pair_code = take(e, tail->pair_count, sizeof(*e->pair_code));
    for (uint32_t rank = 0; rank < e->property_count; rank++)
        e->rank_of_property[e->properties[rank].index] = rank;
    for (uint32_t i = 0; i < e->property_count; i++)
        sort_dictionary(e, i);
    sort_rows(e);
}

struct part *tail_encode(struct tail *tail, const struct part_write_head *head)
{
    struct encode e = { .tail = tail };
    struct part *part;
    check(tail->row_count > 0);
    arena_init(&e.arena, 0);
    prepare(&e);
    part_write_begin(&e.w, NULL, head);
    for (uint32_t i = 0, j; i < e.key_count; i = j) {
        for (j = i + 1; j < e.key_count && e.keys[j].event == e.keys[i].event; j++) {
        }
        write_event(&e, e.keys + i, j - i);
    }
    write_properties(&e);
    check(part_write_finish(&e.w) == 0);
    check(part_read_bytes(&e.w.memory, &part) == 0);
    part_write_release(&e.w);
    arena_release(&e.arena);
    return part;
}
