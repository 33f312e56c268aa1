#include "ledger/inside/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "ledger/inside/decide.h"
#include "ledger/inside/read.h"
#include "ledger/inside/release.h"
#include "ledger/inside/state.h"

enum { PENDING_MAX = 256 };

/* One request that was judged and waits for the sync. */
struct pending {
    uint64_t token;
    uint8_t type;                       /* of the request */
    struct release_outcome release;
    struct decide_outcome decision;
    struct ledger_read read;            /* answered after the sync, so that it sees what is there */
    const char *code;                   /* of CHECK */
};

struct ledger {
    struct state *state;
    struct arena arena;                 /* of the group */
    struct pending pending[PENDING_MAX];
    uint32_t count;
};

int ledger_open(const struct ledger_config *config, struct ledger **out)
{
    struct ledger *l = calloc(1, sizeof(*l));
    check(l != NULL);
    arena_init(&l->arena, 0);
    int r = state_open(config, &l->state);
    if (r != 0) {
        free(l);
        return r;
    }
    *out = l;
    return 0;
}

void ledger_close(struct ledger *l)
{
    if (!l)
        return;
    release_count_refusals(l->state, true);
    state_close(l->state);
    arena_wipe(&l->arena);
    free(l);
}

int ledger_thaw_on_host(struct ledger *l, uint32_t principal)
{
    const struct roster_principal *p = roster_find(l->state->roster, principal);
    struct state_draft draft = { .log = LEDGER_LOG_HOUSE,
                                 .entry = { .kind = ENTRY_HOST, .verdict = ENTRY_DECIDED } };
    uint32_t row;
    if (!p || !p->is_frozen)
        return ERR_NOT_FOUND;
    draft.sections[ENTRY_SECTION_REMARKS - 1] =
        arena_printf(&l->arena, "{\"detail\":{\"do\":\"thaw\",\"principal\":%u}}", principal);
    int r = state_write(l->state, &draft, &row);
    return r == 0 ? state_sync(l->state) : r;
}

void ledger_set_auth_boot(struct ledger *l, const uint8_t boot_id[16])
{
    memcpy(l->state->auth_boot, boot_id, sizeof(l->state->auth_boot));
    l->state->has_auth_boot = true;
}

bool ledger_is_full(const struct ledger *l)
{
    return l->count == PENDING_MAX || ledger_journal_is_full(l->state->journal);
}

bool ledger_is_stopped(const struct ledger *l)
{
    return l->state->is_stopped;
}

/* ---- taking ---------------------------------------------------------------------------------- */

static int take_release(struct ledger *l, enum ledger_side side, struct str body,
                        struct pending *p)
{
    struct ledger_release m;
    bool may_release = p->type == LEDGER_RELEASE;
    int r = ledger_wire_decode_release(body, &l->arena, &m);
    if (r != 0)
        return r;
    if ((may_release && (m.is_miss || m.question.len)) ||
        (!may_release && m.triple_count > 0) || m.ref_count > ASK_SUBJECTS_MAX)
        return ERR_INVALID;
    /* What an entry keeps must not lie in the frame, which is gone before the answer. */
    m.ask = arena_copy(&l->arena, m.ask);
    release_take(l->state, &m, may_release, side == LEDGER_SIDE_VAULT, &l->arena, &p->release);
    return 0;
}

static int take_decision(struct ledger *l, struct str body, struct pending *p)
{
    struct ledger_decision m;
    int r = ledger_wire_decode_decision(body, &m);
    if (r != 0)
        return r;
    if (p->type == LEDGER_BOOT)
        decide_boot(l->state, &m, &l->arena, &p->decision);
    else
        decide_take(l->state, &m, &l->arena, &p->decision);
    return 0;
}

static int take_login(struct ledger *l, struct str body, struct pending *p)
{
    struct ledger_login m;
    int r = ledger_wire_decode_login(body, &m);
    if (r == 0)
        decide_login(l->state, &m, &l->arena, &p->decision);
    return r;
}

static int take_check(struct ledger *l, struct str body, struct pending *p)
{
    struct ledger_check m;
    int r = ledger_wire_decode_check(body, &m);
    if (r == 0)
        p->code = release_check(l->state, &m);
    return r;
}

static int take_read(struct ledger *l, struct str body, struct pending *p)
{
    int r = ledger_wire_decode_read(arena_copy(&l->arena, body), &p->read);
    return r;
}

static bool is_of_side(enum ledger_side side, uint8_t type)
{
    switch (type) {
    case LEDGER_RELEASE: return side == LEDGER_SIDE_VAULT;
    case LEDGER_RECORD: return side == LEDGER_SIDE_VAULT || side == LEDGER_SIDE_QUERY;
    case LEDGER_CHECK: case LEDGER_READ: return side == LEDGER_SIDE_QUERY;
    case LEDGER_BOOT: case LEDGER_LOGIN_SEEN: case LEDGER_DECIDE: return side == LEDGER_SIDE_AUTH;
    default: return false;
    }
}

int ledger_take(struct ledger *l, enum ledger_side side, uint8_t type, struct str body,
                uint64_t token)
{
    struct pending *p = &l->pending[l->count];
    int r;
    check(!ledger_is_full(l));
    *p = (struct pending){ .token = token, .type = type };
    if (!is_of_side(side, type))
        return ERR_INVALID;
    /* What waited until now holds for whoever asks now. */
    roster_advance(l->state->roster, state_now(l->state));
    if (type == LEDGER_RELEASE || type == LEDGER_RECORD)
        r = take_release(l, side, body, p);
    else if (type == LEDGER_BOOT || type == LEDGER_DECIDE)
        r = take_decision(l, body, p);
    else if (type == LEDGER_LOGIN_SEEN)
        r = take_login(l, body, p);
    else if (type == LEDGER_CHECK)
        r = take_check(l, body, p);
    else
        r = take_read(l, body, p);
    if (r == 0)
        l->count++;
    return r == 0 ? 0 : ERR_INVALID;
}

void ledger_note_misbehaved(struct ledger *l, const char *program)
{
    struct state_draft draft = { .log = LEDGER_LOG_HOUSE,
                                 .entry = { .kind = ENTRY_MISBEHAVED,
                                            .verdict = ENTRY_RECORDED } };
    uint32_t row;
    draft.sections[ENTRY_SECTION_REMARKS - 1] = str_from(program);
    if (state_write(l->state, &draft, &row) != 0)
        return; /* stopped, and said so */
}

/* ---- answering ------------------------------------------------------------------------------- */

static uint8_t put_refused(const char *code, uint32_t left, uint64_t sequence, struct bytes *body)
{
    const struct ledger_refused refused = { .code = str_from(code), .left = left,
                                            .sequence = sequence };
    ledger_wire_encode_refused(&refused, body);
    return LEDGER_REFUSED;
}

static uint8_t put_release(struct ledger *l, const struct pending *p, struct bytes *body)
{
    const struct release_outcome *o = &p->release;
    struct bytes receipt = { 0 };
    if (o->code)
        return put_refused(o->code, o->left, o->sequence, body);
    release_write_receipt(l->state, o->row, o->seen_size, &receipt);
    const struct ledger_released released = {
        .receipt = bytes_str(&receipt), .sequence = o->sequence, .subjects = o->subjects,
        .subject_count = o->subject_count, .shares = o->shares,
    };
    ledger_wire_encode_released(&released, body);
    bytes_release(&receipt);
    return p->type == LEDGER_RELEASE ? LEDGER_RELEASED : LEDGER_RECORDED;
}

static uint8_t put_decision(const struct pending *p, struct bytes *body)
{
    if (p->decision.code)
        return put_refused(p->decision.code, 0, p->decision.sequence, body);
    if (p->type != LEDGER_DECIDE)
        return LEDGER_DONE;
    const struct ledger_decided decided = { p->decision.sequence, p->decision.in_force_ms };
    ledger_wire_encode_decided(&decided, body);
    return LEDGER_DECIDED;
}

/* Nothing that was judged counts when the sync failed: everybody is told "stopped". */
static uint8_t put_answer(struct ledger *l, const struct pending *p, struct bytes *body)
{
    if (p->type == LEDGER_READ) {
        read_answer(l->state, &p->read, body);
        return LEDGER_JSON;
    }
    if (l->state->is_stopped)
        return put_refused("stopped", 0, 0, body);
    switch (p->type) {
    case LEDGER_RELEASE: case LEDGER_RECORD: return put_release(l, p, body);
    case LEDGER_CHECK: return p->code ? put_refused(p->code, 0, 0, body) : LEDGER_DONE;
    default: return put_decision(p, body);
    }
}

static void sign_books(struct ledger *l)
{
    for (uint32_t i = 0; i < l->state->book_count; i++)
        (void)book_sign(l->state->books[i]);
}

void ledger_commit(struct ledger *l, ledger_answer_fn answer, ledger_note_fn note, void *ctx)
{
    struct bytes body = { 0 };
    release_count_refusals(l->state, false);
    if (state_sync(l->state) == 0)
        sign_books(l);
    for (uint32_t i = 0; i < l->count; i++) {
        bytes_reset(&body);
        uint8_t type = put_answer(l, &l->pending[i], &body);
        answer(ctx, l->pending[i].token, type, bytes_str(&body));
    }
    if (!l->state->is_stopped)
        for (uint32_t i = 0; i < l->state->note_count; i++)
            note(ctx, &l->state->notes[i]);
    l->state->note_count = 0;
    l->count = 0;
    bytes_wipe(&body);
    arena_wipe(&l->arena);
    arena_init(&l->arena, 0);
}

void ledger_tick(struct ledger *l)
{
    if (state_tick(l->state, false) != 0)
        return; /* stopped, and said so */
}
