#include "support/asking_scan.h"

#include "base/check.h"
#include "query/spec_json.h"

void asking_scan_open(struct asking *asking, struct str question, uint32_t threads,
                      struct asking_scan *out)
{
    struct spec_error error;
    const int64_t day_ms = 1761955200000;
    check(spec_json_parse(question, &asking->arena, &out->spec, &error) == 0);
    check(plan_make(out->spec, day_ms, day_ms + 86400000, &asking->arena, &out->plan) == 0);
    check(scan_open(stores_find(asking->stores, ASKING_PROJECT), out->plan.wants,
                    out->plan.want_count, threads, &out->scan) == 0);
}

void asking_scan_close(struct asking_scan *s)
{
    scan_close(s->scan);
}
