/* A spec to the question's JSON: every member that decides, operands and filters in their printed
 * form. Its words are those of spec_json.c's tables. */
#include "query/spec_json.h"

#include "base/time.h"
#include "json/write.h"

static const char *const measure_names[] = {
    [SPEC_TOTAL] = "total", [SPEC_UNIQUE] = "unique", [SPEC_SUM] = "sum",
};

static const char *const unit_names[] = {
    [ZONE_MINUTE] = "minute", [ZONE_HOUR] = "hour", [ZONE_DAY] = "day", [ZONE_WEEK] = "week",
    [ZONE_MONTH] = "month", [ZONE_ALL] = "all",
};

static void write_selector(struct json_write *w, const struct selector *selector)
{
    struct bytes text = { 0 };
    if (!selector)
        return;
    selector_print(selector, &text);
    json_write_key(w, "where");
    json_write_str(w, bytes_str(&text));
    bytes_release(&text);
}

static void write_operand(struct json_write *w, const struct operand *operand)
{
    struct bytes text = { 0 };
    selector_print_operand(operand, &text);
    json_write_str(w, bytes_str(&text));
    bytes_release(&text);
}

static void write_row(struct json_write *w, const struct spec_show *show)
{
    json_write_begin_object(w);
    json_write_key(w, "event");
    if (show->event_count < 2) {
        json_write_str(w, show->event_count ? show->events[0] : STR("$any"));
    } else {
        json_write_begin_array(w);
        for (uint32_t i = 0; i < show->event_count; i++)
            json_write_str(w, show->events[i]);
        json_write_end_array(w);
    }
    json_write_key(w, "measure");
    json_write_text(w, measure_names[show->measure]);
    if (show->measure == SPEC_SUM) {
        json_write_key(w, "property");
        write_operand(w, &show->property);
    }
    write_selector(w, show->where);
    json_write_end_object(w);
}

static void write_by(struct json_write *w, const struct spec_by *by)
{
    if (by->edge_count == 0) {
        write_operand(w, &by->operand);
        return;
    }
    json_write_begin_object(w);
    json_write_key(w, "of");
    write_operand(w, &by->operand);
    json_write_key(w, "edges");
    json_write_begin_array(w);
    for (uint32_t i = 0; i < by->edge_count; i++)
        json_write_f64(w, by->edges[i]);
    json_write_end_array(w);
    json_write_end_object(w);
}

static void write_day(struct json_write *w, const char *name, int64_t days)
{
    char text[25];
    time_format(days * 86400000, text);
    json_write_key(w, name);
    json_write_str(w, str_of(text, 10));
}

void spec_json_print(const struct spec *spec, struct bytes *out)
{
    struct json_write w;
    json_write_init(&w, out);
    json_write_begin_object(&w);
    if (spec->project != 0) {
        json_write_key(&w, "project");
        json_write_u64(&w, spec->project);
    }
    json_write_key(&w, "report");
    check(spec->report == SPEC_SEGMENTATION);
    json_write_text(&w, "segmentation");
    write_day(&w, "from", spec->from_day);
    write_day(&w, "to", spec->to_day);
    if (spec->zone.len) {
        json_write_key(&w, "zone");
        json_write_str(&w, spec->zone);
    }
    json_write_key(&w, "unit");
    json_write_text(&w, unit_names[spec->unit]);
    json_write_key(&w, "show");
    json_write_begin_array(&w);
    for (uint32_t i = 0; i < spec->show_count; i++)
        write_row(&w, &spec->show[i]);
    json_write_end_array(&w);
    json_write_key(&w, "by");
    json_write_begin_array(&w);
    for (uint32_t i = 0; i < spec->by_count; i++)
        write_by(&w, &spec->by[i]);
    json_write_end_array(&w);
    json_write_key(&w, "limit");
    json_write_u64(&w, spec->limit);
    write_selector(&w, spec->where);
    json_write_end_object(&w);
}
