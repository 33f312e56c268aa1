#include "vault/wire/vault_wire.h"

#include <string.h>

#include "base/err.h"

void vault_wire_encode_stored(const struct vault_stored *stored, struct bytes *body)
{
    bytes_append(body, stored->boot_id, sizeof(stored->boot_id));
    bytes_put_u64(body, stored->sequence);
}

int vault_wire_decode_stored(struct str body, struct vault_stored *stored)
{
    struct bytes_reader r = bytes_reader_over(body);
    struct str boot_id = bytes_get_raw(&r, sizeof(stored->boot_id));
    uint64_t sequence = bytes_get_u64(&r);
    if (!bytes_reader_is_done(&r))
        return ERR_INVALID;
    memcpy(stored->boot_id, boot_id.ptr, sizeof(stored->boot_id));
    stored->sequence = sequence;
    return 0;
}

void vault_wire_encode_refused(enum vault_refusal refusal, struct bytes *body)
{
    bytes_put_u32(body, (uint32_t)refusal);
}

int vault_wire_decode_refused(struct str body, enum vault_refusal *refusal)
{
    struct bytes_reader r = bytes_reader_over(body);
    uint32_t number = bytes_get_u32(&r);
    if (!bytes_reader_is_done(&r) || number < VAULT_REFUSAL_MALFORMED ||
        number > VAULT_REFUSAL_STOPPED)
        return ERR_INVALID;
    *refusal = (enum vault_refusal)number;
    return 0;
}
