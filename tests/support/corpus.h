/* A seeded corpus of property values as products send them, in English and Arabic, to judge the
 * detector by value. Half of the templates and half of the names are held out: the detector was
 * improved by looking at the others only. */
#ifndef TESTS_SUPPORT_CORPUS_H
#define TESTS_SUPPORT_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum corpus_kind {
    CORPUS_NAME, CORPUS_EMAIL, CORPUS_PHONE, CORPUS_ADDRESS, CORPUS_NUMBER, /* personal */
    CORPUS_CARD, CORPUS_KEY, CORPUS_TOKEN,                                  /* secret */
    CORPUS_ORDINARY,
    CORPUS_KINDS,
};

enum corpus_language { CORPUS_ENGLISH, CORPUS_ARABIC, CORPUS_LANGUAGES };

struct corpus_value {
    enum corpus_kind kind;
    enum corpus_language language;
    bool is_held;            /* from a held-out template and held-out names */
    const char *label;       /* the template, as the document prints it */
    char text[480];
    size_t len;
    size_t begin, end;       /* the sensitive part; 0 and len when it is the whole value */
};

enum { CORPUS_SIZE = 2000 };

extern const char *const corpus_kind_names[CORPUS_KINDS];

/* Fills values[CORPUS_SIZE]; the same seed gives the same values. */
void corpus_make(uint64_t seed, struct corpus_value *values);

#endif
