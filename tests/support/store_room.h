/* Short ways to feed a store and to count what a scan yields. Persons are numbers: 0 = nobody. */
#ifndef TESTS_SUPPORT_STORE_ROOM_H
#define TESTS_SUPPORT_STORE_ROOM_H

#include "store/part_read.h"
#include "store/store.h"

struct ref store_room_ref(uint32_t number);
/* One event without properties. device 0 = no link. */
void store_room_event(struct stores *stores, uint64_t project, const char *name, uint32_t person,
                      uint32_t device, int64_t time_ms, uint64_t insert_hash);
/* Rows of one want; *persons = how many persons (not nobody) have one. Asserts the order. */
uint64_t store_room_count(struct store *store, const struct scan_want *want, uint32_t *persons);

/* A part in memory of rows, which arrive in that order from arrival0 on; person is a code. colour
 * NULL: without the property. */
struct store_room_row {
    const char *name;
    uint32_t person;
    int64_t time_ms;
    uint64_t insert_hash;
    const char *colour;
};
struct part *store_room_part(const struct store_room_row *rows, uint32_t count,
                             uint64_t arrival0);

#endif
