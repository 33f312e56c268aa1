/* Tells ingest its settings, on a thread of its own: somebody's question must not wait until ingest
 * has written a file. Only the newest settings are sent; what did not arrive, or was refused
 * because of a full disk, is sent again every few seconds, and when the link is made anew the
 * caller sends them anyway. */
#ifndef AUTH_INSIDE_SETTINGS_SENDER_H
#define AUTH_INSIDE_SETTINGS_SENDER_H

#include <stdint.h>

#include "base/str.h"
#include "sys/link.h"

struct settings_sender;

/* link: "auth-ingest"; must outlive the sender. */
struct settings_sender *settings_sender_create(struct link *link, uint32_t retry_ms);
void settings_sender_destroy(struct settings_sender *sender);
/* Copies the JSON and returns at once. */
void settings_sender_send(struct settings_sender *sender, struct str json);

#endif
