#include "support/rows_room.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "support/store_room.h"
#include "sys/clock.h"

static void open_gate(struct rows_room *room)
{
    check(query_gate_open(room->keys_fs, room->query.data_fs, room->link, &room->gate) == 0);
    check(query_rows_open(room->query.data_fs, room->gate, &room->rows) == 0);
    room->query.answers.rows = &room->rows;
}

void rows_room_open(struct rows_room *room)
{
    memset(room, 0, sizeof(*room));
    query_room_open(&room->query);
    room->link = link_create("query-ledger");
    ledger_stand_start(&room->ledger, room->link);
    temp_make(&room->keys);
    room->keys_fs = temp_fs(&room->keys);
    check(fs_replace_file(room->keys_fs, "log.pub", str_of(room->ledger.public_key, 32), 0) == 0);
    check(fs_replace_file(room->keys_fs, "log.origin", STR(LEDGER_STAND_ORIGIN), 0) == 0);
    open_gate(room);
}

void rows_room_restart(struct rows_room *room)
{
    query_rows_close(&room->rows);
    query_gate_close(room->gate);
    open_gate(room);
}

void rows_room_close(struct rows_room *room)
{
    query_rows_close(&room->rows);
    query_gate_close(room->gate);
    ledger_stand_stop(&room->ledger);
    link_destroy(room->link);
    fs_destroy(room->keys_fs);
    temp_remove(&room->keys);
    query_room_close(&room->query);
}

static enum grant_kind kind_of(enum query_what what)
{
    return what == QUERY_TIMELINE ? GRANT_TIMELINE
           : query_what_has_ask(what) ? GRANT_ROWS : GRANT_QUESTION;
}

struct rows_asking rows_room_asking(const struct rows_room *room, enum query_what what,
                                    const char *question)
{
    struct rows_asking a = { .what = what, .question = question };
    a.ask = (struct ask){ .project = ROWS_PROJECT, .kind = kind_of(what),
                          .purpose = STR("support"), .has_question = true, .limit = 1000,
                          .time_ms = 1 };
    random_bytes(a.ask.nonce, sizeof(a.ask.nonce));
    hash_sha256(str_from(question), a.ask.question);
    a.grant = (struct grant){ .kind = (uint8_t)kind_of(what), .level = 2,
                              .principal = ROWS_PRINCIPAL, .project = ROWS_PROJECT,
                              .rights = ROWS_RIGHTS, .issued_boot_ms = clock_boot_ms(),
                              .life_ms = GRANT_LIFE_MS };
    memcpy(a.grant.boot_id, room->query.boot_id, sizeof(a.grant.boot_id));
    return a;
}

struct rows_asked rows_room_ask(struct rows_room *room, const struct rows_asking *asking)
{
    struct rows_asked asked = { 0 };
    struct bytes ask = { 0 };
    uint8_t bytes[GRANT_BYTES];
    struct grant grant = asking->grant;
    struct query_question q = { .what = asking->what, .project = ROWS_PROJECT,
                                .question = str_from(asking->question) };
    q.settings = str_from(asking->settings ? asking->settings : "{\"zone\":\"UTC\"}");
    if (query_what_has_ask(asking->what)) {
        ask_format(&asking->ask, &ask);
        q.ask = bytes_str(&ask);
        q.evidence = STR("evidence");
        q.refs = str_of(asking->refs, asking->ref_count * sizeof(struct ref));
        ask_hash(q.ask, grant.ask_hash);
    } else {
        hash_sha256(q.question, grant.ask_hash);
    }
    grant_sign(&grant, room->query.grant_secret, bytes);
    q.grant = str_of(bytes, sizeof(bytes));
    struct query_verdict verdict = query_answer_judge(&room->query.answers, &q);
    asked.status = query_answer(&room->query.answers, &q, &verdict, NULL, &asked.json);
    if (json_doc_parse(bytes_str(&asked.json), 1 << 24, &asked.doc) != 0)
        asked.doc = NULL;
    bytes_release(&ask);
    return asked;
}

struct rows_asked rows_room_get(struct rows_room *room, enum query_what what,
                                const char *question)
{
    struct rows_asking asking = rows_room_asking(room, what, question);
    return rows_room_ask(room, &asking);
}

void rows_room_end(struct rows_asked *asked)
{
    json_doc_destroy(asked->doc);
    bytes_release(&asked->json);
}

struct str rows_room_code(const struct rows_asked *asked)
{
    const struct json_node *error =
        asked->doc ? json_doc_member(json_doc_root(asked->doc), "error") : NULL;
    return json_doc_get_string(error, "code", STR(""));
}

static struct value sealed(uint32_t number, enum ref_kind kind)
{
    return (struct value){ .type = VALUE_REF,
                           .as.sealed = { .ref = store_room_ref(number), .kind = kind } };
}

static struct value text(const char *s)
{
    return (struct value){ .type = VALUE_STRING, .as.string = str_from(s) };
}

void rows_room_event(struct rows_room *room, const char *name, uint32_t person, uint32_t device,
                     int64_t time_ms)
{
    char group[REF_GROUP_TEXT_BYTES];
    struct ref organisation = store_room_ref(3000000 + person);
    struct value mixed[2] = { text("red"), sealed(4000000 + person, REF_KIND_EMAIL) };
    ref_format_group(&organisation, group);
    struct property properties[] = {
        { STR("distinct_id"), sealed(person, REF_KIND_ID) },
        { STR("$email"), sealed(1000000 + person, REF_KIND_EMAIL) },
        { STR("$name"), sealed(2000000 + person, REF_KIND_BOUND) },
        { STR("plan"), text(person % 2 ? "Pro" : "Free") },
        { STR("mp_country_code"), text(person % 3 ? "SA" : "DE") },
        { STR("amount"), { .type = VALUE_NUMBER, .as.number = person } },
        { STR("company"), text(group) },
        { STR("tags"), { .type = VALUE_LIST, .as.list = { mixed, 2 } } },
        { STR("nick"), text("Letters-of-a-nickname") },
        { STR("$device_id"), sealed(device, REF_KIND_ID) },
    };
    struct event event = { .name = str_from(name), .time_ms = time_ms,
                           .person = store_room_ref(person), .device = store_room_ref(device),
                           .properties = properties, .property_count = device ? 10 : 9 };
    query_room_feed(&room->query, ROWS_PROJECT, &event, 1);
}
