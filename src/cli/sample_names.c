#include "cli/sample_names.h"

#include <ctype.h>
#include <stdio.h>

#include "base/check.h"

enum { GIVEN = 12, FAMILY = 12 };

/* One language's names: as they are written, and in Latin letters. */
struct names {
    const char *given[GIVEN];
    const char *family[FAMILY];
    const char *given_latin[GIVEN];   /* NULL = the same */
    const char *family_latin[FAMILY];
    bool family_first;
};

static const struct names english = {
    .given = { "Olivia", "James", "Amelia", "Noah", "Grace", "Ethan", "Chloe", "Daniel", "Ruth",
               "Marcus", "Hannah", "Owen" },
    .family = { "Carter", "O'Brien", "Bennett", "Hughes", "Foster", "Walsh", "Coleman", "Reid",
                "Nguyen", "Patel", "Fletcher", "Osei" },
};
static const struct names german = {
    .given = { "Jonas", "Lena", "Matthias", "Jürgen", "Sophie", "Anke", "Felix", "Käthe", "Lukas",
               "Björn", "Greta", "Tobias" },
    .family = { "Weber", "Schäfer", "Krüger", "Hoffmann", "Brandt", "Größmann", "Vogel", "Lorenz",
                "Müller", "Seidel", "Becker", "Stein" },
};
static const struct names portuguese = {
    .given = { "João", "Beatriz", "Thiago", "Luiza", "Rafael", "Camila", "André", "Inês", "Caio",
               "Letícia", "Murilo", "Débora" },
    .family = { "Silva", "Conceição", "Araújo", "Barbosa", "Magalhães", "Teixeira", "Nogueira",
                "Fonseca", "Simões", "Queiroz", "Pires", "Brandão" },
};
static const struct names arabic = {
    .given = { "نورة", "خالد", "فاطمة", "عبد الله", "سارة", "يوسف", "ريم", "محمد", "هند", "طارق",
               "لينا", "عمر" },
    .family = { "الحربي", "القحطاني", "الشمري", "المصري", "حداد", "العتيبي", "النجار", "منصور",
                "الزهراني", "خوري", "السيد", "بن سالم" },
    .given_latin = { "noura", "khalid", "fatima", "abdullah", "sara", "yousef", "reem", "mohammed",
                     "hind", "tariq", "lina", "omar" },
    .family_latin = { "alharbi", "alqahtani", "alshammari", "almasri", "haddad", "alotaibi",
                      "alnajjar", "mansour", "alzahrani", "khoury", "elsayed", "bensalem" },
};
static const struct names hindi = {
    .given = { "प्रिया", "अर्जुन", "अनिता", "राहुल", "काव्या", "विक्रम", "मीरा", "संजय",
               "दीपा", "रोहन", "आशा", "नीरज" },
    .family = { "शर्मा", "पटेल", "अय्यर", "गुप्ता", "सिंह", "नायर", "मेहता", "राव", "जोशी", "वर्मा",
                "कपूर", "दास" },
    .given_latin = { "priya", "arjun", "anita", "rahul", "kavya", "vikram", "meera", "sanjay",
                     "deepa", "rohan", "asha", "neeraj" },
    .family_latin = { "sharma", "patel", "iyer", "gupta", "singh", "nair", "mehta", "rao", "joshi",
                      "verma", "kapoor", "das" },
};
static const struct names japanese = {
    .given = { "陽菜", "健太", "美咲", "大輔", "葵", "翔", "直子", "誠", "結衣", "悠人", "恵", "拓也" },
    .family = { "佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田",
                "山田" },
    .given_latin = { "hina", "kenta", "misaki", "daisuke", "aoi", "sho", "naoko", "makoto", "yui",
                     "yuto", "megumi", "takuya" },
    .family_latin = { "sato", "suzuki", "takahashi", "tanaka", "ito", "watanabe", "yamamoto",
                      "nakamura", "kobayashi", "kato", "yoshida", "yamada" },
    .family_first = true,
};
static const struct names ukrainian = {
    .given = { "Олена", "Андрій", "Ірина", "Тарас", "Наталія", "Богдан", "Марія", "Юрій", "Софія",
               "Максим", "Леся", "Роман" },
    .family = { "Шевченко", "Коваленко", "Бондар", "Мельник", "Ткаченко", "Кравець", "Лисенко",
                "Гончар", "Савчук", "Поліщук", "Руденко", "Іваненко" },
    .given_latin = { "olena", "andrii", "iryna", "taras", "nataliia", "bohdan", "mariia", "yurii",
                     "sofiia", "maksym", "lesia", "roman" },
    .family_latin = { "shevchenko", "kovalenko", "bondar", "melnyk", "tkachenko", "kravets",
                      "lysenko", "honchar", "savchuk", "polishchuk", "rudenko", "ivanenko" },
};
static const struct names turkish = {
    .given = { "Zeynep", "Mehmet", "Elif", "Çağan", "Ayşe", "Emre", "İpek", "Kerem", "Selin",
               "Oğuz", "Defne", "Barış" },
    .family = { "Yılmaz", "Öztürk", "Şahin", "Demir", "Çelik", "Aydın", "Koç", "Arslan", "Doğan",
                "Kılıç", "Güneş", "Polat" },
};

static const struct {
    struct sample_country country;
    const struct names *names;
} table[] = {
    { { "US", "San Francisco", "+1 415 ", -420, 26, false }, &english },
    { { "IN", "Bengaluru", "+91 98450 ", 330, 16, false }, &hindi },
    { { "DE", "Berlin", "+49 151 ", 60, 12, false }, &german },
    { { "SA", "Riyadh", "+966 50 ", 180, 11, true }, &arabic },
    { { "BR", "São Paulo", "+55 11 ", -180, 9, false }, &portuguese },
    { { "GB", "London", "+44 7700 ", 0, 8, false }, &english },
    { { "EG", "Cairo", "+20 10 ", 120, 6, true }, &arabic },
    { { "JP", "Tokyo", "+81 90 ", 540, 5, false }, &japanese },
    { { "UA", "Kyiv", "+380 67 ", 120, 4, false }, &ukrainian },
    { { "TR", "Istanbul", "+90 532 ", 180, 3, false }, &turkish },
};
enum { COUNTRIES = sizeof(table) / sizeof(table[0]) };

static struct sample_country countries[COUNTRIES];

const struct sample_country *sample_names_countries(uint32_t *count)
{
    for (uint32_t i = 0; i < COUNTRIES; i++)
        countries[i] = table[i].country;
    *count = COUNTRIES;
    return countries;
}

/* Letters that an address can hold: the ASCII ones, small. */
static void to_address(const char *text, char *out, size_t cap)
{
    size_t len = 0;
    for (const char *c = text; *c && len + 1 < cap; c++)
        if (isalnum((unsigned char)*c))
            out[len++] = (char)tolower((unsigned char)*c);
    out[len] = '\0';
}

void sample_names_person(struct rand *rand, uint32_t country, char full[SAMPLE_NAME_MAX],
                         char latin[SAMPLE_NAME_MAX])
{
    check(country < COUNTRIES);
    const struct names *names = table[country].names;
    size_t g = rand_below(rand, GIVEN), f = rand_below(rand, FAMILY);
    const char *given = names->given[g], *family = names->family[f];
    char given_address[32], family_address[32];
    (void)snprintf(full, SAMPLE_NAME_MAX, "%s %s", names->family_first ? family : given,
                   names->family_first ? given : family);
    to_address(names->given_latin[0] ? names->given_latin[g] : given, given_address,
               sizeof(given_address));
    to_address(names->family_latin[0] ? names->family_latin[f] : family, family_address,
               sizeof(family_address));
    (void)snprintf(latin, SAMPLE_NAME_MAX, "%s.%s", given_address, family_address);
}

void sample_names_organisation(uint32_t number, char out[SAMPLE_NAME_MAX])
{
    static const char *const first[] = {
        "Amber", "Birch", "Cobalt", "Delta", "Ember", "Fathom", "Granite", "Harbor", "Indigo",
        "Juniper", "Keystone", "Lumen", "Meridian", "Nimbus", "Orchard", "Pallas", "Quarry",
        "Rowan", "Saffron", "Tidal", "Umber", "Vertex", "Willow", "Yarrow", "Zephyr",
    };
    static const char *const second[] = {
        "Labs", "Works", "Logistics", "Health", "Pay", "Maps", "Foods", "Energy", "Media", "Bank",
        "Robotics", "Travel", "Schools", "Retail", "Homes", "Sensors", "Games", "Legal", "Motors",
        "Cloud",
    };
    enum { FIRST = sizeof(first) / sizeof(first[0]), SECOND = sizeof(second) / sizeof(second[0]) };
    uint32_t round = number / (FIRST * SECOND);
    (void)snprintf(out, SAMPLE_NAME_MAX, round ? "%s %s %u" : "%s %s", first[number % FIRST],
                   second[(number / FIRST + number % FIRST) % SECOND], round + 1);
}
