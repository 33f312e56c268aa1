/* Mixpanel's query parameters (mixpanel-api.md 2.1) as a question of ours. Pure. Parameters that
 * are not known are ignored, as there. */
#ifndef API_MIXPANEL_PARAMS_H
#define API_MIXPANEL_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

enum { MIXPANEL_PARAMS_NAMES_DEFAULT = 255, MIXPANEL_PARAMS_NAMES_MAX = 5000,
       MIXPANEL_PARAMS_EXPORT_MAX = 100000, MIXPANEL_PARAMS_EVENTS_MAX = 1000 };

/* Where parameters stand: in the query string, else in a form. */
struct mixpanel_params {
    struct str query;
    struct str form;
};

struct mixpanel_segmentation {
    uint64_t project;     /* 0: not named */
    struct bytes json;    /* the question (query-spec.md); the caller releases it */
    bool is_grouped;      /* by `on` */
    bool is_csv;
};

/* False with a sentence for the asker in *error, in the arena. */
bool mixpanel_params_segmentation(const struct mixpanel_params *params, struct arena *arena,
                                  struct mixpanel_segmentation *out,
                                  const char **error) MUST_USE;
/* Of events/names: the project and how many names. */
bool mixpanel_params_names(const struct mixpanel_params *params, struct arena *arena,
                           uint64_t *project, uint32_t *limit, const char **error) MUST_USE;

/* Of a raw export: the project, and the question as JSON {"from","to","event":[…]?,"where"?,
 * "limit"?,"time_in_ms"?}, the same bytes for the same parameters; the caller releases it. */
bool mixpanel_params_export(const struct mixpanel_params *params, struct arena *arena,
                            uint64_t *project, struct bytes *question,
                            const char **error) MUST_USE;

#endif
