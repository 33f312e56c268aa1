/* Every bound on what an outsider sizes, in one place. Sources: Mixpanel's documented limits
 * (docs/formats/ names the differences) and the wall's frame sizes. */
#ifndef EVENT_LIMITS_H
#define EVENT_LIMITS_H

enum {
    LIMIT_REQUEST_RAW_BYTES = 10 * 1024 * 1024,      /* as it arrives, compressed or not */
    LIMIT_REQUEST_INFLATED_BYTES = 10 * 1024 * 1024, /* after gzip */
    LIMIT_URL_BYTES = 64 * 1024,                     /* GET /track carries its data in the URL */
    LIMIT_EVENTS_PER_REQUEST = 2000,
    LIMIT_EVENT_BYTES = 1024 * 1024,                 /* one event, as JSON */
    LIMIT_PROPERTIES_PER_EVENT = 255,
    LIMIT_DEPTH = 3,                                 /* nested objects and lists in a value */
    LIMIT_LIST_ELEMENTS = 255,
    LIMIT_OBJECT_MEMBERS = 255,
    LIMIT_NAME_BYTES = 255,                          /* event and property names: truncated */
    LIMIT_STRING_BYTES = 255,                        /* string values: truncated */
    LIMIT_VALUE_BYTES = 8 * 1024,                    /* a list or object on an event, as JSON */
    LIMIT_PROFILE_VALUE_BYTES = 256 * 1024,
    LIMIT_PROFILE_PROPERTIES = 2000,
    LIMIT_INSERT_ID_BYTES = 36,
    LIMIT_ID_BYTES = 255,                            /* over-long ids are refused, never cut */
    LIMIT_JSON_DEPTH = 64,                           /* beyond: refused before anything else */
    LIMIT_FUTURE_MS = 60 * 60 * 1000,                /* a time further ahead is not believed */
    LIMIT_SEALED_BATCH_BYTES = 48 * 1024,            /* one batch fits one frame to the vault */
    LIMIT_REQUEST_ARENA_BYTES = 64 * 1024 * 1024,
};

#endif
