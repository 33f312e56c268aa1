#include "support/front.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "json/doc.h"
#include "sys/clock.h"
#include "sys/msg.h"
#include "sys/sock.h"

static const char me[] = "{\"member\":{\"id\":1,\"name\":\"Owner\",\"role\":\"owner\"},"
                         "\"projects\":[{\"id\":7,\"name\":\"P\",\"token\":\"t\","
                         "\"zone\":\"Asia/Riyadh\",\"demo\":false,\"week_start\":1}]}";

/* ---- auth ----------------------------------------------------------------------------------- */

static bool is_known(const struct auth_request *q)
{
    switch (q->by) {
    case AUTH_BY_COOKIE: return str_equal(q->cookie, STR(FRONT_COOKIE));
    case AUTH_BY_KEY: return str_equal(q->key, STR("k_good")) &&
                             str_equal(q->secret, STR("s_good"));
    case AUTH_BY_UID: return q->uid == getuid();
    default: return false;
    }
}

static struct auth_answer refused(struct str code)
{
    return (struct auth_answer){ .type = AUTH_REFUSED, .code = code };
}

static const char members[] = "{\"members\":[{\"id\":1,\"name\":\"Owner\"},"
                              "{\"id\":5,\"name\":\"Salma\"}]}";
static const char keys[] = "{\"keys\":[{\"id\":9,\"name\":\"nightly\"}]}";

static bool begins_login(enum auth_call call)
{
    return call >= AUTH_LOGIN_PASSKEY && call <= AUTH_LOGIN_LINK;
}

static struct auth_answer answer_call(const struct auth_request *q)
{
    struct auth_answer a = { .type = AUTH_ANSWERED, .status = 200, .json = STR("{\"done\":true}") };
    if (q->call == AUTH_LOGIN_LINK && str_find(q->body, STR(FRONT_LINK)) < 0)
        return refused(STR("link"));
    if (begins_login(q->call)) {
        a.cookie = STR(FRONT_COOKIE);
        a.json = str_from(me);
    }
    if (q->call == AUTH_MEMBERS_LIST)
        a.json = str_from(members);
    if (q->call == AUTH_KEYS_LIST)
        a.json = str_from(keys);
    if (str_find(q->body, STR("\"teapot\"")) >= 0)
        a.status = 418;
    return a;
}

static struct auth_answer answer_auth(const struct auth_request *q)
{
    static const char grant[GRANT_BYTES] = { 1 };
    struct auth_answer a = { .principal = 5, .project = 7 };
    if (q->type == AUTH_CALL && q->by == AUTH_BY_NOBODY)
        return answer_call(q);
    if (!is_known(q))
        return refused(STR("login"));
    if (q->project != 0 && q->project != 7)
        return refused(STR("project"));
    switch (q->type) {
    case AUTH_CALL:
        return answer_call(q);
    case AUTH_AUTHORIZE:
        a.type = AUTH_GRANTED;
        a.evidence = q->ask_kind == GRANT_QUESTION ? STR("") : STR("evidence");
        a.grant = str_of(grant, sizeof(grant));
        a.settings = STR("{\"zone\":\"Asia/Riyadh\",\"week_start\":1}");
        break;
    case AUTH_CHANGE_PROJECT:
        if (str_equal(q->zone, STR("Mars")))
            return refused(STR("invalid"));
        if (q->by == AUTH_BY_KEY)
            return refused(STR("role"));
        a.type = AUTH_IS;
        a.me = str_from(me);
        break;
    case AUTH_ME:
        a.type = AUTH_IS;
        a.me = str_from(me);
        break;
    case AUTH_NEW_OWNER_LINK:
        a.type = AUTH_LINKED;
        a.link = STR(FRONT_LINK);
        break;
    default:
        a.type = AUTH_DONE;
    }
    return a;
}

#define KEEP(out, text) (void)snprintf(out, sizeof(out), STR_FMT, STR_ARG(text))

static void note_request(struct front *f, const struct auth_request *q)
{
    KEEP(f->heard.proof, q->proof);
    KEEP(f->heard.method, q->method);
    KEEP(f->heard.path, q->path);
    KEEP(f->heard.address, q->address);
    KEEP(f->heard.agent, q->agent);
    KEEP(f->heard.lookup, q->lookup);
    KEEP(f->heard.assertion, q->assertion);
    KEEP(f->heard.body, q->body);
    KEEP(f->heard.ask, q->ask);
    f->auth_type = q->type;
    f->auth_request = *q;
    f->auth_count++;
}

static void *be_auth(void *arg)
{
    struct front *f = arg;
    struct bytes buf = { 0 }, body = { 0 };
    struct msg msg;
    while (msg_receive(f->auth_fd, false, UINT32_MAX, &buf, &msg) == 0) {
        struct auth_request q;
        check(auth_wire_decode_request(msg.type, msg.body, &q) == 0);
        note_request(f, &q);
        bool is_refused = f->auth_refuses && f->auth_refuses_after-- <= 0;
        struct auth_answer a = is_refused ? refused(str_from(f->auth_refuses)) : answer_auth(&q);
        if (q.type == AUTH_CALL && f->auth_refuses_calls)
            a = refused(str_from(f->auth_refuses_calls));
        bytes_reset(&body);
        auth_wire_encode_answer(&a, &body);
        struct msg answer = { .type = a.type, .id = msg.id, .body = bytes_str(&body), .fd = -1 };
        if (msg_send(f->auth_fd, &answer, 1000) != 0)
            break;
    }
    bytes_release(&buf);
    bytes_release(&body);
    return NULL;
}

/* ---- query ---------------------------------------------------------------------------------- */

static void note_question(struct front *f, const struct query_question *q)
{
    uint8_t hash[32];
    hash_sha256(q->question, hash);
    f->what = q->what;
    f->project = q->project;
    f->grant_len = q->grant.len;
    f->is_hash_right = memcmp(hash, f->auth_request.ask_hash, 32) == 0;
    f->refs_len = q->refs.len;
    KEEP(f->question, q->question);
    KEEP(f->settings, q->settings);
    KEEP(f->ask, q->ask);
    KEEP(f->evidence, q->evidence);
}

static int answer_query(struct front *f, uint64_t id, uint32_t status, const char *json)
{
    struct bytes body = { 0 };
    struct query_answer a = { status, str_from(json) };
    query_wire_encode_answer(&a, &body);
    struct msg answer = { .type = QUERY_ANSWER, .id = id, .body = bytes_str(&body), .fd = -1 };
    int r = msg_send(f->query_fd, &answer, 1000);
    bytes_release(&body);
    return r;
}

/* An export's handle, then its pieces. */
static int answer_export(struct front *f, uint64_t id, enum query_what what)
{
    if (what == QUERY_EXPORT)
        return answer_query(f, id, f->query_status, f->query_says ? f->query_says
                                                              : "{\"handle\":\"h1\"}");
    const char *piece = f->pieces[f->pieces_asked];
    if (piece)
        f->pieces_asked++;
    if (!piece && f->piece_refused)
        return answer_query(f, id, 403, f->piece_refused);
    return answer_query(f, id, 200, piece ? piece : "");
}

static void *be_query(void *arg)
{
    struct front *f = arg;
    struct bytes buf = { 0 };
    struct msg msg;
    while (msg_receive(f->query_fd, false, UINT32_MAX, &buf, &msg) == 0) {
        struct query_question q;
        check(query_wire_decode_question(msg.body, &q) == 0);
        note_question(f, &q);
        if (q.what == QUERY_EXPORT || q.what == QUERY_EXPORT_NEXT) {
            if (answer_export(f, msg.id, q.what) != 0)
                break;
        } else if (strstr(f->question, "\"hold\"")) {
            (void)pthread_mutex_lock(&f->held_lock);
            f->held_ids[f->held++] = msg.id;
            (void)pthread_mutex_unlock(&f->held_lock);
        } else if (f->stale_answers > 0) {
            f->stale_answers--;
            if (answer_query(f, msg.id, 403, "{\"error\":{\"code\":\"grant\"}}") != 0)
                break;
        } else if (answer_query(f, msg.id, f->query_status, f->query_says ? f->query_says
                                                            : "{\"asked\":true}") != 0) {
            break;
        }
    }
    bytes_release(&buf);
    return NULL;
}

/* ---- the vault ------------------------------------------------------------------------------ */

static void *be_vault(void *arg)
{
    struct front *f = arg;
    struct bytes buf = { 0 };
    struct arena arena;
    struct msg msg;
    arena_init(&arena, 0);
    while (msg_receive(f->vault_fd, false, UINT32_MAX, &buf, &msg) == 0) {
        struct vault_ask ask;
        check(vault_wire_decode_ask(msg.body, &arena, &ask) == 0);
        f->vault_type = msg.type;
        f->refs_len = ask.ref_count * sizeof(*ask.refs);
        KEEP(f->ask, ask.ask);
        KEEP(f->evidence, ask.evidence);
        f->vault_count++;
        struct msg answer = { .type = (uint8_t)f->vault_answers, .id = msg.id, .fd = -1,
                              .body = bytes_str(&f->vault_says) };
        if (msg_send(f->vault_fd, &answer, 1000) != 0)
            break;
    }
    bytes_release(&buf);
    arena_release(&arena);
    return NULL;
}

int front_release(struct front *f)
{
    (void)pthread_mutex_lock(&f->held_lock);
    int count = f->held;
    for (int i = 0; i < count; i++)
        check(answer_query(f, f->held_ids[i], 200, "{\"released\":true}") == 0);
    f->held = 0;
    (void)pthread_mutex_unlock(&f->held_lock);
    return count;
}

/* ---- life ----------------------------------------------------------------------------------- */

static void bring_back(struct link *link, int *fd, pthread_t *thread, void *(*be)(void *),
                       struct front *f)
{
    int pair[2];
    check(sock_pair(pair) == 0);
    *fd = pair[1];
    link_attach(link, pair[0]);
    check(pthread_create(thread, NULL, be, f) == 0);
}

static void send_away(struct link *link, int *fd, pthread_t thread)
{
    if (*fd < 0)
        return;
    link_attach(link, -1);
    (void)pthread_join(thread, NULL);
    sock_close(*fd);
    *fd = -1;
}

void front_auth_away(struct front *f) { send_away(f->auth, &f->auth_fd, f->auth_thread); }
void front_query_away(struct front *f) { send_away(f->query, &f->query_fd, f->query_thread); }
void front_vault_away(struct front *f) { send_away(f->vault, &f->vault_fd, f->vault_thread); }

void front_auth_back(struct front *f)
{
    bring_back(f->auth, &f->auth_fd, &f->auth_thread, be_auth, f);
}

static struct http_server *serve(struct front *f, int fd)
{
    struct http_server *server;
    struct http_config config = {
        .listen_fd = fd, .threads = 1, .connections_max = 200, .idle_s = 75,
        .body_max_bytes = CONSOLE_BODY_MAX_BYTES, .bodies_max_bytes = 1 << 20,
        .handler = console_routes_handle, .too_large = console_routes_too_large,
        .overload = console_routes_overload, .ctx = f->routes };
    check(http_server_create(&config, &server) == 0);
    return server;
}

void front_open(struct front *f)
{
    static const struct static_file files[] = {
        { .path = "/", .content_type = "text/html; charset=utf-8", .plain = STR("the page") },
        { .path = "/assets/a-1.js", .content_type = "text/javascript", .plain = STR("script"),
          .gzip = STR("packed"), .is_named_by_hash = true },
    };
    uint16_t port;
    int fd;
    memset(f, 0, sizeof(*f));
    crypto_init();
    check(pthread_mutex_init(&f->held_lock, NULL) == 0);
    temp_make(&f->temp);
    f->log = temp_fs(&f->temp);
    f->query_status = 200;
    f->host = FRONT_HOST;
    f->auth = link_create("web-auth");
    f->query = link_create("web-query");
    f->vault = link_create("web-vault");
    front_auth_back(f);
    bring_back(f->query, &f->query_fd, &f->query_thread, be_query, f);
    bring_back(f->vault, &f->vault_fd, &f->vault_thread, be_vault, f);
    struct console_routes_config config = { .auth = f->auth, .query = f->query,
                                            .vault = f->vault, .files = files, .file_count = 2,
                                            .log = f->log, .owner_uid = getuid(),
                                            .ingest_port = 4321 };
    f->routes = console_routes_create(&config);
    check(sock_listen("127.0.0.1:0", &fd) == 0 && sock_port(fd, &port) == 0);
    (void)snprintf(f->address, sizeof(f->address), "127.0.0.1:%u", port);
    f->tcp = serve(f, fd);
    (void)snprintf(f->path, sizeof(f->path), "%s/console.sock", f->temp.path);
    check(sock_listen_unix(f->path, 0600, &fd) == 0);
    f->local = serve(f, fd);
}

void front_close(struct front *f)
{
    front_auth_away(f);
    front_query_away(f);
    front_vault_away(f);
    http_server_drain(f->tcp, 500);
    http_server_drain(f->local, 500);
    http_server_destroy(f->tcp);
    http_server_destroy(f->local);
    console_routes_destroy(f->routes);
    link_destroy(f->auth);
    link_destroy(f->query);
    link_destroy(f->vault);
    bytes_release(&f->vault_says);
    fs_destroy(f->log);
    temp_remove(&f->temp);
}

/* ---- talking -------------------------------------------------------------------------------- */

static void send_over(int fd, const char *host, const char *line, const char *headers,
                      const char *body)
{
    struct bytes text = { 0 };
    bytes_printf(&text, "%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s"
                 "Content-Length: %zu\r\n\r\n%s", line, host, headers, strlen(body), body);
    (void)!sock_write(fd, bytes_str(&text), 2000); /* a refused body may not be read to its end */
    bytes_release(&text);
}

void front_read(int fd, char out[FRONT_TEXT])
{
    size_t len = 0, got = 0;
    while (len < FRONT_TEXT - 1 &&
           sock_read(fd, out + len, FRONT_TEXT - 1 - len, 5000, &got) == 0 && got)
        len += got;
    out[len] = 0;
    sock_close(fd);
}

int front_send(struct front *f, const char *line, const char *headers, const char *body)
{
    int fd;
    check(sock_connect(f->address, 1000, &fd) == 0);
    send_over(fd, f->host, line, headers, body);
    return fd;
}

void front_talk(struct front *f, const char *line, const char *headers, const char *body,
                char out[FRONT_TEXT])
{
    front_read(front_send(f, line, headers, body), out);
}

void front_talk_locally(struct front *f, const char *line, const char *headers, const char *body,
                        char out[FRONT_TEXT])
{
    int fd;
    check(sock_connect_unix(f->path, &fd) == 0);
    send_over(fd, f->host, line, headers, body);
    front_read(fd, out);
}

unsigned front_status(const char *answer)
{
    return strlen(answer) > 12 ? (unsigned)strtoul(answer + 9, NULL, 10) : 0;
}

const char *front_body(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    return end ? end + 4 : "";
}
