/* A project, a sealer and a request, as the door's unit tests need them. */
#ifndef TESTS_SUPPORT_DOOR_H
#define TESTS_SUPPORT_DOOR_H

#include "ingest/record.h"
#include "ingest/seal.h"

struct door {
    struct arena arena;
    struct settings *settings;
    struct sealer *sealer;
    struct plain_cache *plain;
    uint8_t vault_secret[32];
    uint8_t ledger_secret[32];
    struct sealer_keys keys;
    struct ingest_request request;
};

/* Project 7, token "token-of-seven", phone country 966, lexicon: nickname open, code secret. */
void door_open(struct door *door);
void door_close(struct door *door);
/* A fresh event record of project 7 with the given properties (borrowed). */
struct record door_event(struct door *door, struct property *properties, uint32_t count);
struct property door_text(const char *name, const char *text);

#endif
