/* Sealed batches: the bytes as a batch, as they come from query; and, behind a first count, as the
 * record list inside an outer seal that does open, as a taken-over ingest might send it. Neither
 * stops the vault, and a record list that is taken is exactly its records. */
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "support/vault_room.h"
#include "vault/inside/sealed_batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct vault_room *room_of_all(void)
{
    static struct vault_room room;
    if (!room.disk) {
        vault_room_init(&room);
        check(vault_room_open(&room) == 0);
    }
    return &room;
}

static void check_records(struct str list, uint32_t count)
{
    struct arena arena;
    struct sealed_record *records;
    struct bytes again = { 0 };
    arena_init(&arena, 1 << 20);
    if (sealed_batch_decode_records(list, count, &arena, &records) == 0) {
        for (uint32_t i = 0; i < count; i++) {
            bytes_append(&again, records[i].subject.bytes, 16);
            bytes_put_u16(&again, (uint16_t)records[i].property.len);
            bytes_append_str(&again, records[i].property);
            bytes_append(&again, records[i].ref.bytes, 16);
            bytes_put_u64(&again, (uint64_t)records[i].seen_ms);
            bytes_put_u32(&again, (uint32_t)records[i].inner.len);
            bytes_append_str(&again, records[i].inner);
        }
        check(str_equal(bytes_str(&again), list));
    }
    bytes_release(&again);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint64_t sequence;
    struct vault_room *room = room_of_all();
    struct bytes batch = { 0 };
    (void)vault_room_take(room, str_of(data, size));
    if (size > 0 && size < 32 * 1024) {
        struct str list = str_of(data + 1, size - 1);
        check_records(list, data[0]);
        vault_room_seal_records(room, list, data[0], ++sequence, &batch);
        (void)vault_room_take(room, bytes_str(&batch));
        check(!intake_is_stopped(room->intake));
    }
    bytes_release(&batch);
    return 0;
}
