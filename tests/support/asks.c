#include "support/asks.h"

#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "json/write.h"

static void make_refs(struct ref refs[ASKS_REFS_MAX])
{
    for (int i = 0; i < ASKS_REFS_MAX; i++)
        memset(refs[i].bytes, i + 1, sizeof(refs[i].bytes));
}

void asks_text(const struct asks *asks, struct bytes *text)
{
    struct ref refs[ASKS_REFS_MAX];
    struct ask ask = { .project = 7, .kind = asks->kind, .purpose = STR("support"), .limit = 50,
                       .time_ms = 1795453200000, .field_count = asks->field_count };
    make_refs(refs);
    for (uint32_t i = 0; i < asks->field_count; i++)
        ask.fields[i] = str_from(asks->fields[i]);
    if (asks->question) {
        ask.has_question = true;
        hash_sha256(str_from(asks->question), ask.question);
    }
    if (asks->ref_count) {
        ask.has_subjects = true;
        ask.subject_count = asks->ref_count;
        check(ask_hash_subjects(refs, asks->ref_count, ask.subjects_hash) == 0);
    }
    ask_format(&ask, text);
}

static void write_refs(const struct asks *asks, struct json_write *w)
{
    struct ref refs[ASKS_REFS_MAX];
    make_refs(refs);
    json_write_key(w, "refs");
    json_write_begin_array(w);
    for (uint32_t i = 0; i < asks->ref_count; i++) {
        char hex[33];
        str_hex(refs[i].bytes, sizeof(refs[i].bytes), hex);
        json_write_text(w, hex);
    }
    json_write_end_array(w);
}

void asks_body(const struct asks *asks, char out[ASKS_TEXT])
{
    struct bytes text = { 0 }, json = { 0 };
    struct json_write w;
    asks_text(asks, &text);
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    json_write_key(&w, "ask");
    json_write_str(&w, bytes_str(&text));
    if (asks->ref_count)
        write_refs(asks, &w);
    if (asks->question) {
        json_write_key(&w, "question");
        json_write_text(&w, asks->question);
    }
    json_write_end_object(&w);
    check(json.len + (asks->beside ? strlen(asks->beside) : 0) < ASKS_TEXT);
    (void)snprintf(out, ASKS_TEXT, "%.*s%s}", (int)json.len - 1, (char *)json.ptr,
                   asks->beside ? asks->beside : "");
    bytes_release(&text);
    bytes_release(&json);
}
