/* Pseudonyms: how a person is shown without being named (decision 0015). "p_" and 16 hex digits of
 * SipHash-2-4 over the ref of the person's own subject, under a key of the project that comes from
 * 32 random bytes in query's room: made once, the same ever after. */
#ifndef PROCESS_QUERY_PSEUDONYM_H
#define PROCESS_QUERY_PSEUDONYM_H

#include <stdint.h>

#include "base/check.h"
#include "base/str.h"
#include "event/ref.h"
#include "store/store.h"
#include "sys/file.h"

enum { QUERY_PSEUDONYM_TEXT = 19 /* with its NUL */, QUERY_PSEUDONYM_KEY_BYTES = 32 };

struct query_pseudonyms { uint8_t key[QUERY_PSEUDONYM_KEY_BYTES]; };

/* Reads "pseudonym.key", which it makes where there is none. ERR_INVALID: it is there with another
 * length; ERR_IO, ERR_FULL. */
int query_pseudonyms_open(struct fs *data, struct query_pseudonyms *out) MUST_USE;
void query_pseudonyms_wipe(struct query_pseudonyms *pseudonyms);
void query_pseudonyms_format(const struct query_pseudonyms *pseudonyms, uint64_t project,
                             const struct ref *ref, char out[QUERY_PSEUDONYM_TEXT]);
/* The present code of the person that was ever shown so, also before it was linked to another;
 * 0 = nobody was. Looks through all refs. */
uint32_t query_pseudonyms_find(const struct query_pseudonyms *pseudonyms, struct store *store,
                               uint64_t project, struct str text);

#endif
