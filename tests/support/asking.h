/* A project in a fresh directory, fed with lines of text and asked in JSON: what the tests of the
 * engine's reports stand on. The lines are those of tests/reference/world.h, so that one text feeds
 * both. Ids become refs without a key; a value {"$sealed":…} becomes a sealed one. */
#ifndef TESTS_SUPPORT_ASKING_H
#define TESTS_SUPPORT_ASKING_H

#include "base/arena.h"
#include "base/bytes.h"
#include "query/backend.h"
#include "store/store.h"
#include "support/temp.h"

enum { ASKING_PROJECT = 7 };

struct asking {
    struct temp temp;
    struct fs *fs;
    struct fs *zones;
    struct stores *stores;
    struct arena arena;          /* of the last question */
    /* How the next question is asked. */
    uint32_t week_start;
    uint32_t fold_under;
    uint32_t threads;
    const _Atomic bool *cancelled;
    struct result result;        /* of the last question, when it was answered */
};

void asking_open(struct asking *asking);
void asking_close(struct asking *asking);
void asking_feed_events(struct asking *asking, struct str lines);
void asking_feed_updates(struct asking *asking, struct str lines);
void asking_flush(struct asking *asking);
/* What the backend says; `json` (may be NULL) gets the answer when that is 0. */
int asking_ask(struct asking *asking, struct str question, struct bytes *json);
/* A file under the project's root, or nothing when it is not there; owned by the caller. */
struct bytes asking_read_file(const char *path);
/* The JSON of "series" alone, out of a whole answer. */
struct str asking_series(struct str json);

#endif
