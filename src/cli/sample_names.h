/* Believable people for the sample world: given and family names of several languages and scripts,
 * by country. The names are common ones; the people do not exist, and their addresses end in
 * .example (RFC 2606). */
#ifndef CLI_SAMPLE_NAMES_H
#define CLI_SAMPLE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rand.h"

enum { SAMPLE_NAME_MAX = 96 };

struct sample_country {
    const char *code;        /* ISO 3166 */
    const char *city;
    const char *calling;     /* "+966 5" and so on: seven digits follow */
    int32_t offset_minutes;  /* of its people's clocks, for the hours they work */
    uint32_t weight;         /* share of the organisations */
    bool rests_friday;       /* weekend Friday and Saturday, else Saturday and Sunday */
};

/* *count countries, heaviest first. */
const struct sample_country *sample_names_countries(uint32_t *count);
/* A full name in the country's script, and the same person's Latin name for an address. */
void sample_names_person(struct rand *rand, uint32_t country, char full[SAMPLE_NAME_MAX],
                         char latin[SAMPLE_NAME_MAX]);
/* An organisation's name, distinct for numbers below 1,000. */
void sample_names_organisation(uint32_t number, char out[SAMPLE_NAME_MAX]);

#endif
