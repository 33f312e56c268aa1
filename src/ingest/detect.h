/* Looks at one text and says what kind of personal or secret value it is, by its form alone. Pure,
 * no allocation. How well it does over a corpus: docs/CLASSIFIER.md. */
#ifndef INGEST_DETECT_H
#define INGEST_DETECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum detect {
    DETECT_NONE = 0,
    DETECT_EMAIL,
    DETECT_PHONE,
    DETECT_NAME,     /* of a person */
    DETECT_ADDRESS,  /* of a house */
    DETECT_NUMBER,   /* an account or network address: IBAN, IP */
    DETECT_SECRET,   /* card number, key, token, password in clear */
};

/* The kind of the whole (trimmed) text. */
enum detect detect_whole(struct str text);

struct detect_piece {
    size_t begin;
    size_t end;
    enum detect kind;
};

/* The first e-mail, phone, card or key inside a longer text, at or after `from`. */
bool detect_piece(struct str text, size_t from, struct detect_piece *piece);
/* What stands in its place: "[e-mail]", "[phone]", … */
struct str detect_mask(enum detect kind);

#endif
