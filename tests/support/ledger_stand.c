#include "support/ledger_stand.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/err.h"
#include "crypto/sign.h"
#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "ledger/receipt.h"
#include "ledger/wire/ledger_wire.h"
#include "sys/sock.h"

static int hash_of(void *ctx, unsigned level, uint64_t index, uint8_t out[32])
{
    const struct ledger_stand *stand = ctx;
    uint8_t left[32], right[32];
    if (level == 0) {
        memcpy(out, stand->leaves[index], 32);
        return 0;
    }
    (void)hash_of(ctx, level - 1, index * 2, left);
    (void)hash_of(ctx, level - 1, index * 2 + 1, right);
    tree_node(left, right, out);
    return 0;
}

static void append_entry(struct ledger_stand *stand, const struct ledger_release *m,
                         struct receipt *receipt)
{
    struct entry entry = { .verdict = ENTRY_RELEASED, .level = 2, .time_ms = 1, .rows = m->rows };
    check(m->grant.len == GRANT_BYTES);
    /* The grant's form is enough here; whether it holds is the real ledger's business. */
    entry.kind = (uint8_t)m->grant.ptr[1];
    memcpy(&entry.principal, m->grant.ptr + 4, 4);
    memcpy(&entry.project, m->grant.ptr + 8, 4);
    entry.persons = m->ref_count - (stand->lie == LEDGER_OTHER_PERSONS);
    entry.sequence = 1000 + stand->count;
    if (stand->lie == LEDGER_SAYS_REFUSED)
        entry.verdict = ENTRY_REFUSED;
    if (stand->lie == LEDGER_OTHER_KIND)
        entry.kind = entry.kind == GRANT_REVEAL ? GRANT_FIND : GRANT_REVEAL;
    entry.principal += stand->lie == LEDGER_OTHER_PRINCIPAL;
    ask_hash(m->ask, entry.ask_hash);
    entry.ask_hash[0] ^= stand->lie == LEDGER_OTHER_ASK;
    entry_encode(&entry, receipt->entry);
    check(stand->count < LEDGER_STAND_LEAVES);
    if (stand->count == 0)
        memcpy(stand->first_entry, receipt->entry, ENTRY_BYTES);
    tree_leaf(str_of(receipt->entry, ENTRY_BYTES), stand->leaves[stand->count++]);
}

static void make_proofs(struct ledger_stand *stand, uint64_t seen, struct receipt *receipt)
{
    struct proof proof;
    uint64_t index = stand->lie == LEDGER_OLD_ENTRY ? 0 : stand->count - 1;
    if (stand->lie == LEDGER_OLD_ENTRY)
        memcpy(receipt->entry, stand->first_entry, ENTRY_BYTES);
    check(proof_make_inclusion(hash_of, stand,
                               stand->lie == LEDGER_OTHER_LEAF ? 0 : index, stand->count,
                               &proof) == 0);
    receipt->index = index + (stand->lie == LEDGER_NO_ENTRY);
    receipt->inclusion_count = proof.count;
    memcpy(receipt->inclusion, proof.hashes, proof.count * 32u);
    if (seen > stand->count)
        return;
    check(proof_make_consistency(hash_of, stand, seen, stand->count, &proof) == 0);
    receipt->consistency_count = proof.count;
    memcpy(receipt->consistency, proof.hashes, proof.count * 32u);
}

static void write_receipt(struct ledger_stand *stand, const struct ledger_release *m,
                          struct bytes *out)
{
    struct receipt receipt = { 0 };
    struct tree_edge edge = { 0 };
    struct checkpoint checkpoint = { .origin = STR(LEDGER_STAND_ORIGIN) };
    struct bytes note = { 0 };
    uint8_t other[64], other_public[32];
    uint32_t before = stand->count;
    if (stand->lie == LEDGER_FORK)
        stand->count = 0;
    if (stand->lie == LEDGER_OLDER && before > 2)
        stand->count = before - 2;
    append_entry(stand, m, &receipt);
    if (stand->lie == LEDGER_NO_ENTRY)
        stand->count--;
    make_proofs(stand, m->seen_size, &receipt);
    for (uint32_t i = 0; i < stand->count; i++)
        tree_edge_add(&edge, stand->leaves[i]);
    checkpoint.size = stand->count;
    tree_edge_root(&edge, checkpoint.root);
    sign_pair(other, other_public);
    checkpoint_sign(&checkpoint, stand->lie == LEDGER_OTHER_KEY ? other : stand->secret, &note);
    receipt.checkpoint = bytes_str(&note);
    receipt_encode(&receipt, out);
    bytes_release(&note);
}

static uint8_t refuse(const char *code, uint32_t left, uint64_t sequence, struct bytes *body)
{
    struct ledger_refused refused = { str_from(code), left, sequence };
    ledger_wire_encode_refused(&refused, body);
    return LEDGER_REFUSED;
}

static void make_shares(struct ledger_stand *stand, const struct ledger_release *m,
                        uint8_t *shares, struct ledger_subject *subjects)
{
    struct ask ask;
    struct bytes property = { 0 };
    check(ask_parse(m->ask, &ask) == 0);
    for (uint32_t i = 0; i < m->triple_count; i++) {
        const struct ledger_triple *triple = &m->triples[i];
        check(triple->subject < m->ref_count && triple->field < ask.field_count);
        bytes_reset(&property);
        check(ask_unescape_field(ask.fields[triple->field], &property));
        stand->share(stand->share_ctx, &m->refs[triple->subject], bytes_str(&property),
                     triple->epoch, shares + (size_t)i * LEDGER_SHARE_BYTES);
        shares[(size_t)i * LEDGER_SHARE_BYTES] ^= stand->lie == LEDGER_OTHER_SHARES;
    }
    for (uint32_t i = 0; i < m->ref_count; i++)
        subjects[i] = (struct ledger_subject){
            stand->lie == LEDGER_ERASED && i == 0 ? LEDGER_SUBJECT_ERASED : LEDGER_SUBJECT_OK,
            i + 1 };
    bytes_release(&property);
}

static void fill_released(struct ledger_stand *stand, const struct ledger_release *m,
                          struct arena *arena, struct ledger_released *out)
{
    uint8_t *shares = arena_alloc(arena, ((size_t)m->triple_count + 1) * LEDGER_SHARE_BYTES);
    struct ledger_subject *subjects = arena_alloc(arena, (m->ref_count + 1) * sizeof(*subjects));
    make_shares(stand, m, shares, subjects);
    out->subjects = subjects;
    out->subject_count = m->ref_count - (stand->lie == LEDGER_FEWER_SUBJECTS);
    out->shares = str_of(shares, (size_t)(m->triple_count - (stand->lie == LEDGER_FEWER_SHARES)) *
                                     LEDGER_SHARE_BYTES);
}

/* RECORD and RELEASE. */
static uint8_t answer_record(struct ledger_stand *stand, bool is_release, struct str from,
                             struct bytes *body)
{
    struct arena arena;
    struct ledger_release m;
    struct bytes receipt = { 0 };
    uint8_t type = is_release ? LEDGER_RELEASED : LEDGER_RECORDED;
    arena_init(&arena, 0);
    check(ledger_wire_decode_release(from, &arena, &m) == 0);
    check(m.ref_count <= LEDGER_STAND_REFS);
    if (m.ref_count)
        memcpy(stand->refs, m.refs, m.ref_count * sizeof(*m.refs));
    stand->ref_count = m.ref_count;
    stand->rows = m.rows;
    stand->triple_count = m.triple_count;
    stand->was_miss = m.is_miss;
    stand->seen_size = m.seen_size;
    stand->records++;
    if (stand->lie == LEDGER_REFUSES) {
        type = refuse("budget", 7, 41, body);
    } else if (stand->lie == LEDGER_GARBAGE) {
        bytes_append_str(body, STR("no receipt at all"));
    } else {
        write_receipt(stand, &m, &receipt);
        struct ledger_released released = {
            .receipt = bytes_str(&receipt),
            .sequence = 999 + stand->count + (stand->lie == LEDGER_OTHER_SEQUENCE) };
        if (stand->lie == LEDGER_OLD_ENTRY)
            released.sequence = 1000;
        if (is_release)
            fill_released(stand, &m, &arena, &released);
        ledger_wire_encode_released(&released, body);
        if (stand->lie == LEDGER_OTHER_TYPE)
            type = is_release ? LEDGER_RECORDED : LEDGER_RELEASED;
    }
    bytes_release(&receipt);
    arena_release(&arena);
    return type;
}

static uint8_t answer(struct ledger_stand *stand, const struct msg *msg, struct bytes *body)
{
    struct ledger_read read;
    switch (msg->type) {
    case LEDGER_RECORD: return answer_record(stand, false, msg->body, body);
    case LEDGER_RELEASE:
        check(stand->share != NULL);
        return answer_record(stand, true, msg->body, body);
    case LEDGER_CHECK:
        stand->checks++;
        return stand->is_frozen ? refuse("frozen", 0, 77, body) : LEDGER_DONE;
    case LEDGER_READ:
        check(ledger_wire_decode_read(msg->body, &read) == 0);
        bytes_printf(body, "{\"asked\":" STR_FMT "}", STR_ARG(read.text));
        return LEDGER_JSON;
    default: check(false);
    }
    return 0;
}

static void *serve(void *arg)
{
    struct ledger_stand *stand = arg;
    struct msg msg;
    while (msg_receive(stand->fd, false, UINT32_MAX, &stand->received, &msg) == 0) {
        bytes_reset(&stand->answer);
        struct msg back = { .id = msg.id, .fd = -1 };
        back.type = answer(stand, &msg, &stand->answer);
        back.body = bytes_str(&stand->answer);
        if (stand->lie != LEDGER_SILENT)
            (void)!msg_send(stand->fd, &back, 1000);
    }
    bytes_release(&stand->received);
    bytes_release(&stand->answer);
    return NULL;
}

static int attach(struct ledger_stand *stand)
{
    int fds[2];
    check(sock_pair(fds) == 0);
    stand->fd = fds[1];
    check(pthread_create(&stand->thread, NULL, serve, stand) == 0);
    return fds[0];
}

int ledger_stand_open(struct ledger_stand *stand)
{
    memset(stand, 0, sizeof(*stand));
    sign_pair(stand->secret, stand->public_key);
    return attach(stand);
}

void ledger_stand_start(struct ledger_stand *stand, struct link *link)
{
    link_attach(link, ledger_stand_open(stand));
}

void ledger_stand_stop(struct ledger_stand *stand)
{
    (void)shutdown(stand->fd, SHUT_RDWR);
    (void)pthread_join(stand->thread, NULL);
    sock_close(stand->fd);
}

int ledger_stand_reopen(struct ledger_stand *stand)
{
    return attach(stand);
}

void ledger_stand_relink(struct ledger_stand *stand, struct link *link)
{
    ledger_stand_stop(stand);
    link_attach(link, attach(stand));
}
