/* What events and profile updates have in common: ids, times, lists of properties. */
#ifndef INGEST_PROTOCOL_MIXPANEL_FIELDS_H
#define INGEST_PROTOCOL_MIXPANEL_FIELDS_H

#include "ingest/protocol/mixpanel.h"
#include "json/scan.h"

/* A request while its records are read. */
struct mixpanel_reader {
    struct ingest_request *request;
    struct mixpanel_output *output;
    struct json_scan *scan;
    uint32_t record_cap;
    uint32_t record_guess;       /* how many there may be; 0 = no idea */
    struct property *properties; /* of the object that is being read */
    uint32_t property_count;
    uint32_t property_cap;
};

/* Appends a record for the element being read; NULL when the arena is at its limit. */
struct record *mixpanel_fields_add(struct mixpanel_reader *reader, enum record_kind kind);
/* The value that the scan read last as the text of an id. Whole numbers keep every digit. Absent
 * (ptr NULL) for null; the JSON text for what can be no id, which stands for nobody. */
struct str mixpanel_fields_id(const struct mixpanel_reader *reader, const struct value *value);
/* Seconds or milliseconds since 1970, as a number; outside strict also as a numeral or an ISO
 * date. False: neither. */
bool mixpanel_fields_time(const struct value *value, bool is_strict, int64_t *time_ms) MUST_USE;
/* An address as text, or 0 for "no place". */
void mixpanel_fields_ip(struct record *record, const struct value *value);
/* "prefix.name", in the arena: the field of a refusal. */
struct str mixpanel_fields_path(const struct mixpanel_reader *reader, const char *prefix,
                                struct str name);

/* Starts an object's list of properties, adds to it, and moves it into the arena for good. False:
 * no memory. */
void mixpanel_fields_begin(struct mixpanel_reader *reader);
bool mixpanel_fields_put(struct mixpanel_reader *reader, struct str name,
                         const struct value *value) MUST_USE;
bool mixpanel_fields_end(struct mixpanel_reader *reader, struct property **properties,
                         uint32_t *count) MUST_USE;

#endif
