#include "store/names.h"

void names_release(struct names *names)
{
    map_release(&names->events);
    map_release(&names->properties);
}

static bool admit(struct map *map, uint32_t max, struct str name, uint64_t *refused)
{
    if (map_find(map, name))
        return true;
    if (map->count >= max) {
        (*refused)++;
        return false;
    }
    (void)map_put(map, name, 0, NULL);
    return true;
}

struct str names_admit_event(struct names *names, struct str name)
{
    return admit(&names->events, NAMES_EVENTS_MAX, name, &names->refused) ? name
                                                                    : STR(NAMES_OTHER_EVENTS);
}

bool names_admit_property(struct names *names, struct str name)
{
    return admit(&names->properties, NAMES_PROPERTIES_MAX, name, &names->refused);
}
