#include "ingest/pipeline.h"

#include "ingest/classify.h"
#include "ingest/enrich/enrich.h"
#include "ingest/scrub/scrub.h"
#include "ingest/seal.h"
#include "ingest/step_cut.h"
#include "ingest/step_identity.h"
#include "ingest/step_limits.h"
#include "ingest/step_project.h"
#include "ingest/step_time.h"

/* Why this order: nothing is worth its work before the project is known and the size is bounded.
 * Scrub reads whole texts, so texts are cut to their stored length only after it: half an e-mail
 * address at the end of a cut text would no longer look like one. Seal comes last, because nothing
 * personal leaves it. */
static const struct pipeline_step steps[] = {
    { "project", step_project },   { "limits", step_limits }, { "time", step_time },
    { "identity", step_identity }, { "enrich", enrich_step }, { "scrub", scrub_step },
    { "cut", step_cut },           { "classify", classify_step }, { "seal", seal_step },
};

const struct pipeline_step *pipeline_steps(uint32_t *count)
{
    *count = sizeof(steps) / sizeof(*steps);
    return steps;
}

void pipeline_run(struct ingest_request *request, struct record *records, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        for (size_t s = 0; s < sizeof(steps) / sizeof(*steps) && !records[i].refusal.reason; s++)
            steps[s].run(request, &records[i]);
}
