#include "engine/engine.h"

#include <stdlib.h>

#include "engine/segmentation.h"

struct engine {
    struct backend base;
    struct store *store;
};

static int answer_segmentation(struct backend *backend, const struct backend_ask *ask,
                               struct result *out)
{
    return segmentation_answer(((struct engine *)backend)->store, ask, out);
}

struct backend *engine_create(struct store *store)
{
    static const struct backend_ops ops = { .segmentation = answer_segmentation };
    struct engine *engine = calloc(1, sizeof(*engine));
    check(engine != NULL);
    engine->base.ops = &ops;
    engine->store = store;
    return &engine->base;
}

void engine_destroy(struct backend *backend)
{
    free(backend);
}
