#include "api/agent.h"

#include <stdbool.h>
#include <stdio.h>

enum { VERSION_DIGITS_MAX = 4 };

struct known {
    const char *sign;     /* what stands in the header */
    const char *name;
};

/* The first that fits: browsers name those whose pages they want to be given as well. */
static const struct known browsers[] = {
    { "Edg/", "Edge" },        { "EdgA/", "Edge" },     { "OPR/", "Opera" },
    { "Vivaldi/", "Vivaldi" }, { "FxiOS/", "Firefox" }, { "Firefox/", "Firefox" },
    { "CriOS/", "Chrome" },    { "Chrome/", "Chrome" }, { "Version/", "Safari" },
    { "curl/", "curl" },       { "node", "Node.js" },   { "python-requests/", "Python" },
};

static const struct known systems[] = {
    { "Android", "Android" }, { "iPhone", "iOS" },       { "iPad", "iPadOS" },
    { "CrOS", "ChromeOS" },   { "Windows", "Windows" },  { "Macintosh", "macOS" },
    { "Linux", "Linux" },
};

/* The digits behind the sign: the main version. */
static struct str version_at(struct str header, size_t from)
{
    size_t end = from;
    while (end < header.len && end - from < VERSION_DIGITS_MAX && header.ptr[end] >= '0' &&
           header.ptr[end] <= '9')
        end++;
    return str_slice(header, from, end);
}

static const struct known *find(struct str header, const struct known *list, size_t count,
                                size_t *at)
{
    for (size_t i = 0; i < count; i++) {
        ptrdiff_t found = str_find(header, str_from(list[i].sign));
        if (found < 0)
            continue;
        *at = (size_t)found + str_from(list[i].sign).len;
        return &list[i];
    }
    return NULL;
}

void agent_format(struct str header, char out[AGENT_TEXT_BYTES])
{
    size_t at = 0, ignored;
    const struct known *browser = find(header, browsers, sizeof(browsers) / sizeof(browsers[0]),
                                       &at);
    const struct known *system = find(header, systems, sizeof(systems) / sizeof(systems[0]),
                                      &ignored);
    struct str version = browser ? version_at(header, at) : STR("");
    (void)snprintf(out, AGENT_TEXT_BYTES, "%s%s" STR_FMT "%s%s", browser ? browser->name : "",
                   version.len ? " " : "", STR_ARG(version),
                   browser && system ? " on " : "", system ? system->name : "");
}
