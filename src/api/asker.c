#include "api/asker.h"

#include "crypto/hash.h"
#include "http/basic.h"
#include "http/forwarded.h"

/* Over either of our sockets: "" is the unix one. */
static bool is_this_host(const void *ctx, struct str address)
{
    (void)ctx;
    return address.len == 0 || str_equal(address, STR("::1")) || str_starts(address, STR("127."));
}

/* A proxy on this host. */
static bool is_from_this_host(const struct http_request *http)
{
    return is_this_host(NULL, http_request_peer(http));
}

/* A proxy in front of the unix socket speaks for strangers: its uid is nobody's credential. */
static bool is_forwarded(const struct http_request *http)
{
    static const char *const names[] = { "X-Forwarded-For", "X-Forwarded-Proto",
                                         "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (http_request_header(http, names[i]).len)
            return true;
    return false;
}

static bool find_key(const struct http_request *http, struct arena *arena, struct asker *out)
{
    struct http_basic basic;
    if (!http_basic_parse(http_request_header(http, "Authorization"), arena, &basic))
        return false;
    /* A secret by itself, as some clients send it: auth decides whether that is enough. */
    bool is_lone = basic.password.len == 0;
    out->by = AUTH_BY_KEY;
    out->key = is_lone ? STR("") : arena_copy(arena, basic.user);
    out->secret = arena_copy(arena, is_lone ? basic.user : basic.password);
    return out->key.ptr && out->secret.ptr;
}

void asker_note(const struct http_request *http, struct asker *out)
{
    *out = (struct asker){
        .by = AUTH_BY_NOBODY, .proof = http_request_header(http, "Amana-Proof"),
        .method = http_request_method(http), .path = http_request_path(http),
        .address = http_forwarded_client(http_request_peer(http),
                                         http_request_last_header(http, "X-Forwarded-For"),
                                         is_this_host, NULL),
    };
    agent_format(http_request_header(http, "User-Agent"), out->agent);
}

bool asker_find(const struct http_request *http, unsigned kinds, struct arena *arena,
                struct asker *out)
{
    if ((kinds & ASKER_KEY) && http_request_header(http, "Authorization").len)
        return find_key(http, arena, out);
    struct str cookie = http_request_cookie(http, ASKER_COOKIE_NAME);
    if ((kinds & ASKER_COOKIE) && cookie.len) {
        out->by = AUTH_BY_COOKIE;
        out->cookie = arena_copy(arena, cookie);
        return out->cookie.ptr != NULL;
    }
    if (!(kinds & ASKER_UID) || is_forwarded(http) || !http_request_peer_uid(http, &out->uid))
        return false;
    out->by = AUTH_BY_UID;
    return true;
}

void asker_hash(const struct asker *asker, uint8_t out[32])
{
    static const uint8_t zero_key[HASH_KEY_BYTES];
    uint8_t by = (uint8_t)asker->by;
    const struct str parts[] = { STR("amana/asker/1"), str_of(&by, 1), asker->cookie, asker->key,
                                 asker->secret, str_of(&asker->uid, sizeof(asker->uid)) };
    hash_framed(zero_key, parts, sizeof(parts) / sizeof(parts[0]), out, 32);
}

void asker_put(const struct asker *asker, struct auth_request *request)
{
    request->by = asker->by;
    request->cookie = asker->cookie;
    request->key = asker->key;
    request->secret = asker->secret;
    request->uid = asker->uid;
    request->address = asker->address;
    request->agent = str_from(asker->agent);
    request->proof = asker->proof;
    request->method = asker->method;
    request->path = asker->path;
}

/* "https://host:port" fits Host "host:port". */
static bool fits_host(struct str origin, struct str host)
{
    if (str_starts(origin, STR("https://")))
        origin = str_from_index(origin, STR("https://").len);
    else if (str_starts(origin, STR("http://")))
        origin = str_from_index(origin, STR("http://").len);
    else
        return false;
    return host.len && str_equal_fold(origin, host);
}

bool asker_is_foreign_page(const struct http_request *http)
{
    struct str origin = http_request_header(http, "Origin");
    struct str site = http_request_header(http, "Sec-Fetch-Site");
    return (site.len && !str_equal(site, STR("same-origin")) && !str_equal(site, STR("none"))) ||
           (origin.len && !fits_host(origin, http_request_header(http, "Host")));
}

bool asker_is_our_page(const struct http_request *http)
{
    if (asker_is_foreign_page(http))
        return false;
    return http_request_header(http, "Origin").len ||
           str_equal(http_request_header(http, "Sec-Fetch-Site"), STR("same-origin"));
}

bool asker_came_by_https(const struct http_request *http)
{
    struct str proto = http_request_header(http, "X-Forwarded-Proto");
    return is_from_this_host(http) && str_equal_fold(str_trim(proto), STR("https"));
}
