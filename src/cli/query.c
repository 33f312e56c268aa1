#include "cli/query.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/client.h"
#include "cli/house.h"
#include "cli/options.h"
#include "json/doc.h"

enum { QUESTION_MAX_BYTES = 256 * 1024, ANSWER_MAX_BYTES = 256 * 1024 * 1024, ASK_MS = 70000 };

/* ---- reading -------------------------------------------------------------------------------- */

static int read_stream(FILE *file, struct bytes *out)
{
    size_t got;
    do {
        bytes_reserve(out, 64 * 1024);
        got = fread(out->ptr + out->len, 1, 64 * 1024, file);
        out->len += got;
    } while (got && out->len <= QUESTION_MAX_BYTES);
    if (ferror(file))
        return ERR_IO;
    return out->len > QUESTION_MAX_BYTES ? ERR_TOO_LARGE : 0;
}

static int read_question(const char *path, struct bytes *out)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    int r = file ? read_stream(file, out) : ERR_NOT_FOUND;
    if (file && file != stdin)
        (void)fclose(file);
    if (r != 0)
        log_error("cannot read the question: %s", err_text(r));
    return r;
}

/* ---- showing -------------------------------------------------------------------------------- */

static void print_value(const struct json_node *node)
{
    struct bytes text = { 0 };
    if (json_doc_type(node) == JSON_NULL)
        bytes_append_str(&text, STR("(none)"));
    else if (json_doc_type(node) == JSON_STRING)
        bytes_append_str(&text, json_doc_string(node));
    else
        json_doc_print(node, &text);
    /* What a stranger named may hold what a terminal obeys. */
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            text.ptr[i] = ' ';
    (void)printf(STR_FMT, STR_ARG(bytes_str(&text)));
    bytes_release(&text);
}

static void print_points(const struct json_node *points)
{
    for (const struct json_node *p = NULL; (p = json_doc_next(points, p)) != NULL;) {
        const struct json_node *label = json_doc_next(p, NULL);
        const struct json_node *value = label ? json_doc_next(p, label) : NULL;
        (void)printf("  ");
        print_value(label);
        (void)printf("  ");
        print_value(value);
        (void)printf("\n");
    }
}

/* One block a series: its name and groups, then a line a bucket. */
static bool print_table(struct str answer)
{
    struct json_doc *doc = NULL;
    if (json_doc_parse(answer, ANSWER_MAX_BYTES, &doc) != 0)
        return false;
    const struct json_node *series = json_doc_member(json_doc_root(doc), "series");
    for (const struct json_node *s = NULL; (s = json_doc_next(series, s)) != NULL;) {
        const struct json_node *by = json_doc_member(s, "by");
        print_value(json_doc_member(s, "name"));
        for (const struct json_node *g = NULL; (g = json_doc_next(by, g)) != NULL;) {
            (void)printf(" / ");
            print_value(g);
        }
        (void)printf("\n");
        print_points(json_doc_member(s, "points"));
    }
    (void)printf("%.0f rows in %.1f ms\n",
                 json_doc_get_number(json_doc_root(doc), "rows_scanned", 0),
                 json_doc_get_number(json_doc_root(doc), "computed_ms", 0));
    json_doc_destroy(doc);
    return series != NULL;
}

/* The server's sentence, with the place in the question. */
static void print_refusal(unsigned status, struct str answer)
{
    struct json_doc *doc = NULL;
    struct str at = STR(""), message = STR("");
    if (json_doc_parse(answer, ANSWER_MAX_BYTES, &doc) == 0) {
        const struct json_node *error = json_doc_member(json_doc_root(doc), "error");
        at = json_doc_get_string(error, "at", STR(""));
        message = json_doc_get_string(error, "message", STR(""));
    }
    if (message.len)
        (void)fprintf(stderr, "amana query: " STR_FMT "%s" STR_FMT "\n", STR_ARG(at),
                      at.len ? ": " : "", STR_ARG(message));
    else
        (void)fprintf(stderr, "amana query: refused with status %u\n", status);
    json_doc_destroy(doc);
}

/* ---- asking --------------------------------------------------------------------------------- */

static int ask(const struct house *house, struct str question, unsigned *status,
               struct bytes *answer)
{
    struct client *client;
    char address[HOUSE_PATH_MAX];
    const struct client_request request = { .method = "POST", .path = "/api/query",
                                            .content_type = "application/json",
                                            .body = question, .timeout_ms = ASK_MS };
    house_socket(house, "console", address);
    int r = client_open(address, &client);
    if (r != 0) {
        log_error("amana does not run here: nobody listens at %s", address);
        return r;
    }
    r = client_ask(client, &request, status, answer);
    if (r != 0)
        log_error("no answer: %s", err_text(r));
    client_close(client);
    return r;
}

static int query(const struct house *house, const char *path, bool is_table)
{
    struct bytes question = { 0 }, answer = { 0 };
    unsigned status = 0;
    int r = read_question(path, &question);
    if (r == 0)
        r = ask(house, bytes_str(&question), &status, &answer);
    if (r == 0 && status != 200) {
        print_refusal(status, bytes_str(&answer));
        r = ERR_INVALID;
    }
    if (r == 0 && is_table && !print_table(bytes_str(&answer)))
        r = ERR_INVALID;
    if (r == 0 && !is_table)
        (void)printf(STR_FMT "\n", STR_ARG(bytes_str(&answer)));
    bytes_wipe(&question);
    bytes_release(&answer);
    return r == 0 ? 0 : 1;
}

int cli_query(int argc, char **argv)
{
    static struct house house;
    const char *data = NULL, *rest[1] = { NULL };
    bool json = false, table = false;
    const struct option_text texts[] = { { "--data", &data } };
    const struct option_flag flags[] = { { "--json", &json }, { "--table", &table } };
    struct options options = { .texts = texts, .text_count = 1, .flags = flags, .flag_count = 2,
                               .rest = rest, .rest_max = 1 };
    if (!options_parse(&options, argc, argv) || !data || !rest[0] || (json && table)) {
        (void)fprintf(stderr, "usage: amana query --data DIR FILE [--json | --table]\n");
        return 2;
    }
    if (house_open(&house, data, NULL, false) != 0)
        return 1;
    int status = query(&house, rest[0], table);
    house_close(&house);
    return status;
}
