/* Mixpanel's query parameters: whatever they hold, the question that comes of them is JSON. The
 * first byte says where the query ends and the form begins. */
#include <stdlib.h>

#include "api/mixpanel_params.h"
#include "base/check.h"
#include "json/doc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mixpanel_segmentation asked;
    struct json_doc *doc = NULL;
    struct arena arena;
    const char *error;
    uint64_t project;
    uint32_t limit;
    if (size == 0)
        return 0;
    struct str all = str_of(data + 1, size - 1);
    size_t split = data[0] * all.len / 255;
    struct mixpanel_params params = { str_slice(all, 0, split), str_from_index(all, split) };
    arena_init(&arena, 1 << 24);
    if (mixpanel_params_segmentation(&params, &arena, &asked, &error)) {
        check(json_doc_parse(bytes_str(&asked.json), 1 << 24, &doc) == 0);
        check(json_doc_member(json_doc_root(doc), "show") != NULL);
        json_doc_destroy(doc);
    } else {
        check(error != NULL);
    }
    bytes_release(&asked.json);
    if (mixpanel_params_names(&params, &arena, &project, &limit, &error))
        check(limit <= MIXPANEL_PARAMS_NAMES_MAX);
    arena_release(&arena);
    return 0;
}
