#include "ingest/step_time.h"

#include "event/limits.h"

#define DAY_MS (24 * 60 * 60 * (int64_t)1000)
/* 1971-01-01, the oldest time that Mixpanel takes. */
#define TIME_OLDEST_MS (365 * DAY_MS)

static void set_arrival(struct ingest_request *request, struct record *record)
{
    record->event.time_ms = request->received_ms;
    record->event.flags |= EVENT_TIME_SERVER;
}

static bool is_outside_window(const struct ingest_request *request, const struct record *record)
{
    uint32_t days = record->project ? record->project->window_days : 0;
    return days > 0 && !request->is_import &&
           record->event.time_ms < request->received_ms - days * DAY_MS;
}

static void judge_event(struct ingest_request *request, struct record *record)
{
    bool is_verdict = request->is_import && request->is_strict;
    struct str field = STR("properties.time");
    if (!record->has_time) {
        if (is_verdict)
            record_refuse(record, REFUSAL_time_missing, field);
        set_arrival(request, record);
        return;
    }
    if (record->event.time_ms < TIME_OLDEST_MS || is_outside_window(request, record)) {
        record_refuse(record, REFUSAL_time_too_old, field);
    } else if (record->event.time_ms > request->received_ms + LIMIT_FUTURE_MS) {
        if (is_verdict)
            record_refuse(record, REFUSAL_time_future, field);
        else
            request->dropped[REFUSAL_time_future]++;
        set_arrival(request, record);
    }
}

void step_time(struct ingest_request *request, struct record *record)
{
    if (record->kind == RECORD_EVENT) {
        judge_event(request, record);
        return;
    }
    /* The time of an update only orders it among others: a wrong one becomes the arrival. */
    int64_t *time_ms = &record->update.time_ms;
    if (!record->has_time || *time_ms < TIME_OLDEST_MS ||
        *time_ms > request->received_ms + LIMIT_FUTURE_MS)
        *time_ms = request->received_ms;
}
