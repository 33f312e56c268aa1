/* sys/sandbox_profile: no list holds a call that would make the walls pointless, nobody but the
 * supervisor may execute a file, and only the keepers of a room may change it. */
#include "sys/sandbox_profile.h"

#include <string.h>
#include <sys/syscall.h>

#include "support/test.h"

static const struct sandbox_profile *const all[] = {
    &sandbox_ingest, &sandbox_web, &sandbox_query, &sandbox_auth, &sandbox_vault, &sandbox_ledger,
};
enum { ALL = sizeof(all) / sizeof(all[0]) };

static bool has(const struct sandbox_profile *profile, int call)
{
    for (size_t g = 0; g < SANDBOX_GROUPS_MAX && profile->groups[g]; g++)
        for (const int *c = profile->groups[g]; *c != SANDBOX_END; c++)
            if (*c == call)
                return true;
    return false;
}

static unsigned rights(const struct sandbox_profile *profile, const char *room)
{
    for (size_t i = 0; i < SANDBOX_ROOMS_MAX && profile->rooms[i].name; i++)
        if (strcmp(profile->rooms[i].name, room) == 0)
            return profile->rooms[i].rights;
    return 0;
}

static void test_profile__no_program_has_a_call_that_leads_out(void **state)
{
    (void)state;
    const int out[] = {
        SYS_execve, SYS_execveat, SYS_fork, SYS_vfork, SYS_kill, SYS_tkill, SYS_unshare,
        SYS_socketpair, SYS_ioctl, SYS_dup3, SYS_linkat, SYS_symlinkat, SYS_mknodat, SYS_fchmodat,
        SYS_fchownat, SYS_fchmod, SYS_fchown, SYS_setuid, SYS_setresuid, SYS_capset, SYS_seccomp,
        SYS_pidfd_open, SYS_inotify_init1, SYS_fanotify_init, SYS_pkey_mprotect, SYS_shmat,
        SYS_openat2, SYS_readlinkat, SYS_truncate,
    };
    for (size_t p = 0; p < ALL; p++) {
        for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++)
            assert_false(has(all[p], out[i]));
        for (const int *c = sandbox_never; *c != SANDBOX_END; c++)
            assert_false(has(all[p], *c));
    }
}

static void test_profile__who_faces_nobody_accepts_nobody(void **state)
{
    (void)state;
    for (size_t p = 0; p < ALL; p++)
        assert_int_equal(has(all[p], SYS_accept4),
                         all[p] == &sandbox_ingest || all[p] == &sandbox_web);
}

static void test_profile__rooms_are_as_the_wall_says(void **state)
{
    (void)state;
    for (size_t p = 0; p < ALL; p++)
        for (size_t i = 0; i < SANDBOX_ROOMS_MAX && all[p]->rooms[i].name; i++)
            assert_false(all[p]->rooms[i].rights & SANDBOX_EXECUTE);
    /* Ingest cannot read back what it wrote; query cannot write what it reads. */
    assert_false(rights(&sandbox_ingest, "wal") & (SANDBOX_READ | SANDBOX_KEEP));
    assert_false(rights(&sandbox_query, "wal") & (SANDBOX_CREATE | SANDBOX_KEEP));
    /* Web holds no room; it may show the ledger's public files. */
    assert_int_equal(rights(&sandbox_web, "data"), 0);
    assert_int_equal(rights(&sandbox_web, "keys"), 0);
    assert_false(has(&sandbox_web, SYS_openat));
    /* Keys are changed by the vault, whose key store they are, and by the ledger: one a day. */
    for (size_t p = 0; p < ALL; p++)
        assert_int_equal((rights(all[p], "keys") & SANDBOX_KEEP) != 0,
                         all[p] == &sandbox_vault || all[p] == &sandbox_ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile__no_program_has_a_call_that_leads_out),
        cmocka_unit_test(test_profile__who_faces_nobody_accepts_nobody),
        cmocka_unit_test(test_profile__rooms_are_as_the_wall_says),
    };
    return RUN(tests);
}
