#include "cli/owner_link.h"

#include <stdio.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/client.h"
#include "cli/house.h"
#include "cli/options.h"
#include "json/doc.h"

enum { ANSWER_MAX_BYTES = 64 * 1024 };

static int ask(const struct house *house, unsigned *status, struct bytes *answer)
{
    struct client *client;
    char address[HOUSE_PATH_MAX];
    const struct client_request request = {
        .method = "POST", .path = "/api/owner-link", .content_type = "application/json",
        .body = STR("{}"),
    };
    house_socket(house, "console", address);
    int r = client_open(address, &client);
    if (r != 0)
        return ERR_CLOSED;
    r = client_ask(client, &request, status, answer);
    client_close(client);
    return r;
}

static void print_link(const struct house *house, struct str path, bool json)
{
    if (json)
        (void)printf("{\"owner_link\":\"" STR_FMT "\",\"url\":\"http://%s" STR_FMT "\"}\n",
                     STR_ARG(path), house->console, STR_ARG(path));
    else
        (void)printf("http://%s" STR_FMT "\n", house->console, STR_ARG(path));
}

/* Web answers like init: {"owner_link":"/enter#…"}. What has another form is not printed. */
static bool take_link(const struct house *house, struct str answer, bool json)
{
    static const struct str prefix = STR("/enter#");
    struct json_doc *doc = NULL;
    if (json_doc_parse(answer, ANSWER_MAX_BYTES, &doc) != 0)
        return false;
    struct str path = json_doc_get_string(json_doc_root(doc), "owner_link", STR(""));
    bool is_link = path.len == prefix.len + 43 && str_starts(path, prefix);
    for (size_t i = prefix.len; is_link && i < path.len; i++) {
        char c = path.ptr[i];
        is_link = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
    }
    if (is_link)
        print_link(house, path, json);
    json_doc_destroy(doc);
    return is_link;
}

static int owner_link(const struct house *house, bool json)
{
    struct bytes answer = { 0 };
    unsigned status = 0;
    int r = ask(house, &status, &answer);
    bool is_done = r == 0 && status == 200 && take_link(house, bytes_str(&answer), json);
    if (r == ERR_CLOSED)
        log_error("nobody serves %s: start `amana serve --data %s` first", house->data,
                  house->data);
    else if (r != 0)
        log_error("the running amana does not answer: %s", err_text(r));
    else if (status == 401 || status == 403)
        log_error("only uid %d, which made %s, may have the owner's link", house->owner_uid,
                  house->data);
    else if (!is_done)
        log_error("the running amana gives no link (status %u)", status);
    bytes_wipe(&answer);
    return is_done ? 0 : 1;
}

int cli_owner_link(int argc, char **argv)
{
    static struct house house;
    const char *data = NULL;
    bool json = false;
    const struct option_text texts[] = { { "--data", &data } };
    const struct option_flag flags[] = { { "--json", &json } };
    struct options options = { .texts = texts, .text_count = 1, .flags = flags, .flag_count = 1 };
    if (!options_parse(&options, argc, argv) || !data) {
        (void)fprintf(stderr, "usage: amana owner-link --data DIR [--json]\n");
        return 2;
    }
    if (house_open(&house, data, NULL, false) != 0)
        return 1;
    int status = owner_link(&house, json);
    house_close(&house);
    return status;
}
