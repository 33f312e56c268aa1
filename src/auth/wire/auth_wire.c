/* The bodies of web-auth, both ways the same shape: the numbers, then every string with its length
 * before it, whether the type needs it or not. So there is one form to read, and nothing in it
 * depends on what stands elsewhere.
 *
 *   request: u8 by · u8 ask kind · u16 zero · u32 uid · u64 project · u64 rights · ask hash 32 ·
 *            cookie · key · secret · name · zone · u8 call · u8 lookup kind · u16 zero ·
 *            body · ask · proof · method · path · assertion · lookup · address · agent
 *   answer:  u32 principal · u32 status · u64 project · u64 rights · cookie · link · me · grant ·
 *            settings · code · evidence · json
 *
 * A string of a request comes from a browser, so web cannot vouch for its length. What is over the
 * bound is cut where it is already too long to be right: auth then refuses it like any other wrong
 * text, and no stranger can make web send a frame that closes the link. */
#include "auth/wire/auth_wire.h"

#include <string.h>

#include "auth/wire/evidence.h"
#include "base/err.h"
#include "event/ref.h"
#include "ledger/wire/ask.h"

enum {
    TEXT_MAX = 256,          /* of a cookie, key, secret or link; the right ones have 34 to 43 */
    NAME_MAX_BYTES = 1024,   /* 100 characters have at most 400 */
    ZONE_MAX_BYTES = 128,
    CODE_MAX_BYTES = 32,
    BODY_MAX_BYTES = 16 * 1024,
    PROOF_MAX_BYTES = 160,   /* two numbers of 20 digits and 86 characters of a signature */
    METHOD_MAX_BYTES = 16,
    PATH_MAX_BYTES = EVIDENCE_PATH_MAX,
    ASSERTION_MAX_BYTES = 8 * 1024,
    LOOKUP_MAX_BYTES = 1024,
    ADDRESS_MAX_BYTES = 64,
    AGENT_MAX_BYTES = 64,
};

static bool is_request(uint8_t type)
{
    return type >= AUTH_AUTHORIZE && type <= AUTH_CALL;
}

static bool is_answer(uint8_t type)
{
    return type >= AUTH_GRANTED && type <= AUTH_ANSWERED;
}

static void put_cut(struct bytes *body, struct str text, size_t max)
{
    bytes_put_str(body, str_slice(text, 0, max));
}

static struct str get_bounded(struct bytes_reader *r, size_t max)
{
    struct str text = bytes_get_str(r);
    if (text.len > max)
        r->failed = true;
    return text;
}

/* One byte more than the bound would be refused by the decoder; so what is too long is marked by
 * being left out: an empty ask, proof or body is refused as such, a shortened one might mean
 * something else. */
static void put_whole(struct bytes *body, struct str text, size_t max)
{
    bytes_put_str(body, text.len <= max ? text : STR(""));
}

static void put_call(const struct auth_request *request, struct bytes *body)
{
    bytes_put_u8(body, (uint8_t)request->call);
    bytes_put_u8(body, request->lookup_kind);
    bytes_put_u16(body, 0);
    put_whole(body, request->body, BODY_MAX_BYTES);
    put_whole(body, request->ask, ASK_BYTES_MAX);
    put_whole(body, request->proof, PROOF_MAX_BYTES);
    put_whole(body, request->method, METHOD_MAX_BYTES);
    put_whole(body, request->path, PATH_MAX_BYTES);
    put_whole(body, request->assertion, ASSERTION_MAX_BYTES);
    put_whole(body, request->lookup, LOOKUP_MAX_BYTES);
    put_whole(body, request->address, ADDRESS_MAX_BYTES);
    put_cut(body, request->agent, AGENT_MAX_BYTES);
}

/* False when the numbers are none of the enums'. */
static bool get_call(struct bytes_reader *r, struct auth_request *out)
{
    uint8_t call = bytes_get_u8(r);
    out->lookup_kind = bytes_get_u8(r);
    uint16_t zero = bytes_get_u16(r);
    out->body = get_bounded(r, BODY_MAX_BYTES);
    out->ask = get_bounded(r, ASK_BYTES_MAX);
    out->proof = get_bounded(r, PROOF_MAX_BYTES);
    out->method = get_bounded(r, METHOD_MAX_BYTES);
    out->path = get_bounded(r, PATH_MAX_BYTES);
    out->assertion = get_bounded(r, ASSERTION_MAX_BYTES);
    out->lookup = get_bounded(r, LOOKUP_MAX_BYTES);
    out->address = get_bounded(r, ADDRESS_MAX_BYTES);
    out->agent = get_bounded(r, AGENT_MAX_BYTES);
    bool is_call = out->type == AUTH_CALL;
    if (call > AUTH_CALL_LAST || is_call != (call != 0))
        return false;
    out->call = call;
    return zero == 0 && (out->lookup_kind == 0 || (out->lookup_kind >= REF_KIND_ID &&
                                                   out->lookup_kind <= REF_KIND_PHONE));
}

void auth_wire_encode_request(const struct auth_request *request, struct bytes *body)
{
    check(is_request((uint8_t)request->type));
    bytes_put_u8(body, (uint8_t)request->by);
    bytes_put_u8(body, request->ask_kind);
    bytes_put_u16(body, 0);
    bytes_put_u32(body, request->uid);
    bytes_put_u64(body, request->project);
    bytes_put_u64(body, request->rights);
    bytes_append(body, request->ask_hash, sizeof(request->ask_hash));
    put_cut(body, request->cookie, TEXT_MAX);
    put_cut(body, request->key, TEXT_MAX);
    put_cut(body, request->secret, TEXT_MAX);
    put_cut(body, request->name, NAME_MAX_BYTES);
    put_cut(body, request->zone, ZONE_MAX_BYTES);
    put_call(request, body);
}

int auth_wire_decode_request(uint8_t type, struct str body, struct auth_request *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct auth_request){ 0 };
    if (!is_request(type))
        return ERR_INVALID;
    out->type = type;
    uint8_t by = bytes_get_u8(&r);
    out->by = by;
    out->ask_kind = bytes_get_u8(&r);
    uint16_t zero = bytes_get_u16(&r);
    out->uid = bytes_get_u32(&r);
    out->project = bytes_get_u64(&r);
    out->rights = bytes_get_u64(&r);
    struct str hash = bytes_get_raw(&r, sizeof(out->ask_hash));
    if (hash.len == sizeof(out->ask_hash))
        memcpy(out->ask_hash, hash.ptr, hash.len);
    out->cookie = get_bounded(&r, TEXT_MAX);
    out->key = get_bounded(&r, TEXT_MAX);
    out->secret = get_bounded(&r, TEXT_MAX);
    out->name = get_bounded(&r, NAME_MAX_BYTES);
    out->zone = get_bounded(&r, ZONE_MAX_BYTES);
    bool is_call_valid = get_call(&r, out);
    if (!is_call_valid || !bytes_reader_is_done(&r) || zero != 0 || by < AUTH_BY_COOKIE ||
        by > (type == AUTH_CALL ? AUTH_BY_NOBODY : AUTH_BY_UID) || out->ask_kind > GRANT_FREEZE)
        return ERR_INVALID;
    return 0;
}

void auth_wire_encode_answer(const struct auth_answer *answer, struct bytes *body)
{
    check(is_answer((uint8_t)answer->type));
    check((answer->status != 0) == (answer->type == AUTH_ANSWERED));
    check(answer->grant.len == (answer->type == AUTH_GRANTED ? GRANT_BYTES : 0));
    bytes_put_u32(body, answer->principal);
    bytes_put_u32(body, answer->status);
    bytes_put_u64(body, answer->project);
    bytes_put_u64(body, answer->rights);
    bytes_put_str(body, answer->cookie);
    bytes_put_str(body, answer->link);
    bytes_put_str(body, answer->me);
    bytes_put_str(body, answer->grant);
    bytes_put_str(body, answer->settings);
    bytes_put_str(body, answer->code);
    bytes_put_str(body, answer->evidence);
    bytes_put_str(body, answer->json);
}

int auth_wire_decode_answer(uint8_t type, struct str body, struct auth_answer *out)
{
    struct bytes_reader r = bytes_reader_over(body);
    *out = (struct auth_answer){ 0 };
    if (!is_answer(type))
        return ERR_INVALID;
    out->type = type;
    out->principal = bytes_get_u32(&r);
    out->status = bytes_get_u32(&r);
    out->project = bytes_get_u64(&r);
    out->rights = bytes_get_u64(&r);
    out->cookie = get_bounded(&r, TEXT_MAX);
    out->link = get_bounded(&r, TEXT_MAX);
    out->me = bytes_get_str(&r);
    out->grant = get_bounded(&r, GRANT_BYTES);
    out->settings = bytes_get_str(&r);
    out->code = get_bounded(&r, CODE_MAX_BYTES);
    out->evidence = get_bounded(&r, EVIDENCE_BYTES_MAX);
    out->json = bytes_get_str(&r);
    bool has_status = out->status >= 200 && out->status <= 599;
    if (!bytes_reader_is_done(&r) || has_status != (type == AUTH_ANSWERED) ||
        (out->status != 0 && type != AUTH_ANSWERED) ||
        out->grant.len != (type == AUTH_GRANTED ? GRANT_BYTES : 0))
        return ERR_INVALID;
    return 0;
}
