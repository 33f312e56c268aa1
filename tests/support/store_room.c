#include "support/store_room.h"

#include "base/hash.h"
#include "store/tail.h"

struct ref store_room_ref(uint32_t number)
{
    struct ref ref = { { 0 } };
    uint64_t hash = hash_mix_u64(number);
    if (number == 0)
        return ref;
    for (size_t i = 0; i < 8; i++)
        ref.bytes[i] = (uint8_t)(hash >> i * 8);
    for (size_t i = 0; i < 4; i++)
        ref.bytes[8 + i] = (uint8_t)(number >> i * 8);
    return ref;
}

void store_room_event(struct stores *stores, uint64_t project, const char *name, uint32_t person,
                      uint32_t device, int64_t time_ms, uint64_t insert_hash)
{
    struct event event = { .name = str_from(name), .time_ms = time_ms,
                           .person = store_room_ref(person), .device = store_room_ref(device),
                           .insert_hash = insert_hash };
    struct sink *sink = stores_sink(stores);
    check(sink->ops->events(sink, project, &event, 1, time_ms) == 0);
}

uint64_t store_room_count(struct store *store, const struct scan_want *want, uint32_t *persons)
{
    struct scan *scan;
    struct scan_block block;
    uint64_t rows = 0;
    int r;
    *persons = 0;
    check(scan_open(store, want, 1, 1, &scan) == 0);
    while ((r = scan_next(scan, 0, &block)) == 1)
        for (uint32_t i = 0; i < block.person_count; i++) {
            uint32_t n = block.off[i + 1] - block.off[i];
            rows += n;
            *persons += block.person0 + i > 0 && n > 0;
            for (uint32_t k = block.off[i] + 1; k < block.off[i + 1]; k++)
                check(block.t[k - 1] <= block.t[k]);
        }
    check(r == 0);
    scan_close(scan);
    return rows;
}

struct part *store_room_part(const struct store_room_row *rows, uint32_t count,
                             uint64_t arrival0)
{
    struct tail tail = { 0 };
    struct names names = { 0 };
    for (uint32_t i = 0; i < count; i++) {
        struct property colour = { STR("colour"), { .type = VALUE_STRING } };
        struct event event = { .name = str_from(rows[i].name), .time_ms = rows[i].time_ms,
                               .insert_hash = rows[i].insert_hash, .properties = &colour,
                               .property_count = rows[i].colour != NULL };
        if (rows[i].colour)
            colour.value.as.string = str_from(rows[i].colour);
        tail_add(&tail, &names, &event, rows[i].person, arrival0 + i);
    }
    struct part_write_head head = { .project = 1, .arrival0 = arrival0,
                                    .arrival1 = arrival0 + count };
    struct part *part = tail_encode(&tail, &head);
    tail_release(&tail);
    names_release(&names);
    return part;
}
