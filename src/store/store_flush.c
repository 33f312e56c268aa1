#include "store/store_flush.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "store/manifest.h"
#include "store/part_merge.h"
#include "store/tables.h"

enum { MERGE_FEWEST = 4 };

/* What one flush changes of one project. */
struct change {
    struct part_list parts;    /* as they will be: pinned for this list */
    uint32_t runs;             /* how many of the runs went into them */
};

struct flush {
    struct stores *stores;
    struct change *changes;    /* by project */
    struct part_list old;      /* borrowed: parts that are replaced */
    struct part_list fresh;    /* borrowed: parts that were made */
    struct journal tables;     /* a new file, when they are written whole */
    bool is_whole;
};

/* ---- parts ----------------------------------------------------------------------------------- */

/* Writes, syncs and opens one part. */
static int write_part(struct flush *f, struct store *store, struct part *const *inputs,
                      uint32_t count, struct part **out)
{
    char name[PART_NAME_BYTES];
    struct file *file = NULL;
    uint32_t links = store->identity.count;
    for (uint32_t i = 0; i < count; i++)
        links = inputs[i]->links < links ? inputs[i]->links : links;
    struct moves *moves = identity_moves(&store->identity, links);
    struct part_merge merge = { .inputs = inputs, .input_count = count, .moves = moves,
                                .links = store->identity.count,
                                .id = f->stores->next_part++ };
    part_read_name(merge.id, name);
    int r = fs_open(f->stores->fs, name, FILE_WRITE | FILE_CREATE | FILE_TRUNCATE, &file);
    if (r == 0)
        r = part_merge_write(&merge, file);
    if (r == 0)
        r = file_sync(file);
    file_close(file);
    identity_unpin_moves(moves);
    if (r == 0)
        r = part_read_open(f->stores->fs, merge.id, out);
    if (r == 0)
        store_append_part(&f->fresh, *out);
    return r;
}

static int compare_rows(const void *a, const void *b)
{
    const struct part *x = *(struct part *const *)a, *y = *(struct part *const *)b;
    if (x->is_bad != y->is_bad)
        return x->is_bad ? 1 : -1;
    return x->rows < y->rows ? -1 : x->rows > y->rows;
}

/* Takes the first n parts off the list for the one that was made of them. */
static void replace_first(struct flush *f, struct part_list *list, uint32_t n, struct part *made)
{
    for (uint32_t i = 0; i < n; i++) {
        store_append_part(&f->old, list->items[i]);
        part_read_pin(list->items[i]);   /* f->old keeps it until the files are removed */
        part_read_unpin(list->items[i]);
    }
    list->items[0] = made;
    memmove(list->items + 1, list->items + n, (list->count - n) * sizeof(struct part *));
    list->count -= n - 1;
}

/* Merges the smallest parts while there are too many: at least MERGE_FEWEST, and on as long as the
 * next is no larger than those before it together, so that a row is rewritten log n times. */
static int merge_small(struct flush *f, struct store *store, struct part_list *list)
{
    int r = 0;
    while (r == 0 && list->count > STORE_PARTS_MAX) {
        struct part *made;
        uint64_t rows = 0;
        uint32_t n = 0, good = 0;
        qsort(list->items, list->count, sizeof(struct part *), compare_rows);
        while (good < list->count && !list->items[good]->is_bad)
            good++;
        while (n < good && (n < MERGE_FEWEST || list->items[n]->rows <= rows))
            rows += list->items[n++]->rows;
        while (n > 1 && !part_merge_fits(list->items, n))
            n--;
        if (n < 2)
            return 0;
        r = write_part(f, store, list->items, n, &made);
        if (r == ERR_CORRUPT)
            r = 0;               /* one of them is marked bad now; it is left out next */
        else if (r == 0)
            replace_first(f, list, n, made);
    }
    return r;
}

static int flush_store(struct flush *f, struct store *store, struct change *change)
{
    struct part *made;
    for (uint32_t i = 0; i < store->parts.count; i++) {
        part_read_pin(store->parts.items[i]);
        store_append_part(&change->parts, store->parts.items[i]);
    }
    store_seal_tail(store);
    if (store->runs.count == 0)
        return 0;
    int r = 0;
    for (uint32_t at = 0, n; at < store->runs.count && r == 0; at += n) {
        n = store->runs.count - at;
        n = n < PART_MERGE_INPUTS_MAX ? n : PART_MERGE_INPUTS_MAX;
        r = write_part(f, store, store->runs.items + at, n, &made);
        if (r == 0)
            store_append_part(&change->parts, made);
    }
    change->runs = store->runs.count;
    return r == 0 ? merge_small(f, store, &change->parts) : r;
}

/* ---- tables and manifest --------------------------------------------------------------------- */

static int write_tables(struct flush *f)
{
    struct stores *stores = f->stores;
    f->is_whole = stores->tables.length > stores->tables_base * 2 + stores->tables_slack;
    int r = 0;
    if (f->is_whole)
        r = journal_create(stores->fs, stores->tables.generation + 1, &f->tables);
    struct journal *journal = f->is_whole ? &f->tables : &stores->tables;
    if (r == 0)
        r = tables_append(stores, journal, f->is_whole);
    if (r == 0)
        r = journal_sync(journal);
    /* A manifest that survives must find the file it names. */
    return r == 0 && f->is_whole ? fs_sync_dir(stores->fs, ".") : r;
}

static int write_manifest(struct flush *f)
{
    struct stores *stores = f->stores;
    struct manifest m = { .generation = stores->generation + 1, .position = stores->position,
                          .next_part = stores->next_part };
    m.tables = f->is_whole ? f->tables : stores->tables;
    m.projects = calloc(stores->count + 1, sizeof(*m.projects));
    check(m.projects != NULL);
    for (uint32_t i = 0; i < stores->count; i++) {
        const struct store *store = stores->items[i];
        const struct part_list *list = &f->changes[i].parts;
        m.projects[m.project_count++] = (struct manifest_project){
            store->project, store->next_arrival, store->persons.count, store->identity.count };
        m.parts = realloc(m.parts, (m.part_count + list->count + 1) * sizeof(*m.parts));
        check(m.parts != NULL);
        for (uint32_t p = 0; p < list->count; p++)
            m.parts[m.part_count++] = (struct manifest_part){
                store->project, list->items[p]->id, list->items[p]->file_len,
                list->items[p]->directory_hash };
    }
    int r = manifest_replace(stores->fs, &m);
    manifest_release(&m);
    return r;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void swap_lists(struct store *store, struct change *change)
{
    struct part_list parts = store->parts;
    store->parts = change->parts;
    change->parts = parts;     /* unpinned with the change */
    for (uint32_t i = 0; i < change->runs; i++)
        part_read_unpin(store->runs.items[i]);
    store->runs.count -= change->runs;
    if (store->runs.count > 0)
        memmove(store->runs.items, store->runs.items + change->runs,
                store->runs.count * sizeof(struct part *));
    store->durable_persons = store->persons.count;
    store->durable_links = store->identity.count;
    profiles_clean(&store->profiles);
}

/* The manifest is in force: what it says becomes what readers see. */
static void commit(struct flush *f)
{
    struct stores *stores = f->stores;
    (void)pthread_mutex_lock(&stores->lock);
    for (uint32_t i = 0; i < stores->count; i++)
        swap_lists(stores->items[i], &f->changes[i]);
    for (uint32_t i = 0; i < stores->counts.count; i++)
        stores->counts.items[i].is_dirty = false;
    stores->durable = stores->position;
    stores->generation++;
    stores->waiting_rows = 0;
    stores->waiting_bytes = 0;
    stores->waiting_since_ms = 0;
    (void)pthread_mutex_unlock(&stores->lock);
}

static int remove_part(struct stores *stores, uint64_t id)
{
    char name[PART_NAME_BYTES];
    part_read_name(id, name);
    int r = fs_remove(stores->fs, name);
    return r == ERR_NOT_FOUND ? 0 : r;
}

/* Removing is tidying: a file that stays is removed at the next start. */
static void remove_old(struct flush *f)
{
    struct stores *stores = f->stores;
    for (uint32_t i = 0; i < f->old.count; i++)
        if (remove_part(stores, f->old.items[i]->id) != 0)
            log_warn("event=store_remove part=%016llx", (unsigned long long)f->old.items[i]->id);
    if (f->is_whole) {
        char name[JOURNAL_NAME_BYTES];
        journal_name(stores->tables.generation, name);
        journal_close(&stores->tables);
        stores->tables = f->tables;
        stores->tables_base = f->tables.length;
        f->is_whole = false;
        if (fs_remove(stores->fs, name) != 0)
            log_warn("event=store_remove file=%s", name);
    }
}

static void release_flush(struct flush *f)
{
    for (uint32_t i = 0; i < f->stores->count; i++) {
        for (uint32_t p = 0; p < f->changes[i].parts.count; p++)
            part_read_unpin(f->changes[i].parts.items[p]);
        free(f->changes[i].parts.items);
    }
    for (uint32_t i = 0; i < f->old.count; i++)
        part_read_unpin(f->old.items[i]);
    free(f->old.items);
    free(f->fresh.items);
    free(f->changes);
    if (f->is_whole)
        journal_close(&f->tables);
}

int store_flush_all(struct stores *stores)
{
    struct flush f = { .stores = stores };
    int r = stores->failed;
    if (r != 0)
        return r;
    f.changes = calloc(stores->count + 1, sizeof(*f.changes));
    check(f.changes != NULL);
    for (uint32_t i = 0; i < stores->count && r == 0; i++)
        r = flush_store(&f, stores->items[i], &f.changes[i]);
    if (r == 0 && f.fresh.count > 0)
        r = fs_sync_dir(stores->fs, "parts");
    if (r == 0)
        r = write_tables(&f);
    if (r == 0)
        r = write_manifest(&f);
    if (r == 0) {
        commit(&f);
        remove_old(&f);
    } else {
        stores->failed = r;
        log_error("event=store_stopped error=\"%s\"", err_text(r));
    }
    release_flush(&f);
    return r;
}

/* ---- recovery -------------------------------------------------------------------------------- */

struct cleanup {
    struct stores *stores;
    const struct manifest *manifest;
    struct bytes names;      /* to remove, each ended by 0 */
    bool has_parts;
};

static void look_at_part(void *ctx, struct str name)
{
    struct cleanup *c = ctx;
    uint64_t id;
    if (!part_read_parse_name(name, &id))
        return;
    c->has_parts = true;
    for (uint32_t i = 0; i < c->manifest->part_count; i++)
        if (c->manifest->parts[i].id == id)
            return;
    bytes_append_str(&c->names, STR("parts/"));
    bytes_append_str(&c->names, name);
    bytes_put_u8(&c->names, 0);
}

static void look_at_file(void *ctx, struct str name)
{
    struct cleanup *c = ctx;
    char listed[JOURNAL_NAME_BYTES];
    journal_name(c->manifest->tables.generation, listed);
    bool is_old_table = str_starts(name, STR("tables-")) && !str_equal(name, str_from(listed));
    if (!is_old_table && !str_equal(name, STR(MANIFEST_NAME ".tmp")))
        return;
    bytes_append_str(&c->names, name);
    bytes_put_u8(&c->names, 0);
}

static int remove_unlisted(struct stores *stores, const struct manifest *manifest)
{
    struct cleanup c = { .stores = stores, .manifest = manifest };
    int r = fs_list(stores->fs, "parts", look_at_part, &c);
    if (r == 0)
        r = fs_list(stores->fs, ".", look_at_file, &c);
    for (size_t at = 0; at < c.names.len && r == 0;) {
        const char *name = (const char *)c.names.ptr + at;
        r = fs_remove(stores->fs, name);
        at += strlen(name) + 1;
    }
    bytes_release(&c.names);
    return r;
}

static int open_part(struct stores *stores, const struct manifest_part *listed)
{
    struct store *store = store_get(stores, listed->project);
    struct part *part;
    int r = part_read_open(stores->fs, listed->id, &part);
    bool is_other = r == 0 && (part->file_len != listed->file_len ||
                               part->directory_hash != listed->directory_hash ||
                               part->project != listed->project);
    if (is_other) {
        part_read_unpin(part);
        r = ERR_CORRUPT;
    }
    if (r == ERR_CORRUPT || r == ERR_NOT_FOUND || r == ERR_UNSUPPORTED) {
        log_error("event=part_corrupt part=%016llx error=\"%s\"", (unsigned long long)listed->id,
                  err_text(r));
        part = part_read_create_bad(listed->project, listed->id);
        part->file_len = listed->file_len;
        part->directory_hash = listed->directory_hash;
        r = 0;
    }
    if (r == 0) {
        store_append_part(&store->parts, part);
        store_note_names(store, part);
    }
    return r;
}

static int load(struct stores *stores, const struct manifest *manifest)
{
    int r = journal_open(stores->fs, &manifest->tables, tables_load, stores, &stores->tables);
    if (r != 0)
        log_error("event=tables_corrupt generation=%llu error=\"%s\"",
                  (unsigned long long)manifest->tables.generation, err_text(r));
    for (uint32_t i = 0; i < stores->count && r == 0; i++)
        profiles_note_names(&stores->items[i]->profiles);
    for (uint32_t i = 0; i < manifest->project_count && r == 0; i++) {
        const struct manifest_project *project = &manifest->projects[i];
        struct store *store = store_get(stores, project->project);
        store->next_arrival = project->next_arrival;
        store->durable_persons = store->persons.count;
        store->durable_links = store->identity.count;
        if (store->persons.count != project->persons || store->identity.count != project->links) {
            log_error("event=tables_corrupt generation=%llu",
                      (unsigned long long)manifest->tables.generation);
            r = ERR_CORRUPT;
        }
    }
    for (uint32_t i = 0; i < manifest->part_count && r == 0; i++)
        r = open_part(stores, &manifest->parts[i]);
    stores->generation = manifest->generation;
    stores->next_part = manifest->next_part;
    stores->durable = stores->position = manifest->position;
    stores->tables_base = manifest->tables.length;
    return r;
}

static void note_any_part(void *ctx, struct str name)
{
    uint64_t id;
    *(bool *)ctx |= part_read_parse_name(name, &id);
}

/* The very first start. Parts without a manifest are not ours to throw away. */
static int found(struct stores *stores)
{
    bool has_parts = false;
    int r = fs_list(stores->fs, "parts", note_any_part, &has_parts);
    if (r == 0 && has_parts) {
        log_error("event=manifest_missing");
        return ERR_CORRUPT;
    }
    if (r == 0)
        r = journal_create(stores->fs, 1, &stores->tables);
    if (r == 0)
        r = journal_sync(&stores->tables);
    if (r == 0)
        r = fs_sync_dir(stores->fs, ".");
    struct flush f = { .stores = stores };
    stores->next_part = 1;
    if (r == 0)
        r = write_manifest(&f);
    stores->generation = 1;
    return r;
}

int store_flush_recover(struct stores *stores)
{
    struct manifest manifest;
    int r = fs_make_dir(stores->fs, "parts");
    if (r == 0)
        r = fs_sync_dir(stores->fs, ".");
    if (r != 0)
        return r;
    r = manifest_read(stores->fs, &manifest);
    if (r == ERR_NOT_FOUND)
        return found(stores);
    if (r != 0) {
        log_error("event=manifest_corrupt error=\"%s\"", err_text(r));
        return r;
    }
    r = load(stores, &manifest);
    if (r == 0)
        r = remove_unlisted(stores, &manifest);
    manifest_release(&manifest);
    return r;
}
