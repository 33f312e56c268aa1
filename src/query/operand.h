/* Where a value of a question comes from: a property of the event, of the person's profile, of a
 * group's profile, or a fact of the event itself. */
#ifndef QUERY_OPERAND_H
#define QUERY_OPERAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum operand_of { OPERAND_EVENT = 0, OPERAND_PERSON, OPERAND_GROUP, OPERAND_TIME, OPERAND_NAME };

/* properties["x"] · user["x"] · group["company"]["x"] · "$time" and "time" of properties and event
 * are the time in seconds · event["name"] and event["$event"] the event's name. */
struct operand {
    enum operand_of of;
    struct str property;
    struct str group_key;
};

bool operand_equal(const struct operand *a, const struct operand *b);

#endif
