/* The sample world on Mixpanel's wire: each function appends one JSON object. */
#ifndef CLI_SAMPLE_WRITE_H
#define CLI_SAMPLE_WRITE_H

#include "base/bytes.h"
#include "cli/sample_world.h"

void sample_write_event(const struct sample_world *world, const struct sample_event *event,
                        const char *token, struct bytes *out);
/* An /engage update that sets the person's profile. */
void sample_write_person(const struct sample_world *world, uint32_t person, const char *token,
                         struct bytes *out);
/* A /groups update of the organisation's profile. */
void sample_write_organisation(const struct sample_world *world, uint32_t organisation,
                               const char *token, struct bytes *out);

#endif
