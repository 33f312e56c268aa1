/* Mixpanel-shaped questions: the parameters become a question of ours, which goes the way of every
 * other one; the answer comes back in Mixpanel's form. */
#ifndef API_QUERY_MIXPANEL_H
#define API_QUERY_MIXPANEL_H

#include "api/call.h"
#include "api/mixpanel_params.h"

/* Where the parameters of a request stand; borrows from it. */
struct mixpanel_params query_mixpanel_params(const struct call *call);

void query_mixpanel_segmentation(struct call *call);
void query_mixpanel_names(struct call *call);

#endif
