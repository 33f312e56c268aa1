/* What arrives, as it arrives: the last events of each project, held in memory by the follower for
 * the page Live. A time, a name, who sent it, from which country; nothing else of an event comes
 * here, so nothing else can be shown.
 *
 * A cursor is opaque to who holds it: the life of this program, how many events and how many
 * changes of the refusals it has seen. One of another life means nothing any more: who brings it
 * begins anew from the newest. */
#ifndef PROCESS_QUERY_LIVE_H
#define PROCESS_QUERY_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "json/write.h"

struct query_live;

enum { QUERY_LIVE_KEPT = 1000, QUERY_LIVE_FIRST = 200 };

struct query_live_cursor {
    uint64_t life;
    uint64_t events;
    uint64_t counts;
};

struct query_live *query_live_create(void);
void query_live_destroy(struct query_live *live);

/* The follower's side. Project 0 of the counts is everybody's: no project was known. */
void query_live_note(struct query_live *live, uint64_t project, const struct event *events,
                     uint32_t count, int64_t received_ms);
void query_live_note_counts(struct query_live *live, uint64_t project);

/* The askers' side. False when the text is no cursor of this life. */
bool query_live_parse(const struct query_live *live, struct str text,
                      struct query_live_cursor *out) MUST_USE;
bool query_live_has_news(struct query_live *live, uint64_t project,
                         const struct query_live_cursor *after);
/* Writes the members "cursor" and "events", oldest first: those after the cursor that are still
 * held, or without one the newest QUERY_LIVE_FIRST; none of them when `after` is unknown. */
void query_live_write(struct query_live *live, uint64_t project,
                      const struct query_live_cursor *after, bool is_first,
                      struct json_write *w);

/* Waits until something was noted since *version (updated), query_live_poke, or timeout_ms. */
void query_live_wait(struct query_live *live, uint64_t *version, uint32_t timeout_ms);
void query_live_poke(struct query_live *live);

#endif
