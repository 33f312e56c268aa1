/* A part from arbitrary bytes. Checksums are made to hold, so that what lies behind them is reached;
 * what verifies is then read in every way: by code, gathered, merged with itself. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "store/gather.h"
#include "store/part_merge.h"
#include "support/file_fault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mend_directory(uint8_t *data, size_t size)
{
    struct bytes_reader r;
    struct bytes hash = { 0 };
    if (size < PART_HEAD_BYTES + PART_TRAILER_BYTES)
        return;
    r = bytes_reader_over(str_of(data + size - PART_TRAILER_BYTES, 16));
    uint64_t off = bytes_get_u64(&r), len = bytes_get_u64(&r);
    if (off > size || len > size - off)
        return;
    bytes_put_u64(&hash, hash_64(data + off, (size_t)len));
    bytes_put_u64(&hash, size);
    memcpy(data + size - PART_TRAILER_BYTES + 16, hash.ptr, 16);
    bytes_release(&hash);
}

static void mend(const struct part *part, struct part_section *section)
{
    section->hash = part_read_hash(part->data + section->off, (size_t)section->len);
}

static void mend_sections(struct part *part)
{
    for (uint32_t i = 0; i < part->property_count; i++)
        mend(part, &part->properties[i].dictionary);
    for (uint32_t i = 0; i < part->event_count; i++) {
        for (int kind = 0; kind < PART_KINDS; kind++)
            mend(part, &part->events[i].sections[kind]);
        for (uint32_t c = 0; c < part->events[i].column_count; c++)
            mend(part, &part->events[i].columns[c].section);
    }
}

static void gather_all(struct part *part, const struct moves *moves)
{
    struct gather_source *sources = calloc(part->event_count + 1, sizeof(*sources));
    struct gather g;
    check(sources != NULL);
    for (uint32_t i = 0; i < part->event_count; i++)
        check(gather_source_init(&sources[i], part, &part->events[i]) == 0);
    gather_rank_sources(sources, part->event_count);
    gather_init(&g, sources, part->event_count, moves);
    g.from_ms = 1000;
    gather_block(&g, 0, 4096);
    g.to_ms = part->last_ms;
    gather_block(&g, 4096, 4096);
    gather_release(&g);
    free(sources);
}

/* Persons far apart would make the merge walk for ever: it goes block by block. */
static bool is_dense(const struct part *part)
{
    for (uint32_t i = 0; i < part->event_count; i++) {
        const struct part_event *event = &part->events[i];
        const uint32_t *persons = part_read_section(part, &event->sections[PART_PERSONS]);
        if (persons[event->runs - 1] > 1 << 20)
            return false;
    }
    return true;
}

static void merge_twice(struct part *part, const struct moves *moves)
{
    struct fs *fs = file_fault_create();
    struct file *file;
    struct part *inputs[] = { part, part };
    struct part_merge merge = { .inputs = inputs, .input_count = 2, .moves = moves, .id = 1 };
    check(fs_open(fs, "merged", FILE_WRITE | FILE_CREATE, &file) == 0);
    if (is_dense(part) && part_merge_fits(inputs, 2))
        check(part_merge_write(&merge, file) == 0);
    file_close(file);
    fs_destroy(fs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct identity_link links[] = { { 1, 3 }, { 2, 3 } };
    struct bytes bytes = { 0 };
    struct part *part;
    struct identity identity = { 0 };
    for (size_t i = 0; i < 2; i++)
        (void)identity_link(&identity, links[i].device, links[i].person);
    struct moves *moves = identity_moves(&identity, 0);
    bytes_append(&bytes, data, size);
    mend_directory(bytes.ptr, bytes.len);
    if (part_read_bytes(&bytes, &part) == 0) {
        mend_sections(part);
        if (part_read_touch_all(part) == 0) {
            gather_all(part, moves);
            merge_twice(part, moves);
        }
        part_read_unpin(part);
    }
    bytes_release(&bytes);
    identity_unpin_moves(moves);
    identity_release(&identity);
    return 0;
}
