#include "process/query_pseudonym.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "store/subjects.h"

#define KEY_FILE "pseudonym.key"

enum { CHUNK = 65536, PREFIX = 2 };

int query_pseudonyms_open(struct fs *data, struct query_pseudonyms *out)
{
    int r = fs_read_exactly(data, KEY_FILE, out->key, sizeof(out->key));
    if (r != ERR_NOT_FOUND)
        return r;
    random_bytes(out->key, sizeof(out->key));
    return fs_replace_file(data, KEY_FILE, str_of(out->key, sizeof(out->key)), FILE_PRIVATE);
}

void query_pseudonyms_wipe(struct query_pseudonyms *pseudonyms)
{
    hash_wipe(pseudonyms->key, sizeof(pseudonyms->key));
}

static void project_key(const struct query_pseudonyms *pseudonyms, uint64_t project,
                        uint8_t out[HASH_SIP_KEY_BYTES])
{
    uint8_t number[8];
    for (int i = 0; i < 8; i++)
        number[i] = (uint8_t)(project >> 8 * i);
    const struct str parts[] = { STR("amana/pseudonym/1"), str_of(number, sizeof(number)) };
    hash_framed(pseudonyms->key, parts, 2, out, HASH_SIP_KEY_BYTES);
}

void query_pseudonyms_format(const struct query_pseudonyms *pseudonyms, uint64_t project,
                             const struct ref *ref, char out[QUERY_PSEUDONYM_TEXT])
{
    uint8_t key[HASH_SIP_KEY_BYTES];
    project_key(pseudonyms, project, key);
    (void)snprintf(out, QUERY_PSEUDONYM_TEXT, "p_%016llx",
                   (unsigned long long)hash_sip64(key, str_of(ref->bytes, sizeof(ref->bytes))));
    hash_wipe(key, sizeof(key));
}

static bool parse(struct str text, uint64_t *out)
{
    uint8_t bytes[8];
    if (!str_starts(text, STR("p_")) ||
        !str_to_hex_bytes(str_from_index(text, PREFIX), bytes, sizeof(bytes)))
        return false;
    *out = 0;
    for (int i = 0; i < 8; i++)
        *out = *out << 8 | bytes[i];
    return true;
}

uint32_t query_pseudonyms_find(const struct query_pseudonyms *pseudonyms, struct store *store,
                               uint64_t project, struct str text)
{
    uint8_t key[HASH_SIP_KEY_BYTES];
    uint64_t wanted;
    uint32_t code = 0, first = 1, n;
    if (!parse(text, &wanted))
        return 0;
    struct ref *refs = malloc(CHUNK * sizeof(*refs));
    check(refs != NULL);
    project_key(pseudonyms, project, key);
    while (code == 0 && (n = subjects_copy(store, first, CHUNK, refs)) > 0) {
        for (uint32_t i = 0; i < n && code == 0; i++)
            if (hash_sip64(key, str_of(refs[i].bytes, sizeof(refs[i].bytes))) == wanted)
                code = first + i;
        first += n;
    }
    hash_wipe(key, sizeof(key));
    free(refs);
    return code ? subjects_present(store, code) : 0;
}
