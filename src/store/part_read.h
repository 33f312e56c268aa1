/* A part: an immutable columnar file of one project's rows, sorted by (event name, person, time,
 * insert hash, arrival). Format: docs/formats/part.md. The same form is used in memory for rows
 * that are not flushed yet, so that a scan reads one form.
 *
 * Opening verifies the directory; a section is verified at its first touch, and every count and
 * code in it is bounded then. A part that fails is marked and named in the log once; whoever
 * touches it gets ERR_CORRUPT. Pinned by every scan that reads it: the last unpin unmaps. */
#ifndef STORE_PART_READ_H
#define STORE_PART_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "sys/file.h"

enum {
    PART_VERSION = 1,
    PART_HEAD_BYTES = 64,
    PART_TRAILER_BYTES = 40,
    PART_ALIGNMENT = 64,
    PART_PIECE_BYTES = 64 * 1024,   /* the checksum of a section chains pieces of this size */
    PART_NAME_BYTES = 32,           /* "parts/0000001f.part" */
};

#define PART_HEAD_MAGIC "AMANAPT1"
#define PART_TRAILER_MAGIC "AMANAEND"

/* The sections that each event has. A length of 0 where rows are expected: all zeros. */
enum part_kind {
    PART_PERSONS = 0, /* u32 person[runs], ascending */
    PART_STARTS,      /* u32 first row[runs + 1] */
    PART_TIME,        /* u32 seconds[rows] */
    PART_MS,          /* u16 milliseconds[rows] */
    PART_HASH,        /* u64 insert hash[rows] */
    PART_ARRIVAL,     /* u32 arrival[rows], from part->arrival0 */
    PART_FLAGS,       /* u8 enum event_flags[rows] */
    PART_KINDS,
};

enum part_encoding {
    PART_CODES = 1,   /* u8, u16 or u32 code[rows]; 0 = absent */
    PART_SPARSE = 2,  /* u32 row[present], ascending, then u32 code[present] */
    PART_WIDE = 3,    /* u64 word[rows]: a number's bits, or PART_BOXED | code (0 = absent) */
};

/* A quiet NaN with its sign set: no number that a property can have. */
#define PART_BOXED 0xfff8000000000000u

struct part_section {
    uint64_t off;
    uint64_t len;
    uint64_t hash;
    _Atomic uint8_t is_verified;
};

struct part_column {
    uint32_t property;    /* index into part->properties */
    uint32_t present;     /* rows that have it */
    uint8_t encoding;
    uint8_t width;        /* bytes of a code: 1, 2 or 4; wide: 8 */
    struct part_section section;
};

struct part_event {
    struct str name;
    uint32_t rows;
    uint32_t runs;
    int64_t first_ms;
    int64_t last_ms;
    struct part_section sections[PART_KINDS];
    uint32_t column_count;
    struct part_column *columns;  /* by property */
};

/* A property's dictionary: u32 off[distinct + 1], u32 rows[distinct], then the values as
 * value_encode writes them, ascending by bytes. Code c is entry c - 1. */
struct part_property {
    struct str name;
    uint32_t types;       /* bit 1 << enum value_type for each type seen */
    uint32_t distinct;    /* entries of the dictionary; a wide property keeps no numbers in it */
    bool is_wide;
    struct part_section dictionary;
};

struct part {
    uint64_t project;
    uint64_t id;          /* 0 = in memory only */
    uint64_t rows;
    uint64_t arrival0;    /* the number of the oldest row in it, by arrival */
    uint64_t arrival1;    /* one past the newest */
    uint32_t links;       /* how many identity links its codes have taken in */
    int64_t first_ms;
    int64_t last_ms;
    uint64_t file_len;
    uint64_t directory_hash;
    uint32_t event_count;
    uint32_t property_count;
    struct part_event *events;          /* by name */
    struct part_property *properties;   /* by name */
    /* ---- private ---- */
    _Atomic uint32_t pins;
    _Atomic bool is_bad;    /* some section does not verify: never merged, so never lost */
    const uint8_t *data;    /* NULL: nothing of it can be read */
    size_t len;
    struct bytes owned;
    struct file *file;
    struct arena arena;
};

/* Takes over *bytes (left empty). One pin. ERR_CORRUPT, ERR_UNSUPPORTED. */
int part_read_bytes(struct bytes *bytes, struct part **out) MUST_USE;
int part_read_open(struct fs *fs, uint64_t id, struct part **out) MUST_USE;
/* Stands for a part whose directory does not verify: it has no data, every touch is
 * ERR_CORRUPT. */
struct part *part_read_create_bad(uint64_t project, uint64_t id);
void part_read_pin(struct part *part);
void part_read_unpin(struct part *part);     /* NULL is fine */
void part_read_name(uint64_t id, char out[PART_NAME_BYTES]);
bool part_read_parse_name(struct str name, uint64_t *id);  /* without the folder */

struct part_event *part_read_find_event(const struct part *part, struct str name);
/* Index of the property, or -1. */
ptrdiff_t part_read_find_property(const struct part *part, struct str name);
struct part_column *part_read_find_column(const struct part_event *event, uint32_t property);

/* The sections' bytes once verified; check()ed to be so. */
int part_read_touch_event(struct part *part, struct part_event *event,
                          enum part_kind kind) MUST_USE;
int part_read_touch_column(struct part *part, const struct part_event *event,
                           struct part_column *column) MUST_USE;
int part_read_touch_dictionary(struct part *part, struct part_property *property) MUST_USE;
int part_read_touch_all(struct part *part) MUST_USE;      /* everything there is */

/* NULL when the section is empty (all zeros). */
const void *part_read_section(const struct part *part, const struct part_section *section);
/* Value `code` (1 to distinct) as value_encode wrote it. */
struct str part_read_entry(const struct part *part, const struct part_property *property,
                           uint32_t code);
uint32_t part_read_entry_rows(const struct part *part, const struct part_property *property,
                              uint32_t code);
/* Codes of rows first to first + count - 1; not for wide columns. column NULL: all absent. */
void part_read_codes(const struct part *part, const struct part_column *column, uint32_t first,
                     uint32_t count, uint32_t *out);
/* Their words; for wide columns only. */
void part_read_words(const struct part *part, const struct part_column *column, uint32_t first,
                     uint32_t count, uint64_t *out);

/* The checksum of a section: pieces of PART_PIECE_BYTES, each seeded with the one before. */
uint64_t part_read_hash(const uint8_t *ptr, size_t len);

#endif
