/* A word of a name is a sign, not a proof: "Grace" is a name and a virtue, "Baker" a family and a
 * trade. So each word is one of
 *
 *   strong     a given name that is nothing else: alone enough ("Oluwaseun"; as first of several)
 *   shared     a name that is also an everyday word or place: needs a second name beside it
 *   family     counts behind any word that is no everyday noun, and before one ("Nguyen Minh")
 *
 * and a text is a name when its signs suffice and none of its words stands against it ("Hotel",
 * "شركة"). Words are compared folded: without case, accents, vowel marks and the forms of alef, so
 * that "ZSÓFIA" and "Zsofia", "إيمان" and "ايمان" are one.
 *
 * The lists are made at build by tools/data/names.mjs, which folds as fold() does. */
#include "ingest/detect_name.h"

#include <pthread.h>
#include <string.h>

#include "base/hash.h"

enum { WORDS_MAX = 7, FOLDED_MAX = 64 };

#define GIVEN(text) static const char given_names[] = text;
#define FAMILY(text) static const char family_names[] = text;
#define SHARED(text) static const char shared_names[] = text;
#define COMMON(text) static const char common_words[] = text;
#include "ingest/detect_names.def"
#undef COMMON
#undef GIVEN
#undef FAMILY
#undef SHARED

struct word {
    char folded[FOLDED_MAX];
    size_t len;
    bool is_upper;      /* its first letter is a capital */
    bool is_arabic;
    bool is_given;
    bool is_family;
    bool is_shared;
    bool is_common;     /* an everyday English word that is no name */
};

/* ---- folding -------------------------------------------------------------------------------- */

/* The base letters of U+00C0 to U+017F; '*' = two letters or none. */
static const char latin_bases[] =
    "aaaaaa*ceeeeiiiidnooooo*ouuuuy**aaaaaa*ceeeeiiiidnooooo*ouuuuy*y"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii**jjkkkllllllllllnnnnnn***"
    "oooooo**rrrrrrsssssssstttttt"
    "uuuuuuuuuuuuwwyyyzzzzzzs";

static size_t fold_pair(unsigned char a, unsigned char b, char out[2])
{
    unsigned code = (unsigned)(a & 0x1f) << 6 | (b & 0x3f);
    if (code >= 0xc0 && code < 0xc0 + sizeof(latin_bases) - 1) {
        static const struct { unsigned code; char text[3]; } doubles[] = {
            { 0xc6, "ae" }, { 0xe6, "ae" }, { 0xdf, "ss" }, { 0x152, "oe" }, { 0x153, "oe" },
        };
        for (size_t i = 0; i < sizeof(doubles) / sizeof(doubles[0]); i++) {
            if (doubles[i].code == code) {
                memcpy(out, doubles[i].text, 2);
                return 2;
            }
        }
        out[0] = latin_bases[code - 0xc0];
        return 1;
    }
    if ((code >= 0x64b && code <= 0x652) || code == 0x640 || code == 0x670)
        return 0;                                            /* vowel marks, the stretching line */
    if (code == 0x622 || code == 0x623 || code == 0x625 || code == 0x671)
        code = 0x627;                                        /* the forms of alef */
    code = code == 0x649 ? 0x64a : code == 0x629 ? 0x647 : code;
    out[0] = (char)(0xc0 | code >> 6);
    out[1] = (char)(0x80 | (code & 0x3f));
    return 2;
}

/* In Latin Extended-A the capital is the even one of a pair, but for two stretches. */
static bool is_upper_latin(unsigned char a, unsigned char b)
{
    unsigned code = (unsigned)(a & 0x1f) << 6 | (b & 0x3f);
    bool is_odd_stretch = (code >= 0x139 && code <= 0x148) || code >= 0x179;
    if (code < 0x100)
        return code >= 0xc0 && code <= 0xde;
    return code <= 0x17e && (code == 0x178 || code % 2 == (is_odd_stretch ? 1 : 0));
}

/* False when it holds something that is no letter of a name. */
static bool fold(struct str text, struct word *word)
{
    *word = (struct word){ 0 };
    for (size_t i = 0; i < text.len; i++) {
        unsigned char a = (unsigned char)text.ptr[i];
        unsigned char b = i + 1 < text.len ? (unsigned char)text.ptr[i + 1] : 0;
        if (word->len + 3 > sizeof(word->folded))
            return false;
        bool is_capital = a >= 'A' && a <= 'Z';
        if (is_capital || (a >= 'a' && a <= 'z') || (a && strchr("'-.", a))) {
            word->folded[word->len++] = (char)(is_capital ? a + 32 : a);
        } else if (a >= 0xc3 && a <= 0xdf && b >= 0x80) {
            if (a <= 0xc5)
                is_capital = is_upper_latin(a, b);
            word->is_arabic |= a >= 0xd8;
            word->len += fold_pair(a, b, word->folded + word->len);
            i++;
        } else if (a == 0xe2 && b == 0x80) {                 /* typographic apostrophes */
            word->folded[word->len++] = '\'';
            i += 2;
        } else {
            return false;
        }
        word->is_upper |= is_capital && i <= 1;
    }
    return word->len > 0;
}

/* ---- lists ---------------------------------------------------------------------------------- */

enum { GIVEN_BIT = 1, FAMILY_BIT = 2, SHARED_BIT = 4, COMMON_BIT = 8, SLOTS = 1 << 16 };

/* The four lists as one table, made once: a word is looked up once and not in each. No stranger
 * chooses what is in them, so none makes its runs long. */
static struct {
    struct slot {
        uint32_t at;        /* in that text */
        unsigned mark : 16; /* of the hash: most that differ differ here */
        unsigned len : 8;   /* 0 = empty */
        unsigned lists : 4;
        unsigned text : 4;  /* the list it was found in first */
    } slots[SLOTS];
    uint32_t count;
} lexicon;

static const char *const lists[] = { given_names, family_names, shared_names, common_words };

/* The word's slot, or the empty one where it belongs. */
static struct slot *find_slot(struct str word, uint16_t *mark)
{
    uint64_t hash = hash_64(word.ptr, word.len);
    *mark = (uint16_t)(hash >> 48);
    for (size_t i = hash % SLOTS;; i = (i + 1) % SLOTS) {
        struct slot *slot = &lexicon.slots[i];
        if (slot->len == 0 ||
            (slot->mark == *mark && slot->len == word.len &&
             memcmp(lists[slot->text] + slot->at, word.ptr, word.len) == 0))
            return slot;
    }
}

/* Each word of a list is followed by a blank. */
static void add_list(unsigned number)
{
    struct str rest = str_from(lists[number]), word;
    while (str_next(&rest, ' ', &word)) {
        if (word.len == 0)
            continue;
        uint16_t mark;
        struct slot *slot = find_slot(word, &mark);
        check(word.len < FOLDED_MAX && lexicon.count < SLOTS / 2);
        if (slot->len == 0) {
            slot->at = (uint32_t)(word.ptr - lists[number]);
            slot->mark = mark;
            slot->len = word.len & 0xff;
            slot->text = number & 0xf;
            lexicon.count++;
        }
        slot->lists = (slot->lists | 1u << number) & 0xf;
    }
}

static void make_lexicon(void)
{
    for (unsigned number = 0; number < sizeof(lists) / sizeof(lists[0]); number++)
        add_list(number);
}

static unsigned lists_of(struct str word)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    check(pthread_once(&once, make_lexicon) == 0);
    uint16_t mark;
    return find_slot(word, &mark)->lists;
}

static bool is_one_of(struct str word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (word.len && list[i][0] == word.ptr[0] && str_equal(word, str_from(list[i])))
            return true;
    return false;
}

#define IS_ONE_OF(word, list) is_one_of(word, list, sizeof(list) / sizeof(list[0]))

static struct str folded(const struct word *word) { return str_of(word->folded, word->len); }

/* What family names of many languages end in or begin with. */
static bool has_family_form(struct str word)
{
    static const char *const ends[] = {
        "sson", "opoulos", "akis", "enko", "oglu", "ovic", "ovich", "evich", "owski", "ewski",
        "owska", "ewska", "czyk", "wicz", "escu", "ashvili", "nagar", "sdottir", "zadeh", "quist",
    };
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (word.len > strlen(ends[i]) + 2 && str_ends(word, str_from(ends[i])))
            return true;
    static const char *const begins[] = { "oluwa", "oye", "ogun", "chukwu", "nwa", "akin" };
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
        if (word.len > strlen(begins[i]) + 2 && str_starts(word, str_from(begins[i])))
            return true;
    return word.len > 4 && (str_starts(word, STR("o'")) || str_starts(word, STR("mc")) ||
                            str_starts(word, STR("al-")) || str_starts(word, STR("el-")));
}

static void look_up(struct word *word)
{
    struct str text = folded(word);
    ptrdiff_t dash = word->is_arabic ? -1 : str_find_byte(text, '-');
    struct str first = dash > 2 ? str_slice(text, 0, (size_t)dash) : text;
    struct str last = dash > 0 ? str_from_index(text, (size_t)dash + 1) : text;
    unsigned of_all = lists_of(text);
    unsigned of_first = dash > 2 ? lists_of(first) : 0;
    unsigned of_last = dash > 0 ? lists_of(last) : of_all;
    word->is_given = (of_all & GIVEN_BIT) || ((of_first & GIVEN_BIT) && !(of_first & SHARED_BIT));
    word->is_family = ((of_all | of_last) & FAMILY_BIT) ||
                      (!word->is_arabic && has_family_form(text));
    word->is_shared = of_all & SHARED_BIT;
    word->is_common = of_all & COMMON_BIT;
}

/* ---- words beside names --------------------------------------------------------------------- */

static bool is_title(struct str word)
{
    static const char *const titles[] = {
        "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "mx", "eng", "sheikh", "sheikha",
        "السيد", "السيده", "الدكتور", "الدكتوره", "دكتور", "دكتوره", "د", "ا", "م",
        "الاستاذ", "الاستاذه", "استاذ", "المهندس", "المهندسه", "مهندس", "الشيخ", "الشيخه",
        "الانسه", "الامير", "الاميره",
    };
    while (word.len && word.ptr[word.len - 1] == '.')
        word.len--;
    return IS_ONE_OF(word, titles);
}

static bool is_suffix(struct str word)
{
    static const char *const suffixes[] = { "jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd",
                                            "ph.d.", "md", "m.d.", "esq", "esq.", "mba" };
    return IS_ONE_OF(word, suffixes);
}

/* Titles that say nothing but that a person follows. */
static bool is_courtesy(struct str word)
{
    static const char *const titles[] = { "mr", "mrs", "ms", "mx", "السيد", "السيده", "الانسه",
                                          "الاستاذ", "الاستاذه" };
    while (word.len && word.ptr[word.len - 1] == '.')
        word.len--;
    return IS_ONE_OF(word, titles);
}

/* Between the parts of a name; of several people's names. */
static bool is_joint(struct str word)
{
    static const char *const joints[] = {
        "van", "von", "der", "den", "de", "del", "della", "di", "da", "do", "dos", "la",
        "le", "bin", "ibn", "bint", "al", "el", "ter", "ten", "zu", "y", "e", "and", "und",
        "et", "و", "بن", "ابن", "بنت", "ال",
    };
    return IS_ONE_OF(word, joints);
}

static bool is_child_of(struct str word)
{
    static const char *const words[] = { "بن", "ابن", "بنت", "ال", "bin", "ibn", "bint" };
    return IS_ONE_OF(word, words);
}

/* Words that make a place, a firm or a thing of the name beside them. */
static bool is_against(struct str word)
{
    static const char *const words[] = {
        "saint", "san", "santa", "fort", "port", "mount", "north", "south", "east", "west",
        "new", "rica", "leone", "hotel", "hospital", "school", "university", "college",
        "airport", "street", "road", "avenue", "park", "city", "county", "falls", "beach",
        "island", "lake", "river", "mountain", "bank", "store", "shop", "market", "bakery",
        "cafe", "restaurant", "inc", "inc.", "llc", "ltd", "ltd.", "gmbh", "corp", "corp.",
        "company", "group", "labs", "systems", "foundation", "institute", "museum", "plan",
        "report", "project", "team", "edition", "collection", "center", "centre", "library",
        "house", "award", "day", "week", "sale", "app", "web", "mobile", "phone", "desktop",
        "os", "kong", "traders", "corporation", "partners", "holdings", "solutions",
        "technologies", "software", "industries", "international", "services", "server",
        "cloud", "studio", "explorer", "internet", "analytics", "code", "class", "شركه",
        "موسسه", "بنك", "مصرف", "جامعه", "مدرسه", "مستشفي", "مطار", "فندق", "مطعم", "مقهي",
        "شارع", "طريق", "حي", "مدينه", "برج", "سوق", "متجر", "معهد", "مركز", "محل", "حديقه",
        "جسر", "ميدان", "مسجد", "ملعب", "دوله", "مملكه", "جمهوريه", "طلب", "فاتوره", "خطه",
        "باقه",
    };
    return IS_ONE_OF(word, words);
}

/* ---- the judgement -------------------------------------------------------------------------- */

struct words {
    struct word at[WORDS_MAX];
    size_t count;
    bool has_title;
    bool has_trade;      /* a title that is also an occupation: "مهندس" */
    bool has_comma;      /* behind the first word: "Family, Given" */
    bool has_child;      /* "بن" and its like */
    bool has_and;        /* several people: "Amal and Ayumi" */
    bool is_against;     /* the last word makes a place, a firm or a thing of it */
};

static bool is_strong(const struct word *word) { return word->is_given && !word->is_shared; }

static bool is_listed(const struct word *word) { return word->is_given || word->is_family; }

/* Takes a piece between blanks in; false when it can be no part of a name. */
static bool add_word(struct words *w, struct str text)
{
    bool ends_comma = text.ptr[text.len - 1] == ',';
    struct word word;
    if (text.len == 1 && text.ptr[0] == '&') {
        w->has_and = true;
        return w->count > 0;
    }
    if (ends_comma)
        text.len--;
    if (w->count > 0 && text.len > 2 && text.ptr[0] == '(' && text.ptr[text.len - 1] == ')')
        text = str_slice(text, 1, text.len - 1);
    if (text.len == 0 || !fold(text, &word))
        return false;
    bool is_first = w->count == 0;
    if (is_first && !w->has_title && is_title(folded(&word)) && !ends_comma) {
        w->has_title = true;
        w->has_trade = !is_courtesy(folded(&word));
        return true;
    }
    if (!is_first && is_suffix(folded(&word)))
        return true;
    if (ends_comma && w->has_comma)
        return false;
    w->has_comma |= ends_comma;
    if (!is_first && is_joint(folded(&word))) {
        w->has_child |= is_child_of(folded(&word));
        w->has_and |= str_equal(folded(&word), STR("and"));
        return true;
    }
    if (w->count == WORDS_MAX || w->is_against)
        return false;
    /* "عبد" and what follows it are one given name. */
    w->has_child |= !is_first && str_equal(folded(&word), STR("عبد"));
    look_up(&word);
    /* "Victoria Park" is a place, "Thabo Park" a person. */
    w->is_against = is_against(folded(&word));
    if (w->is_against && is_first)
        return false;
    if (w->is_against && word.is_family && is_strong(&w->at[0]))
        w->is_against = false;
    w->at[w->count++] = word;
    return true;
}

static bool read_words(struct str text, struct words *w)
{
    struct str rest = text, word;
    *w = (struct words){ 0 };
    while (str_next(&rest, ' ', &word))
        if (word.len && !add_word(w, word))
            return false;
    return w->count > 0 && w->count <= 5 && !w->is_against;
}

/* "Abu" and "Umm" before a given name; "Abd" before one of God's. */
static bool is_kunya(const struct words *w)
{
    struct str first = folded(&w->at[0]), second = folded(&w->at[1]);
    bool is_parent = str_equal(first, STR("ابو")) || str_equal(first, STR("ام")) ||
                     str_equal(first, STR("abu")) || str_equal(first, STR("umm"));
    return (is_parent && w->at[1].is_given) ||
           (str_equal(first, STR("عبد")) && str_starts(second, STR("ال")));
}

static bool is_initial(const struct word *word)
{
    return word->len == 1 || (word->len == 2 && word->folded[1] == '.');
}

static bool has_second_sign(const struct words *w)
{
    for (size_t i = 1; i < w->count; i++)
        if (w->at[i].is_family || is_strong(&w->at[i]))
            return true;
    return false;
}

/* Two or more words, written as names are: in capitals or Arabic. */
static bool is_written_name(const struct words *w)
{
    const struct word *first = &w->at[0], *last = &w->at[w->count - 1];
    bool is_sure_family = last->is_family && !last->is_shared;
    bool is_plain = first->is_common || first->is_shared ||
                    (first->is_arabic && str_starts(folded(first), STR("ال")));
    if (is_strong(first) || w->has_child || is_kunya(w))
        return true;
    if (first->is_given && has_second_sign(w))
        return true;
    if (w->has_and && is_strong(last) && !first->is_shared)
        return true;
    if (is_initial(first))
        return is_sure_family || (last->len > 3 && !last->is_common && !last->is_arabic);
    if (first->is_family && (is_strong(last) || (!first->is_shared && is_listed(last))))
        return true;
    if (w->count == 2 && !first->is_arabic && is_strong(last))
        return !is_plain;
    return is_sure_family && w->count <= 3 && !is_plain;
}

static bool is_lower_name(const struct words *w)
{
    const struct word *first = &w->at[0], *last = &w->at[w->count - 1];
    return w->count <= 3 && is_strong(first) && (last->is_family || is_strong(last));
}

bool detect_name(struct str text)
{
    struct words w;
    if (text.len < 2 || !read_words(text, &w))
        return false;
    if (w.has_comma) {
        /* "Family, Given Other" reads like "Given Other Family". */
        struct word family = w.at[0];
        if (w.count < 2 || w.count > 4)
            return false;
        memmove(&w.at[0], &w.at[1], (w.count - 1) * sizeof(w.at[0]));
        w.at[w.count - 1] = family;
    }
    bool is_written = true;
    for (size_t i = 0; i < w.count; i++)
        is_written &= w.at[i].is_upper || w.at[i].is_arabic;
    if (w.has_title && !(w.has_trade && w.at[0].is_arabic))
        return is_written && w.count <= 4;
    if (w.has_title)
        return w.at[0].is_given || w.at[w.count - 1].is_family;
    if (w.count == 1)
        return is_written && is_strong(&w.at[0]);
    return is_written ? is_written_name(&w) : is_lower_name(&w);
}
