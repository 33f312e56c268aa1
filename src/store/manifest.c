#include "store/manifest.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"

#define MAGIC "AMANAMF1"
enum { VERSION = 1, PROJECT_BYTES = 24, PART_BYTES = 32 };

void manifest_release(struct manifest *manifest)
{
    free(manifest->projects);
    free(manifest->parts);
    *manifest = (struct manifest){ 0 };
}

void manifest_encode(const struct manifest *manifest, struct bytes *out)
{
    size_t start = out->len;
    bytes_append_str(out, STR(MAGIC));
    bytes_put_u32(out, VERSION);
    bytes_put_u32(out, 0);
    bytes_put_u64(out, manifest->generation);
    bytes_put_u64(out, manifest->position.file);
    bytes_put_u64(out, manifest->position.offset);
    bytes_put_u64(out, manifest->next_part);
    bytes_put_u64(out, manifest->tables.generation);
    bytes_put_u64(out, manifest->tables.length);
    bytes_put_u64(out, manifest->tables.hash);
    bytes_put_u32(out, manifest->project_count);
    bytes_put_u32(out, manifest->part_count);
    for (uint32_t i = 0; i < manifest->project_count; i++) {
        const struct manifest_project *project = &manifest->projects[i];
        bytes_put_u64(out, project->project);
        bytes_put_u64(out, project->next_arrival);
        bytes_put_u32(out, project->persons);
        bytes_put_u32(out, project->links);
    }
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        const struct manifest_part *part = &manifest->parts[i];
        bytes_put_u64(out, part->project);
        bytes_put_u64(out, part->id);
        bytes_put_u64(out, part->file_len);
        bytes_put_u64(out, part->directory_hash);
    }
    bytes_put_u64(out, hash_64(out->ptr + start, out->len - start));
}

static void get_lists(struct bytes_reader *r, struct manifest *out)
{
    uint32_t projects = bytes_get_u32(r), parts = bytes_get_u32(r);
    if (bytes_left(r) != (uint64_t)projects * PROJECT_BYTES + (uint64_t)parts * PART_BYTES) {
        r->failed = true;
        return;
    }
    out->projects = calloc(projects + 1u, sizeof(*out->projects));
    out->parts = calloc(parts + 1u, sizeof(*out->parts));
    check(out->projects && out->parts);
    out->project_count = projects;
    out->part_count = parts;
    for (uint32_t i = 0; i < projects; i++) {
        out->projects[i].project = bytes_get_u64(r);
        out->projects[i].next_arrival = bytes_get_u64(r);
        out->projects[i].persons = bytes_get_u32(r);
        out->projects[i].links = bytes_get_u32(r);
    }
    for (uint32_t i = 0; i < parts; i++) {
        out->parts[i].project = bytes_get_u64(r);
        out->parts[i].id = bytes_get_u64(r);
        out->parts[i].file_len = bytes_get_u64(r);
        out->parts[i].directory_hash = bytes_get_u64(r);
    }
}

int manifest_decode(struct str bytes, struct manifest *out)
{
    *out = (struct manifest){ 0 };
    if (bytes.len < 24 || !str_starts(bytes, STR(MAGIC)))
        return ERR_CORRUPT;
    struct bytes_reader r = bytes_reader_over(str_from_index(bytes, bytes.len - 8));
    if (bytes_get_u64(&r) != hash_64(bytes.ptr, bytes.len - 8))
        return ERR_CORRUPT;
    r = bytes_reader_over(str_slice(bytes, 8, bytes.len - 8));
    if (bytes_get_u32(&r) != VERSION)
        return ERR_UNSUPPORTED;
    uint32_t zero = bytes_get_u32(&r);
    out->generation = bytes_get_u64(&r);
    out->position.file = bytes_get_u64(&r);
    out->position.offset = bytes_get_u64(&r);
    out->next_part = bytes_get_u64(&r);
    out->tables.generation = bytes_get_u64(&r);
    out->tables.length = bytes_get_u64(&r);
    out->tables.hash = bytes_get_u64(&r);
    if (!r.failed)
        get_lists(&r, out);
    if (zero == 0 && bytes_reader_is_done(&r))
        return 0;
    manifest_release(out);
    return ERR_CORRUPT;
}

int manifest_read(struct fs *fs, struct manifest *out)
{
    struct bytes bytes = { 0 };
    *out = (struct manifest){ 0 };
    int r = fs_read_file(fs, MANIFEST_NAME, MANIFEST_BYTES_MAX, &bytes);
    if (r == 0)
        r = manifest_decode(bytes_str(&bytes), out);
    bytes_release(&bytes);
    return r == ERR_TOO_LARGE ? ERR_CORRUPT : r;
}

int manifest_replace(struct fs *fs, const struct manifest *manifest)
{
    struct bytes bytes = { 0 };
    manifest_encode(manifest, &bytes);
    int r = fs_replace_file(fs, MANIFEST_NAME, bytes_str(&bytes), 0);
    bytes_release(&bytes);
    return r;
}
