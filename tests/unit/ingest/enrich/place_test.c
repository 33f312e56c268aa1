/* ingest/enrich/place: countries of addresses whose place does not change (national institutions'
 * own networks), none for private ones, both forms of a table, and files that are no table. */
#include "ingest/enrich/place.h"

#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/err.h"
#include "support/temp.h"
#include "support/test.h"
#include "sys/file_real.h"

static struct place *open_bytes(const struct temp *temp, const void *bytes, size_t len, int *r)
{
    struct place *place = NULL;
    struct fs *fs = temp_fs(temp);
    int dir = temp_dir_fd(temp), fd;
    assert_int_equal(fs_replace_file(fs, "t.mmdb", str_of(bytes, len), FILE_PRIVATE), 0);
    assert_int_equal(file_real_open_file(dir, "t.mmdb", &fd), 0);
    *r = place_open(fd, &place);
    (void)close(fd);
    (void)close(dir);
    fs_destroy(fs);
    return place;
}

static void assert_country(const struct place *place, const char *address, const char *expected)
{
    char code[PLACE_COUNTRY_LEN + 1] = "";
    bool is_found = place_find_country(place, str_from(address), code);
    if (strcmp(is_found ? code : "", expected) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", address, is_found ? code : "", expected);
}

static void test_place__the_table_that_ships_knows_countries(void **state)
{
    (void)state;
    struct place *place;
    int fd;
    assert_int_equal(file_real_open_file(-1, "build/geo/country.mmdb", &fd), 0);
    assert_int_equal(place_open(fd, &place), 0);
    (void)close(fd);
    assert_country(place, "212.26.18.1", "SA");      /* KACST, Riyadh */
    assert_country(place, "130.149.7.201", "DE");    /* TU Berlin */
    assert_country(place, "131.111.150.25", "GB");   /* Cambridge */
    assert_country(place, "18.9.22.69", "US");       /* MIT */
    assert_country(place, "133.11.0.1", "JP");       /* University of Tokyo */
    assert_country(place, "2001:638:809::1", "DE");  /* the German research network */
    assert_country(place, "::ffff:133.11.0.1", "JP");
    assert_country(place, "10.1.2.3", "");
    assert_country(place, "127.0.0.1", "");
    assert_country(place, "192.168.1.1", "");
    assert_country(place, "172.16.0.9", "");
    assert_country(place, "169.254.1.1", "");
    assert_country(place, "fd00::1", "");
    assert_country(place, "fe80::1", "");
    assert_country(place, "::1", "");
    assert_country(place, "", "");
    assert_country(place, "unix", "");
    assert_country(place, "300.1.1.1", "");
    assert_country(place, "133.11.0.1.1", "");
    assert_country(place, "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb", "");
    place_close(place);
}

/* The format's own writing (maxmind.github.io/MaxMind-DB): a control byte of type and size, bytes. */
enum { TEXT = 2, NUMBER16 = 5, NUMBER32 = 6, MAP = 7, NUMBER64 = 9, ARRAY = 11 };

static void put(struct bytes *out, int type, size_t size)
{
    check(size < 285);
    unsigned high = type > MAP ? 0 : (unsigned)type << 5;
    bytes_put_u8(out, (uint8_t)(high | (size < 29 ? size : 29)));
    if (type > MAP)
        bytes_put_u8(out, (uint8_t)(type - MAP));
    if (size >= 29)
        bytes_put_u8(out, (uint8_t)(size - 29));
}

static void put_text(struct bytes *out, const char *text)
{
    put(out, TEXT, strlen(text));
    bytes_append_str(out, str_from(text));
}

static void put_number(struct bytes *out, const char *name, int type, uint8_t number)
{
    put_text(out, name);
    put(out, type, 1);
    bytes_put_u8(out, number);
}

/* A table of one node: addresses below 128.0.0.0 lead to the data, the others nowhere. */
static void make_table(struct str data, struct bytes *out)
{
    static const uint8_t node[6] = { 0, 0, 1 + 16, 0, 0, 1 };
    static const uint8_t separator[16] = { 0 };
    bytes_append(out, node, sizeof(node));
    bytes_append(out, separator, sizeof(separator));
    bytes_append_str(out, data);
    bytes_append_str(out, STR("\xab\xcd\xefMaxMind.com"));
    put(out, MAP, 9);
    put_number(out, "binary_format_major_version", NUMBER16, 2);
    put_number(out, "binary_format_minor_version", NUMBER16, 0);
    put_number(out, "build_epoch", NUMBER64, 9);
    put_number(out, "node_count", NUMBER32, 1);
    put_number(out, "record_size", NUMBER16, 24);
    put_number(out, "ip_version", NUMBER16, 4);
    put_text(out, "database_type");
    put_text(out, "test");
    put_text(out, "languages");
    put(out, ARRAY, 0);
    put_text(out, "description");
    put(out, MAP, 0);
}

static void test_place__reads_both_forms_and_doubts_codes(void **state)
{
    (void)state;
    static const struct { const char *outer, *inner, *code, *expected; } cases[] = {
        { "country_code", NULL, "SA", "SA" }, { "country", "iso_code", "EG", "EG" },
        { "country_code", NULL, "ZZ", "" },   { "country_code", NULL, "sa", "" },
        { "country_code", NULL, "SAU", "" },  { "country_code", NULL, "", "" },
        { "country", "name", "SA", "" },      { "city", NULL, "SA", "" },
    };
    struct temp temp;
    temp_make(&temp);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct bytes data = { 0 }, table = { 0 };
        int r;
        put(&data, MAP, 1);
        put_text(&data, cases[i].outer);
        if (cases[i].inner) {
            put(&data, MAP, 1);
            put_text(&data, cases[i].inner);
        }
        put_text(&data, cases[i].code);
        make_table(bytes_str(&data), &table);
        struct place *place = open_bytes(&temp, table.ptr, table.len, &r);
        assert_int_equal(r, 0);
        assert_country(place, "1.2.3.4", cases[i].expected);
        assert_country(place, "200.2.3.4", "");
        assert_country(place, "2001:db8::1", ""); /* a table of IPv4 alone */
        place_close(place);
        bytes_release(&data);
        bytes_release(&table);
    }
    temp_remove(&temp);
}

static void test_place__refuses_what_is_no_table(void **state)
{
    (void)state;
    struct temp temp;
    int r;
    temp_make(&temp);
    assert_null(open_bytes(&temp, "", 0, &r));
    assert_true(r < 0);
    assert_null(open_bytes(&temp, "no table at all", 15, &r));
    assert_int_equal(r, ERR_CORRUPT);
    struct place *place = NULL;
    assert_int_equal(place_open(4095, &place), ERR_NOT_FOUND);
    temp_remove(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place__the_table_that_ships_knows_countries),
        cmocka_unit_test(test_place__reads_both_forms_and_doubts_codes),
        cmocka_unit_test(test_place__refuses_what_is_no_table),
    };
    return RUN(tests);
}
