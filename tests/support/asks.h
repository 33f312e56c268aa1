/* Bodies of requests for people, as a browser writes them. */
#ifndef TESTS_SUPPORT_ASKS_H
#define TESTS_SUPPORT_ASKS_H

#include <stdint.h>

#include "ledger/wire/ask.h"

enum { ASKS_TEXT = 6144, ASKS_REFS_MAX = 8 };

struct asks {
    enum grant_kind kind;
    const char *question;      /* NULL: none */
    const char *fields[4];
    uint32_t field_count;
    uint32_t ref_count;        /* refs are 01 01 …, 02 02 …; 0: the ask names nobody */
    const char *beside;        /* further members: ",\"lookup\":{…}" */
};

/* The ask's own text, with which the body begins. */
void asks_text(const struct asks *asks, struct bytes *text);
/* {"ask":…,"refs":…,"question":…} */
void asks_body(const struct asks *asks, char out[ASKS_TEXT]);

#endif
