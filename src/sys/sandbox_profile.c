/* How the lists came about: `strace -f` over every test of the house gave the calls that each
 * program makes after confinement; the rest is a margin with a reason, because a call that libc
 * makes once a month must not be a death: memory (realloc of large blocks, malloc's arenas, threads
 * that end), frames over 60 KiB (a memfd), a failed check (abort), clocks without the fast path.
 *
 * Never in any list: execve, fork, ptrace, process_vm_*, socket, connect, bind, listen, io_uring_*,
 * userfaultfd, bpf, keyctl, mount, unshare, chmod, chown, link, kill. Links, listeners and watches
 * are made before or handed in. */
#include "sys/sandbox_profile.h"

#include <sys/syscall.h>

/* Every program: memory, threads, time, the links to its neighbours, an orderly or sudden end. */
static const int living[] = {
    SYS_read, SYS_write, SYS_writev, SYS_close, SYS_fcntl, SYS_newfstatat, SYS_fstat, SYS_lseek,
    SYS_pread64,
    /* memory; mlock for keys */
    SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_mlock,
    /* threads; sched_getaffinity and sysinfo are how libc asks for cores and memory */
    SYS_clone, SYS_clone3, SYS_futex, SYS_set_robust_list, SYS_rseq, SYS_sched_yield,
    SYS_sched_getaffinity, SYS_sysinfo, SYS_prctl, SYS_prlimit64, SYS_exit, SYS_exit_group,
    /* signals; abort() */
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_restart_syscall, SYS_getpid,
    SYS_gettid, SYS_tgkill,
    /* time and randomness */
    SYS_clock_nanosleep, SYS_clock_gettime, SYS_gettimeofday, SYS_getrandom,
    /* links: frames, and a memfd for the large ones */
#ifdef SYS_poll
    SYS_poll,
#endif
    SYS_ppoll, SYS_sendmsg, SYS_recvmsg, SYS_shutdown, SYS_memfd_create, SYS_ftruncate,
    SANDBOX_END,
};

/* libmicrohttpd on handed listeners, with threads of its own. */
static const int serving_http[] = {
    SYS_accept4, SYS_recvfrom, SYS_sendto, SYS_setsockopt, SYS_getsockopt, SYS_getsockname,
    SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait,
#ifdef SYS_epoll_wait
    SYS_epoll_wait,
#endif
    SYS_eventfd2,
    SANDBOX_END,
};

/* Files that are only read: the public files of the ledger's logs. */
static const int reading[] = { SANDBOX_OPEN_TO_READ, SYS_getdents64, SANDBOX_END };

/* A room that is written: SQLite, the wal, the store, the key store. */
static const int keeping[] = {
    SYS_openat, SYS_pwrite64, SYS_fsync, SYS_fdatasync, SYS_fallocate, SYS_getdents64, SYS_fstatfs,
    SYS_renameat, SYS_unlinkat, SYS_mkdirat,
    SANDBOX_END,
};

const struct sandbox_profile sandbox_ingest = {
    .name = "ingest",
    /* It makes wal files, writes them and cannot read them again. */
    .rooms = { { "data", SANDBOX_KEEP }, { "keys", SANDBOX_READ | SANDBOX_LIST },
               { "wal", SANDBOX_LIST | SANDBOX_CREATE | SANDBOX_REMOVE } },
    .groups = { living, serving_http, keeping },
};

const struct sandbox_profile sandbox_web = {
    .name = "web",
    .rooms = { { "log", SANDBOX_READ | SANDBOX_LIST } },
    .groups = { living, serving_http, reading },
};

const struct sandbox_profile sandbox_query = {
    .name = "query",
    .rooms = { { "data", SANDBOX_KEEP }, { "keys", SANDBOX_READ | SANDBOX_LIST },
               { "wal", SANDBOX_READ | SANDBOX_LIST | SANDBOX_REMOVE },
               { "zones", SANDBOX_READ | SANDBOX_LIST } },
    .groups = { living, keeping },
};

const struct sandbox_profile sandbox_auth = {
    .name = "auth",
    .rooms = { { "data", SANDBOX_KEEP }, { "keys", SANDBOX_READ | SANDBOX_LIST } },
    .groups = { living, keeping },
};

/* The vault's keys are a store of their own: shares are made and erased there. */
const struct sandbox_profile sandbox_vault = {
    .name = "vault",
    .rooms = { { "data", SANDBOX_KEEP }, { "keys", SANDBOX_KEEP } },
    .groups = { living, keeping },
};

const struct sandbox_profile sandbox_ledger = {
    .name = "ledger",
    .rooms = { { "data", SANDBOX_KEEP }, { "log", SANDBOX_KEEP },
               { "keys", SANDBOX_KEEP } }, /* a key each day */
    .groups = { living, keeping },
};

const int sandbox_never[] = {
    /* other processes' memory and descriptors */
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_getfd,
    /* ways around the file and network calls */
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    /* large parts of the kernel that nobody here needs */
    SYS_userfaultfd, SYS_bpf, SYS_perf_event_open, SYS_keyctl, SYS_add_key, SYS_request_key,
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot,
    SYS_swapon, SYS_swapoff, SYS_acct, SYS_personality,
    /* another view of the file system */
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_setns, SYS_fsopen, SYS_fsconfig,
    SYS_fsmount, SYS_fspick, SYS_move_mount, SYS_open_tree,
    /* the network: listeners and links exist by now, or come from socketpair */
    SYS_socket, SYS_connect, SYS_bind, SYS_listen,
    SANDBOX_END,
};
