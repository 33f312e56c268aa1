#include "ingest/enrich/user_agent.h"

struct mark {
    const char *needle;
    const char *name;
};

/* The first that is found wins: who pretends to be another stands before it. */
static const struct mark browsers[] = {
    { "Edg/", "Microsoft Edge" }, { "EdgiOS/", "Microsoft Edge" }, { "OPR/", "Opera" },
    { "OPiOS/", "Opera" }, { "SamsungBrowser/", "Samsung Internet" },
    { "UCBrowser/", "UC Browser" }, { "YaBrowser/", "Yandex" }, { "Vivaldi/", "Vivaldi" },
    { "CriOS/", "Chrome iOS" }, { "FxiOS/", "Firefox iOS" }, { "Firefox/", "Firefox" },
    { "Chrome/", "Chrome" }, { "Version/", "Safari" }, { "MSIE ", "Internet Explorer" },
    { "Trident/", "Internet Explorer" },
};

static const struct mark systems[] = {
    { "iPhone", "iOS" }, { "iPad", "iOS" }, { "Android", "Android" }, { "Windows", "Windows" },
    { "CrOS", "Chrome OS" }, { "Macintosh", "Mac OS X" }, { "Mac OS X", "Mac OS X" },
    { "Linux", "Linux" },
};

static const char *const robots[] = {
    "bot", "crawl", "spider", "slurp", "headless", "lighthouse", "phantomjs", "preview",
    "facebookexternalhit", "embedly", "monitor", "scrap", "fetch", "archiver", "python-requests",
    "go-http-client", "libwww", "wget",
};

static struct str find(const struct mark *marks, size_t count, struct str text)
{
    for (size_t i = 0; i < count; i++)
        if (str_find(text, str_from(marks[i].needle)) >= 0)
            return str_from(marks[i].name);
    return STR("");
}

struct user_agent user_agent_read(struct str text)
{
    struct user_agent agent = {
        .browser = find(browsers, sizeof(browsers) / sizeof(browsers[0]), text),
        .os = find(systems, sizeof(systems) / sizeof(systems[0]), text),
    };
    for (size_t i = 0; i < sizeof(robots) / sizeof(robots[0]); i++)
        agent.is_bot |= str_contains_fold(text, str_from(robots[i]));
    return agent;
}
