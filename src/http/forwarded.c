#include "http/forwarded.h"

static bool is_address(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i], low = (char)(c | 0x20);
        if (!(c >= '0' && c <= '9') && !(low >= 'a' && low <= 'f') && c != '.' && c != ':')
            return false;
    }
    return text.len > 0 && text.len <= HTTP_ADDRESS_MAX_BYTES;
}

/* Takes the last element off the list. */
static struct str take_last(struct str *list)
{
    size_t from = list->len;
    while (from > 0 && list->ptr[from - 1] != ',')
        from--;
    struct str last = str_trim(str_from_index(*list, from));
    *list = str_slice(*list, 0, from ? from - 1 : 0);
    return last;
}

struct str http_forwarded_client(struct str peer, struct str forwarded_for, http_trusts_fn trusts,
                                 const void *ctx)
{
    struct str client = peer;
    while (forwarded_for.len && trusts(ctx, client)) {
        struct str next = take_last(&forwarded_for);
        if (!is_address(next))
            break;
        client = next;
    }
    return client;
}
