#include "cli/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/client.h"
#include "cli/options.h"
#include "json/write.h"
#include "ledger/bitmap.h"
#include "ledger/tile.h"
#include "ledger/tlog_proof.h"
#include "ledger/verify.h"
#include "ledger/wire/ask.h"
#include "sys/file.h"
#include "sys/file_real.h"

enum { FILE_MAX = TILE_WIDTH * (TILE_ENTRY_MAX + 2), URL_MAX = 512, KINDS = 256, TIME_TEXT = 25 };

/* Besides those of asks. */
static const char *const kind_names[KINDS] = {
    [ENTRY_REFUSED_MANY] = "refused_many", [ENTRY_ROSTER] = "roster", [ENTRY_LOGIN] = "login",
    [ENTRY_START] = "start", [ENTRY_STOP] = "stop", [ENTRY_FROZE] = "froze",
    [ENTRY_HOST] = "host", [ENTRY_MISBEHAVED] = "misbehaved",
};

struct verifying {
    /* One of the two: where the files come from. */
    struct fs *fs;
    struct client *client;
    char prefix[URL_MAX];
    /* What the entries say. */
    uint64_t kinds[KINDS];
    uint64_t unknown;
    uint64_t released;          /* entries that let people out, */
    uint64_t people;            /* and the sum of the people each of them named */
    uint64_t refused;
    struct bitmap *principals;
    int64_t first_ms, last_ms;
};

/* ---- where the files come from --------------------------------------------------------------- */

static int fetch_http(struct verifying *v, const char *path, struct bytes *out)
{
    char full[URL_MAX + 128];
    unsigned status = 0;
    struct bytes answer = { 0 };
    (void)snprintf(full, sizeof(full), "%s/%s", v->prefix, path);
    struct client_request request = { .method = "GET", .path = full };
    int r = client_ask(v->client, &request, &status, &answer);
    if (r == 0)
        r = status == 200 ? 0 : status == 404 ? ERR_NOT_FOUND : ERR_IO;
    if (r == 0 && answer.len > FILE_MAX)
        r = ERR_TOO_LARGE;
    if (r == 0)
        bytes_append_str(out, bytes_str(&answer));
    bytes_release(&answer);
    return r;
}

static int fetch(void *ctx, const char *path, struct bytes *out)
{
    struct verifying *v = ctx;
    return v->fs ? fs_read_file(v->fs, path, FILE_MAX, out) : fetch_http(v, path, out);
}

/* "http://HOST[:PORT][/PREFIX]". */
static int open_url(struct verifying *v, struct str rest)
{
    char address[URL_MAX];
    ptrdiff_t slash = str_find_byte(rest, '/');
    struct str host = slash < 0 ? rest : str_slice(rest, 0, (size_t)slash);
    struct str prefix = slash < 0 ? STR("") : str_from_index(rest, (size_t)slash);
    while (str_ends(prefix, STR("/")))
        prefix = str_slice(prefix, 0, prefix.len - 1);
    bool has_port = str_find_byte(host, ':') >= 0;
    if (host.len == 0 || rest.len >= URL_MAX - 8)
        return ERR_INVALID;
    (void)snprintf(address, sizeof(address), STR_FMT "%s", STR_ARG(host), has_port ? "" : ":80");
    (void)snprintf(v->prefix, sizeof(v->prefix), STR_FMT, STR_ARG(prefix));
    return client_open(address, &v->client);
}

static int open_log(struct verifying *v, const char *log)
{
    struct str text = str_from(log);
    int fd, r;
    if (str_starts(text, STR("https://"))) {
        log_error("https is not spoken here: copy the files with a tool that does, and verify the "
                  "folder. The signature needs no safe way.");
        return ERR_UNSUPPORTED;
    }
    if (str_starts(text, STR("http://"))) {
        r = open_url(v, str_from_index(text, 7));
    } else {
        r = file_real_open_dir(log, false, &fd);
        if (r == 0)
            v->fs = fs_real_create(fd);
    }
    if (r != 0)
        log_error("cannot open %s: %s", log, err_text(r));
    return r;
}

/* ---- what the entries say -------------------------------------------------------------------- */

static void count(void *ctx, uint64_t index, struct str bytes, const struct entry *entry)
{
    struct verifying *v = ctx;
    (void)bytes;
    if (!entry) {
        v->unknown++;
        return;
    }
    v->kinds[entry->kind]++;
    v->refused += entry->verdict == ENTRY_REFUSED;
    if (entry->persons && (entry->verdict == ENTRY_RELEASED || entry->verdict == ENTRY_RECORDED)) {
        v->released++;
        v->people += entry->persons;
    }
    (void)bitmap_add(v->principals, entry->principal);
    if (index == 0)
        v->first_ms = entry->time_ms;
    v->last_ms = entry->time_ms;
}

static void put_kind(char out[24], unsigned kind)
{
    const char *name = kind_names[kind];
    if (kind >= GRANT_REVEAL && kind <= GRANT_FREEZE)
        name = ask_kind_name((enum grant_kind)kind);
    if (name)
        (void)snprintf(out, 24, "%s", name);
    else
        (void)snprintf(out, 24, "kind_%u", kind);
}

static void print_counts(const struct verifying *v)
{
    char name[24], first[TIME_TEXT], last[TIME_TEXT];
    for (unsigned kind = 0; kind < KINDS; kind++)
        if (v->kinds[kind]) {
            put_kind(name, kind);
            (void)printf("  %-16s %" PRIu64 "\n", name, v->kinds[kind]);
        }
    if (v->unknown)
        (void)printf("  %-16s %" PRIu64 "\n", "of later versions", v->unknown);
    (void)printf("people   %" PRIu64 " disclosures, %" PRIu64 " people in them (one who was shown "
                 "twice is counted twice), %" PRIu64 " refusals, %" PRIu64 " principals\n",
                 v->released, v->people, v->refused, bitmap_count(v->principals));
    if (v->last_ms) {
        time_format(v->first_ms, first);
        time_format(v->last_ms, last);
        (void)printf("time     %s to %s\n", first, last);
    }
}

static void print_text(const struct verifying *v, const struct verify_result *result)
{
    char hex[2 * TREE_HASH_BYTES + 1];
    str_hex(result->root, TREE_HASH_BYTES, hex);
    if (result->what[0]) {
        (void)printf("wrong    %s\n", result->what);
        return;
    }
    (void)printf("holds    %" PRIu64 " entries, root %s\n", result->size, hex);
    print_counts(v);
    (void)printf("keep     --seen %" PRIu64 ":%s for the next time\n", result->size, hex);
}

static void put_u64(struct json_write *w, const char *key, uint64_t value)
{
    json_write_key(w, key);
    json_write_u64(w, value);
}

static void print_json(const struct verifying *v, const struct verify_result *result)
{
    char hex[2 * TREE_HASH_BYTES + 1], name[24];
    struct bytes json = { 0 };
    struct json_write w;
    str_hex(result->root, TREE_HASH_BYTES, hex);
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    json_write_key(&w, "holds");
    json_write_bool(&w, result->what[0] == 0);
    if (result->what[0]) {
        json_write_key(&w, "wrong");
        json_write_text(&w, result->what);
        put_u64(&w, "index", result->bad_index);
    }
    put_u64(&w, "size", result->size);
    json_write_key(&w, "root");
    json_write_text(&w, hex);
    if (v) {
        json_write_key(&w, "kinds");
        json_write_begin_object(&w);
        for (unsigned kind = 0; kind < KINDS; kind++)
            if (v->kinds[kind]) {
                put_kind(name, kind);
                put_u64(&w, name, v->kinds[kind]);
            }
        json_write_end_object(&w);
        put_u64(&w, "unknown", v->unknown);
        put_u64(&w, "disclosures", v->released);
        put_u64(&w, "people", v->people);
        put_u64(&w, "refused", v->refused);
        put_u64(&w, "principals", bitmap_count(v->principals));
    }
    json_write_end_object(&w);
    (void)printf(STR_FMT "\n", STR_ARG(bytes_str(&json)));
    bytes_release(&json);
}

/* ---- the command ----------------------------------------------------------------------------- */

struct request {
    const char *log, *proof, *entry, *key, *seen;
    bool json;
    struct str origin;
    uint8_t public_key[32];
    uint64_t seen_size;
    uint8_t seen_root[TREE_HASH_BYTES];
};

static bool read_seen(struct request *q)
{
    struct str rest = str_from(q->seen), size;
    return !q->seen || (str_next(&rest, ':', &size) && str_to_u64(size, &q->seen_size) &&
                        rest.ptr && str_to_hex_bytes(rest, q->seen_root, TREE_HASH_BYTES));
}

static int verify_whole(const struct request *q)
{
    static struct verifying v;
    struct verify_result result;
    v = (struct verifying){ .principals = bitmap_create() };
    int r = open_log(&v, q->log);
    if (r == 0) {
        struct verify_source source = { .fetch = fetch, .ctx = &v, .origin = q->origin,
            .public_key = q->public_key, .seen_size = q->seen_size, .each = count };
        memcpy(source.seen_root, q->seen_root, sizeof(source.seen_root));
        r = verify_log(&source, &result);
        if (q->json)
            print_json(&v, &result);
        else
            print_text(&v, &result);
    }
    fs_destroy(v.fs);
    client_close(v.client);
    bitmap_destroy(v.principals);
    return r == 0 ? 0 : 1;
}

static int read_whole(const char *path, size_t max, struct bytes *out)
{
    FILE *file = fopen(path, "rb");
    int r = file ? 0 : ERR_NOT_FOUND;
    if (file) {
        bytes_reserve(out, max + 1);
        out->len = fread(out->ptr, 1, max + 1, file);
        r = ferror(file) ? ERR_IO : out->len > max ? ERR_TOO_LARGE : 0;
        (void)fclose(file);
    }
    if (r != 0)
        log_error("cannot read %s: %s", path, err_text(r));
    return r;
}

static int verify_one(const struct request *q)
{
    struct bytes proof = { 0 }, entry = { 0 };
    struct verify_result result;
    char hex[2 * TREE_HASH_BYTES + 1];
    int r = read_whole(q->proof, TLOG_PROOF_BYTES_MAX, &proof);
    if (r == 0)
        r = read_whole(q->entry, TILE_ENTRY_MAX, &entry);
    if (r == 0) {
        r = verify_proof(bytes_str(&proof), bytes_str(&entry), q->origin, q->public_key, &result);
        str_hex(result.root, TREE_HASH_BYTES, hex);
        if (q->json)
            print_json(NULL, &result);
        else if (r != 0)
            (void)printf("wrong    %s\n", result.what);
        else
            (void)printf("holds    entry %" PRIu64 " is in the log of %" PRIu64 " entries, root "
                         "%s\n", result.bad_index, result.size, hex);
    }
    bytes_release(&proof);
    bytes_release(&entry);
    return r == 0 ? 0 : 1;
}

int cli_verify(int argc, char **argv)
{
    struct request q = { 0 };
    const struct option_text texts[] = { { "--log", &q.log }, { "--proof", &q.proof },
        { "--entry", &q.entry }, { "--key", &q.key }, { "--seen", &q.seen } };
    const struct option_flag flags[] = { { "--json", &q.json } };
    struct options options = { .texts = texts, .text_count = 5, .flags = flags, .flag_count = 1 };
    bool parsed = options_parse(&options, argc, argv);
    bool is_whole = q.log && !q.proof && !q.entry, is_one = q.proof && q.entry && !q.log && !q.seen;
    if (!parsed || !q.key || (!is_whole && !is_one)) {
        (void)fprintf(stderr, "usage: amana verify --log DIR-or-URL --key VKEY [--seen SIZE:ROOT]"
                      " [--json]\n       amana verify --proof FILE --entry FILE --key VKEY"
                      " [--json]\n");
        return 2;
    }
    if (checkpoint_parse_vkey(str_from(q.key), &q.origin, q.public_key) != 0) {
        log_error("--key is no verifier key: NAME+8 hex digits+base64");
        return 2;
    }
    if (!read_seen(&q)) {
        log_error("--seen is SIZE:ROOT, as an earlier run printed it");
        return 2;
    }
    return is_whole ? verify_whole(&q) : verify_one(&q);
}
