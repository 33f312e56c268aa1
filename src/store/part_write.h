/* Writes a part, section by section, into memory or a file. The order of calls is the order in the
 * file; the directory comes last (docs/formats/part.md). Nothing fails in between: the first error
 * of the disk is kept and returned by part_write_finish. */
#ifndef STORE_PART_WRITE_H
#define STORE_PART_WRITE_H

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "store/part_read.h"
#include "sys/file.h"

struct part_write_head {
    uint64_t project;
    uint64_t id;
    uint64_t arrival0;
    uint64_t arrival1;
    uint32_t links;
};

struct part_write {
    /* ---- private ---- */
    struct part_write_head head;
    struct file *file;        /* NULL: into memory */
    struct bytes memory;      /* all of it, or what is not in the file yet */
    struct bytes piece;       /* of the open section */
    struct bytes events;      /* of the directory */
    struct bytes properties;
    uint32_t event_count;
    uint32_t property_count;
    uint64_t rows;
    int64_t first_ms;
    int64_t last_ms;
    uint64_t at;
    uint64_t section_off;
    uint64_t section_hash;
    int r;
};

/* file NULL: into memory. The file stays the caller's. */
void part_write_begin(struct part_write *w, struct file *file, const struct part_write_head *head);
void part_write_release(struct part_write *w);

void part_write_begin_section(struct part_write *w);
void part_write_put(struct part_write *w, const void *ptr, size_t len);
void part_write_end_section(struct part_write *w, struct part_section *out);
/* The three in one. */
void part_write_section(struct part_write *w, const void *ptr, size_t len,
                        struct part_section *out);

/* Enters events into the directory by name, and properties by name; sections were written before.
 * Columns must be by property. */
void part_write_event(struct part_write *w, const struct part_event *event);
void part_write_property(struct part_write *w, const struct part_property *property);
/* Directory and trailer. Into memory: the bytes are in w->memory. */
int part_write_finish(struct part_write *w) MUST_USE;

#endif
