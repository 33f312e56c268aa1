#include "api/route.h"

#include "api/access.h"
#include "api/health.h"
#include "api/ledger_read.h"
#include "api/log_files.h"
#include "api/mixpanel_export.h"
#include "api/page.h"
#include "api/people.h"
#include "api/query.h"
#include "api/query_mixpanel.h"
#include "api/session.h"
#include "auth/wire/grant.h"
#include "json/write.h"

enum { NOBODY = 0, HERE = ASKER_COOKIE | ASKER_UID };

#define PAGE(path) \
    { "GET", path, NOBODY, ROUTE_FILES, 0, false, ROUTE_INLINE, page_answer, 0 }
/* By cookie or the owner's uid; keys manage nothing. */
#define LIST(path, call) \
    { "GET", path, HERE, ROUTE_SETTINGS, 0, false, ROUTE_ASKER, access_call, call }
#define CHANGE(path, call) \
    { "POST", path, HERE, ROUTE_SETTINGS, 0, true, ROUTE_ASKER, access_call, call }
#define ENTER(path, call) \
    { "POST", path, NOBODY, ROUTE_SETTINGS, 0, false, ROUTE_ASKER, access_call, call }
#define REPORT(method, path, answer) \
    { method, path, ASKER_ANY, ROUTE_AGGREGATES, RIGHT_AGGREGATE, false, ROUTE_REPORTER, answer, 0 }
#define SMALL(method, path, answer) \
    { method, path, ASKER_ANY, ROUTE_AGGREGATES, RIGHT_AGGREGATE, false, ROUTE_ASKER, answer, 0 }
/* Everybody may read what was written down about themselves; more is the ledger's to decide. */
#define LEDGER(method, path, answer) \
    { method, path, ASKER_ANY, ROUTE_LEDGER, 0, false, ROUTE_ASKER, answer, 0 }
#define LOG(path) \
    { "GET", path, NOBODY, ROUTE_PUBLIC_LOG, 0, false, ROUTE_ASKER, log_files_answer, 0 }

static const struct route table[] = {
    { "GET", "/healthz", NOBODY, ROUTE_NOTHING, 0, false, ROUTE_INLINE, health_alive, 0 },
    { "GET", "/readyz", NOBODY, ROUTE_NOTHING, 0, false, ROUTE_ASKER, health_ready, 0 },

    ENTER("/api/login/begin", AUTH_LOGIN_BEGIN),
    ENTER("/api/login/passkey", AUTH_LOGIN_PASSKEY),
    ENTER("/api/login/password", AUTH_LOGIN_PASSWORD),
    ENTER("/api/enter", AUTH_LOGIN_LINK),
    { "GET", "/api/me", ASKER_ANY, ROUTE_SETTINGS, 0, false, ROUTE_ASKER, session_me, 0 },
    { "POST", "/api/leave", ASKER_COOKIE, ROUTE_NOTHING, 0, true, ROUTE_ASKER, session_leave, 0 },
    { "PATCH", "/api/project", ASKER_ANY, ROUTE_SETTINGS, RIGHT_SETTINGS, true, ROUTE_ASKER,
      session_change_project, 0 },
    { "POST", "/api/owner-link", ASKER_UID, ROUTE_SETTINGS, 0, false, ROUTE_ASKER,
      session_owner_link, 0 },

    CHANGE("/api/passkeys/begin", AUTH_PASSKEY_BEGIN),
    CHANGE("/api/passkeys", AUTH_PASSKEY_ADD),
    CHANGE("/api/passkeys/end", AUTH_PASSKEY_END),
    CHANGE("/api/password", AUTH_PASSWORD_SET),
    CHANGE("/api/totp/begin", AUTH_TOTP_BEGIN),
    CHANGE("/api/totp", AUTH_TOTP_SET),
    CHANGE("/api/totp/end", AUTH_TOTP_END),
    LIST("/api/logins", AUTH_LOGINS_LIST),
    CHANGE("/api/logins/end", AUTH_LOGIN_END),
    LIST("/api/members", AUTH_MEMBERS_LIST),
    CHANGE("/api/members", AUTH_MEMBER_INVITE),
    CHANGE("/api/members/roles", AUTH_MEMBER_ROLES),
    CHANGE("/api/members/recover", AUTH_MEMBER_RECOVER),
    CHANGE("/api/members/end", AUTH_MEMBER_END),
    LIST("/api/keys", AUTH_KEYS_LIST),
    CHANGE("/api/keys", AUTH_KEY_ADD),
    CHANGE("/api/keys/end", AUTH_KEY_END),
    CHANGE("/api/decisions/approve", AUTH_DECISION_APPROVE),
    CHANGE("/api/freeze", AUTH_FREEZE),
    CHANGE("/api/unfreeze", AUTH_UNFREEZE),

    REPORT("POST", "/api/query", query_report),
    SMALL("GET", "/api/schema", query_schema),
    SMALL("GET", "/api/schema/values", query_values),
    { "GET", "/api/live", ASKER_ANY, ROUTE_AGGREGATES, RIGHT_AGGREGATE, false, ROUTE_POLLER,
      query_live, 0 },
    SMALL("GET", "/api/status", query_status),
    REPORT("GET", "/api/query/segmentation", query_mixpanel_segmentation),
    REPORT("POST", "/api/query/segmentation", query_mixpanel_segmentation),
    REPORT("GET", "/api/2.0/segmentation", query_mixpanel_segmentation),
    REPORT("POST", "/api/2.0/segmentation", query_mixpanel_segmentation),
    SMALL("GET", "/api/query/events/names", query_mixpanel_names),
    SMALL("POST", "/api/query/events/names", query_mixpanel_names),
    SMALL("GET", "/api/2.0/events/names", query_mixpanel_names),
    SMALL("POST", "/api/2.0/events/names", query_mixpanel_names),

    { "POST", "/api/people", ASKER_ANY, ROUTE_ROWS, RIGHT_ROWS, true, ROUTE_SHOWER, people_list,
      0 },
    { "POST", "/api/person", ASKER_ANY, ROUTE_ROWS, RIGHT_ROWS, true, ROUTE_SHOWER, people_person,
      0 },
    { "POST", "/api/people/reveal", ASKER_COOKIE, ROUTE_VALUES, RIGHT_REVEAL, true, ROUTE_SHOWER,
      people_reveal, 0 },
    { "POST", "/api/people/find", ASKER_COOKIE, ROUTE_ROWS, RIGHT_REVEAL, true, ROUTE_SHOWER,
      people_find, 0 },
    { "POST", "/api/people/export", ASKER_COOKIE, ROUTE_NOTHING, RIGHT_REVEAL, true, ROUTE_SHOWER,
      people_export, 0 },
    { "GET", "/api/2.0/export", ASKER_KEY, ROUTE_ROWS, RIGHT_ROWS, false, ROUTE_EXPORTER,
      mixpanel_export, 0 },
    { "POST", "/api/2.0/export", ASKER_KEY, ROUTE_ROWS, RIGHT_ROWS, false, ROUTE_EXPORTER,
      mixpanel_export, 0 },

    LEDGER("GET", "/api/ledger/line", ledger_read_line),
    LEDGER("GET", "/api/ledger/entries", ledger_read_entries),
    LEDGER("GET", "/api/ledger/entry", ledger_read_entry),
    LEDGER("POST", "/api/ledger/looked", ledger_read_looked),
    LEDGER("GET", "/api/ledger/budgets", ledger_read_budgets),
    LOG("/log/*/checkpoint"),
    LOG("/log/*/tile/**"),

    PAGE("/"),
    PAGE("/trends"),
    PAGE("/live"),
    PAGE("/setup"),
    PAGE("/enter"),
    PAGE("/people"),
    PAGE("/person/*"),
    PAGE("/ledger"),
    PAGE("/ledger/*"),
    PAGE("/access"),
    { "GET", "/assets/*", NOBODY, ROUTE_FILES, 0, false, ROUTE_INLINE, page_asset, 0 },
};

uint32_t route_count(void)
{
    return sizeof(table) / sizeof(table[0]);
}

const struct route *route_at(uint32_t i)
{
    check(i < route_count());
    return &table[i];
}

/* Part by part: "*" is one that is not empty, an ending "**" all that follow. */
static bool fits(struct str pattern, struct str path)
{
    struct str wanted, part;
    while (str_next(&pattern, '/', &wanted)) {
        if (str_equal(wanted, STR("**")))
            return path.ptr && path.len > 0;
        if (!str_next(&path, '/', &part))
            return false;
        if (!str_equal(wanted, part) && !(str_equal(wanted, STR("*")) && part.len > 0))
            return false;
    }
    return !path.ptr;
}

static bool is_api(struct str path)
{
    return str_starts(path, STR("/api/"));
}

const struct route *route_find(struct str method, struct str path, bool *is_path)
{
    *is_path = false;
    if (str_equal(method, STR("HEAD")))
        method = STR("GET");
    if (is_api(path) && str_ends(path, STR("/")))
        path.len--;
    for (uint32_t i = 0; i < route_count(); i++) {
        if (!fits(str_from(table[i].path), path))
            continue;
        *is_path = true;
        if (str_equal(method, str_from(table[i].method)))
            return &table[i];
    }
    return NULL;
}

/* ---- the listing ---------------------------------------------------------------------------- */

static const char *const shows_names[] = { "nothing", "files", "public_log", "settings",
                                           "aggregates", "ledger", "rows", "values" };
static const char *const thread_names[] = { "inline", "asker", "reporter", "poller", "shower",
                                            "exporter" };
static const char *const who_names[] = { "cookie", "key", "uid" };
static const char *const right_names[] = { "collect", "aggregate", "unfolded", "rows", "reveal",
                                           "export", "approve", "settings" };

static void write_bits(struct json_write *w, const char *key, uint64_t bits,
                       const char *const *names, uint32_t count)
{
    json_write_key(w, key);
    json_write_begin_array(w);
    for (uint32_t i = 0; i < count; i++)
        if (bits & (1ull << i))
            json_write_text(w, names[i]);
    json_write_end_array(w);
}

static void write_word(struct json_write *w, const char *key, const char *word)
{
    json_write_key(w, key);
    json_write_text(w, word);
}

void route_list(struct bytes *json)
{
    struct json_write w;
    json_write_init(&w, json);
    json_write_begin_array(&w);
    for (uint32_t i = 0; i < route_count(); i++) {
        json_write_begin_object(&w);
        write_word(&w, "method", table[i].method);
        write_word(&w, "path", table[i].path);
        write_bits(&w, "who", table[i].who, who_names, 3);
        write_word(&w, "shows", shows_names[table[i].shows]);
        write_bits(&w, "rights", table[i].rights, right_names, 8);
        json_write_key(&w, "proof");
        json_write_bool(&w, table[i].needs_proof);
        write_word(&w, "thread", thread_names[table[i].thread]);
        json_write_end_object(&w);
    }
    json_write_end_array(&w);
}
