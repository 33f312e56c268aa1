/* What was judged to hold nothing personal or secret, so that "Chrome" and "/docs" are judged once
 * and not a million times. Safe for any number of threads, without a lock. */
#ifndef INGEST_PLAIN_CACHE_H
#define INGEST_PLAIN_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { PLAIN_CACHE_SLOTS = 1 << 16, PLAIN_CACHE_TEXT_MAX = 255 };

/* What a verdict is about. */
enum plain_kind {
    PLAIN_EVENT_NAME = 1,
    PLAIN_TEXT,            /* a property and its text */
    PLAIN_SCALAR,          /* a property whose value is a number, true, false or null */
};

/* Everything that the judgement depends on. */
struct plain_case {
    enum plain_kind kind;
    unsigned class;        /* that the project's lexicon gives the name */
    struct str name;       /* each at most PLAIN_CACHE_TEXT_MAX bytes */
    struct str text;
};

struct plain_key {
    uint64_t half[2];
};

struct plain_cache;

struct plain_cache *plain_cache_create(void);
void plain_cache_destroy(struct plain_cache *cache);
struct plain_key plain_cache_key(const struct plain_cache *cache, const struct plain_case *about);
bool plain_cache_has(const struct plain_cache *cache, const struct plain_key *key);
void plain_cache_add(struct plain_cache *cache, const struct plain_key *key);

#endif
