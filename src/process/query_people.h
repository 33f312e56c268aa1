/* The list of people, and whom a lookup found, as JSON (docs/formats/console-api.md). */
#ifndef PROCESS_QUERY_PEOPLE_H
#define PROCESS_QUERY_PEOPLE_H

#include "base/map.h"
#include "engine/facts.h"
#include "process/query_rows.h"

enum { QUERY_PEOPLE_DEFAULT = 50, QUERY_RESOLVE_MAX = 200, QUERY_PEOPLE_FILTERS_MAX = 8 };

uint32_t query_people_list(struct query_rows_turn *turn);
/* {"refs":[…]} → {"found":[{"person","refs"}]}: each person with those of the given refs that are
 * its own, and no others. */
uint32_t query_people_resolve(struct query_rows_turn *turn);

/* {"company":…}: the facts that may be shown, the profile's before those of its events. */
int query_people_write_facts(struct query_rows_turn *turn, uint32_t code,
                             const struct facts *of_events, struct json_write *w) MUST_USE;
void query_people_write_refs(const struct ref *refs, uint32_t count, struct json_write *w);
/* "p_…" of the person whose own subject it is. */
void query_people_write_person(struct query_rows_turn *turn, const struct ref *ref,
                               struct json_write *w);

#endif
