/* Identity links of one project: device → person, by code. The first link of a device wins, two
 * persons never merge, and a link holds for all earlier rows at once.
 *
 * A person is who has devices; so a device that has devices itself cannot be linked, and a link to
 * a linked device is a link to its person: chains are never longer than one. Rows in parts keep
 * the code they were written with; struct moves is the overlay that scans and merges lay over
 * them, of the links that some part has not taken in yet. */
#ifndef STORE_IDENTITY_H
#define STORE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

struct identity_link {
    uint32_t device;
    uint32_t person;
};

struct identity {
    struct identity_link *links;   /* in order of arrival */
    uint32_t count;
    /* ---- private ---- */
    uint32_t cap;
    uint32_t *person_of;           /* by code: the person; 0 = not linked */
    uint32_t *last_link;           /* by code: its last link + 1; 0 = it has no devices */
    uint32_t *before;              /* by link: the one before of the same person + 1; 0 = none */
    uint32_t code_cap;
};

/* Immutable, pinned. */
struct moves {
    uint32_t count;
    const struct identity_link *by_device;  /* by device */
    const struct identity_link *by_person;  /* by (person, device) */
    /* ---- private ---- */
    _Atomic uint32_t pins;
    struct identity_link links[];
};

void identity_release(struct identity *identity);
/* The code under which the code's rows are shown now. */
uint32_t identity_present(const struct identity *identity, uint32_t code);
/* True when the link is new and was made. */
bool identity_link(struct identity *identity, uint32_t device, uint32_t person);

/* The devices linked to a present code, in order of arrival. Writes at most max; returns how many
 * there are. */
uint32_t identity_devices(const struct identity *identity, uint32_t person, uint32_t *out,
                          uint32_t max);

/* The links from number `from` on. One pin. */
struct moves *identity_moves(const struct identity *identity, uint32_t from);
void identity_pin_moves(struct moves *moves);
void identity_unpin_moves(struct moves *moves);    /* NULL is fine */
/* Index of the first in by_person whose person is >= code; of the first in by_device likewise. */
uint32_t identity_first_to(const struct moves *moves, uint32_t code);
uint32_t identity_first_from(const struct moves *moves, uint32_t code);

#endif
