/* What the vault is asked and what it answers, from arbitrary bytes: what decodes must encode to
 * the same bytes. */
#include "base/check.h"
#include "vault/wire/vault_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_same(struct bytes *again, struct str body)
{
    check(str_equal(bytes_str(again), body));
    bytes_reset(again);
}

static void try_web(struct str body, struct arena *arena, struct bytes *out)
{
    struct vault_ask ask;
    struct vault_revealed revealed;
    struct vault_found found;
    struct vault_denied denied;
    if (vault_wire_decode_ask(body, arena, &ask) == 0) {
        vault_wire_encode_ask(&ask, out);
        assert_same(out, body);
    }
    if (vault_wire_decode_revealed(body, arena, &revealed) == 0) {
        vault_wire_encode_revealed(&revealed, out);
        assert_same(out, body);
    }
    if (vault_wire_decode_found(body, arena, &found) == 0) {
        vault_wire_encode_found(&found, out);
        assert_same(out, body);
    }
    if (vault_wire_decode_denied(body, &denied) == 0) {
        vault_wire_encode_denied(&denied, out);
        assert_same(out, body);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str body = str_of(data, size);
    struct vault_stored stored;
    enum vault_refusal refusal;
    struct bytes out = { 0 };
    struct arena arena;
    if (vault_wire_decode_stored(body, &stored) == 0) {
        vault_wire_encode_stored(&stored, &out);
        assert_same(&out, body);
    }
    if (vault_wire_decode_refused(body, &refusal) == 0) {
        vault_wire_encode_refused(refusal, &out);
        assert_same(&out, body);
    }
    arena_init(&arena, 16 << 20);
    try_web(body, &arena, &out);
    arena_release(&arena);
    bytes_release(&out);
    return 0;
}
