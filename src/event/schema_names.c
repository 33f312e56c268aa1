#include "event/schema_names.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"

/* What a name decides by itself. Compared without '$', case, '_', '-' and blanks, so that
 * "$first_name", "firstName" and "First Name" are one. */
struct named {
    const char *name;
    struct schema_name says;
};

#define SECRET(name) { name, { SCHEMA_SECRET, 0 } },
#define PERSONAL(name, kind) { name, { SCHEMA_PERSONAL, kind } },
#define EMAIL(name) PERSONAL(name, REF_KIND_EMAIL)
#define PHONE(name) PERSONAL(name, REF_KIND_PHONE)
#define BOUND(name) PERSONAL(name, REF_KIND_BOUND)
#define QUASI(name) { name, { SCHEMA_QUASI, 0 } },
#define OPEN(name) { name, { SCHEMA_OPEN, 0 } },
static const struct named names[] = {
#include "event/schema_names.def"
};

enum { NAMES = sizeof(names) / sizeof(names[0]), SLOTS = 512, BARE_MAX_BYTES = 64 };
_Static_assert(NAMES < 256 && NAMES * 2 < SLOTS, "a slot is a byte, and half of them stay empty");

/* The names by their hash, made once: every property of every event asks. Open addressing; the
 * list is ours, so no stranger makes its runs long. */
static struct {
    uint8_t slots[SLOTS];     /* index into names, + 1; 0 = empty */
    uint8_t lengths[NAMES];
} table;

static size_t first_slot(struct str text)
{
    return hash_64(text.ptr, text.len) % SLOTS;
}

static void make_table(void)
{
    for (size_t i = 0; i < NAMES; i++) {
        struct str name = str_from(names[i].name);
        size_t at = first_slot(name);
        check(name.len <= BARE_MAX_BYTES);
        while (table.slots[at])
            at = (at + 1) % SLOTS;
        table.slots[at] = (uint8_t)(i + 1);
        table.lengths[i] = (uint8_t)name.len;
    }
}

/* The name in its bare form; false when it is longer than any we know. */
static bool bare(struct str property, char *out, size_t *len)
{
    *len = 0;
    for (size_t i = 0; i < property.len; i++) {
        char c = property.ptr[i];
        if (c == '$' || c == '_' || c == '-' || c == ' ' || c == '.' || c == ':')
            continue;
        if (*len == BARE_MAX_BYTES)
            return false;
        out[(*len)++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return true;
}

const struct schema_name *schema_names_find(struct str property)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char text[BARE_MAX_BYTES];
    size_t len;
    check(pthread_once(&once, make_table) == 0);
    if (!bare(property, text, &len))
        return NULL;
    for (size_t at = first_slot(str_of(text, len)); table.slots[at]; at = (at + 1) % SLOTS) {
        size_t i = table.slots[at] - 1u;
        if (table.lengths[i] == len && memcmp(names[i].name, text, len) == 0)
            return &names[i].says;
    }
    return NULL;
}
