#include "vault/inside/replay_window.h"

#include <string.h>

#include "base/err.h"

static uint64_t bit_of(uint64_t sequence)
{
    return UINT64_C(1) << (sequence % 64);
}

static uint64_t *word_of(struct replay_window *w, uint64_t sequence)
{
    return &w->bits[sequence % REPLAY_WINDOW_BITS / 64];
}

bool replay_window_is_below(const struct replay_window *w, uint64_t sequence)
{
    return w->highest >= REPLAY_WINDOW_BITS && sequence <= w->highest - REPLAY_WINDOW_BITS;
}

bool replay_window_has(const struct replay_window *w, uint64_t sequence)
{
    if (sequence > w->highest)
        return false;
    return replay_window_is_below(w, sequence) ||
           (w->bits[sequence % REPLAY_WINDOW_BITS / 64] & bit_of(sequence));
}

void replay_window_add(struct replay_window *w, uint64_t sequence)
{
    if (sequence > w->highest) {
        uint64_t skipped = sequence - w->highest;
        if (skipped >= REPLAY_WINDOW_BITS)
            memset(w->bits, 0, sizeof(w->bits));
        else
            for (uint64_t s = w->highest + 1; s < sequence; s++)
                *word_of(w, s) &= ~bit_of(s);
        w->highest = sequence;
    }
    if (!replay_window_is_below(w, sequence))
        *word_of(w, sequence) |= bit_of(sequence);
}

void replay_window_encode(const struct replay_window *w, struct bytes *out)
{
    bytes_put_u64(out, w->highest);
    for (int i = 0; i < REPLAY_WINDOW_BITS / 64; i++)
        bytes_put_u64(out, w->bits[i]);
}

int replay_window_decode(struct str bytes, struct replay_window *w)
{
    struct bytes_reader r = bytes_reader_over(bytes);
    w->highest = bytes_get_u64(&r);
    for (int i = 0; i < REPLAY_WINDOW_BITS / 64; i++)
        w->bits[i] = bytes_get_u64(&r);
    return bytes_reader_is_done(&r) ? 0 : ERR_CORRUPT;
}
