/* auth → ingest. Type 1 SETTINGS, body = ingest's settings as JSON (ingest/settings.h); answer type
 * 2 OK once they are saved and in force, or type 3 REFUSED when they do not parse or the disk does
 * not take them. */
#ifndef AUTH_WIRE_INGEST_NOTES_H
#define AUTH_WIRE_INGEST_NOTES_H

enum ingest_note { INGEST_NOTE_SETTINGS = 1, INGEST_NOTE_OK = 2, INGEST_NOTE_REFUSED = 3 };

#endif
