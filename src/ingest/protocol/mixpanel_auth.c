#include "ingest/protocol/mixpanel_auth.h"

#include "base/base64.h"
#include "crypto/hash.h"

enum { AUTHORIZATION_MAX_BYTES = 4096 };

struct credentials {
    struct str user;
    struct str secret;
};

static bool is_printable(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || (unsigned char)s.ptr[i] > 0x7e)
            return false;
    return s.len > 0;
}

static struct credentials split(struct str text)
{
    ptrdiff_t colon = str_find_byte(text, ':');
    if (colon < 0)
        return (struct credentials){ .user = text, .secret = STR("") };
    return (struct credentials){ .user = str_slice(text, 0, (size_t)colon),
                                 .secret = str_from_index(text, (size_t)colon + 1) };
}

/* The header's value: after "Basic" in base64 (either alphabet, with or without a colon inside) or
 * in clear; after "Bearer" a secret by itself. False: nothing that could be credentials. */
static bool parse(struct str header, struct arena *arena, struct credentials *out)
{
    header = str_trim(header);
    ptrdiff_t blank = str_find_byte(header, ' ');
    if (blank < 0 || header.len > AUTHORIZATION_MAX_BYTES)
        return false;
    struct str scheme = str_slice(header, 0, (size_t)blank);
    struct str text = str_trim(str_from_index(header, (size_t)blank));
    bool is_bearer = str_equal_fold(scheme, STR("Bearer"));
    if (!text.len || (!is_bearer && !str_equal_fold(scheme, STR("Basic"))))
        return false;
    uint8_t *decoded = arena_try(arena, text.len + 3);
    if (!decoded)
        return false;
    ptrdiff_t len = is_bearer ? -1 : base64_decode(text, decoded);
    struct str inside = str_of(decoded, len > 0 ? (size_t)len : 0);
    *out = split(is_printable(inside) ? inside : text);
    return true;
}

static bool is_secret_of(struct str secret, const struct write_key *key)
{
    uint8_t hash[HASH_SHA256_BYTES];
    hash_sha256(secret, hash);
    return hash_equal(hash, key->secret_hash, sizeof(hash));
}

/* The project that has this write key; with *is_right when the secret is its own too. */
static const struct ingest_project *find_key(const struct settings *settings,
                                             const struct credentials *who, bool *is_right)
{
    for (uint32_t i = 0; i < settings->project_count; i++) {
        const struct ingest_project *project = &settings->projects[i];
        for (uint32_t k = 0; k < project->write_key_count; k++) {
            if (!str_equal(project->write_keys[k].key, who->user))
                continue;
            *is_right = is_secret_of(who->secret, &project->write_keys[k]);
            return project;
        }
    }
    return NULL;
}

/* A project's secret by itself, as "secret:" or a bare one. */
static const struct ingest_project *find_secret(const struct settings *settings, struct str secret)
{
    for (uint32_t i = 0; i < settings->project_count; i++)
        for (uint32_t k = 0; k < settings->projects[i].write_key_count; k++)
            if (is_secret_of(secret, &settings->projects[i].write_keys[k]))
                return &settings->projects[i];
    return NULL;
}

static const struct ingest_project *find_project(const struct settings *settings,
                                                 const struct credentials *who,
                                                 enum mixpanel_denied *denied)
{
    bool is_right = false;
    const struct ingest_project *project = settings_find_token(settings, who->user);
    if (project && who->secret.len == 0)
        return project;
    project = find_key(settings, who, &is_right);
    if (project && is_right)
        return project;
    *denied = project ? MIXPANEL_DENIED_SECRET : MIXPANEL_DENIED_USER;
    if (project || who->secret.len)
        return NULL;
    *denied = MIXPANEL_DENIED_LONE_SECRET;
    return who->user.len ? find_secret(settings, who->user) : NULL;
}

const struct ingest_project *mixpanel_auth_project(const struct ingest_request *request,
                                                   struct str authorization,
                                                   struct str project_id,
                                                   enum mixpanel_denied *denied)
{
    struct credentials who;
    uint64_t id;
    *denied = MIXPANEL_DENIED_MISSING;
    if (!parse(authorization, request->arena, &who))
        return NULL;
    const struct ingest_project *project = find_project(request->settings, &who, denied);
    if (!project)
        return NULL;
    *denied = MIXPANEL_DENIED_NOT;
    if (project_id.len && (!str_to_u64(project_id, &id) || id != project->id)) {
        *denied = MIXPANEL_DENIED_PROJECT;
        return NULL;
    }
    return project;
}

