#include "auth/wire/grant_check.h"

#include "crypto/hash.h"

static bool is_young(const struct grant *grant, uint64_t now)
{
    uint64_t life = grant->life_ms < GRANT_LIFE_MS ? grant->life_ms : GRANT_LIFE_MS;
    return grant->issued_boot_ms <= now && now - grant->issued_boot_ms <= life;
}

const char *grant_check_maker(struct str bytes, const struct grant_maker *maker,
                              uint64_t arrived_boot_ms, struct grant *out)
{
    if (grant_open(bytes, maker->public_key, out) != 0)
        return "grant_signature";
    if (!is_young(out, arrived_boot_ms))
        return "grant_old";
    bool lives = maker->boot_id && hash_equal(out->boot_id, maker->boot_id, sizeof(out->boot_id));
    return lives ? NULL : "grant_boot";
}

const char *grant_check(struct str bytes, const struct grant_expect *expect, struct grant *out)
{
    const char *code = grant_check_maker(bytes, &expect->maker, expect->arrived_boot_ms, out);
    if (code)
        return code;
    if (out->kind != expect->kind || !hash_equal(out->ask_hash, expect->ask_hash, 32))
        return "grant_ask";
    return out->project == expect->project ? NULL : "right";
}
