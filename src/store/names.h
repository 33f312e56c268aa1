/* How many distinct names one project may have: whoever holds a token can make up names, and each
 * costs memory in every directory. Beyond the bound a property is left out, and an event is kept
 * under NAMES_OTHER_EVENTS. */
#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/str.h"

enum { NAMES_EVENTS_MAX = 16384, NAMES_PROPERTIES_MAX = 16384 };
#define NAMES_OTHER_EVENTS "$other_events"

struct names {
    struct map events;
    struct map properties;
    uint64_t refused;     /* names turned away, since the last time it was taken */
};

void names_release(struct names *names);
struct str names_admit_event(struct names *names, struct str name);
bool names_admit_property(struct names *names, struct str name);

#endif
