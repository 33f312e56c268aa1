/* Who auth let in a moment ago. While auth is away, cookies and keys that it accepted in the last
 * 60 s may go on asking for aggregates, without a grant: query folds then. Kept by hash, with the
 * project and its settings; bounded, the oldest make room. */
#ifndef API_RECENT_H
#define API_RECENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"

enum { RECENT_LIFE_MS = 60000, RECENT_WHO_BYTES = 32, RECENT_MAX = 512,
       RECENT_SETTINGS_MAX_BYTES = 256 * 1024 };

struct recent;

struct recent *recent_create(void);
void recent_destroy(struct recent *recent);
/* asked is the project as the asker named it (0: their own), project the one they were let into. */
void recent_note(struct recent *recent, const uint8_t who[RECENT_WHO_BYTES], uint64_t asked,
                 uint64_t project, struct str settings);
/* Settings are appended. */
bool recent_find(struct recent *recent, const uint8_t who[RECENT_WHO_BYTES], uint64_t asked,
                 uint64_t *project, struct bytes *settings) MUST_USE;
/* They left, or auth refused them. */
void recent_forget(struct recent *recent, const uint8_t who[RECENT_WHO_BYTES]);

#endif
