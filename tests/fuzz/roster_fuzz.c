/* Decisions from arbitrary bytes, a line each, taken one after another at rising times: each is
 * taken, refused or no decision, a dry look says the same beforehand, and what is refused changes
 * nothing. */
#include "base/check.h"
#include "base/err.h"
#include "ledger/inside/roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write(const struct roster *roster, struct bytes *out)
{
    struct json_write w;
    bytes_reset(out);
    json_write_init(&w, out);
    json_write_begin_array(&w);
    for (const struct roster_principal *p = NULL;
         (p = roster_next(roster, p ? p->id : 0)) != NULL;) {
        json_write_u64(&w, p->id);
        json_write_u64(&w, (uint64_t)p->kind << 4 | p->is_boot << 2 | p->is_frozen << 1 |
                               p->is_ended);
        json_write_u64(&w, p->credential_count);
        for (uint32_t i = 0; i < p->right_count; i++) {
            json_write_u64(&w, p->rights[i].project);
            json_write_u64(&w, p->rights[i].rights);
            json_write_u64(&w, p->rights[i].rows);
        }
    }
    roster_write_waiting(roster, &w);
    json_write_end_array(&w);
}

static void apply(struct roster *roster, struct str line, uint64_t sequence,
                  struct bytes texts[2])
{
    char verb[32];
    struct roster_change change = { .sequence = sequence, .by = (uint32_t)(1 + sequence % 3),
                                    .time_ms = (int64_t)sequence * 3600000, .remarks = line };
    (void)roster_verb(line, verb);
    (void)roster_subject(line);
    (void)roster_adds(roster, line);
    roster_advance(roster, change.time_ms);
    write(roster, &texts[0]);
    int dry = roster_apply(roster, &change, true);
    write(roster, &texts[1]);
    check(str_equal(bytes_str(&texts[0]), bytes_str(&texts[1])));
    int r = roster_apply(roster, &change, false);
    /* Whether there is room to wait is known only then. */
    check(r == dry || r == ERR_DENIED);
    if (r == 0)
        return;
    check(r == ERR_INVALID || r == ERR_DENIED);
    write(roster, &texts[1]);
    check(str_equal(bytes_str(&texts[0]), bytes_str(&texts[1])));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str line, text = str_of(data, size);
    struct bytes texts[2] = { { 0 }, { 0 } };
    struct roster *roster = roster_create();
    uint64_t sequence = 0;
    if (size > 64 * 1024)
        size = 0;
    while (size && str_next(&text, '\n', &line) && sequence < 64)
        apply(roster, line, ++sequence, texts);
    for (int i = 0; i < 2; i++)
        bytes_release(&texts[i]);
    roster_destroy(roster);
    return 0;
}
