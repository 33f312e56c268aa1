/* The differential oracle of the scanner: the same text read by cJSON must give the same tree. */
#ifndef TESTS_SUPPORT_JSON_SAME_H
#define TESTS_SUPPORT_JSON_SAME_H

#include <stdbool.h>

#include "base/str.h"

enum json_same {
    JSON_SAME_AGREED,     /* both read it, to the same tree */
    JSON_SAME_ONE,        /* one of them refused it */
    JSON_SAME_DIFFERENT,
};

enum json_same json_same(struct str text);

#endif
