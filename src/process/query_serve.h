/* The answering end of web-query. One reader a link, a few workers: reports have their own, so that
 * a page of heavy charts does not keep Live or Set up waiting, and how many run and wait is
 * bounded; beyond that the answer is 429, code "rate". A long poll that finds nothing is parked and
 * costs no worker until something arrives or its time is over. */
#ifndef PROCESS_QUERY_SERVE_H
#define PROCESS_QUERY_SERVE_H

#include "process/query_answer.h"

struct query_serve;

enum {
    QUERY_SERVE_REPORTS = 4,          /* at once */
    QUERY_SERVE_REPORTS_WAITING = 64,
    QUERY_SERVE_OTHERS = 2,
    QUERY_SERVE_OTHERS_WAITING = 256,
    QUERY_SERVE_PARKED = 1024,
};

/* answers must outlive it. */
struct query_serve *query_serve_start(const struct query_answers *answers);
/* A link made anew; taken over. What came over former ones is still answered there. */
void query_serve_attach(struct query_serve *serve, int fd);
/* Reads no further question, answers polls at once, and what waits as far as drain_ms reach; then
 * ends all threads and frees. NULL is fine. */
void query_serve_stop(struct query_serve *serve, uint32_t drain_ms);

#endif
