/* What auth says about projects, as JSON. The one place that knows these forms: init writes
 * ingest's first settings with it, auth sends later ones. */
#ifndef AUTH_INSIDE_PROJECT_JSON_H
#define AUTH_INSIDE_PROJECT_JSON_H

#include "auth/inside/api_keys.h"
#include "auth/inside/projects.h"
#include "base/arena.h"
#include "base/check.h"
#include "json/write.h"

/* For ingest (ingest/settings.h): all projects with the keys that may collect. */
int project_json_write_ingest(struct projects *projects, struct api_keys *keys,
                              struct arena *arena, struct bytes *out) MUST_USE;
/* For query, beside each question: {"zone","week_start","group_min","classes":{name:class}}. */
int project_json_write_question(struct projects *projects, const struct project *project,
                                struct arena *arena, struct bytes *out) MUST_USE;
/* For the console: what everybody may know, of an element of `projects` in /api/me. */
void project_json_write_members(const struct project *project, struct json_write *w);

#endif
