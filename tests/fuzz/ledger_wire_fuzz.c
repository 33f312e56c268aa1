/* What the ledger is asked and what it answers, from arbitrary bytes: what decodes must encode to
 * the same bytes. */
#include "base/check.h"
#include "ledger/wire/ledger_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Decodes into a struct of that type, and encodes what was understood. */
#define TRY(type, name, ...)                                                                       \
    do {                                                                                           \
        struct type m;                                                                             \
        bytes_reset(out);                                                                          \
        if (ledger_wire_decode_##name(__VA_ARGS__, &m) == 0) {                                     \
            ledger_wire_encode_##name(&m, out);                                                    \
            check(str_equal(bytes_str(out), body));                                                \
        }                                                                                          \
    } while (0)

static void try_all(struct str body, struct arena *arena, struct bytes *out)
{
    TRY(ledger_release, release, body, arena);
    TRY(ledger_released, released, body, arena);
    TRY(ledger_check, check, body);
    TRY(ledger_read, read, body);
    TRY(ledger_login, login, body);
    TRY(ledger_decision, decision, body);
    TRY(ledger_decided, decided, body);
    TRY(ledger_refused, refused, body);
    TRY(ledger_note, note, body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes out = { 0 };
    struct arena arena;
    arena_init(&arena, 16 << 20);
    try_all(str_of(data, size), &arena, &out);
    arena_release(&arena);
    bytes_release(&out);
    return 0;
}
