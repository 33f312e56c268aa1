#include "ledger/inside/release.h"

#include <string.h>

#include "support/file_fault.h"
#include "support/ledger_room.h"
#include "support/test.h"

static struct ledger_room room;

static int begin(void **state)
{
    (void)state;
    ledger_room_init(&room, file_fault_create());
    ledger_room_begin(&room);
    return 0;
}

static int end(void **state)
{
    (void)state;
    struct fs *fs = room.fs;
    ledger_room_release(&room);
    fs_destroy(fs);
    return 0;
}

static void test_release__a_reveal(void **state)
{
    (void)state;
    assert_string_equal(ledger_room_try(&room, ROOM_SUPPORT, GRANT_REVEAL, 0, 3), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_release__a_reveal, begin, end),
    };
    return RUN(tests);
}
