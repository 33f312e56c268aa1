/* How the house is, for who watches it: strangers may ask, so the peers are asked seldom. */
#ifndef API_HEALTH_H
#define API_HEALTH_H

#include "api/call.h"

struct health *health_create(void);
void health_destroy(struct health *health);

void health_alive(struct call *call);  /* GET /healthz: this program runs */
void health_ready(struct call *call);  /* GET /readyz: auth and query answer as well */

#endif
