#include "event/event.h"

struct property *event_find_property(struct property *properties, uint32_t count, struct str name)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_equal(properties[i].name, name))
            return &properties[i];
    return NULL;
}
