/* The records of the wal, to the byte: docs/formats/wal.md. The wal is the wire between ingest,
 * which only writes it, and query, which only reads it.
 *
 * record:  u32 length of the payload · u8 type · u8 version 1 · u16 zero · i64 received ms ·
 *          u64 xxh3-64 of (the 16 bytes before it and the payload) · payload · zeros to 8
 * A record is there when length and checksum hold; length 0 is the end, and so is anything past
 * the last valid record. */
#ifndef WAL_WAL_RECORD_H
#define WAL_WAL_RECORD_H

#include "base/arena.h"
#include "base/bytes.h"
#include "event/event.h"

enum wal_type {
    WAL_TYPE_BATCH = 1,  /* events and profile updates of one request and project */
    WAL_TYPE_SEALED = 2, /* one sealed batch for the vault, "AMSB" (wall.md 3), opaque here */
    WAL_TYPE_COUNTS = 3, /* refusals and drops: project, protocol, reason, n */
};

enum { WAL_HEADER_BYTES = 24, WAL_PAYLOAD_MAX = 32 * 1024 * 1024 };

struct wal_record {
    enum wal_type type;
    int64_t received_ms;
    struct str payload;  /* borrowed */
};

struct wal_count {
    uint64_t project;    /* 0 = no project known */
    struct str protocol; /* "mixpanel" */
    struct str reason;   /* refusal_name */
    uint64_t n;
};

/* One request's harvest for one project; arrays are borrowed. */
struct wal_batch {
    uint64_t project;
    uint32_t event_count;
    uint32_t update_count;
    struct event *events;
    struct profile_update *updates;
};

/* Appends one framed, padded record. */
void wal_record_encode(const struct wal_record *record, struct bytes *out);
/* Reads the record at the start of `data`. 0 with *used = its framed size; ERR_NOT_FOUND at the
 * end (zero length, or not yet whole, or a checksum that does not hold). */
int wal_record_decode(struct str data, struct wal_record *record, size_t *used) MUST_USE;

/* Batch payloads intern strings (names, string values) and shapes (lists of property names). */
void wal_record_encode_batch(const struct wal_batch *batch, struct bytes *payload);
/* Everything decoded is in the arena or borrows from payload. ERR_CORRUPT; ERR_NOMEM over the
 * arena's limit. */
int wal_record_decode_batch(struct str payload, struct arena *arena,
                            struct wal_batch *batch) MUST_USE;
void wal_record_encode_counts(const struct wal_count *counts, uint32_t n, struct bytes *payload);
int wal_record_decode_counts(struct str payload, struct arena *arena, struct wal_count **counts,
                             uint32_t *n) MUST_USE;

#endif
