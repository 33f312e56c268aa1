#include "query/result.h"

#include <math.h>

#include "json/write.h"

static void write_group(struct json_write *w, const struct result_group *group,
                        struct bytes *scratch)
{
    if (group->is_other) {
        json_write_text(w, "$other");
        return;
    }
    if (group->is_absent || group->value.type == VALUE_NULL) {
        json_write_null(w);
        return;
    }
    bytes_reset(scratch);
    value_format_json(&group->value, scratch);
    json_write_raw(w, bytes_str(scratch));
}

static void write_series(struct json_write *w, const struct result *result,
                         const struct result_series *series, struct bytes *scratch)
{
    json_write_begin_object(w);
    json_write_key(w, "name");
    json_write_str(w, series->name);
    json_write_key(w, "by");
    json_write_begin_array(w);
    for (uint32_t i = 0; i < result->spec->by_count; i++)
        write_group(w, &series->by[i], scratch);
    json_write_end_array(w);
    json_write_key(w, "points");
    json_write_begin_array(w);
    for (uint32_t i = 0; i < result->buckets.count; i++) {
        json_write_begin_array(w);
        json_write_str(w, result->buckets.buckets[i].label);
        json_write_f64(w, series->points[i]);
        json_write_end_array(w);
    }
    json_write_end_array(w);
    json_write_end_object(w);
}

void result_write_json(const struct result *result, double computed_ms, struct bytes *out)
{
    struct json_write w;
    struct bytes scratch = { 0 };
    json_write_init(&w, out);
    json_write_begin_object(&w);
    json_write_key(&w, "series");
    json_write_begin_array(&w);
    for (uint32_t i = 0; i < result->series_count; i++)
        write_series(&w, result, &result->series[i], &scratch);
    json_write_end_array(&w);
    json_write_key(&w, "computed_ms");
    json_write_f64(&w, round(computed_ms * 1000) / 1000);
    json_write_key(&w, "rows_scanned");
    json_write_u64(&w, result->rows_scanned);
    json_write_key(&w, "until");
    json_write_i64(&w, result->until_ms);
    if (result->folded != 0) {
        json_write_key(&w, "folded");
        json_write_u64(&w, result->folded);
    }
    json_write_end_object(&w);
    bytes_release(&scratch);
}
