/* Forms, from the most certain to the least:
 *   e-mail    one '@' between a local part and a domain with a dot and a letter top level
 *   secret    known prefixes of keys, three-part web tokens, card numbers by Luhn and prefix, long
 *             strings of high variety that no dictionary word or uuid has
 *   number    IPv4 and IPv6 addresses, IBAN by its check digits (ISO 13616)
 *   phone     a plus or a leading zero, or groups, and 8 to 15 digits
 *   address   a street word beside a number
 *   name      detect_name.c
 */
#include "ingest/detect.h"

#include <math.h>
#include <string.h>

#include "ingest/detect_name.h"

enum {
    TEXT_MAX_BYTES = 512,   /* longer texts are free text: their pieces are judged */
    KEY_MIN_BYTES = 20, TOKEN_MIN_BYTES = 24,
    CARD_MIN = 13, CARD_MAX = 19,
    PHONE_MIN = 8, PHONE_MAX = 15,
    IBAN_MIN = 15, IBAN_MAX = 34,
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_alnum(char c) { return is_digit(c) || is_upper(c) || is_lower(c); }
static bool is_high(char c) { return (unsigned char)c >= 0x80; }

/* ---- e-mail --------------------------------------------------------------------------------- */

static bool is_local_char(char c)
{
    return is_alnum(c) || is_high(c) || (c && strchr("!#$%&'*+/=?^_`{|}~.-", c));
}

static bool is_domain_char(char c)
{
    return is_alnum(c) || is_high(c) || c == '-' || c == '.';
}

/* The e-mail around the '@' at `at`; false when there is none. */
static bool email_around(struct str text, size_t at, size_t *begin, size_t *end)
{
    size_t b = at, e = at + 1, dot = 0;
    while (b > 0 && is_local_char(text.ptr[b - 1]))
        b--;
    while (e < text.len && is_domain_char(text.ptr[e])) {
        if (text.ptr[e] == '.' && e > at + 1)
            dot = e;
        e++;
    }
    while (e > at + 1 && (text.ptr[e - 1] == '.' || text.ptr[e - 1] == '-'))
        e--;
    while (dot >= e && dot > at)
        dot = text.ptr[dot - 1] == '.' || dot == at + 1 ? 0 : dot - 1;
    bool has_domain = false;
    for (size_t i = at + 2; i + 1 < e; i++)
        has_domain |= text.ptr[i] == '.' && !is_digit(text.ptr[i + 1]);
    *begin = b;
    *end = e;
    return b < at && has_domain;
}

static bool whole_email(struct str text)
{
    size_t begin, end;
    if (text.len > 7 && str_equal_fold(str_slice(text, 0, 7), STR("mailto:")))
        text = str_from_index(text, 7);
    if (text.len > 2 && text.ptr[0] == '<' && text.ptr[text.len - 1] == '>')
        text = str_slice(text, 1, text.len - 1);
    ptrdiff_t at = str_find_byte(text, '@');
    return at > 0 && email_around(text, (size_t)at, &begin, &end) && begin == 0 &&
           end == text.len;
}

/* ---- digits --------------------------------------------------------------------------------- */

struct digits {
    char text[40];
    size_t len;
    size_t groups;       /* runs of digits between separators */
    bool has_plus;
    bool has_other;      /* something that is neither digit nor separator */
    bool has_dot;
    bool has_paren;
};

/* The ASCII digit at s[*i] in Latin, Arabic-Indic or Persian script, or 0; *i moves past it. */
static char next_digit(struct str s, size_t *i)
{
    unsigned char a = (unsigned char)s.ptr[*i];
    unsigned char b = *i + 1 < s.len ? (unsigned char)s.ptr[*i + 1] : 0;
    if (is_digit((char)a)) {
        (*i)++;
        return (char)a;
    }
    bool arabic = a == 0xd9 && b >= 0xa0 && b <= 0xa9;
    bool persian = a == 0xdb && b >= 0xb0 && b <= 0xb9;
    if (!arabic && !persian)
        return 0;
    *i += 2;
    return (char)('0' + (b & 0x0f));
}

/* A NUL too: strchr's rule, kept. */
static bool is_separator(char c)
{
    return c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || c == '+' || c == 0;
}

static struct digits read_digits(struct str s)
{
    struct digits d = { 0 };
    bool in_group = false;
    for (size_t i = 0; i < s.len;) {
        char digit = next_digit(s, &i);
        if (digit) {
            d.groups += !in_group;
            in_group = true;
            if (d.len + 1 < sizeof(d.text))
                d.text[d.len++] = digit;
            else
                d.has_other = true;
            continue;
        }
        char c = s.ptr[i++];
        in_group = false;
        d.has_plus |= c == '+' && d.len == 0;
        d.has_dot |= c == '.';
        d.has_paren |= c == '(';
        d.has_other |= !is_separator(c) || (c == '+' && d.len > 0);
    }
    return d;
}

/* Luhn's check (US patent 2,950,048) and the ranges that issuers use. */
static bool is_card(const struct digits *d)
{
    unsigned sum = 0;
    if (d->has_other || d->has_plus || d->len < CARD_MIN || d->len > CARD_MAX ||
        !strchr("23456", d->text[0]))
        return false;
    for (size_t i = 0; i < d->len; i++) {
        unsigned v = (unsigned)(d->text[d->len - 1 - i] - '0');
        if (i % 2)
            v = v * 2 > 9 ? v * 2 - 9 : v * 2;
        sum += v;
    }
    return sum % 10 == 0 && d->len >= 15;
}

static bool is_phone(const struct digits *d)
{
    if (d->has_other || d->len < PHONE_MIN || d->len > PHONE_MAX)
        return false;
    if (d->has_plus)
        return true;
    if (d->has_dot && !d->has_paren && d->groups < 3)
        return false;                       /* a decimal number */
    if (d->text[0] == '0')
        return d->len >= 9;
    return d->groups >= 3 && d->len >= 9 && d->len <= 12 ? true : d->has_paren && d->len >= 10;
}

/* A date or a version also has three groups of digits: "2026-11-24", "10.15.7". */
static bool is_date_like(struct str s)
{
    struct digits d = read_digits(s);
    return !d.has_plus && d.len == 8 && d.groups == 3;
}

/* ---- numbers with letters ------------------------------------------------------------------- */

static bool is_ipv4(struct str s)
{
    struct str rest = s, part;
    int count = 0;
    while (str_next(&rest, '.', &part)) {
        uint64_t value;
        if (++count > 4 || part.len > 3 || !str_to_u64(part, &value) || value > 255)
            return false;
    }
    return count == 4;
}

/* With or without a port. */
static bool is_ipv4_at(struct str s)
{
    ptrdiff_t colon = str_find_byte(s, ':');
    uint64_t port;
    if (colon < 0)
        return is_ipv4(s);
    return is_ipv4(str_slice(s, 0, (size_t)colon)) &&
           str_to_u64(str_from_index(s, (size_t)colon + 1), &port) && port <= 65535;
}

static bool is_ipv6(struct str s)
{
    int colons = 0, digits = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (c != ':' && !hex && c != '.')
            return false;
        colons += c == ':';
        digits += hex;
    }
    return colons >= 2 && colons <= 7 && digits >= 3 &&
           (colons == 7 || str_find(s, STR("::")) >= 0);
}

/* ISO 13616: the first four characters moved to the end, letters as 10 to 35, modulo 97 is 1. */
static bool is_iban(struct str s)
{
    char text[IBAN_MAX + 1];
    size_t len = 0;
    unsigned rest = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ' ')
            continue;
        if (!is_alnum(s.ptr[i]) || is_lower(s.ptr[i]) || len == IBAN_MAX)
            return false;
        text[len++] = s.ptr[i];
    }
    if (len < IBAN_MIN || !is_upper(text[0]) || !is_upper(text[1]) || !is_digit(text[2]) ||
        !is_digit(text[3]))
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = text[(i + 4) % len];
        rest = is_digit(c) ? rest * 10 + (unsigned)(c - '0')
                           : rest * 100 + (unsigned)(c - 'A' + 10);
        rest %= 97;
    }
    return rest == 1;
}

/* ---- secrets -------------------------------------------------------------------------------- */

static bool has_key_prefix(struct str s)
{
    static const char *const prefixes[] = {
        "sk_live_", "sk_test_", "rk_live_", "pk_live_", "sk-", "ghp_", "gho_", "ghs_", "ghr_",
        "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "AKIA", "ASIA", "AIza", "ya29.",
        "SG.", "npm_", "dop_v1_", "shpat_", "whsec_", "EAACEdEose0cBA", "hf_", "pypi-",
    };
    if (str_starts(s, STR("-----BEGIN ")))
        return true;
    if (s.len > 7 && str_equal_fold(str_slice(s, 0, 7), STR("bearer ")))
        return true;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (s.len >= KEY_MIN_BYTES - 4 && s.ptr[0] == prefixes[i][0] &&
            str_starts(s, str_from(prefixes[i])))
            return true;
    return false;
}

static bool is_web_token(struct str s)
{
    int dots = 0;
    if (!str_starts(s, STR("eyJ")) || s.len < 40)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_alnum(s.ptr[i]) && !strchr("-_.=", s.ptr[i]))
            return false;
        dots += s.ptr[i] == '.';
    }
    return dots >= 1;
}

static bool is_uuid(struct str s)
{
    if (s.len != 36)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash != (s.ptr[i] == '-'))
            return false;
    }
    return true;
}

/* Shannon's entropy of the bytes, bits a byte. */
static double entropy(struct str s)
{
    unsigned counts[256] = { 0 };
    double bits = 0;
    for (size_t i = 0; i < s.len; i++)
        counts[(unsigned char)s.ptr[i]]++;
    for (int i = 0; i < 256; i++) {
        double p = (double)counts[i] / (double)s.len;
        bits -= counts[i] ? p * log2(p) : 0;
    }
    return bits;
}

static int character_class(char c)
{
    return is_digit(c) ? 0 : is_upper(c) ? 1 : is_lower(c) ? 2 : 3;
}

/* Long, unbroken, and of a variety that words do not have: chance goes from one class of characters
 * to another at most steps, a name in CamelCase or a path at few. */
static bool is_random_token(struct str s)
{
    size_t counts[4] = { 0 }, changes = 0;
    bool is_hex = true;
    if (s.len < TOKEN_MIN_BYTES || is_uuid(s))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!is_alnum(c) && !strchr("+/=_-", c))
            return false;
        counts[character_class(c)]++;
        changes += i > 0 && character_class(c) != character_class(s.ptr[i - 1]);
        is_hex &= is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
    if (is_hex)
        return s.len >= 32 && counts[0] >= 6 && counts[1] + counts[2] >= 6 && entropy(s) > 3.2;
    bool is_mixed = counts[1] >= 3 && counts[2] >= 3 && (counts[0] > 0 || s.len >= 32);
    return is_mixed && changes * 5 >= s.len * 2 && entropy(s) > 3.6;
}

static bool is_secret(struct str s, const struct digits *d)
{
    return is_card(d) || has_key_prefix(s) || is_web_token(s) || is_random_token(s);
}

/* ---- words ---------------------------------------------------------------------------------- */

static bool is_arabic(struct str word)
{
    unsigned char c = word.len ? (unsigned char)word.ptr[0] : 0;
    return c >= 0xd8 && c <= 0xdb;
}

static bool is_listed(struct str word, const char *const *list, size_t count)
{
    while (word.len && strchr(",;:.", word.ptr[word.len - 1]))
        word.len--;
    if (str_ends(word, STR("،")))
        word.len -= 2;
    if (word.len == 0)
        return false;
    char first = is_upper(word.ptr[0]) ? (char)(word.ptr[0] + 32) : word.ptr[0];
    for (size_t i = 0; i < count; i++)
        if (list[i][0] == first && str_equal_fold(word, str_from(list[i])))
            return true;
    return false;
}

#define IS_LISTED(word, list) is_listed(word, list, sizeof(list) / sizeof(list[0]))

static bool is_street_word(struct str word)
{
    static const char *const streets[] = {
        "street", "st", "avenue", "ave", "road", "rd", "boulevard", "blvd", "apt", "apartment",
        "highway", "straße", "strasse", "rue", "calle", "plaza", "شارع", "طريق", "حي", "الحي",
        "شقة",
        "مبنى", "عمارة", "فيلا", "ص.ب", "صندوق", "ش", "جادة", "زقاق",
    };
    while (word.len && strchr(",;:.", word.ptr[word.len - 1]))
        word.len--;
    return IS_LISTED(word, streets) || str_ends(word, STR("straße")) ||
           str_ends(word, STR("strasse")) || str_ends(word, STR("gasse"));
}

/* Everyday words that are a street only behind a house's number: "45 Mill Way". */
static bool is_weak_street_word(struct str word)
{
    static const char *const streets[] = {
        "lane", "ln", "drive", "dr", "court", "ct", "way", "terrace", "close", "crescent", "place",
        "pl", "gardens", "grove", "square", "sq", "row", "mews", "parade", "circle", "hill", "walk",
        "park", "trail", "suite", "via", "allee", "weg", "platz",
    };
    return IS_LISTED(word, streets);
}

static bool is_house_word(struct str word)
{
    static const char *const words[] = { "flat", "apt", "apartment", "unit", "suite", "house" };
    return IS_LISTED(word, words);
}

static bool is_post_box(struct str text)
{
    return str_contains_fold(text, STR("p.o. box")) || str_contains_fold(text, STR("po box"));
}

static bool is_street_address(struct str text)
{
    struct str rest = text, word;
    int words = 0, streets = 0, weak = 0, numbers = 0;
    bool begins_house = false, last_is_weak = false;
    while (str_next(&rest, ' ', &word)) {
        size_t i = 0;
        if (word.len == 0)
            continue;
        bool is_number = next_digit(word, &i) != 0;
        begins_house |= words == 0 && (is_number || is_house_word(word));
        numbers += is_number;
        streets += is_street_word(word) ||
                   (words == 0 && word.len > 1 && word.ptr[0] == '#' && is_digit(word.ptr[1]));
        last_is_weak = words > 1 && is_weak_street_word(word);
        weak += last_is_weak && word.ptr[word.len - 1] == ',';
        words++;
    }
    weak += last_is_weak;
    bool is_arabic_street = streets > 0 && is_arabic(text) && words >= 2;
    if (words < 2 || words > 16 || (words == 2 && !is_arabic_street))
        return false;
    if (numbers > 0 && is_post_box(text))
        return true;
    return (streets > 0 && (numbers > 0 || is_arabic_street)) ||
           (weak > 0 && begins_house && numbers > 0);
}

/* ---- the whole ------------------------------------------------------------------------------ */

enum detect detect_whole(struct str text)
{
    text = str_trim(text);
    if (text.len < 3 || text.len > TEXT_MAX_BYTES * 8)
        return DETECT_NONE;
    if (whole_email(text))
        return DETECT_EMAIL;
    struct digits d = read_digits(text);
    if (is_secret(text, &d))
        return DETECT_SECRET;
    if (text.len > TEXT_MAX_BYTES)
        return DETECT_NONE;
    if (is_ipv4_at(text) || is_ipv6(text) || is_iban(text))
        return DETECT_NUMBER;
    if (is_phone(&d) && !is_date_like(text))
        return DETECT_PHONE;
    if (is_street_address(text))
        return DETECT_ADDRESS;
    return detect_name(text) ? DETECT_NAME : DETECT_NONE;
}

/* ---- pieces --------------------------------------------------------------------------------- */

static bool is_break(char c)
{
    switch (c) {
    case ' ': case '\n': case '\t': case '\r': case ',': case ';': case '"': case '\'':
    case '(': case ')': case '[': case ']': case '{': case '}': case '<': case '>': case '|':
        return true;
    default:
        return false;
    }
}

/* A run of digits and separators that begins at i: card or phone. */
static bool digits_piece(struct str text, size_t i, struct detect_piece *piece)
{
    size_t end = i, last = i;
    while (end < text.len && end - i < 40) {
        size_t next = end;
        if (next_digit(text, &next)) {
            last = end = next;
        } else if (is_separator(text.ptr[end]) && text.ptr[end]) {
            end++;
        } else {
            break;
        }
    }
    if (last < text.len && (is_alnum(text.ptr[last]) || text.ptr[last] == '_'))
        return false;
    struct str run = str_slice(text, i, last);
    struct digits d = read_digits(run);
    bool is_whole = is_card(&d) || (is_phone(&d) && !is_date_like(run) && !is_ipv4(run));
    *piece = (struct detect_piece){ i, last, is_card(&d) ? DETECT_SECRET : DETECT_PHONE };
    return is_whole;
}

/* An IBAN in groups: as many words as still check. */
static bool iban_piece(struct str text, size_t i, struct detect_piece *piece)
{
    size_t limit = text.len < i + IBAN_MAX + 9 ? text.len : i + IBAN_MAX + 9;
    if (limit < i + IBAN_MIN || !is_upper(text.ptr[i]) || !is_upper(text.ptr[i + 1]) ||
        !is_digit(text.ptr[i + 2]) || !is_digit(text.ptr[i + 3]))
        return false;
    for (size_t end = limit; end >= i + IBAN_MIN; end--) {
        bool is_boundary = end == text.len || !is_alnum(text.ptr[end]);
        if (is_boundary && is_alnum(text.ptr[end - 1]) && is_iban(str_slice(text, i, end))) {
            *piece = (struct detect_piece){ i, end, DETECT_NUMBER };
            return true;
        }
    }
    return false;
}

/* "Chrome/120.0.0.0" is a version, "https://120.0.0.1" a host. */
static bool is_version_at(struct str text, size_t i)
{
    return i > 0 && text.ptr[i - 1] == '/' && (i < 2 || text.ptr[i - 2] != '/');
}

static bool word_piece(struct str text, size_t i, struct detect_piece *piece)
{
    size_t end = i;
    while (end < text.len && !is_break(text.ptr[end]))
        end++;
    struct str word = str_slice(text, i, end);
    while (word.len && strchr(".!?:", word.ptr[word.len - 1]))
        word.len--;
    struct digits none = { .has_other = true };
    bool is_key = is_secret(word, &none);
    *piece = (struct detect_piece){ i, i + word.len, is_key ? DETECT_SECRET : DETECT_NUMBER };
    return is_key || (is_ipv4_at(word) && !is_version_at(text, i)) || is_ipv6(word);
}

/* Behind these a piece may begin; a NUL too: strchr's rule, kept. */
static bool is_joint(char c)
{
    return c == '=' || c == ':' || c == '/' || c == '&' || c == '?' || c == '#' || c == 0;
}

bool detect_piece(struct str text, size_t from, struct detect_piece *piece)
{
    for (size_t i = from; i < text.len; i++) {
        char c = text.ptr[i];
        size_t begin, end, digit = i;
        if (c == '@' && email_around(text, i, &begin, &end) && begin >= from) {
            *piece = (struct detect_piece){ begin, end, DETECT_EMAIL };
            return true;
        }
        bool starts = i == 0 || is_break(text.ptr[i - 1]) || is_joint(text.ptr[i - 1]);
        if (!starts)
            continue;
        if (iban_piece(text, i, piece))
            return true;
        if ((c == '+' || next_digit(text, &digit)) && digits_piece(text, i, piece))
            return true;
        if ((is_alnum(c) || c == '-') && word_piece(text, i, piece)) {
            ptrdiff_t at = str_find_byte(str_slice(text, i, piece->end), '@');
            if (at < 0)
                return true;
        }
    }
    return false;
}

struct str detect_mask(enum detect kind)
{
    switch (kind) {
    case DETECT_EMAIL: return STR("[e-mail]");
    case DETECT_PHONE: return STR("[phone]");
    case DETECT_NAME: return STR("[name]");
    case DETECT_ADDRESS: return STR("[address]");
    case DETECT_NUMBER: return STR("[number]");
    case DETECT_SECRET: return STR("[secret]");
    case DETECT_NONE: break;
    }
    return STR("");
}
