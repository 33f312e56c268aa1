#include "event/refusal.h"

static const struct {
    const char *name;
    const char *text;
} reasons[REFUSAL_COUNT] = {
    { "none", "admitted" },
#define REFUSAL(name, text) { #name, text },
#include "event/refusal.def"
#undef REFUSAL
};

const char *refusal_name(enum refusal_reason reason)
{
    check(reason >= 0 && reason < REFUSAL_COUNT);
    return reasons[reason].name;
}

const char *refusal_text(enum refusal_reason reason)
{
    check(reason >= 0 && reason < REFUSAL_COUNT);
    return reasons[reason].text;
}

enum refusal_reason refusal_find(struct str name)
{
    for (int i = 1; i < REFUSAL_COUNT; i++)
        if (str_equal(name, str_from(reasons[i].name)))
            return (enum refusal_reason)i;
    return REFUSAL_NONE;
}
