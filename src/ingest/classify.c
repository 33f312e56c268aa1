#include "ingest/classify.h"

#include <string.h>

#include "event/normal.h"
#include "event/schema_names.h"
#include "ingest/detect.h"

/* A phone or e-mail that does not normalise has no index: it is bound like other text. */
static enum ref_kind fitting_kind(const struct ingest_project *project, enum ref_kind kind,
                                  struct str text)
{
    struct bytes scratch = { 0 };
    bool fits = kind == REF_KIND_EMAIL ? normal_email(text, &scratch)
              : kind == REF_KIND_PHONE ? normal_phone(text, project->phone_country, &scratch)
                                       : true;
    bytes_wipe(&scratch);
    return fits ? kind : REF_KIND_BOUND;
}

static struct verdict personal(const struct ingest_project *project, enum ref_kind kind,
                               struct str text)
{
    return (struct verdict){ SCHEMA_PERSONAL, fitting_kind(project, kind, text) };
}

static struct verdict by_value(const struct ingest_project *project, struct str text)
{
    switch (detect_whole(text)) {
    case DETECT_EMAIL: return personal(project, REF_KIND_EMAIL, text);
    case DETECT_PHONE: return personal(project, REF_KIND_PHONE, text);
    case DETECT_NAME:
    case DETECT_ADDRESS:
    case DETECT_NUMBER: return personal(project, REF_KIND_BOUND, text);
    case DETECT_SECRET: return (struct verdict){ .class = SCHEMA_SECRET };
    case DETECT_NONE: break;
    }
    return (struct verdict){ .class = SCHEMA_OPEN };
}

struct verdict classify_value(const struct ingest_project *project, struct str property,
                              struct str text)
{
    if (schema_is_person_id(property))
        return (struct verdict){ SCHEMA_PERSONAL, REF_KIND_ID };
    enum schema_class class = settings_class(project, property);
    const struct schema_name *named =
        class == SCHEMA_UNKNOWN ? schema_names_find(property) : NULL;
    enum ref_kind kind = REF_KIND_BOUND;
    if (named) {
        class = named->class;
        kind = named->kind;
    }
    if (class == SCHEMA_PERSONAL && kind == REF_KIND_BOUND) {
        struct verdict judged = by_value(project, text);
        return judged.class == SCHEMA_PERSONAL ? judged : personal(project, kind, text);
    }
    if (class == SCHEMA_PERSONAL)
        return personal(project, kind, text);
    /* A name that says "open" or "quasi" vouches for names and numbers, not for what is plainly an
     * e-mail, a phone or a key. */
    if (class == SCHEMA_OPEN || class == SCHEMA_QUASI) {
        enum detect found = settings_class(project, property) == SCHEMA_UNKNOWN
                                ? detect_whole(text) : DETECT_NONE;
        bool is_plain = found == DETECT_EMAIL || found == DETECT_PHONE || found == DETECT_SECRET;
        return is_plain ? by_value(project, text) : (struct verdict){ .class = class };
    }
    return class == SCHEMA_SECRET ? (struct verdict){ .class = class } : by_value(project, text);
}

struct verdict classify_again(const struct ingest_project *project, struct str property,
                              const struct value *string)
{
    if (string->is_judged)
        return (struct verdict){ (enum schema_class)string->class, (enum ref_kind)string->kind };
    return classify_value(project, property, string->as.string);
}

bool classify_is_plain(const struct ingest_project *project, const struct property *property)
{
    const struct value *v = &property->value;
    struct verdict by_name = classify_value(project, property->name, STR("0"));
    if (by_name.class == SCHEMA_PERSONAL || by_name.class == SCHEMA_SECRET)
        return false;
    if (v->type != VALUE_STRING)
        return v->type <= VALUE_NUMBER;
    struct verdict verdict = classify_again(project, property->name, v);
    return verdict.class != SCHEMA_PERSONAL && verdict.class != SCHEMA_SECRET;
}

/* ---- the step: secrets go ------------------------------------------------------------------- */

static bool is_secret(const struct record *record, struct str property, const struct value *v)
{
    enum schema_class class = settings_class(record->project, property);
    const struct schema_name *named =
        class == SCHEMA_UNKNOWN ? schema_names_find(property) : NULL;
    if (class == SCHEMA_SECRET || (named && named->class == SCHEMA_SECRET))
        return true;
    return v->type == VALUE_STRING &&
           classify_again(record->project, property, v).class == SCHEMA_SECRET;
}

static void drop_in_value(struct ingest_request *request, const struct record *record,
                          struct str property, struct value *v)
{
    uint32_t kept = 0;
    if (v->type == VALUE_LIST) {
        for (uint32_t i = 0; i < v->as.list.count; i++) {
            drop_in_value(request, record, property, &v->as.list.items[i]);
            if (is_secret(record, property, &v->as.list.items[i]))
                request->dropped[REFUSAL_secret_dropped]++;
            else
                v->as.list.items[kept++] = v->as.list.items[i];
        }
        v->as.list.count = kept;
    } else if (v->type == VALUE_OBJECT) {
        for (uint32_t i = 0; i < v->as.object.count; i++) {
            struct value_member *member = &v->as.object.members[i];
            drop_in_value(request, record, member->name, member->value);
            if (is_secret(record, member->name, member->value))
                request->dropped[REFUSAL_secret_dropped]++;
            else
                v->as.object.members[kept++] = *member;
        }
        v->as.object.count = kept;
    }
}

void classify_step(struct ingest_request *request, struct record *record)
{
    uint32_t *count, kept = 0;
    struct property *properties = *record_properties(record, &count);
    for (uint32_t i = 0; i < *count; i++) {
        if (properties[i].value.is_plain) {
            if (kept++ != i)
                properties[kept - 1] = properties[i];
            continue;
        }
        drop_in_value(request, record, properties[i].name, &properties[i].value);
        if (is_secret(record, properties[i].name, &properties[i].value))
            request->dropped[REFUSAL_secret_dropped]++;
        else
            properties[kept++] = properties[i];
    }
    *count = kept;
}
