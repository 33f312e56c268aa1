/* The step that decides who a record is about: Mixpanel's simplified identity. After it
 *   distinct_id  is the subject: the user id, else "$device:" and the device id, else empty
 *   user_id      is the user id, or empty
 *   device_id    is the device id without its prefix, or empty
 * and an event with both ids links the device to the user (the seal step makes refs of them). */
#ifndef INGEST_STEP_IDENTITY_H
#define INGEST_STEP_IDENTITY_H

#include "ingest/record.h"

void step_identity(struct ingest_request *request, struct record *record);

#endif
