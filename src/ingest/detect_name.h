/* Is this text the name of a person? By lists of given and family names, by titles and by the words
 * that join names; in Latin letters and Arabic. Pure, no allocation. */
#ifndef INGEST_DETECT_NAME_H
#define INGEST_DETECT_NAME_H

#include <stdbool.h>

#include "base/str.h"

bool detect_name(struct str text);

#endif
