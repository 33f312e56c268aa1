#include "cli/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/map.h"
#include "cli/client.h"
#include "cli/house.h"
#include "cli/lines.h"
#include "cli/options.h"
#include "event/limits.h"
#include "json/doc.h"
#include "json/write.h"
#include "sys/clock.h"
#include "sys/file_real.h"

enum {
    BATCH_BYTES = 4 * 1024 * 1024,  /* well under the 10 MB of one request */
    RETRIES_MAX = 60,
    RETRY_MS = 500,
    REASONS_MAX = 64,               /* different sentences that are told one by one */
};

struct import {
    struct house house;
    struct client *client;
    struct lines *lines;
    struct fs *run;                 /* DIR/run, for the progress file */
    char progress_name[64];
    struct bytes batch;
    uint32_t batch_lines;
    uint64_t line;                  /* lines read so far */
    uint64_t skipped;               /* acknowledged by an earlier run */
    uint64_t imported;
    uint64_t refused;
    struct map reasons;             /* sentence → count */
    bool is_quiet;
    uint64_t shown_ms;
};

/* ---- progress ------------------------------------------------------------------------------- */

static void read_progress(struct import *in)
{
    struct bytes text = { 0 };
    if (fs_read_file(in->run, in->progress_name, 32, &text) != 0 ||
        !str_to_u64(str_trim(bytes_str(&text)), &in->skipped))
        in->skipped = 0;
    bytes_release(&text);
}

static int write_progress(struct import *in)
{
    struct bytes text = { 0 };
    bytes_printf(&text, "%llu\n", (unsigned long long)in->line);
    int r = fs_replace_file(in->run, in->progress_name, bytes_str(&text), FILE_PRIVATE);
    bytes_release(&text);
    return r;
}

static void show_progress(struct import *in, bool is_last)
{
    uint64_t now = clock_boot_ms(), size = lines_size(in->lines);
    if (in->is_quiet || (!is_last && now - in->shown_ms < 200))
        return;
    in->shown_ms = now;
    double part = size ? (double)lines_consumed(in->lines) / (double)size : 1;
    int filled = (int)(part * 30);
    (void)fprintf(stderr, "\r[%.*s%*s] %3.0f %%  %llu events", filled,
                  "##############################", 30 - filled, "", part * 100,
                  (unsigned long long)in->imported);
    if (is_last)
        (void)fprintf(stderr, "\n");
}

/* ---- one batch ------------------------------------------------------------------------------ */

static void note_reason(struct import *in, struct str sentence)
{
    if (in->reasons.count < REASONS_MAX || map_find(&in->reasons, sentence))
        ++*map_put(&in->reasons, sentence, 0, NULL);
}

static int take_verdicts(struct import *in, struct str answer)
{
    struct json_doc *doc = NULL;
    uint64_t imported = 0;
    int r = json_doc_parse(answer, 64 * 1024 * 1024, &doc);
    if (r != 0)
        return ERR_INVALID;
    const struct json_node *root = json_doc_root(doc);
    const struct json_node *failed = json_doc_member(root, "failed_records");
    if (!json_doc_get_u64(root, "num_records_imported", &imported))
        r = ERR_INVALID;
    in->imported += imported;
    for (const struct json_node *f = NULL; r == 0 && (f = json_doc_next(failed, f)) != NULL;) {
        in->refused++;
        note_reason(in, json_doc_type(f) == JSON_STRING
                            ? json_doc_string(f)
                            : json_doc_get_string(f, "message", STR("refused")));
    }
    json_doc_destroy(doc);
    return r;
}

static int send_batch(struct import *in)
{
    struct bytes answer = { 0 };
    struct client_request request = {
        .method = "POST", .path = "/import?strict=1", .content_type = "application/x-ndjson",
        .body = bytes_str(&in->batch),
    };
    unsigned status = 0;
    int r = 0;
    for (int i = 0; i < RETRIES_MAX && in->batch_lines; i++) {
        r = client_ask(in->client, &request, &status, &answer);
        bool again = r == ERR_CLOSED || r == ERR_TIMEOUT ||
                     (r == 0 && (status == 429 || status >= 500));
        if (!again)
            break;
        clock_sleep_ms(RETRY_MS);
    }
    if (r == 0 && in->batch_lines && status != 200 && status != 400)
        r = ERR_BUSY;
    if (r == 0 && in->batch_lines)
        r = take_verdicts(in, bytes_str(&answer));
    if (r == 0)
        r = write_progress(in);
    bytes_reset(&in->batch);
    in->batch_lines = 0;
    bytes_release(&answer);
    return r;
}

static int import_lines(struct import *in)
{
    struct str line;
    int r;
    while ((r = lines_next(in->lines, &line)) == 1) {
        in->line++;
        if (in->line <= in->skipped || str_trim(line).len == 0)
            continue;
        bool is_full = in->batch_lines == LIMIT_EVENTS_PER_REQUEST ||
                       in->batch.len + line.len > BATCH_BYTES;
        if (is_full) {
            in->line--;
            r = send_batch(in);
            in->line++;
            if (r != 0)
                return r;
            show_progress(in, false);
        }
        bytes_append_str(&in->batch, line);
        bytes_put_u8(&in->batch, '\n');
        in->batch_lines++;
    }
    return r == 0 ? send_batch(in) : r;
}

/* ---- the command ---------------------------------------------------------------------------- */

static int open_file(struct import *in, const char *path)
{
    const char *slash = strrchr(path, '/');
    char directory[HOUSE_PATH_MAX];
    struct file *file = NULL;
    int fd;
    (void)snprintf(directory, sizeof(directory), "%.*s", slash ? (int)(slash - path + 1) : 1,
                   slash ? path : ".");
    int r = file_real_open_dir(directory, false, &fd);
    if (r != 0)
        return r;
    struct fs *fs = fs_real_create(fd);
    r = fs_open(fs, slash ? slash + 1 : path, FILE_READ, &file);
    fs_destroy(fs);
    if (r == 0)
        r = lines_open(file, LIMIT_EVENT_BYTES, &in->lines);
    if (r == 0)
        (void)snprintf(in->progress_name, sizeof(in->progress_name), "import-%016llx",
                       (unsigned long long)hash_64_seeded(path, strlen(path),
                                                          lines_size(in->lines)));
    return r;
}

static void report(const struct import *in, bool json)
{
    struct bytes out = { 0 };
    struct json_write w;
    size_t cursor = 0;
    struct str sentence;
    uint32_t n;
    if (!json)
        (void)printf("imported %llu events, refused %llu\n", (unsigned long long)in->imported,
                     (unsigned long long)in->refused);
    json_write_init(&w, &out);
    json_write_begin_object(&w);
    json_write_key(&w, "imported");
    json_write_u64(&w, in->imported);
    json_write_key(&w, "refused");
    json_write_u64(&w, in->refused);
    json_write_key(&w, "skipped_lines");
    json_write_u64(&w, in->skipped);
    json_write_key(&w, "reasons");
    json_write_begin_object(&w);
    while (map_next(&in->reasons, &cursor, &sentence, &n)) {
        json_write_key_str(&w, sentence);
        json_write_u64(&w, n);
        if (!json)
            (void)printf("  %u x " STR_FMT "\n", n, STR_ARG(sentence));
    }
    json_write_end_object(&w);
    json_write_end_object(&w);
    if (json)
        (void)printf(STR_FMT "\n", STR_ARG(bytes_str(&out)));
    bytes_release(&out);
}

static int run(struct import *in, const char *path, bool json)
{
    char address[HOUSE_PATH_MAX];
    int fd;
    int r = open_file(in, path);
    if (r != 0) {
        log_error("cannot read %s: %s", path, err_text(r));
        return 1;
    }
    house_socket(&in->house, "ingest", address);
    r = client_open(address, &in->client);
    if (r != 0) {
        log_error("amana is not being served from %s: %s", in->house.data, err_text(r));
        return 1;
    }
    r = house_open_room(&in->house, "run", &fd);
    if (r == 0) {
        in->run = fs_real_create(fd);
        read_progress(in);
        r = import_lines(in);
    }
    show_progress(in, true);
    report(in, json);
    if (r != 0) {
        log_error("stopped in line %llu: %s; the same command goes on from there",
                  (unsigned long long)in->line, err_text(r));
        return 1;
    }
    return fs_remove(in->run, in->progress_name) == 0 ? 0 : 1;
}

int cli_import(int argc, char **argv)
{
    static struct import in;
    const char *data = NULL, *rest[1];
    bool json = false;
    const struct option_text texts[] = { { "--data", &data } };
    const struct option_flag flags[] = { { "--json", &json } };
    struct options options = { texts, 1, flags, 1, rest, 1, 0 };
    if (!options_parse(&options, argc, argv) || !data || options.rest_count != 1) {
        (void)fprintf(stderr, "usage: amana import --data DIR FILE [--json]\n");
        return 2;
    }
    if (house_open(&in.house, data, NULL, false) != 0)
        return 1;
    in.is_quiet = json;
    int status = run(&in, rest[0], json);
    client_close(in.client);
    lines_close(in.lines);
    fs_destroy(in.run);
    map_release(&in.reasons);
    bytes_wipe(&in.batch);
    house_close(&in.house);
    return status;
}
