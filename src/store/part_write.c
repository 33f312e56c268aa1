#include "store/part_write.h"

#include "base/err.h"
#include "base/hash.h"

enum { BUFFER_BYTES = 1024 * 1024 };

/* In memory everything stays; on its way to a file it goes in large pieces. */
static void flush_out(struct part_write *w)
{
    if (w->file && w->r == 0 && w->memory.len > 0)
        w->r = file_write_at(w->file, w->memory.ptr, w->memory.len, w->at - w->memory.len);
    if (w->file)
        bytes_reset(&w->memory);
}

static void put_out(struct part_write *w, const void *ptr, size_t len)
{
    bytes_append(&w->memory, ptr, len);
    w->at += len;
    if (w->memory.len >= BUFFER_BYTES)
        flush_out(w);
}

void part_write_begin(struct part_write *w, struct file *file, const struct part_write_head *head)
{
    uint8_t first[PART_HEAD_BYTES] = PART_HEAD_MAGIC;
    first[8] = PART_VERSION;
    *w = (struct part_write){ .file = file, .head = *head, .first_ms = INT64_MAX };
    put_out(w, first, sizeof(first));
}

void part_write_release(struct part_write *w)
{
    bytes_release(&w->memory);
    bytes_release(&w->piece);
    bytes_release(&w->events);
    bytes_release(&w->properties);
}

void part_write_begin_section(struct part_write *w)
{
    static const uint8_t zeros[PART_ALIGNMENT];
    check(w->piece.len == 0);
    put_out(w, zeros, (PART_ALIGNMENT - w->at % PART_ALIGNMENT) % PART_ALIGNMENT);
    w->section_off = w->at;
    w->section_hash = 0;
}

static void end_piece(struct part_write *w)
{
    if (w->piece.len == 0)
        return;
    w->section_hash = hash_64_seeded(w->piece.ptr, w->piece.len, w->section_hash);
    put_out(w, w->piece.ptr, w->piece.len);
    bytes_reset(&w->piece);
}

void part_write_put(struct part_write *w, const void *ptr, size_t len)
{
    const uint8_t *at = ptr;
    while (len > 0) {
        size_t room = PART_PIECE_BYTES - w->piece.len, n = len < room ? len : room;
        bytes_append(&w->piece, at, n);
        at += n;
        len -= n;
        if (w->piece.len == PART_PIECE_BYTES)
            end_piece(w);
    }
}

void part_write_end_section(struct part_write *w, struct part_section *out)
{
    end_piece(w);
    *out = (struct part_section){ .off = w->section_off, .len = w->at - w->section_off,
                                  .hash = w->section_hash };
}

void part_write_section(struct part_write *w, const void *ptr, size_t len,
                        struct part_section *out)
{
    part_write_begin_section(w);
    part_write_put(w, ptr, len);
    part_write_end_section(w, out);
}

static void put_section(struct bytes *out, const struct part_section *section)
{
    bytes_put_u64(out, section->off);
    bytes_put_u64(out, section->len);
    bytes_put_u64(out, section->hash);
}

void part_write_event(struct part_write *w, const struct part_event *event)
{
    struct bytes *out = &w->events;
    bytes_put_str(out, event->name);
    bytes_put_u32(out, event->rows);
    bytes_put_u32(out, event->runs);
    bytes_put_u64(out, (uint64_t)event->first_ms);
    bytes_put_u64(out, (uint64_t)event->last_ms);
    for (int i = 0; i < PART_KINDS; i++)
        put_section(out, &event->sections[i]);
    bytes_put_u32(out, event->column_count);
    for (uint32_t i = 0; i < event->column_count; i++) {
        const struct part_column *column = &event->columns[i];
        bytes_put_u32(out, column->property);
        bytes_put_u32(out, column->present);
        bytes_put_u8(out, column->encoding);
        bytes_put_u8(out, column->width);
        put_section(out, &column->section);
    }
    w->event_count++;
    w->rows += event->rows;
    if (event->first_ms < w->first_ms)
        w->first_ms = event->first_ms;
    if (event->last_ms > w->last_ms)
        w->last_ms = event->last_ms;
}

void part_write_property(struct part_write *w, const struct part_property *property)
{
    struct bytes *out = &w->properties;
    bytes_put_str(out, property->name);
    bytes_put_u32(out, property->types);
    bytes_put_u32(out, property->distinct);
    bytes_put_u8(out, property->is_wide);
    put_section(out, &property->dictionary);
    w->property_count++;
}

int part_write_finish(struct part_write *w)
{
    struct bytes directory = { 0 }, trailer = { 0 };
    bytes_put_u64(&directory, w->head.project);
    bytes_put_u64(&directory, w->head.id);
    bytes_put_u64(&directory, w->rows);
    bytes_put_u64(&directory, w->head.arrival0);
    bytes_put_u64(&directory, w->head.arrival1);
    bytes_put_u32(&directory, w->head.links);
    bytes_put_u64(&directory, w->event_count ? (uint64_t)w->first_ms : 0);
    bytes_put_u64(&directory, (uint64_t)w->last_ms);
    bytes_put_u32(&directory, w->property_count);
    bytes_put_u32(&directory, w->event_count);
    bytes_append_str(&directory, bytes_str(&w->properties));
    bytes_append_str(&directory, bytes_str(&w->events));
    part_write_begin_section(w);
    bytes_put_u64(&trailer, w->at);
    bytes_put_u64(&trailer, directory.len);
    bytes_put_u64(&trailer, hash_64(directory.ptr, directory.len));
    bytes_put_u64(&trailer, w->at + directory.len + PART_TRAILER_BYTES);
    bytes_append_str(&trailer, STR(PART_TRAILER_MAGIC));
    put_out(w, directory.ptr, directory.len);
    put_out(w, trailer.ptr, trailer.len);
    flush_out(w);
    bytes_release(&directory);
    bytes_release(&trailer);
    return w->r;
}
