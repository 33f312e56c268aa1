/* The ask of wall.md 5.1: the exact text of one request for people. Eleven lines in a fixed order;
 * what does not give back the same bytes when it is formatted again is refused. Everybody hashes
 * the bytes it was given itself; the bytes travel unchanged. */
#ifndef LEDGER_WIRE_ASK_H
#define LEDGER_WIRE_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/wire/grant.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "event/ref.h"

enum {
    ASK_BYTES_MAX = 4096,
    ASK_FIELDS_MAX = 64,
    ASK_SUBJECTS_MAX = 1 << 20,   /* in one entry */
    ASK_HASH_BYTES = 32,
};

struct ask {
    uint64_t project;
    enum grant_kind kind;                /* GRANT_REVEAL to GRANT_FREEZE; never GRANT_QUESTION */
    struct str purpose;                  /* 1 to 64 bytes of a-z 0-9 _ - */
    struct str ticket;                   /* empty for "-"; 64 bytes, no blanks or controls */
    struct str fields[ASK_FIELDS_MAX];   /* as written, still %XX-escaped; sorted and distinct */
    uint32_t field_count;
    bool has_question;
    uint8_t question[32];                /* SHA-256 of the question's (or the detail's) bytes */
    bool has_subjects;                   /* false: query finds the set ("- -") */
    uint32_t subject_count;
    uint8_t subjects_hash[32];           /* SHA-256 of the sorted, distinct 16-byte refs */
    uint32_t limit;                      /* most distinct subjects this may release */
    uint8_t nonce[16];
    int64_t time_ms;
};

/* ERR_INVALID for whatever is not canonical. Strings borrow from bytes. */
int ask_parse(struct str bytes, struct ask *out) MUST_USE;
/* Appends the text; the fields must be sorted and distinct (a bug otherwise). */
void ask_format(const struct ask *ask, struct bytes *out);
void ask_hash(struct str bytes, uint8_t out[ASK_HASH_BYTES]);
/* A property's name in the escaping of `fields`: bytes <= 0x20, 0x7f and % as %XX (capital hex). */
void ask_escape_field(struct str property, struct bytes *out);
/* Appends the property behind an escaped field; false when the escape is not canonical. */
bool ask_unescape_field(struct str field, struct bytes *out) MUST_USE;
/* "reveal" … and back. NULL, or false, when there is none. */
const char *ask_kind_name(enum grant_kind kind);
bool ask_kind_find(struct str name, enum grant_kind *out) MUST_USE;
/* SHA-256 over `count` refs, which are sorted and distinct; ERR_INVALID when they are not. */
int ask_hash_subjects(const struct ref *refs, uint32_t count, uint8_t out[32]) MUST_USE;

#endif
