/* Browser, system and robots from a user agent, by the marks the big ones have put into it for
 * years (their own documentation is the source); anything else stays empty. */
#ifndef INGEST_ENRICH_USER_AGENT_H
#define INGEST_ENRICH_USER_AGENT_H

#include <stdbool.h>

#include "base/str.h"

struct user_agent {
    struct str browser;  /* static text, or empty */
    struct str os;
    bool is_bot;
};

struct user_agent user_agent_read(struct str text);

#endif
