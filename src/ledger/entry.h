/* The entry of wall.md 9, version 1: 112 bytes, big endian, the leaf of the tree exactly as stored.
 * Numbers stay readable after every blob is gone; no name, no ref, no address is in it. Its
 * commitment covers eight sections, each of which can be shown without the others. Pure. */
#ifndef LEDGER_ENTRY_H
#define LEDGER_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

enum { ENTRY_BYTES = 112, ENTRY_SECTIONS = 8, ENTRY_SECRET_BYTES = 32, ENTRY_SALT_BYTES = 16 };

/* Kinds 1 to 14 are the ask's (auth/wire/grant.h: enum grant_kind). */
enum entry_kind {
    ENTRY_REFUSED_MANY = 32,  /* refusals that were counted instead of written; rows = how many */
    ENTRY_ROSTER = 33,        /* boot: a principal as it was found; see the sections */
    ENTRY_LOGIN = 34,
    ENTRY_START = 35, ENTRY_STOP = 36,
    ENTRY_FROZE = 37,         /* by the ledger itself */
    ENTRY_HOST = 38,          /* done on the host, by no member: shown in red */
    ENTRY_MISBEHAVED = 39,    /* a program broke the rules of a link */
};

enum entry_verdict { ENTRY_RELEASED = 1, ENTRY_REFUSED = 2, ENTRY_RECORDED = 3, ENTRY_DECIDED = 4 };

enum entry_field {
    ENTRY_FIELD_EMAIL = 0, ENTRY_FIELD_NAME, ENTRY_FIELD_PHONE, ENTRY_FIELD_ID, ENTRY_FIELD_ADDRESS,
    ENTRY_FIELD_PLACE, ENTRY_FIELD_BROWSER, ENTRY_FIELD_REFERRER, ENTRY_FIELD_ORGANISATION,
    ENTRY_FIELD_OTHER = 31,
};

struct entry {
    uint8_t kind, verdict, level;
    int64_t time_ms;
    uint64_t sequence;      /* of the journal, over all logs */
    uint32_t principal, project, persons, rows, fields;
    uint64_t refers_to;     /* journal sequence, or 0 */
    uint8_t ask_hash[32];
    uint8_t commitment[32];
};

void entry_encode(const struct entry *entry, uint8_t out[ENTRY_BYTES]);
int entry_decode(const uint8_t bytes[ENTRY_BYTES], struct entry *out) MUST_USE; /* ERR_INVALID */

enum entry_section {
    ENTRY_SECTION_PRINCIPAL = 1, ENTRY_SECTION_LOGIN, ENTRY_SECTION_PURPOSE, ENTRY_SECTION_QUESTION,
    ENTRY_SECTION_FIELDS, ENTRY_SECTION_PERSONS, ENTRY_SECTION_ASK, ENTRY_SECTION_REMARKS,
};

/* What is sealed beside the entry. sections[i - 1]; an empty one is absent. Section 6 is not its
 * text but the sorted subject numbers; its commitment is over the root of their tree. */
struct entry_sections {
    uint8_t secret[ENTRY_SECRET_BYTES];
    struct str sections[ENTRY_SECTIONS];
    const uint32_t *numbers;
    uint32_t number_count;
};

void entry_salt(const uint8_t secret[ENTRY_SECRET_BYTES], unsigned section,
                uint8_t out[ENTRY_SALT_BYTES]);
void entry_commit(const struct entry_sections *sections, uint8_t out[32]);
/* From c1 to c8, as a verifier has them that sees only some sections. */
void entry_commit_over(const uint8_t commitments[ENTRY_SECTIONS][32], uint8_t out[32]);
void entry_commit_section(const uint8_t salt[ENTRY_SALT_BYTES], struct str section,
                          uint8_t out[32]);
/* Root of section 6, and the audit path of one number in it. */
void entry_persons_root(const uint8_t salt[ENTRY_SALT_BYTES], const uint32_t *numbers,
                        uint32_t count, uint8_t out[32]);

#endif
