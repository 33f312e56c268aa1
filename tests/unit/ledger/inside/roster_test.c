#include "ledger/inside/roster.h"

#include <stdio.h>
#include <string.h>

#include "auth/wire/grant.h"
#include "base/base64.h"
#include "base/bytes.h"
#include "base/err.h"
#include "support/test.h"

#define T0 INT64_C(1795453200000)

static uint64_t sequence;

static int apply(struct roster *roster, uint32_t by, int64_t at_ms, const char *remarks)
{
    struct roster_change change = { .sequence = ++sequence, .time_ms = at_ms, .by = by,
                                    .remarks = str_from(remarks) };
    int dry = roster_apply(roster, &change, true);
    int r = roster_apply(roster, &change, false);
    assert_int_equal(r, dry);
    return r;
}

static struct roster *booted(void)
{
    struct roster *roster = roster_create();
    sequence = 0;
    assert_int_equal(apply(roster, 0, T0,
        "{\"detail\":{\"do\":\"boot\",\"host\":\"localhost\",\"projects\":["
        "{\"id\":7,\"group\":1},{\"id\":8,\"group\":2,\"demo\":true}],\"principals\":["
        "{\"principal\":1,\"kind\":\"member\",\"rights\":{\"7\":[\"settings\",\"approve\"],"
        "\"8\":[\"reveal\"]}},"
        "{\"principal\":9,\"kind\":\"key\",\"rights\":{\"7\":[\"rows\"]},\"secret_sha256\":"
        "\"1111111111111111111111111111111111111111111111111111111111111111\"},"
        "{\"principal\":5,\"kind\":\"os\",\"rights\":{\"7\":[\"settings\"]}}]}}"), 0);
    return roster;
}

static void test_roster__begins_with_a_boot(void **state)
{
    (void)state;
    struct roster *roster = roster_create();
    assert_false(roster_has_boot(roster));
    assert_null(roster_find(roster, 1));
    roster_destroy(roster);
    roster = booted();
    assert_true(roster_has_boot(roster));
    assert_str(roster_host(roster), "localhost");
    assert_true(roster_project(roster, 8)->is_demo);
    assert_int_equal(roster_project(roster, 8)->group, 2);
    assert_null(roster_project(roster, 9));
    const struct roster_principal *p = roster_find(roster, 1);
    assert_true(p->is_boot && p->kind == ROSTER_MEMBER);
    assert_int_equal(roster_rights(p, 7, T0), RIGHT_SETTINGS | RIGHT_APPROVE);
    assert_int_equal(roster_rights(p, 9, T0), 0);
    assert_int_equal(roster_find(roster, 9)->secret_sha256[31], 0x11);
    /* In order, whatever order they came in. */
    assert_int_equal(roster_next(roster, 0)->id, 1);
    assert_int_equal(roster_next(roster, 1)->id, 5);
    assert_int_equal(roster_next(roster, 5)->id, 9);
    assert_null(roster_next(roster, 9));
    assert_int_equal(apply(roster, 1, T0, "{\"detail\":{\"do\":\"boot\",\"host\":\"x\","
                           "\"projects\":[{\"id\":7,\"group\":1}],\"principals\":[]}}"),
                     ERR_DENIED);
    roster_destroy(roster);
}

static void test_roster__members_and_keys_come_later(void **state)
{
    (void)state;
    struct roster *roster = booted();
    assert_int_equal(apply(roster, 1, T0 + 5, "{\"detail\":{\"do\":\"member\",\"rights\":"
                           "{\"7\":[\"aggregate\"]}},\"made\":{\"principal\":20}}"), 0);
    assert_false(roster_find(roster, 20)->is_boot);
    assert_int_equal(roster_find(roster, 20)->since_ms, T0 + 5);
    assert_int_equal(apply(roster, 1, T0 + 6, "{\"detail\":{\"do\":\"member\",\"rights\":"
                           "{\"7\":[\"aggregate\"]}},\"made\":{\"principal\":20}}"), ERR_DENIED);
    static const char key[] =
        "{\"detail\":{\"do\":\"key\",\"project\":7,\"rights\":[\"%s\"],\"expires\":%lld},"
        "\"made\":{\"principal\":%d,\"secret_sha256\":"
        "\"2222222222222222222222222222222222222222222222222222222222222222\"}}";
    char text[512];
    (void)snprintf(text, sizeof(text), key, "rows", (long long)(T0 + 100), 21);
    assert_int_equal(apply(roster, 1, T0 + 7, text), 0);
    const struct roster_principal *p = roster_find(roster, 21);
    assert_int_equal(roster_rights(p, 7, T0 + 99), RIGHT_ROWS);
    assert_int_equal(roster_rights(p, 7, T0 + 100), 0);
    /* A key never sees what is sealed, nor decides. */
    (void)snprintf(text, sizeof(text), key, "reveal", (long long)(T0 + 100), 22);
    assert_int_equal(apply(roster, 1, T0 + 8, text), ERR_DENIED);
    (void)snprintf(text, sizeof(text), key, "nonsense", (long long)(T0 + 100), 22);
    assert_int_equal(apply(roster, 1, T0 + 9, text), ERR_INVALID);
    assert_null(roster_find(roster, 22));
    roster_destroy(roster);
}

/* What waits is in force at its time, or by somebody else's word; never by one's own. */
static void test_roster__what_adds_waits(void **state)
{
    (void)state;
    static const char rights[] = "{\"detail\":{\"do\":\"rights\",\"principal\":20,\"rights\":"
                                 "{\"7\":[\"reveal\"]}},\"from\":%lld}";
    char text[256];
    struct roster *roster = booted();
    assert_int_equal(apply(roster, 1, T0, "{\"detail\":{\"do\":\"member\",\"rights\":{}},"
                           "\"made\":{\"principal\":20}}"), 0);
    (void)snprintf(text, sizeof(text), rights, (long long)(T0 + LEDGER_DELAY_MS));
    assert_int_equal(apply(roster, 1, T0, text), 0);
    uint64_t waiting = sequence;
    assert_int_equal(roster_waiting_by(roster, waiting), 1);
    roster_advance(roster, T0 + LEDGER_DELAY_MS - 1);
    assert_int_equal(roster_rights(roster_find(roster, 20), 7, T0), 0);
    roster_advance(roster, T0 + LEDGER_DELAY_MS);
    assert_int_equal(roster_rights(roster_find(roster, 20), 7, T0), RIGHT_REVEAL);
    assert_int_equal(roster_waiting_by(roster, waiting), 0);
    assert_int_equal(apply(roster, 1, T0 + LEDGER_DELAY_MS,
                           "{\"detail\":{\"do\":\"rights\",\"principal\":20,\"rights\":{}}}"), 0);
    assert_int_equal(roster_rights(roster_find(roster, 20), 7, T0), 0);
    (void)snprintf(text, sizeof(text), rights, (long long)(T0 + 3 * LEDGER_DELAY_MS));
    assert_int_equal(apply(roster, 1, T0 + LEDGER_DELAY_MS + 1, text), 0);
    waiting = sequence;
    (void)snprintf(text, sizeof(text), "{\"detail\":{\"do\":\"approve\",\"sequence\":%llu}}",
                   (unsigned long long)waiting);
    assert_int_equal(apply(roster, 1, T0 + LEDGER_DELAY_MS + 2, text), ERR_DENIED);
    assert_int_equal(roster_rights(roster_find(roster, 20), 7, T0), 0);
    assert_int_equal(apply(roster, 5, T0 + LEDGER_DELAY_MS + 2, text), 0);
    assert_int_equal(roster_rights(roster_find(roster, 20), 7, T0), RIGHT_REVEAL);
    assert_int_equal(apply(roster, 5, T0 + LEDGER_DELAY_MS + 3, text), ERR_DENIED); /* done */
    roster_destroy(roster);
}

/* Whoever is frozen or gone meanwhile changes nothing any more. */
static void test_roster__what_the_frozen_decided_does_not_come(void **state)
{
    (void)state;
    static const char *const ends[] = { "freeze", "end" };
    for (int i = 0; i < 2; i++) {
        char text[256];
        struct roster *roster = booted();
        (void)snprintf(text, sizeof(text), "{\"detail\":{\"do\":\"budget\",\"principal\":9,"
                       "\"project\":7,\"named\":5,\"rows\":9000},\"from\":%lld}",
                       (long long)(T0 + LEDGER_DELAY_MS));
        assert_int_equal(apply(roster, 1, T0, text), 0);
        uint64_t waiting = sequence;
        (void)snprintf(text, sizeof(text), "{\"detail\":{\"do\":\"%s\",\"principal\":1}}",
                       ends[i]);
        assert_int_equal(apply(roster, 5, T0 + 1, text), 0);
        assert_int_equal(roster_waiting_by(roster, waiting), 0);
        roster_advance(roster, T0 + LEDGER_DELAY_MS);
        assert_int_equal(roster_right(roster_find(roster, 9), 7)->rows, 0);
        roster_destroy(roster);
    }
}

static void test_roster__freezing_and_thawing(void **state)
{
    (void)state;
    struct roster *roster = booted();
    static const char freeze[] = "{\"detail\":{\"do\":\"freeze\",\"principal\":9}}";
    static const char thaw[] = "{\"detail\":{\"do\":\"thaw\",\"principal\":9}}";
    assert_int_equal(apply(roster, 1, T0 + 1, thaw), ERR_DENIED);
    assert_int_equal(apply(roster, 1, T0 + 2, freeze), 0);
    assert_true(roster_find(roster, 9)->is_frozen);
    assert_int_equal(apply(roster, 1, T0 + 3, freeze), ERR_DENIED);
    assert_int_equal(apply(roster, 1, T0 + 4, thaw), 0);
    assert_false(roster_find(roster, 9)->is_frozen);
    assert_int_equal(apply(roster, 1, T0 + 5, "{\"detail\":{\"do\":\"end\",\"principal\":9}}"), 0);
    assert_int_equal(roster_rights(roster_find(roster, 9), 7, T0), 0);
    assert_int_equal(apply(roster, 1, T0 + 6, freeze), ERR_DENIED);
    roster_destroy(roster);
}

/* ---- credentials ----------------------------------------------------------------------------- */

/* {"do":"credential"} of principal p with a key of id `id`; the point is the curve's base point. */
static void credential(char *out, size_t cap, uint32_t principal, const char *id)
{
    static const char point[] =
        "a5010203262001215820"
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296225820"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    struct bytes data = { 0 }, text = { 0 };
    uint8_t raw[77];
    memset(bytes_grow(&data, 37), 0, 37);
    data.ptr[32] = 0x45; /* UP, UV, AT */
    memset(bytes_grow(&data, 16), 0, 16);
    bytes_put_u8(&data, 0);
    bytes_put_u8(&data, (uint8_t)strlen(id));
    bytes_append(&data, id, strlen(id));
    assert_true(str_to_hex_bytes(str_from(point), raw, sizeof(raw)));
    bytes_append(&data, raw, sizeof(raw));
    base64_encode(bytes_str(&data), &text);
    (void)snprintf(out, cap, "{\"detail\":{\"do\":\"credential\",\"principal\":%u,"
                   "\"auth_data\":\"%.*s\"}}", principal, (int)text.len, (char *)text.ptr);
    bytes_release(&data);
    bytes_release(&text);
}

static void test_roster__credentials(void **state)
{
    (void)state;
    char text[1024];
    struct roster *roster = booted();
    credential(text, sizeof(text), 1, "first");
    assert_int_equal(apply(roster, 1, T0 + 1, text), 0);
    struct roster_credential *c = roster_credential(roster_find(roster, 1), STR("first"));
    assert_int_equal(c->x[0], 0x6b);
    assert_int_equal(c->enrolled_ms, T0 + 1);
    assert_true(c->is_trusted); /* of who was there from the beginning */
    assert_int_equal(apply(roster, 1, T0 + 2, text), ERR_DENIED); /* an id is one passkey */
    credential(text, sizeof(text), 9, "of a key");
    assert_int_equal(apply(roster, 1, T0 + 2, text), ERR_DENIED);
    assert_int_equal(apply(roster, 1, T0, "{\"detail\":{\"do\":\"member\",\"rights\":{}},"
                           "\"made\":{\"principal\":20}}"), 0);
    credential(text, sizeof(text), 20, "second");
    assert_int_equal(apply(roster, 20, T0 + 3, text), 0);
    assert_false(roster_credential(roster_find(roster, 20), STR("second"))->is_trusted);
    assert_int_equal(apply(roster, 20, T0 + 4, "{\"detail\":{\"do\":\"end_credential\","
                           "\"principal\":20,\"id\":\"c2Vjb25k\"}}"), 0);
    assert_null(roster_credential(roster_find(roster, 20), STR("second")));
    assert_int_equal(apply(roster, 20, T0 + 5, "{\"detail\":{\"do\":\"credential\","
                           "\"principal\":20,\"auth_data\":\"AAAA\"}}"), ERR_INVALID);
    roster_destroy(roster);
}

static void test_roster__who_recovers_is_new_again(void **state)
{
    (void)state;
    char text[1024];
    struct roster *roster = booted();
    credential(text, sizeof(text), 1, "first");
    assert_int_equal(apply(roster, 1, T0 + 1, text), 0);
    (void)snprintf(text, sizeof(text), "{\"detail\":{\"do\":\"recover\",\"principal\":1},"
                   "\"from\":%lld}", (long long)(T0 + LEDGER_DELAY_MS));
    assert_int_equal(apply(roster, 5, T0 + 2, text), 0);
    assert_non_null(roster_credential(roster_find(roster, 1), STR("first")));
    roster_advance(roster, T0 + LEDGER_DELAY_MS);
    assert_null(roster_credential(roster_find(roster, 1), STR("first")));
    assert_false(roster_find(roster, 1)->is_boot);
    assert_int_equal(roster_find(roster, 1)->since_ms, T0 + LEDGER_DELAY_MS);
    credential(text, sizeof(text), 1, "again");
    assert_int_equal(apply(roster, 1, T0 + LEDGER_DELAY_MS + 1, text), 0);
    assert_false(roster_credential(roster_find(roster, 1), STR("again"))->is_trusted);
    roster_destroy(roster);
}

static void test_roster__what_adds_to_sight_or_power(void **state)
{
    (void)state;
    struct roster *roster = booted();
    static const struct { const char *detail; bool adds; } cases[] = {
        { "{\"do\":\"member\",\"rights\":{\"7\":[\"aggregate\"]}}", false },
        { "{\"do\":\"member\",\"rights\":{\"7\":[\"aggregate\",\"rows\"]}}", true },
        { "{\"do\":\"rights\",\"principal\":1,\"rights\":{\"7\":[\"settings\"]}}", false },
        { "{\"do\":\"rights\",\"principal\":1,\"rights\":{\"7\":[\"reveal\"]}}", true },
        { "{\"do\":\"rights\",\"principal\":1,\"rights\":{\"8\":[\"settings\"]}}", true },
        { "{\"do\":\"key\",\"project\":7,\"rights\":[\"collect\"]}", false },
        { "{\"do\":\"key\",\"project\":7,\"rights\":[\"rows\"]}", true },
        { "{\"do\":\"budget\",\"principal\":1}", true }, { "{\"do\":\"recover\"}", true },
        { "{\"do\":\"freeze\",\"principal\":1}", false }, { "{\"do\":\"unheard of\"}", true },
        { "no JSON", true },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(roster_adds(roster, str_from(cases[i].detail)), cases[i].adds);
    char buf[32];
    assert_str(roster_verb(STR("{\"do\":\"freeze\",\"principal\":9}"), buf), "freeze");
    assert_int_equal(roster_subject(STR("{\"do\":\"freeze\",\"principal\":9}")), 9);
    assert_int_equal(roster_subject(STR("{\"do\":\"freeze\"}")), 0);
    roster_destroy(roster);
}

static void test_roster__nothing_but_its_own_forms(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "[]", "{}", "{\"detail\":7}", "{\"detail\":{\"do\":\"fly\"}}",
        "{\"detail\":{\"do\":\"member\",\"rights\":{\"7\":[\"fly\"]}},\"made\":{\"principal\":20}}",
        "{\"detail\":{\"do\":\"member\",\"rights\":{\"x\":[]}},\"made\":{\"principal\":20}}",
        "{\"detail\":{\"do\":\"member\",\"rights\":{\"0\":[]}},\"made\":{\"principal\":20}}",
        "{\"detail\":{\"do\":\"member\",\"rights\":{}}}",
        "{\"detail\":{\"do\":\"member\",\"rights\":{}},\"made\":{\"principal\":4294967296}}",
        "{\"detail\":{\"do\":\"budget\",\"principal\":1,\"project\":7,\"named\":0,\"rows\":1}}",
        "{\"detail\":{\"do\":\"purpose\",\"project\":7,\"purposes\":[]}}",
        "{\"detail\":{\"do\":\"approve\"}}",
    };
    struct roster *roster = booted();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(apply(roster, 1, T0, bad[i]), ERR_INVALID);
    assert_null(roster_find(roster, 20));
    assert_true(roster_has_purpose(roster_project(roster, 7), STR("support")));
    assert_int_equal(apply(roster, 1, T0, "{\"detail\":{\"do\":\"purpose\",\"project\":7,"
                           "\"purposes\":[\"law\"]}}"), 0);
    assert_true(roster_has_purpose(roster_project(roster, 7), STR("law")));
    assert_false(roster_has_purpose(roster_project(roster, 7), STR("support")));
    roster_destroy(roster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roster__begins_with_a_boot),
        cmocka_unit_test(test_roster__members_and_keys_come_later),
        cmocka_unit_test(test_roster__what_adds_waits),
        cmocka_unit_test(test_roster__what_the_frozen_decided_does_not_come),
        cmocka_unit_test(test_roster__freezing_and_thawing),
        cmocka_unit_test(test_roster__credentials),
        cmocka_unit_test(test_roster__who_recovers_is_new_again),
        cmocka_unit_test(test_roster__what_adds_to_sight_or_power),
        cmocka_unit_test(test_roster__nothing_but_its_own_forms),
    };
    return RUN(tests);
}
