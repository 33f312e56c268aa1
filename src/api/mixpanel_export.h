/* Raw export in Mixpanel's form: the rows of a project, pseudonymous, under the rows budget. Web
 * writes the ask for the key; query fixes the set, has it written down, and gives it out piece by
 * piece. The last line of an export that was cut is "terminated early", as there, and the
 * connection ends without its last chunk. */
#ifndef API_MIXPANEL_EXPORT_H
#define API_MIXPANEL_EXPORT_H

#include "api/call.h"

void mixpanel_export(struct call *call);   /* GET and POST /api/2.0/export */

#endif
