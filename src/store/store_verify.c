#include "store/store_verify.h"

#include <stdlib.h>

#include "base/err.h"
#include "store/manifest.h"
#include "store/store_inside.h"
#include "store/tables.h"

struct verify {
    store_say_fn say;
    void *ctx;
    struct arena arena;
    int r;
};

static void say(struct verify *v, struct str sentence, int r)
{
    v->say(v->ctx, sentence);
    if (v->r == 0)
        v->r = r;
}

/* What a part says must fit what the manifest knows of its project. */
static bool is_possible(const struct part *part, const struct manifest *manifest)
{
    const struct manifest_project *project = NULL;
    for (uint32_t i = 0; i < manifest->project_count; i++)
        if (manifest->projects[i].project == part->project)
            project = &manifest->projects[i];
    if (!project || part->arrival1 > project->next_arrival || part->links > project->links)
        return false;
    for (uint32_t i = 0; i < part->event_count; i++) {
        const struct part_event *event = &part->events[i];
        const uint32_t *persons = part_read_section(part, &event->sections[PART_PERSONS]);
        if (persons[event->runs - 1] > project->persons)
            return false;
    }
    return true;
}

static void verify_part(struct verify *v, struct fs *fs, const struct manifest *manifest,
                        const struct manifest_part *listed)
{
    char name[PART_NAME_BYTES];
    struct part *part;
    part_read_name(listed->id, name);
    int r = part_read_open(fs, listed->id, &part);
    if (r == 0 && (part->file_len != listed->file_len || part->project != listed->project ||
                   part->directory_hash != listed->directory_hash)) {
        say(v, arena_printf(&v->arena, "%s is not the file that the manifest lists.", name),
            ERR_CORRUPT);
        part_read_unpin(part);
        return;
    }
    if (r == 0)
        r = part_read_touch_all(part);
    if (r == 0 && !is_possible(part, manifest))
        r = ERR_CORRUPT;
    part_read_unpin(part);
    if (r != 0)
        say(v, arena_printf(&v->arena, "%s does not verify: %s.", name, err_text(r)), r);
}

static void verify_tables(struct verify *v, struct fs *fs, const struct manifest *manifest)
{
    char name[JOURNAL_NAME_BYTES];
    struct stores *stores = calloc(1, sizeof(*stores));
    check(stores != NULL);
    check(pthread_mutex_init(&stores->feed, NULL) == 0);
    check(pthread_mutex_init(&stores->lock, NULL) == 0);
    journal_name(manifest->tables.generation, name);
    int r = journal_read(fs, &manifest->tables, tables_load, stores);
    if (r != 0)
        say(v, arena_printf(&v->arena, "%s does not verify: %s.", name, err_text(r)), r);
    for (uint32_t i = 0; i < manifest->project_count && r == 0; i++) {
        const struct manifest_project *project = &manifest->projects[i];
        const struct store *store = store_get(stores, project->project);
        if (store->persons.count != project->persons || store->identity.count != project->links)
            say(v, arena_printf(&v->arena, "%s holds another number of persons or links than the "
                                "manifest says.", name), ERR_CORRUPT);
    }
    stores_close(stores);
}

int stores_verify(struct fs *fs, store_say_fn say_fn, void *ctx)
{
    struct verify v = { .say = say_fn, .ctx = ctx };
    struct manifest manifest;
    int r = manifest_read(fs, &manifest);
    if (r == ERR_NOT_FOUND)
        return 0;     /* never started */
    arena_init(&v.arena, 0);
    if (r != 0) {
        say(&v, arena_printf(&v.arena, "%s does not verify: %s.", MANIFEST_NAME, err_text(r)), r);
    } else {
        verify_tables(&v, fs, &manifest);
        for (uint32_t i = 0; i < manifest.part_count; i++)
            verify_part(&v, fs, &manifest, &manifest.parts[i]);
    }
    manifest_release(&manifest);
    arena_release(&v.arena);
    return v.r;
}
