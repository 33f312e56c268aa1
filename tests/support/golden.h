/* A data directory of an earlier version (tests/golden/formats), as a copy that may be written. */
#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

#include "support/temp.h"

/* Makes temp, copies the room of that name ("store-1") into it with its folders, and opens it; the
 * caller destroys the fs and removes temp. Asserts that it is there and not empty. */
struct fs *golden_copy(const char *name, struct temp *temp);

#endif
