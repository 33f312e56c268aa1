/* Asks from arbitrary bytes: what parses is formatted to the same bytes, whole and within bounds.
 * So is every field's escaping, both ways. */
#include "base/check.h"
#include "ledger/wire/ask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_field(struct str text)
{
    struct bytes plain = { 0 }, again = { 0 };
    if (ask_unescape_field(text, &plain)) {
        ask_escape_field(bytes_str(&plain), &again);
        check(str_equal(bytes_str(&again), text));
    }
    bytes_reset(&plain);
    bytes_reset(&again);
    ask_escape_field(text, &again);
    if (text.len) {
        check(ask_unescape_field(bytes_str(&again), &plain));
        check(str_equal(bytes_str(&plain), text));
    }
    bytes_release(&plain);
    bytes_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ask ask;
    struct str text = str_of(data, size);
    struct bytes again = { 0 };
    try_field(text);
    if (ask_parse(text, &ask) != 0)
        return 0;
    check(size <= ASK_BYTES_MAX && ask.field_count <= ASK_FIELDS_MAX &&
          ask.subject_count <= ASK_SUBJECTS_MAX && ask.limit <= ASK_SUBJECTS_MAX);
    check(ask.kind >= GRANT_REVEAL && ask.kind <= GRANT_FREEZE && ask.purpose.len > 0);
    for (uint32_t i = 0; i < ask.field_count; i++)
        try_field(ask.fields[i]);
    ask_format(&ask, &again);
    check(str_equal(bytes_str(&again), text));
    bytes_release(&again);
    return 0;
}
