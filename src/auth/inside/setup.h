/* The first content of auth's room, for `amana init`: the first member, project 1 and its key, and
 * the owner's link. docs/decisions/0004-init-knows-inside.md */
#ifndef AUTH_INSIDE_SETUP_H
#define AUTH_INSIDE_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/str.h"
#include "sys/file.h"

struct setup {
    struct str name;         /* of the project */
    struct str zone;
    bool is_demo;
    struct str host;         /* what passkeys are bound to; empty = localhost */
    struct str token;
    struct str key;          /* may collect, aggregate unfolded, and see rows within the budget */
    struct str secret;
    struct str owner_link;   /* 43 characters */
    uint32_t owner_uid;
    struct str trusted_proxies;  /* addresses with commas between them; empty = none */
};

/* NULL, or which is not of the form it must have: "name", "zone", "host", "proxy". */
const char *setup_find_fault(const struct setup *setup);
/* fs: auth's room. What an init that broke off left there is made anew. Appends ingest's first
 * settings, made by what makes the later ones. ERR_*, with nothing usable made. */
int setup_make(struct fs *fs, const struct setup *setup, struct bytes *ingest_settings) MUST_USE;

#endif
