/* ingest/detect: its forms one by one, and the whole classifier over the seeded corpus, value by
 * value, as the pipeline judges it. docs/CLASSIFIER.md holds what is measured here; this test fails
 * when the page says something else. `detect_test --write docs/CLASSIFIER.md` writes it anew. */
#include "ingest/detect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "ingest/classify.h"
#include "ingest/scrub/scrub.h"
#include "support/corpus.h"
#include "support/door.h"
#include "support/test.h"

enum { SEED = 20261124, LISTED_MAX = 64 };

#define PAGE "docs/CLASSIFIER.md"
#define PAGE_BEGIN "<!-- measured: written by detect_test --write -->\n"
#define PAGE_END "<!-- end of what is measured -->\n"

/* Fewer than one ordinary value in 25 may be sealed or cut: such a value is still counted, only its
 * text is hidden from breakdowns, so the harm is small; beyond that people would switch it off. */
static const double recall_min = 0.98, false_alarms_max = 0.04;

/* ---- forms ---------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    enum detect kind;
} forms[] = {
    { "noura@example.com", DETECT_EMAIL }, { "<noura@example.com>", DETECT_EMAIL },
    { "MAILTO:a@b.io", DETECT_EMAIL }, { "a@b", DETECT_NONE }, { "@example.com", DETECT_NONE },
    { "a@1.2", DETECT_NONE }, { "a@b@c.com", DETECT_NONE },
    { "+966501234567", DETECT_PHONE }, { "٠٥٠١٢٣٤٥٦٧", DETECT_PHONE },
    { "2026-11-24", DETECT_NONE }, { "1234567", DETECT_NONE }, { "3.14159265", DETECT_NONE },
    { "4111 1111 1111 1111", DETECT_SECRET }, { "4111 1111 1111 1112", DETECT_NONE },
    { "192.168.0.1", DETECT_NUMBER }, { "300.1.2.3", DETECT_NONE }, { "::1", DETECT_NONE },
    { "12:30:45", DETECT_NONE }, { "GB82 WEST 1234 5698 7654 32", DETECT_NUMBER },
    { "GB83 WEST 1234 5698 7654 32", DETECT_NONE },
    { "ghp_16C7e42F292c6912E7710c838347Ae178B4a", DETECT_SECRET },
    { "550e8400-e29b-41d4-a716-446655440000", DETECT_NONE }, { "ghp_", DETECT_NONE },
    { "12 Maple Street", DETECT_ADDRESS }, { "Street View", DETECT_NONE },
    { "John Smith", DETECT_NAME }, { "نورة العتيبي", DETECT_NAME }, { "Upgrade Plan", DETECT_NONE },
    { "", DETECT_NONE }, { "  ", DETECT_NONE }, { "@", DETECT_NONE }, { "+", DETECT_NONE },
};

static void test_detect__each_form_and_its_neighbour(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (detect_whole(str_from(forms[i].text)) != forms[i].kind)
            fail_msg("\"%s\" is judged %d, not %d", forms[i].text,
                     (int)detect_whole(str_from(forms[i].text)), (int)forms[i].kind);
}

static void test_detect__long_texts_are_judged_by_pieces_only(void **state)
{
    (void)state;
    struct bytes text = { 0 };
    struct detect_piece piece;
    for (int i = 0; i < 100; i++)
        bytes_append_str(&text, STR("words of a letter, "));
    size_t begin = text.len;
    bytes_append_str(&text, STR("noura@example.com"));
    assert_int_equal(detect_whole(bytes_str(&text)), DETECT_NONE);
    assert_true(detect_piece(bytes_str(&text), 0, &piece));
    assert_int_equal(piece.begin, begin);
    assert_int_equal(piece.end, text.len);
    assert_int_equal(piece.kind, DETECT_EMAIL);
    assert_false(detect_piece(bytes_str(&text), text.len, &piece));
    bytes_release(&text);
}

/* ---- the corpus ----------------------------------------------------------------------------- */

struct judged {
    bool is_caught;           /* nothing of the sensitive part is left in the open */
    enum detect kind;         /* what it was taken for; NONE = ordinary */
};

static enum detect kind_of_mask(struct str text)
{
    for (int kind = DETECT_EMAIL; kind <= DETECT_SECRET; kind++)
        if (str_find(text, detect_mask((enum detect)kind)) >= 0)
            return (enum detect)kind;
    return DETECT_NONE;
}

/* Neither half of the sensitive part may be readable. */
static bool is_left(struct str text, struct str part)
{
    struct str first = str_slice(part, 0, part.len / 2), last = str_from_index(part, part.len / 2);
    return str_find(text, first) >= 0 || str_find(text, last) >= 0;
}

static enum detect expected_kind(enum corpus_kind kind)
{
    static const enum detect kinds[CORPUS_KINDS] = {
        DETECT_NAME, DETECT_EMAIL, DETECT_PHONE, DETECT_ADDRESS, DETECT_NUMBER,
        DETECT_SECRET, DETECT_SECRET, DETECT_SECRET, DETECT_NONE,
    };
    return kinds[kind];
}

/* One value through classify and scrub, under a name that decides nothing. */
static struct judged judge(struct door *door, const struct corpus_value *value)
{
    struct property properties[] = {
        { STR("value"), { .type = VALUE_STRING, .as.string = str_of(value->text, value->len) } },
    };
    struct record record = door_event(door, properties, 1);
    struct str part = str_slice(str_of(value->text, value->len), value->begin, value->end);
    struct judged judged = { 0 };
    classify_step(&door->request, &record);
    if (record.event.property_count == 0)
        return (struct judged){ true, DETECT_SECRET };
    scrub_step(&door->request, &record);
    struct str text = record.event.properties[0].value.as.string;
    if (classify_value(record.project, STR("value"), text).class == SCHEMA_PERSONAL) {
        judged.kind = detect_whole(text);
        judged.is_caught = true;
    } else {
        judged.kind = kind_of_mask(text);
        judged.is_caught = !is_left(text, part);
    }
    if (expected_kind(value->kind) == DETECT_SECRET && judged.kind != DETECT_SECRET)
        judged.is_caught = !is_left(text, part) && judged.kind == DETECT_NONE;
    return judged;
}

struct tally {
    unsigned values, caught, held, held_caught;
};

struct miss {
    const char *label;
    enum corpus_kind kind;
    unsigned count, of;
    enum detect kind_taken;
    char example[480];
};

struct measured {
    struct tally tallies[CORPUS_KINDS][CORPUS_LANGUAGES];
    unsigned taken[DETECT_SECRET + 1][CORPUS_LANGUAGES];   /* judged to be this kind */
    unsigned right[DETECT_SECRET + 1][CORPUS_LANGUAGES];   /* … and are */
    unsigned ordinary[2], alarms[2];                       /* by held out or not */
    struct miss listed[LISTED_MAX];
    unsigned listed_count;
};

static void list_value(struct measured *m, const struct corpus_value *value, enum detect taken)
{
    unsigned i = 0;
    while (i < m->listed_count && m->listed[i].label != value->label)
        i++;
    assert_true(i < LISTED_MAX);
    struct miss *miss = &m->listed[i];
    if (i == m->listed_count) {
        m->listed_count++;
        *miss = (struct miss){ .label = value->label, .kind = value->kind, .kind_taken = taken };
        memcpy(miss->example, value->text, value->len);
    }
    miss->count++;
}

static void count(struct measured *m, const struct corpus_value *value, struct judged judged)
{
    struct tally *tally = &m->tallies[value->kind][value->language];
    bool is_ordinary = value->kind == CORPUS_ORDINARY;
    bool is_right = is_ordinary ? judged.kind == DETECT_NONE : judged.is_caught;
    tally->values++;
    tally->caught += is_right;
    tally->held += value->is_held;
    tally->held_caught += value->is_held && is_right;
    m->taken[judged.kind][value->language]++;
    m->right[judged.kind][value->language] += judged.kind == expected_kind(value->kind);
    if (is_ordinary) {
        m->ordinary[value->is_held]++;
        m->alarms[value->is_held] += !is_right;
    }
    if (!is_right)
        list_value(m, value, judged.kind);
}

static struct measured *measure(void)
{
    struct corpus_value *values = calloc(CORPUS_SIZE, sizeof(*values));
    struct measured *m = calloc(1, sizeof(*m));
    struct door door;
    assert_true(values && m);
    corpus_make(SEED, values);
    door_open(&door);
    for (unsigned i = 0; i < CORPUS_SIZE; i++)
        count(m, &values[i], judge(&door, &values[i]));
    for (unsigned i = 0; i < m->listed_count; i++)
        for (unsigned v = 0; v < CORPUS_SIZE; v++)
            m->listed[i].of += values[v].label == m->listed[i].label;
    door_close(&door);
    free(values);
    return m;
}

static struct tally sum(const struct measured *m, enum corpus_kind from, enum corpus_kind to)
{
    struct tally all = { 0 };
    for (unsigned k = from; k <= to; k++) {
        for (unsigned l = 0; l < CORPUS_LANGUAGES; l++) {
            const struct tally *t = &m->tallies[k][l];
            all.values += t->values;
            all.caught += t->caught;
            all.held += t->held;
            all.held_caught += t->held_caught;
        }
    }
    return all;
}

static double ratio(unsigned part, unsigned whole) { return whole ? (double)part / whole : 1; }

/* ---- the page ------------------------------------------------------------------------------- */

static void write_row(struct bytes *out, const struct measured *m, enum corpus_kind kind,
                      enum corpus_language language)
{
    const struct tally *t = &m->tallies[kind][language];
    enum detect as = expected_kind(kind);
    bytes_printf(out, "| %s | %s | %u | %.3f | %.3f | %.3f |\n", corpus_kind_names[kind],
                 language == CORPUS_ENGLISH ? "English" : "Arabic", t->values,
                 ratio(t->caught, t->values), ratio(t->held_caught, t->held),
                 ratio(m->right[as][language], m->taken[as][language]));
}

static void write_total(struct bytes *out, const char *name, struct tally t)
{
    bytes_printf(out, "| **%s** | both | %u | %.3f | %.3f | |\n", name, t.values,
                 ratio(t.caught, t.values), ratio(t.held_caught, t.held));
}

static void write_listed(struct bytes *out, const struct measured *m, bool is_alarm)
{
    for (unsigned i = 0; i < m->listed_count; i++) {
        const struct miss *miss = &m->listed[i];
        if ((miss->kind == CORPUS_ORDINARY) != is_alarm)
            continue;
        bytes_printf(out, "- %u of %u: %s `%s`, such as `%s`", miss->count, miss->of,
                     corpus_kind_names[miss->kind], miss->label, miss->example);
        struct str mask = detect_mask(miss->kind_taken);
        if (mask.len)
            bytes_printf(out, ", taken for " STR_FMT, STR_ARG(mask));
        bytes_append_str(out, STR("\n"));
    }
}

static void write_measured(struct bytes *out, const struct measured *m)
{
    bytes_append_str(out, STR("| kind | language | values | recall | recall, held out | precision |\n"
                              "|---|---|---|---|---|---|\n"));
    for (unsigned kind = 0; kind < CORPUS_ORDINARY; kind++)
        for (unsigned l = 0; l < CORPUS_LANGUAGES; l++)
            write_row(out, m, (enum corpus_kind)kind, (enum corpus_language)l);
    write_total(out, "personal", sum(m, CORPUS_NAME, CORPUS_NUMBER));
    write_total(out, "secret", sum(m, CORPUS_CARD, CORPUS_TOKEN));
    bytes_printf(out, "\nFalse alarms: %u of %u ordinary values (%.3f); of the held-out templates "
                 "%u of %u (%.3f).\n", m->alarms[0] + m->alarms[1],
                 m->ordinary[0] + m->ordinary[1],
                 ratio(m->alarms[0] + m->alarms[1], m->ordinary[0] + m->ordinary[1]), m->alarms[1],
                 m->ordinary[1], ratio(m->alarms[1], m->ordinary[1]));
    bytes_append_str(out, STR("\n### Misses, by template\n\n"));
    write_listed(out, m, false);
    bytes_append_str(out, STR("\n### False alarms, by template\n\n"));
    write_listed(out, m, true);
}

static void read_page(struct bytes *page)
{
    char part[4096];
    size_t len;
    FILE *file = fopen(PAGE, "r");
    if (!file)
        return;
    while ((len = fread(part, 1, sizeof(part), file)) > 0)
        bytes_append(page, part, len);
    (void)fclose(file);
}

/* The measured part between its two marks; false when the page has none. */
static bool find_measured(struct str page, size_t *begin, size_t *end)
{
    ptrdiff_t from = str_find(page, STR(PAGE_BEGIN)), to = str_find(page, STR(PAGE_END));
    *begin = from < 0 ? 0 : (size_t)from + sizeof(PAGE_BEGIN) - 1;
    *end = to < 0 ? 0 : (size_t)to;
    return from >= 0 && to > from;
}

static int write_page(void)
{
    struct bytes page = { 0 }, measured = { 0 };
    struct measured *m = measure();
    size_t begin, end;
    read_page(&page);
    write_measured(&measured, m);
    if (!find_measured(bytes_str(&page), &begin, &end))
        return 1;
    FILE *file = fopen(PAGE, "w");
    if (!file)
        return 1;
    (void)fwrite(page.ptr, 1, begin, file);
    (void)fwrite(measured.ptr, 1, measured.len, file);
    (void)fwrite(page.ptr + end, 1, page.len - end, file);
    free(m);
    bytes_release(&page);
    bytes_release(&measured);
    return fclose(file) == 0 ? 0 : 1;
}

/* ---- tests over it -------------------------------------------------------------------------- */

static void assert_recall(const char *what, struct tally t)
{
    if (ratio(t.caught, t.values) < recall_min || ratio(t.held_caught, t.held) < recall_min)
        fail_msg("%s: %u of %u, held out %u of %u; detect_test --print lists the misses", what,
                 t.caught, t.values, t.held_caught, t.held);
}

static void test_detect__recall_over_the_corpus(void **state)
{
    struct measured *m = measure();
    (void)state;
    assert_recall("personal", sum(m, CORPUS_NAME, CORPUS_NUMBER));
    assert_recall("secret", sum(m, CORPUS_CARD, CORPUS_TOKEN));
    free(m);
}

static void test_detect__false_alarms_are_few(void **state)
{
    struct measured *m = measure();
    (void)state;
    assert_true(m->ordinary[0] >= 300 && m->ordinary[1] >= 300);
    assert_true(ratio(m->alarms[0] + m->alarms[1], m->ordinary[0] + m->ordinary[1]) <=
                false_alarms_max);
    assert_true(ratio(m->alarms[1], m->ordinary[1]) <= false_alarms_max);
    free(m);
}

static void test_detect__the_page_tells_the_truth(void **state)
{
    struct bytes page = { 0 }, now = { 0 };
    struct measured *m = measure();
    size_t begin = 0, end = 0;
    (void)state;
    read_page(&page);
    write_measured(&now, m);
    assert_true(find_measured(bytes_str(&page), &begin, &end));
    if (!str_equal(str_slice(bytes_str(&page), begin, end), bytes_str(&now)))
        fail_msg("%s", PAGE " does not say what is measured; detect_test --write mends it");
    bytes_release(&page);
    bytes_release(&now);
    free(m);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detect__each_form_and_its_neighbour),
        cmocka_unit_test(test_detect__long_texts_are_judged_by_pieces_only),
        cmocka_unit_test(test_detect__recall_over_the_corpus),
        cmocka_unit_test(test_detect__false_alarms_are_few),
        cmocka_unit_test(test_detect__the_page_tells_the_truth),
    };
    if (argc > 1 && strcmp(argv[1], "--write") == 0)
        return write_page();
    if (argc > 1) {
        struct bytes out = { 0 };
        struct measured *m = measure();
        write_measured(&out, m);
        (void)fwrite(out.ptr, 1, out.len, stdout);
        bytes_release(&out);
        free(m);
        return 0;
    }
    return RUN(tests);
}
