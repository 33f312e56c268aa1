/* store/gather: several parts as one, by present person, in order, twins gone, ranges cut. */
#include "store/gather.h"

#include <string.h>

#include "base/err.h"
#include "support/store_room.h"
#include "support/test.h"

struct house {
    struct part *parts[2];
    struct gather_source sources[4];
    uint32_t source_count;
    struct identity identity;
    struct moves *moves;
    struct gather gather;
};

static const struct store_room_row first[] = {
    { "a", 1, 1000, 0, "" }, { "a", 1, 3000, 5, "" }, { "a", 5, 2000, 6, "" },
    { "b", 1, 1000, 0, "" },
};
static const struct store_room_row second[] = {
    { "a", 1, 2000, 0, "" }, { "a", 1, 3000, 5, "" }, { "a", 2, 2000, 6, "" },
    { "a", 7, 9000, 0, "" },
};

static void prepare(struct house *house)
{
    memset(house, 0, sizeof(*house));
    house->parts[0] = store_room_part(first, 4, 0);
    house->parts[1] = store_room_part(second, 4, 4);
    for (int i = 0; i < 2; i++)
        for (uint32_t k = 0; k < house->parts[i]->event_count; k++)
            assert_int_equal(gather_source_init(&house->sources[house->source_count++],
                                                house->parts[i], &house->parts[i]->events[k]), 0);
    gather_rank_sources(house->sources, house->source_count);
}

static void begin(struct house *house)
{
    house->moves = identity_moves(&house->identity, 0);
    gather_init(&house->gather, house->sources, house->source_count, house->moves);
}

static void clear(struct house *house)
{
    gather_release(&house->gather);
    identity_unpin_moves(house->moves);
    identity_release(&house->identity);
    part_read_unpin(house->parts[0]);
    part_read_unpin(house->parts[1]);
}

/* "name@seconds" of person i of the block, arrival behind. */
static void assert_rows(struct house *house, uint32_t person, const char *expected)
{
    struct gather *g = &house->gather;
    struct bytes text = { 0 };
    for (uint32_t i = g->span_off[person]; i < g->span_off[person + 1]; i++)
        for (uint32_t k = 0; k < g->spans[i].count; k++) {
            const struct gather_source *s = &house->sources[g->spans[i].source];
            uint32_t row = g->spans[i].row + k;
            bytes_printf(&text, STR_FMT "@%u#%u ", STR_ARG(s->event->name), s->time[row],
                         (unsigned)(s->part->arrival0 + s->arrival[row]));
        }
    bytes_put_u8(&text, 0);
    assert_string_equal(text.ptr, expected);
    bytes_release(&text);
}

static void test_gather__ordered_by_time_and_name_newest_twin_kept(void **state)
{
    (void)state;
    struct house house;
    prepare(&house);
    begin(&house);
    gather_block(&house.gather, 1, 7);
    assert_rows(&house, 0, "a@1#0 b@1#3 a@2#4 a@3#5 ");
    assert_rows(&house, 1, "a@2#6 ");
    assert_rows(&house, 4, "a@2#2 ");
    assert_rows(&house, 6, "a@9#7 ");
    assert_rows(&house, 3, "");
    assert_int_equal(house.gather.rows_read, 8);
    assert_true(gather_memory(&house.gather) > 0);
    clear(&house);
}

static void test_gather__moved_rows_are_shown_under_their_person(void **state)
{
    (void)state;
    struct house house;
    prepare(&house);
    assert_true(identity_link(&house.identity, 5, 2));
    assert_true(identity_link(&house.identity, 7, 2));
    begin(&house);
    gather_block(&house.gather, 1, 7);
    assert_rows(&house, 1, "a@2#6 a@9#7 ");   /* 5's row is a twin of 2's */
    assert_rows(&house, 4, "");
    assert_rows(&house, 6, "");
    gather_block(&house.gather, 4, 4);        /* a block that they only left */
    assert_int_equal(house.gather.span_count, 0);
    clear(&house);
}

static void test_gather__range_is_half_open(void **state)
{
    (void)state;
    struct house house;
    prepare(&house);
    begin(&house);
    house.gather.from_ms = 2000;
    house.gather.to_ms = 3000;
    gather_block(&house.gather, 0, 100);
    assert_rows(&house, 1, "a@2#4 ");
    assert_rows(&house, 7, "");
    house.gather.to_ms = 1000;                /* upside down: nothing */
    gather_block(&house.gather, 0, 100);
    assert_int_equal(house.gather.span_count, 0);
    clear(&house);
}

static void test_gather__corrupt_part_is_said(void **state)
{
    (void)state;
    struct part *whole = store_room_part(first, 4, 0), *part;
    struct bytes bytes = { 0 };
    struct gather_source source;
    bytes_append(&bytes, whole->data, whole->len);
    bytes.ptr[whole->events[0].sections[PART_TIME].off] ^= 1;
    assert_int_equal(part_read_bytes(&bytes, &part), 0);
    assert_int_equal(gather_source_init(&source, part, &part->events[0]), ERR_CORRUPT);
    assert_true(part->is_bad);
    part_read_unpin(part);
    part_read_unpin(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gather__ordered_by_time_and_name_newest_twin_kept),
        cmocka_unit_test(test_gather__moved_rows_are_shown_under_their_person),
        cmocka_unit_test(test_gather__range_is_half_open),
        cmocka_unit_test(test_gather__corrupt_part_is_said),
    };
    return RUN(tests);
}
