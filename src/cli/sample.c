#include "cli/sample.h"

#include <stdio.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/client.h"
#include "cli/house.h"
#include "cli/options.h"
#include "cli/sample_write.h"
#include "event/limits.h"
#include "json/doc.h"
#include "sys/clock.h"
#include "sys/file.h"

enum {
    PEOPLE = 5000,
    ORGANISATIONS = 400,
    SEED = 20251108,
    WAIT_MS = 60000,         /* for the programs to come up */
    RETRY_MS = 200,
    LIVE_PAUSE_MS = 2200,    /* longest; the shortest is a fifth of it */
    PEOPLE_MAX = 1000000,
};

#define DONE "sample-done"   /* in DIR/run: the history is in */

struct sample {
    struct house house;
    struct client *ingest;
    struct fs *run;
    struct sample_world world;
    struct bytes body;
    struct bytes answer;
    char token[72];
    uint64_t sent;
    bool is_quiet;
};

/* ---- asking --------------------------------------------------------------------------------- */

/* Asks until it is answered; a program that is not up yet, or busy, is asked again. */
static int ask(struct client *client, const struct client_request *request, struct bytes *answer)
{
    uint64_t end = clock_boot_ms() + WAIT_MS;
    unsigned status = 0;
    int r;
    for (;;) {
        r = client_ask(client, request, &status, answer);
        if (r == 0 && status != 429 && status < 500)
            return status == 200 ? 0 : ERR_INVALID;
        if (clock_boot_ms() > end)
            return r ? r : ERR_BUSY;
        clock_sleep_ms(RETRY_MS);
    }
}

static int open_client(const struct house *house, const char *name, struct client **out)
{
    char address[HOUSE_PATH_MAX];
    uint64_t end = clock_boot_ms() + WAIT_MS;
    int r;
    house_socket(house, name, address);
    while ((r = client_open(address, out)) != 0 && clock_boot_ms() < end)
        clock_sleep_ms(RETRY_MS);
    return r;
}

/* The first project's token: /api/me, asked as the owner of the socket. */
static int find_token(struct sample *s)
{
    struct client *console = NULL;
    struct json_doc *doc = NULL;
    const struct client_request request = { .method = "GET", .path = "/api/me" };
    int r = open_client(&s->house, "console", &console);
    if (r == 0)
        r = ask(console, &request, &s->answer);
    if (r == 0)
        r = json_doc_parse(bytes_str(&s->answer), 1 << 20, &doc);
    if (r == 0) {
        const struct json_node *projects = json_doc_member(json_doc_root(doc), "projects");
        struct str token = json_doc_get_string(json_doc_next(projects, NULL), "token", STR(""));
        (void)snprintf(s->token, sizeof(s->token), STR_FMT, STR_ARG(token));
        r = token.len ? 0 : ERR_NOT_FOUND;
    }
    json_doc_destroy(doc);
    client_close(console);
    return r;
}

static int send_lines(struct sample *s, const char *path)
{
    struct client_request request = { .method = "POST", .path = path, .body = bytes_str(&s->body),
                                      .content_type = "application/json" };
    bytes_put_u8(&s->body, ']');
    request.body = bytes_str(&s->body);
    int r = ask(s->ingest, &request, &s->answer);
    bytes_reset(&s->body);
    return r;
}

/* Starts a list, or goes on with one. */
static void next_in_list(struct sample *s)
{
    bytes_put_u8(&s->body, s->body.len ? ',' : '[');
}

/* ---- the history ---------------------------------------------------------------------------- */

static int send_profiles(struct sample *s)
{
    int r = 0;
    for (uint32_t i = 0; i < s->world.organisation_count && r == 0; i++) {
        next_in_list(s);
        sample_write_organisation(&s->world, i, s->token, &s->body);
        if ((i + 1) % 200 == 0 || i + 1 == s->world.organisation_count)
            r = send_lines(s, "/groups");
    }
    for (uint32_t i = 0; i < s->world.person_count && r == 0; i++) {
        if (s->world.people[i].joined_ms <= s->world.now_ms) {
            next_in_list(s);
            sample_write_person(&s->world, i, s->token, &s->body);
        }
        if (s->body.len && ((i + 1) % 1000 == 0 || i + 1 == s->world.person_count))
            r = send_lines(s, "/engage?ip=0");
    }
    return r;
}

static int send_events(struct sample *s)
{
    int r = 0;
    for (uint32_t i = 0; i < s->world.event_count && r == 0; i++) {
        bool is_last = i + 1 == s->world.event_count;
        next_in_list(s);
        sample_write_event(&s->world, &s->world.events[i], s->token, &s->body);
        if (!is_last && (i + 1) % LIMIT_EVENTS_PER_REQUEST != 0)
            continue;
        r = send_lines(s, "/import?strict=1");
        s->sent = i + 1;
        if (!s->is_quiet)
            (void)fprintf(stderr, "\rsample data: %u of %u events%s", i + 1,
                          s->world.event_count, is_last ? "\n" : "");
    }
    return r;
}

static int send_history(struct sample *s)
{
    struct bytes done = { 0 };
    if (fs_read_file(s->run, DONE, 64, &done) == 0) {
        bytes_release(&done);
        return 0;
    }
    int r = send_profiles(s);
    if (r == 0)
        r = send_events(s);
    if (r == 0) {
        bytes_printf(&done, "%llu\n", (unsigned long long)s->sent);
        r = fs_replace_file(s->run, DONE, bytes_str(&done), FILE_PRIVATE);
    }
    bytes_release(&done);
    return r;
}

/* ---- live ----------------------------------------------------------------------------------- */

static int go_on(struct sample *s)
{
    struct rand rand;
    rand_init(&rand, SEED ^ (uint64_t)clock_wall_ms());
    for (;;) {
        struct sample_event event = sample_world_moment(&s->world, &rand, clock_wall_ms());
        next_in_list(s);
        sample_write_event(&s->world, &event, s->token, &s->body);
        int r = send_lines(s, "/track?ip=0");
        if (r != 0)
            return r;
        clock_sleep_ms(LIVE_PAUSE_MS / 5 + (uint32_t)rand_below(&rand, LIVE_PAUSE_MS));
    }
}

static int run(struct sample *s, uint32_t people, bool live)
{
    int fd;
    int r = house_open_room(&s->house, "run", &fd);
    if (r != 0)
        return r;
    s->run = fs_real_create(fd);
    r = open_client(&s->house, "ingest", &s->ingest);
    if (r == 0)
        r = find_token(s);
    if (r != 0)
        return r;
    sample_world_init(&s->world, SEED, people, people < 50 ? 4 : people * ORGANISATIONS / PEOPLE,
                      clock_wall_ms());
    r = send_history(s);
    if (r == 0 && live)
        r = go_on(s);
    return r;
}

int cli_sample(int argc, char **argv)
{
    static struct sample s;
    const char *data = NULL, *people_text = "5000";
    uint64_t people = 0;
    bool live = false, quiet = false;
    const struct option_text texts[] = { { "--data", &data }, { "--people", &people_text } };
    const struct option_flag flags[] = { { "--live", &live }, { "--quiet", &quiet } };
    struct options options = { texts, 2, flags, 2, NULL, 0, 0 };
    if (!options_parse(&options, argc, argv) || !data ||
        !str_to_u64(str_from(people_text), &people) || people == 0 || people > PEOPLE_MAX) {
        (void)fprintf(stderr, "usage: amana sample --data DIR [--people N] [--live] [--quiet]\n");
        return 2;
    }
    s.is_quiet = quiet;
    if (house_open(&s.house, data, NULL, false) != 0)
        return 1;
    int r = run(&s, (uint32_t)people, live);
    if (r != 0)
        log_error("sample data: %s (is amana being served from %s?)", err_text(r), data);
    sample_world_release(&s.world);
    client_close(s.ingest);
    fs_destroy(s.run);
    bytes_release(&s.body);
    bytes_release(&s.answer);
    house_close(&s.house);
    return r == 0 ? 0 : 1;
}
