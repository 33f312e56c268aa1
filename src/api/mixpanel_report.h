/* Our answers in the form of Mixpanel's (mixpanel-api.md 2.1). Pure. Its reply of a segmentation
 * has the top groups alone: what was folded into $other is left out. */
#ifndef API_MIXPANEL_REPORT_H
#define API_MIXPANEL_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

/* {"data":{"series":[…],"values":{name:{date:n}}},"legend_size":n}. ERR_INVALID when the answer is
 * not of the form that query gives. */
int mixpanel_report_segmentation(struct str answer, bool is_grouped, struct bytes *out) MUST_USE;
/* The same as a sheet: one line a date, one column a name. */
int mixpanel_report_csv(struct str answer, bool is_grouped, struct bytes *out) MUST_USE;
/* ["name",…], the most frequent first, at most `limit`. */
int mixpanel_report_names(struct str answer, uint32_t limit, struct bytes *out) MUST_USE;
/* The sentence of an error answer, as a C string that the caller frees; NULL when it has none. */
char *mixpanel_report_error(struct str answer) MUST_USE;

#endif
