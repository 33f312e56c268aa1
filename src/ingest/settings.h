/* What ingest knows about projects: saved by itself in its own room (settings.json, replaced
 * atomically), sent by auth over "auth-ingest" when it changes, first written by amana init.
 * Immutable once made: a change makes a new struct settings; requests pin the one they began with.
 *
 * JSON: {"projects":[{"id":1,"token":"32 hex","zone":"UTC","phone_country":"966","key_epoch":1,
 *   "classes":{"plan":"open"},"write_keys":[{"key":"k_…","hash":"64 hex of SHA-256(secret)"}],
 *   "window_days":0}],"trusted_proxies":["127.0.0.1"]}
 * The project's key K is not in it: it lies in the keys folder as project-<id>-<epoch>.key. */
#ifndef INGEST_SETTINGS_H
#define INGEST_SETTINGS_H

#include <stdint.h>

#include "base/check.h"
#include "base/map.h"
#include "base/str.h"
#include "event/schema.h"

struct write_key {
    struct str key;
    uint8_t secret_hash[32];   /* SHA-256 of the secret's text */
};

struct ingest_project {
    uint64_t id;
    struct str token;
    struct str phone_country;  /* digits, without + */
    uint32_t key_epoch;
    uint32_t window_days;      /* 0 = events of any age on /track */
    struct map classes;        /* property name → enum schema_class */
    struct write_key *write_keys;
    uint32_t write_key_count;
};

struct settings {
    struct arena arena;
    struct ingest_project *projects;
    uint32_t project_count;
    struct str *trusted_proxies;
    uint32_t trusted_proxy_count;
    _Atomic uint32_t pins;
};

/* From JSON text; ERR_INVALID with nothing made. *out has one pin. */
int settings_parse(struct str json, struct settings **out) MUST_USE;
struct settings *settings_pin(struct settings *settings);
void settings_unpin(struct settings *settings);
/* NULL when unknown. */
const struct ingest_project *settings_find_token(const struct settings *settings, struct str token);
const struct ingest_project *settings_find_id(const struct settings *settings, uint64_t id);
/* The class the project's lexicon gives; SCHEMA_UNKNOWN when it says nothing. */
enum schema_class settings_class(const struct ingest_project *project, struct str property);

#endif
