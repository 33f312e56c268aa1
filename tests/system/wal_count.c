/* Reads a wal folder as query will: prints events, distinct persons and rows without a person by
 * event name, and the counts records, as JSON. Tests compare it with a slow count of the input.
 * usage: wal_count DIRECTORY */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/map.h"
#include "json/write.h"
#include "sys/file.h"
#include "wal/wal_record.h"
#include "wal/wal_write.h"

enum { NAMES_MAX = 4096 };

struct tally {
    struct map names;              /* event name → index */
    struct str name[NAMES_MAX];
    uint64_t events[NAMES_MAX];
    uint64_t persons[NAMES_MAX];
    uint64_t nobody[NAMES_MAX];
    struct map seen;               /* index · person → 1 */
    struct map inserted;           /* insert hash · person · name → 1: duplicates */
    struct map refusals;
    uint64_t duplicates;
    uint64_t updates;
    uint64_t sealed;
    uint64_t links;
    struct arena arena;
};

static uint32_t name_index(struct tally *t, struct str name)
{
    bool is_new;
    uint32_t *index = map_put(&t->names, name, (uint32_t)t->names.count, &is_new);
    check(*index < NAMES_MAX);
    if (is_new)
        t->name[*index] = arena_copy(&t->arena, name);
    return *index;
}

static bool is_first(struct map *map, uint64_t a, uint64_t b, const struct ref *ref)
{
    struct bytes key = { 0 };
    bool is_new;
    bytes_put_u64(&key, a);
    bytes_put_u64(&key, b);
    bytes_append(&key, ref->bytes, sizeof(ref->bytes));
    (void)map_put(map, bytes_str(&key), 1, &is_new);
    bytes_release(&key);
    return is_new;
}

static void count_event(struct tally *t, const struct event *event)
{
    uint32_t index = name_index(t, event->name);
    if (event->insert_hash &&
        !is_first(&t->inserted, event->insert_hash ^ (uint64_t)event->time_ms, index,
                  &event->person)) {
        t->duplicates++;
        return;
    }
    t->events[index]++;
    t->links += !ref_is_none(&event->device);
    if (ref_is_none(&event->person))
        t->nobody[index]++;
    else
        t->persons[index] += is_first(&t->seen, index, 0, &event->person);
}

static void count_record(struct tally *t, const struct wal_record *record)
{
    struct arena arena;
    struct wal_batch batch;
    struct wal_count *counts;
    uint32_t n;
    arena_init(&arena, 0);
    if (record->type == WAL_TYPE_SEALED)
        t->sealed++;
    if (record->type == WAL_TYPE_BATCH) {
        check(wal_record_decode_batch(record->payload, &arena, &batch) == 0);
        for (uint32_t i = 0; i < batch.event_count; i++)
            count_event(t, &batch.events[i]);
        t->updates += batch.update_count;
    }
    if (record->type == WAL_TYPE_COUNTS) {
        check(wal_record_decode_counts(record->payload, &arena, &counts, &n) == 0);
        for (uint32_t i = 0; i < n; i++)
            *map_put(&t->refusals, counts[i].reason, 0, NULL) += (uint32_t)counts[i].n;
    }
    arena_release(&arena);
}

struct reading {
    struct tally *tally;
    struct fs *fs;
};

static void read_wal_file(void *ctx, struct str name)
{
    struct reading *reading = ctx;
    struct bytes content = { 0 };
    struct wal_record record;
    uint64_t number;
    size_t used;
    if (!wal_write_parse_name(name, &number))
        return;
    check(fs_read_file(reading->fs, name.ptr, 1u << 30, &content) == 0);
    struct str rest = bytes_str(&content);
    while (wal_record_decode(rest, &record, &used) == 0) {
        count_record(reading->tally, &record);
        rest = str_from_index(rest, used);
    }
    bytes_release(&content);
}

static void print(const struct tally *t)
{
    struct bytes out = { 0 };
    struct json_write w;
    size_t cursor = 0;
    struct str reason;
    uint32_t n;
    json_write_init(&w, &out);
    json_write_begin_object(&w);
    json_write_key(&w, "events");
    json_write_begin_object(&w);
    for (uint32_t i = 0; i < t->names.count; i++) {
        json_write_key_str(&w, t->name[i]);
        json_write_begin_object(&w);
        json_write_key(&w, "total");
        json_write_u64(&w, t->events[i]);
        json_write_key(&w, "unique");
        json_write_u64(&w, t->persons[i]);
        json_write_key(&w, "nobody");
        json_write_u64(&w, t->nobody[i]);
        json_write_end_object(&w);
    }
    json_write_end_object(&w);
    const struct { const char *name; uint64_t value; } numbers[] = {
        { "duplicates", t->duplicates }, { "updates", t->updates }, { "sealed", t->sealed },
        { "links", t->links } };
    for (size_t i = 0; i < 4; i++) {
        json_write_key(&w, numbers[i].name);
        json_write_u64(&w, numbers[i].value);
    }
    json_write_key(&w, "refusals");
    json_write_begin_object(&w);
    while (map_next(&t->refusals, &cursor, &reason, &n)) {
        json_write_key_str(&w, reason);
        json_write_u64(&w, n);
    }
    json_write_end_object(&w);
    json_write_end_object(&w);
    (void)printf(STR_FMT "\n", STR_ARG(bytes_str(&out)));
    bytes_release(&out);
}

int main(int argc, char **argv)
{
    static struct tally tally;
    int fd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
    if (fd < 0) {
        (void)fprintf(stderr, "usage: wal_count DIRECTORY\n");
        return 2;
    }
    struct reading reading = { &tally, fs_real_create(fd) };
    check(fs_list(reading.fs, ".", read_wal_file, &reading) == 0);
    print(&tally);
    fs_destroy(reading.fs);
    return 0;
}
