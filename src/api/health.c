#include "api/health.h"

#include <pthread.h>
#include <stdlib.h>

#include "query/wire/query_wire.h"
#include "sys/clock.h"

enum { READY_MS = 2000, KEPT_MS = 1000 };

struct health {
    pthread_mutex_t lock;
    uint64_t asked_ms;
    bool is_ready;
};

struct health *health_create(void)
{
    struct health *health = calloc(1, sizeof(*health));
    check(health != NULL);
    check(pthread_mutex_init(&health->lock, NULL) == 0);
    return health;
}

void health_destroy(struct health *health)
{
    if (!health)
        return;
    (void)pthread_mutex_destroy(&health->lock);
    free(health);
}

void health_alive(struct call *call)
{
    call_answer_as(call, 200, "text/plain", STR("ok\n"));
}

/* Both answer, whatever they say: nobody in particular asks. */
static bool ask_ready(const struct console *console)
{
    struct auth_request request = { .type = AUTH_ME, .by = AUTH_BY_COOKIE };
    struct query_question question = { .what = QUERY_STATUS, .question = STR("{}"),
                                       .settings = STR("{\"zone\":\"UTC\",\"week_start\":1}") };
    struct bytes body = { 0 }, answer = { 0 };
    uint8_t type;
    auth_wire_encode_request(&request, &body);
    int r = link_ask(console->auth, AUTH_ME, bytes_str(&body), READY_MS, &type, &answer);
    if (r == 0) {
        bytes_reset(&body);
        query_wire_encode_question(&question, &body);
        r = link_ask(console->query, QUERY_QUESTION, bytes_str(&body), READY_MS, &type, &answer);
    }
    bytes_release(&body);
    bytes_release(&answer);
    return r == 0;
}

void health_ready(struct call *call)
{
    struct health *health = call->console->health;
    (void)pthread_mutex_lock(&health->lock);
    uint64_t now = clock_boot_ms();
    if (!health->asked_ms || now - health->asked_ms >= KEPT_MS) {
        health->is_ready = ask_ready(call->console);
        health->asked_ms = clock_boot_ms();
    }
    bool is_ready = health->is_ready;
    (void)pthread_mutex_unlock(&health->lock);
    call_answer_as(call, is_ready ? 200 : 503, "text/plain",
                   is_ready ? STR("ok\n") : STR("closed\n"));
}
