#include "vault/inside/web_answers.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "crypto/seal.h"
#include "sys/clock.h"
#include "sys/msg.h"
#include "sys/sock.h"

enum { ANSWER_MS = 5000, SAVE_MS = 1000 };

static int answer_one(int link, struct opening *opening, const struct msg *msg)
{
    struct arena arena;
    struct vault_ask ask;
    struct bytes body = { 0 };
    struct msg reply = { .id = msg->id, .fd = -1 };
    if (msg->type != VAULT_REVEAL && msg->type != VAULT_FIND)
        return ERR_INVALID;
    arena_init(&arena, 0);
    int r = vault_wire_decode_ask(msg->body, &arena, &ask);
    if (r == 0)
        r = msg->type == VAULT_REVEAL ? opening_reveal(opening, &ask, &reply.type, &body)
                                      : opening_find(opening, &ask, &reply.type, &body);
    if (r == 0) {
        reply.body = bytes_str(&body);
        r = msg_send(link, &reply, ANSWER_MS);
    }
    bytes_wipe(&body);
    arena_wipe(&arena);
    seal_wipe_stack();
    return r;
}

int web_answers_serve(int link, struct opening *opening)
{
    struct bytes buf = { 0 };
    struct msg msg;
    uint64_t saved_ms = clock_boot_ms();
    int r = 0;
    while (r == 0) {
        r = msg_receive(link, false, SAVE_MS, &buf, &msg);
        if (r == 0)
            r = answer_one(link, opening, &msg);
        else if (r == ERR_TIMEOUT)
            r = 0;
        if (r == 0 && clock_boot_ms() - saved_ms >= SAVE_MS) {
            saved_ms = clock_boot_ms();
            r = opening_save(opening);
        }
    }
    sock_close(link);
    bytes_wipe(&buf);
    if (r == ERR_CLOSED)
        return 0;
    log_error(r == ERR_CRYPTO ? "ledger_inconsistent: what the ledger says does not hold"
                              : "the link from web is closed: %s", err_text(r));
    return r;
}
