/* vault/wire: what is encoded decodes to itself, and nothing else decodes. */
#include "vault/wire/vault_wire.h"

#include <string.h>

#include "base/err.h"
#include "support/test.h"

static void test_vault_wire__stored_names_its_batch(void **state)
{
    (void)state;
    struct vault_stored stored = { .sequence = UINT64_MAX - 1 }, again;
    struct bytes body = { 0 };
    memset(stored.boot_id, 7, sizeof(stored.boot_id));
    vault_wire_encode_stored(&stored, &body);
    assert_int_equal(body.len, 24);
    assert_int_equal(vault_wire_decode_stored(bytes_str(&body), &again), 0);
    assert_memory_equal(again.boot_id, stored.boot_id, 16);
    assert_true(again.sequence == stored.sequence);
    for (size_t len = 0; len < 24; len++)
        assert_int_equal(vault_wire_decode_stored(str_of(body.ptr, len), &again), ERR_INVALID);
    bytes_put_u8(&body, 0);
    assert_int_equal(vault_wire_decode_stored(bytes_str(&body), &again), ERR_INVALID);
    bytes_release(&body);
}

static void test_vault_wire__only_known_refusals_decode(void **state)
{
    (void)state;
    enum vault_refusal again;
    for (uint32_t n = 0; n < 6; n++) {
        struct bytes body = { 0 };
        bytes_put_u32(&body, n);
        int r = vault_wire_decode_refused(bytes_str(&body), &again);
        assert_int_equal(r, n >= 1 && n <= 3 ? 0 : ERR_INVALID);
        bytes_put_u8(&body, 0);
        assert_int_equal(vault_wire_decode_refused(bytes_str(&body), &again), ERR_INVALID);
        bytes_release(&body);
    }
    struct bytes body = { 0 };
    vault_wire_encode_refused(VAULT_REFUSAL_FORGED, &body);
    assert_int_equal(vault_wire_decode_refused(bytes_str(&body), &again), 0);
    assert_int_equal(again, VAULT_REFUSAL_FORGED);
    bytes_release(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vault_wire__stored_names_its_batch),
        cmocka_unit_test(test_vault_wire__only_known_refusals_decode),
    };
    return RUN(tests);
}
