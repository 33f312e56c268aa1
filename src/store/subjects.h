/* Who the persons of a project are: refs behind codes, the subjects of one person, and its profile.
 * A person's own subject comes first (its ref names the person), then the devices linked to it in
 * order of arrival. Safe from any thread; everything is copied out under the store's lock. */
#ifndef STORE_SUBJECTS_H
#define STORE_SUBJECTS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "event/event.h"
#include "event/ref.h"
#include "store/store.h"

/* The code under which the subject's rows are shown now; 0 = the project never saw it. */
uint32_t subjects_find(struct store *store, const struct ref *ref);
/* The present code of a code; 0 for one that is none. */
uint32_t subjects_present(struct store *store, uint32_t code);
/* Refs of codes first, first + 1, …, at most max; how many were written. For walks over all, so
 * that the lock is held for a short time. */
uint32_t subjects_copy(struct store *store, uint32_t first, uint32_t max, struct ref *out);
/* The subjects of the person with this present code. ERR_NOT_FOUND, ERR_NOMEM. */
int subjects_of(struct store *store, uint32_t code, struct arena *arena, struct ref **out,
                uint32_t *count) MUST_USE;
/* The person's profile as of now, none when there is none. ERR_NOMEM. */
int subjects_profile(struct store *store, uint32_t code, struct arena *arena,
                     struct property **out, uint32_t *count) MUST_USE;

#endif
