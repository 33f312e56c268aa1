/* The asking end of a link: many threads ask, one reader thread hands each answer to its asker by
 * id. The descriptor may be replaced at any time (relink): what was asked over the old one then
 * fails with ERR_CLOSED, and so does everything asked while there is none. The answering end is a
 * plain loop over msg_receive. */
#ifndef SYS_LINK_H
#define SYS_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "sys/msg.h"

struct link;

/* Where this process says that a peer broke its link (control pair), or -1: nowhere. Once, before
 * the first link is attached. */
void link_report_to(int control);
void link_report_broken(const char *name);

struct link *link_create(const char *name);
void link_destroy(struct link *link);
/* Takes over fd (-1 = closed for now) and drops the former one. */
void link_attach(struct link *link, int fd);
bool link_is_open(const struct link *link);
/* Sends a frame of `type` and waits for the answer with the same id: its type in *answer_type, its
 * body in *answer. ERR_CLOSED, ERR_TIMEOUT, ERR_TOO_LARGE. */
int link_ask(struct link *link, uint8_t type, struct str body, uint32_t timeout_ms,
             uint8_t *answer_type, struct bytes *answer) MUST_USE;

#endif
