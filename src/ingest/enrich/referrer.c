#include "ingest/enrich/referrer.h"

#include "http/form.h"

/* "//host" follows "https:" or "http:"; android-app://, about: and file: name no domain. */
static struct str after_scheme(struct str url)
{
    static const struct str schemes[] = { { "https://", 8 }, { "http://", 7 } };
    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
        if (str_equal_fold(str_slice(url, 0, schemes[i].len), schemes[i]))
            return str_from_index(url, schemes[i].len);
    return STR("");
}

struct str referrer_domain(struct str url)
{
    struct str host = after_scheme(str_trim(url));
    size_t end = 0;
    while (end < host.len && host.ptr[end] != '/' && host.ptr[end] != '?' && host.ptr[end] != '#')
        end++;
    host = str_slice(host, 0, end);
    for (ptrdiff_t at = str_find_byte(host, '@'); at >= 0; at = str_find_byte(host, '@'))
        host = str_from_index(host, (size_t)at + 1);
    bool is_bracketed = host.len > 0 && host.ptr[0] == '[';
    ptrdiff_t colon = str_find_byte(host, is_bracketed ? ']' : ':');
    return colon < 0 ? host : str_slice(host, 0, (size_t)(colon + is_bracketed));
}

const struct str *referrer_campaign_names(uint32_t *count)
{
    static const struct str names[] = {
        { "utm_source", 10 }, { "utm_medium", 10 }, { "utm_campaign", 12 }, { "utm_content", 11 },
        { "utm_term", 8 }, { "utm_id", 6 }, { "utm_source_platform", 19 },
        { "utm_campaign_id", 15 }, { "utm_creative_format", 19 }, { "utm_marketing_tactic", 20 },
    };
    *count = sizeof(names) / sizeof(*names);
    return names;
}

struct str referrer_campaign(struct str url, struct str name, struct arena *arena)
{
    struct str value;
    ptrdiff_t question = str_find_byte(url, '?');
    if (question < 0)
        return STR("");
    struct str query = str_from_index(url, (size_t)question + 1);
    ptrdiff_t hash = str_find_byte(query, '#');
    if (hash >= 0)
        query = str_slice(query, 0, (size_t)hash);
    bool is_there = http_form_get(query, name, arena, &value) && str_is_utf8(value);
    return is_there ? value : STR("");
}
