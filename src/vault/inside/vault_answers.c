#include "vault/inside/vault_answers.h"

#include "base/err.h"
#include "base/log.h"
#include "sys/msg.h"
#include "sys/sock.h"

enum { ANSWER_MS = 5000 };

struct asked {
    uint64_t id;
    bool is_added;
    struct vault_stored stored;
    enum vault_refusal refusal;
};

/* The batches of one group; the last count is what was received. */
struct group {
    struct asked asked[INTAKE_GROUP_MAX];
    int count;
};

static bool take(struct group *group, struct intake *intake, const struct msg *msg)
{
    if (msg->type != VAULT_INTAKE)
        return false;
    struct asked *asked = &group->asked[group->count++];
    asked->id = msg->id;
    asked->is_added = intake_add(intake, msg->body, &asked->stored, &asked->refusal);
    return true;
}

static int answer(int link, const struct asked *asked, bool is_durable)
{
    struct bytes body = { 0 };
    bool is_stored = asked->is_added && is_durable;
    if (is_stored)
        vault_wire_encode_stored(&asked->stored, &body);
    else
        vault_wire_encode_refused(asked->is_added ? VAULT_REFUSAL_STOPPED : asked->refusal, &body);
    struct msg msg = { .type = is_stored ? VAULT_STORED : VAULT_REFUSED, .id = asked->id,
                       .body = bytes_str(&body), .fd = -1 };
    int r = msg_send(link, &msg, ANSWER_MS);
    bytes_release(&body);
    return r;
}

/* The first batch is in *msg; takes along what waits already. Not 0: the link has to be closed. */
static int answer_group(int link, struct intake *intake, struct bytes *buf, struct msg *msg)
{
    struct group group = { .count = 0 };
    int sent = 0, r = take(&group, intake, msg) ? 0 : ERR_INVALID;
    while (r == 0 && group.count < INTAKE_GROUP_MAX && !intake_is_full(intake)) {
        r = msg_receive(link, false, 0, buf, msg);
        if (r == 0 && !take(&group, intake, msg))
            r = ERR_INVALID;
    }
    bool is_durable = intake_finish(intake) == 0;
    for (int i = 0; i < group.count && sent == 0; i++)
        sent = answer(link, &group.asked[i], is_durable);
    if (intake_is_stopped(intake))
        return ERR_IO;
    return sent != 0 ? sent : r == ERR_TIMEOUT ? 0 : r;
}

int vault_answers_serve(int link, struct intake *intake, struct turn *turn)
{
    struct bytes buf = { 0 };
    struct msg msg;
    int r = 0;
    while (r == 0) {
        r = msg_receive(link, false, UINT32_MAX, &buf, &msg);
        if (r != 0)
            break;
        turn_take(turn);
        r = answer_group(link, intake, &buf, &msg);
        turn_leave(turn);
    }
    sock_close(link);
    bytes_release(&buf);
    if (r == ERR_CLOSED)
        return 0;
    log_warn("the link from query is closed: %s", err_text(r));
    return r;
}
