#include "ingest/enrich/place.h"

#include <arpa/inet.h>
#include <maxminddb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct place {
    MMDB_s db;
};

int place_open(int fd, struct place **out)
{
    char path[32];
    struct place *place = calloc(1, sizeof(*place));
    check(place != NULL);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int status = MMDB_open(path, MMDB_MODE_MMAP, &place->db);
    if (status == MMDB_SUCCESS) {
        *out = place;
        return 0;
    }
    free(place);
    return status == MMDB_FILE_OPEN_ERROR ? ERR_NOT_FOUND : ERR_CORRUPT;
}

void place_close(struct place *place)
{
    if (!place)
        return;
    MMDB_close(&place->db);
    free(place);
}

/* "::ffff:192.0.2.1" is an IPv4 address that came through an IPv6 socket. */
static bool parse_address(struct str text, struct sockaddr_storage *out)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    char address[INET6_ADDRSTRLEN];
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)out;
    struct in6_addr six;
    if (text.len == 0 || text.len >= sizeof(address))
        return false;
    memcpy(address, text.ptr, text.len);
    address[text.len] = 0;
    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        return true;
    }
    if (inet_pton(AF_INET6, address, &six) != 1)
        return false;
    if (memcmp(six.s6_addr, mapped, sizeof(mapped)) == 0) {
        memcpy(&v4->sin_addr, six.s6_addr + sizeof(mapped), 4);
        v4->sin_family = AF_INET;
    } else {
        v6->sin6_addr = six;
        v6->sin6_family = AF_INET6;
    }
    return true;
}

static bool take_code(const MMDB_entry_data_s *data, char out[PLACE_COUNTRY_LEN])
{
    const char *code = data->utf8_string;
    if (!data->has_data || data->type != MMDB_DATA_TYPE_UTF8_STRING ||
        data->data_size != PLACE_COUNTRY_LEN)
        return false;
    for (size_t i = 0; i < PLACE_COUNTRY_LEN; i++)
        if (code[i] < 'A' || code[i] > 'Z')
            return false;
    memcpy(out, code, PLACE_COUNTRY_LEN);
    return memcmp(out, "ZZ", PLACE_COUNTRY_LEN) != 0; /* "unknown", by ISO 3166's own usage */
}

bool place_find_country(const struct place *place, struct str address,
                        char out[PLACE_COUNTRY_LEN])
{
    struct sockaddr_storage parsed;
    MMDB_entry_data_s data;
    int error = MMDB_SUCCESS;
    if (!parse_address(address, &parsed))
        return false;
    MMDB_lookup_result_s found =
        MMDB_lookup_sockaddr(&place->db, (struct sockaddr *)(void *)&parsed, &error);
    if (error != MMDB_SUCCESS || !found.found_entry)
        return false;
    if (MMDB_get_value(&found.entry, &data, "country_code", NULL) == MMDB_SUCCESS &&
        take_code(&data, out))
        return true;
    return MMDB_get_value(&found.entry, &data, "country", "iso_code", NULL) == MMDB_SUCCESS &&
           take_code(&data, out);
}
