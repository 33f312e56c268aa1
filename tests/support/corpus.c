#include "support/corpus.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/rand.h"

const char *const corpus_kind_names[CORPUS_KINDS] = {
    "name", "e-mail", "phone", "address", "account or network number", "card", "key", "token",
    "ordinary",
};

struct list {
    const char *name;
    const char *words;
};

static const struct list lists[] = {
#define LIST(name, words) { #name, words },
#include "support/corpus_words.def"
#undef LIST
};

struct template {
    enum corpus_kind kind;
    enum corpus_language language;
    bool is_held;
    const char *text;
};

static const struct template templates[] = {
#define SEEN(kind, language, text) { CORPUS_##kind, CORPUS_##language, false, text },
#define HELD(kind, language, text) { CORPUS_##kind, CORPUS_##language, true, text },
#include "support/corpus_templates.def"
#undef SEEN
#undef HELD
};

enum { TEMPLATES = sizeof(templates) / sizeof(templates[0]) };

/* How many of the 2,000 each kind gets, divided evenly among its templates. */
static const unsigned shares[CORPUS_KINDS] = { 300, 160, 160, 140, 80, 80, 80, 80, 920 };

struct maker {
    struct rand rand;
    struct corpus_value *value;
};

static void put(struct maker *m, const char *text, size_t len)
{
    check(m->value->len + len < sizeof(m->value->text));
    memcpy(m->value->text + m->value->len, text, len);
    m->value->len += len;
}

static uint64_t below(struct maker *m, uint64_t bound) { return rand_below(&m->rand, bound); }

static struct str pick(struct maker *m, const char *words)
{
    struct str rest = str_from(words), word = STR("");
    uint64_t count = 1;
    for (const char *p = words; *p; p++)
        count += *p == ' ';
    for (uint64_t at = below(m, count) + 1; at > 0; at--)
        (void)str_next(&rest, ' ', &word);
    return word;
}

/* NULL when there is no such list. Held-out values have words of their own. */
static const char *find_list(bool is_held, struct str name)
{
    const char *found = NULL;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct str own = str_from(lists[i].name);
        if (str_equal(own, name))
            found = lists[i].words;
        if (is_held && str_starts(own, STR("held_")) && str_equal(str_from_index(own, 5), name))
            return lists[i].words;
    }
    return found;
}

static void put_word(struct maker *m, struct str word, const char *form)
{
    char text[128];
    size_t len = 0;
    bool is_upper = strstr(form, ".u") != NULL, is_lower = strstr(form, ".l") != NULL;
    check(word.len < sizeof(text));
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i] == '_' ? ' ' : word.ptr[i];
        if (is_upper && c >= 'a' && c <= 'z')
            c = (char)(c - 32);
        if (is_lower && c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        text[len++] = c;
    }
    if (strstr(form, ".i"))
        len = 1;
    put(m, text, len);
}

static void put_characters(struct maker *m, const char *alphabet, int count)
{
    for (int i = 0; i < count; i++)
        put(m, alphabet + below(m, strlen(alphabet)), 1);
}

static void put_arabic_digit(struct maker *m, unsigned digit)
{
    char text[2] = { (char)0xd9, (char)(0xa0 + digit) };
    put(m, text, 2);
}

/* A number with Luhn's check digit: "{card:PREFIX:LENGTH}", .s with blanks, .m with dashes, .a in
 * Arabic digits. */
static void put_card(struct maker *m, const char *form, struct str prefix, uint64_t length)
{
    char digits[24];
    unsigned sum = 0;
    memcpy(digits, prefix.ptr, prefix.len);
    for (size_t i = prefix.len; i + 1 < length; i++)
        digits[i] = (char)('0' + below(m, 10));
    for (size_t i = 0; i + 1 < length; i++) {
        unsigned v = (unsigned)(digits[length - 2 - i] - '0');
        v = i % 2 == 0 ? v * 2 : v;
        sum += v > 9 ? v - 9 : v;
    }
    digits[length - 1] = (char)('0' + (10 - sum % 10) % 10);
    for (size_t i = 0; i < length; i++) {
        if (i && i % 4 == 0 && (strchr(form, 's') || strchr(form, 'm')))
            put(m, strchr(form, 's') ? " " : "-", 1);
        if (strchr(form, 'a'))
            put_arabic_digit(m, (unsigned)(digits[i] - '0'));
        else
            put(m, &digits[i], 1);
    }
}

/* "{iban:COUNTRY:LETTERS:DIGITS}" with its two check digits (ISO 13616); .s in groups of four. */
static void put_iban(struct maker *m, bool is_grouped, struct str country, const uint64_t counts[2])
{
    char text[40];
    size_t len = 4;
    unsigned rest = 0;
    memcpy(text, country.ptr, 2);
    text[2] = text[3] = '0';
    for (uint64_t i = 0; i < counts[0]; i++)
        text[len++] = (char)('A' + below(m, 26));
    for (uint64_t i = 0; i < counts[1]; i++)
        text[len++] = (char)('0' + below(m, 10));
    for (size_t i = 0; i < len; i++) {
        char c = text[(i + 4) % len];
        rest = c <= '9' ? rest * 10 + (unsigned)(c - '0') : rest * 100 + (unsigned)(c - 'A' + 10);
        rest %= 97;
    }
    text[2] = (char)('0' + (98 - rest) / 10);
    text[3] = (char)('0' + (98 - rest) % 10);
    for (size_t i = 0; i < len; i++) {
        if (i && i % 4 == 0 && is_grouped)
            put(m, " ", 1);
        put(m, &text[i], 1);
    }
}

static void put_numbers(struct maker *m, struct str slot)
{
    struct str rest = slot, name, first, second, third;
    uint64_t counts[2] = { 0 };
    (void)str_next(&rest, ':', &name);
    (void)str_next(&rest, ':', &first);
    (void)str_next(&rest, ':', &second);
    check(str_to_u64(second, &counts[0]));
    char form[8] = "";
    ptrdiff_t dot = str_find_byte(name, '.');
    if (dot >= 0)
        (void)snprintf(form, sizeof(form), "%.*s", (int)(name.len - (size_t)dot - 1),
                       name.ptr + dot + 1);
    if (str_starts(name, STR("card"))) {
        put_card(m, form, first, counts[0]);
        return;
    }
    (void)str_next(&rest, ':', &third);
    check(str_to_u64(third, &counts[1]));
    put_iban(m, form[0] == 's', first, counts);
}

static void put_address(struct maker *m)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "%d.%d.%d.%d", (int)below(m, 222) + 1,
                       (int)below(m, 256), (int)below(m, 256), (int)below(m, 254) + 1);
    put(m, text, (size_t)len);
}

static void put_uuid(struct maker *m)
{
    static const int groups[] = { 8, 4, 4, 4, 12 };
    for (int i = 0; i < 5; i++) {
        put(m, "-", i > 0);
        put_characters(m, "0123456789abcdef", groups[i]);
    }
}

static void expand(struct maker *m, struct str text);

/* One of "a|b|c", which may hold slots itself. */
static void put_choice(struct maker *m, struct str slot)
{
    struct str rest = slot, word = STR("");
    uint64_t count = 1;
    for (size_t i = 0; i < slot.len; i++)
        count += slot.ptr[i] == '|';
    for (uint64_t at = below(m, count) + 1; at > 0; at--)
        (void)str_next(&rest, '|', &word);
    expand(m, word);
}

static bool put_list(struct maker *m, struct str slot)
{
    ptrdiff_t dot = str_find_byte(slot, '.');
    struct str name = dot < 0 ? slot : str_slice(slot, 0, (size_t)dot);
    char form[16] = "";
    if (dot >= 0)
        (void)snprintf(form, sizeof(form), "%.*s", (int)(slot.len - (size_t)dot), slot.ptr + dot);
    const char *words = find_list(m->value->is_held, name);
    if (words)
        put_word(m, pick(m, words), form);
    return words != NULL;
}

static const struct {
    const char *slot;
    const char *alphabet;
} alphabets[] = {
    { "d", "0123456789" }, { "n", "123456789" }, { "h", "0123456789abcdef" },
    { "B", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" },
    { "b", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" },
    { "u", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" },
};

static void put_slot(struct maker *m, struct str slot)
{
    ptrdiff_t star = str_find_byte(slot, '*');
    uint64_t times = 1;
    struct str name = star < 0 ? slot : str_slice(slot, 0, (size_t)star);
    if (str_find_byte(slot, '|') >= 0) {
        put_choice(m, slot);
        return;
    }
    if (star >= 0)
        check(str_to_u64(str_from_index(slot, (size_t)star + 1), &times));
    for (size_t i = 0; i < sizeof(alphabets) / sizeof(alphabets[0]); i++) {
        if (str_equal(name, str_from(alphabets[i].slot))) {
            put_characters(m, alphabets[i].alphabet, (int)times);
            return;
        }
    }
    if (str_equal(name, STR("ad"))) {
        for (uint64_t i = 0; i < times; i++)
            put_arabic_digit(m, (unsigned)below(m, 10));
    } else if (str_equal(name, STR("ip"))) {
        put_address(m);
    } else if (str_equal(name, STR("uuid"))) {
        put_uuid(m);
    } else if (str_find_byte(name, ':') > 0) {
        put_numbers(m, name);
    } else {
        check(put_list(m, name));
    }
}

/* The index of the brace that closes the one at 0. */
static size_t closing(struct str text)
{
    size_t depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        depth += text.ptr[i] == '{';
        if (text.ptr[i] == '}' && --depth == 0)
            return i;
    }
    check(!"a template's braces match");
    return 0;
}

static void expand(struct maker *m, struct str text)
{
    for (size_t i = 0; i < text.len;) {
        struct str rest = str_from_index(text, i);
        if (str_starts(rest, STR("«"))) {
            m->value->begin = m->value->len;
            i += 2;
        } else if (str_starts(rest, STR("»"))) {
            m->value->end = m->value->len;
            i += 2;
        } else if (rest.ptr[0] == '{') {
            size_t end = closing(rest);
            put_slot(m, str_slice(rest, 1, end));
            i += end + 1;
        } else {
            put(m, rest.ptr, 1);
            i++;
        }
    }
}

void corpus_make(uint64_t seed, struct corpus_value *values)
{
    unsigned of_kind[CORPUS_KINDS] = { 0 }, made = 0;
    struct maker m;
    rand_init(&m.rand, seed);
    for (unsigned t = 0; t < TEMPLATES; t++)
        of_kind[templates[t].kind]++;
    for (unsigned kind = 0; kind < CORPUS_KINDS; kind++) {
        for (unsigned n = 0, t = 0; n < shares[kind]; t++) {
            const struct template *template = &templates[t % TEMPLATES];
            if (template->kind != kind)
                continue;
            check(made < CORPUS_SIZE && of_kind[kind] > 0);
            m.value = &values[made++];
            *m.value = (struct corpus_value){ .kind = template->kind, .label = template->text,
                                              .language = template->language,
                                              .is_held = template->is_held };
            expand(&m, str_from(template->text));
            m.value->end = m.value->end ? m.value->end : m.value->len;
            n++;
        }
    }
    check(made == CORPUS_SIZE);
}
