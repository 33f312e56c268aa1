/* Ingest's settings from any text: what parses keeps its promises to the rest of ingest. */
#include "base/check.h"
#include "base/err.h"
#include "ingest/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_project(const struct settings *settings, const struct ingest_project *project)
{
    check(project->id != 0 && project->key_epoch != 0 && project->token.len > 0);
    check(project->window_days <= 36500);
    check(settings_find_id(settings, project->id)->id == project->id);
    check(str_equal(settings_find_token(settings, project->token)->token, project->token));
    for (uint32_t i = 0; i < project->write_key_count; i++)
        check(project->write_keys[i].key.len > 0);
    check(settings_class(project, STR("plan")) <= SCHEMA_SECRET);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings *settings = NULL;
    size_t bytes = 0;
    int r = settings_parse(str_of(data, size), &settings);
    check(r == 0 || (r == ERR_INVALID && !settings));
    if (r != 0)
        return 0;
    for (uint32_t i = 0; i < settings->project_count; i++)
        check_project(settings, &settings->projects[i]);
    for (uint32_t i = 0; i < settings->trusted_proxy_count; i++)
        bytes += settings->trusted_proxies[i].len;
    check(bytes <= size);
    settings_unpin(settings);
    return 0;
}
