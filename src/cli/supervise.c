/* How programs and links live.
 *
 *   start      control pair, boot id, fork and exec; then SELF (its own boot id), then every
 *              link of which both ends live: a fresh SEQPACKET pair, one end to each by RELINK.
 *   death      the kernel closes the dead end, so the survivor reads end of file: closed. The
 *              program is started again after a pause that doubles from 100 ms to 5 s, and links
 *              are made anew.
 *   planned    DRAIN, wait for exit 0, start again: the listening socket is ours, so connections
 *              wait in its backlog and none is refused.
 *   end        by rank: those that take from outside drain first, then query (it flushes and sends
 *              what it has), then those it needs. Who does not end in time is killed.
 */
#include "cli/supervise.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "crypto/random.h"
#include "sys/clock.h"
#include "sys/control.h"
#include "sys/file_real.h"
#include "sys/sock.h"
#include "sys/spawn.h"

/* Short for the drill, which kills programs often. */
#ifndef SUPERVISE_BACKOFF_MAX_MS
#define SUPERVISE_BACKOFF_MAX_MS 5000
#endif

enum {
    BACKOFF_MIN_MS = 100,
    BACKOFF_MAX_MS = SUPERVISE_BACKOFF_MAX_MS,
    STEADY_MS = 10000,      /* who lived this long starts with the shortest pause again */
    DRAIN_MS = 10000,
    FAILURES_AT_START = 5,  /* deaths before the first ready line: give up */
};

struct child {
    pid_t pid;              /* 0 = not running */
    int control;
    uint8_t boot_id[16];
    bool is_ready;
    struct sandbox_layers layers;  /* by its own word, of its last start */
    bool is_draining;
    uint64_t started_ms;
    uint64_t start_at_ms;   /* 0 = no start is due */
    uint64_t kill_at_ms;    /* 0 = not asked to end */
    uint32_t backoff_ms;
};

struct supervisor {
    const struct supervise_config *config;
    struct child children[SUPERVISE_PROGRAMS_MAX];
    int signals;
    bool was_ready;
    bool is_ending;
    int failures;
    uint32_t rolling;       /* the next to restart in a planned restart; the count = none */
    bool roll_is_asked;     /* `rolling` was told to drain and has not come back yet */
};

static const char *name_of(const struct supervisor *s, uint32_t p)
{
    return s->config->programs[p].name;
}

static int open_in(int dir_fd, const char *name)
{
    int fd = -1;
    int r = file_real_open_below(dir_fd, name, &fd);
    if (r != 0)
        log_error("cannot open directory %s: %s", name, err_text(r));
    return fd;
}

static void add_fd(struct spawn *spawn, const char *name, int fd)
{
    spawn->fds[spawn->fd_count++] = (struct spawn_fd){ name, fd };
}

static void add_number(struct spawn *spawn, const char *name, int value)
{
    spawn->numbers[spawn->number_count++] = (struct spawn_number){ name, value };
}

/* The descriptors of one program beside control. Opened ones go to owned[], to be closed. */
static size_t equip(const struct supervise_config *config, const struct supervise_program *program,
                    struct spawn *spawn, int owned[3])
{
    size_t count = 0;
    add_fd(spawn, "keys", owned[count++] = open_in(config->keys_fd, program->name));
    if (program->has_data)
        add_fd(spawn, "data", owned[count++] = open_in(config->data_fd, program->name));
    if (program->has_wal)
        add_fd(spawn, "wal", owned[count++] = open_in(config->data_fd, "wal"));
    if (program->listen_fd >= 0) {
        add_fd(spawn, "listen", program->listen_fd);
        add_fd(spawn, "socket", program->socket_fd);
    }
    if (program->extra_fd.name)
        add_fd(spawn, program->extra_fd.name, program->extra_fd.fd);
    if (program->extra_number.name)
        add_number(spawn, program->extra_number.name, program->extra_number.value);
    add_number(spawn, "owner_uid", config->owner_uid);
    if (config->is_strict)
        add_number(spawn, "strict", 1);
    if (config->uid_base >= 0) {
        add_number(spawn, "uid", config->uid_base + program->number);
        add_number(spawn, "gid", config->uid_base + program->number);
    }
    return count;
}

static void send_relink(struct supervisor *s, uint32_t to, struct control_event *event)
{
    if (s->children[to].pid && control_send_relink(s->children[to].control, event) != 0)
        log_warn("%s does not take its links", name_of(s, to));
}

static void tell_boot_id(struct supervisor *s, uint32_t to, const char *link, uint32_t of)
{
    struct control_event event = { .link = str_from(link), .peer = str_from(name_of(s, of)),
                                   .fd = -1 };
    memcpy(event.boot_id, s->children[of].boot_id, sizeof(event.boot_id));
    send_relink(s, to, &event);
}

static void relink(struct supervisor *s, size_t which)
{
    uint32_t a = s->config->links[which].asker, b = s->config->links[which].answerer;
    int pair[2];
    if (!s->children[a].pid || !s->children[b].pid)
        return;
    if (sock_pair(pair) != 0) {
        log_error("cannot make link %s", s->config->links[which].name);
        return;
    }
    for (int end = 0; end < 2; end++) {
        uint32_t to = end == 0 ? a : b, peer = end == 0 ? b : a;
        struct control_event event = { .link = str_from(s->config->links[which].name),
                                       .peer = str_from(name_of(s, peer)), .fd = pair[end] };
        memcpy(event.boot_id, s->children[peer].boot_id, sizeof(event.boot_id));
        send_relink(s, to, &event);
    }
    sock_close(pair[0]);
    sock_close(pair[1]);
}

/* Grants carry the boot id of who makes them: who checks them learns it whenever either starts. */
static void tell_grant_makers(struct supervisor *s, uint32_t started)
{
    const struct supervise_program *programs = s->config->programs;
    for (uint32_t maker = 0; maker < s->config->program_count; maker++)
        for (uint32_t to = 0; to < s->config->program_count; to++)
            if (programs[maker].makes_grants && programs[to].checks_grants &&
                (maker == started || to == started) && s->children[maker].pid)
                tell_boot_id(s, to, programs[maker].name, maker);
}

static int program_path(const struct supervise_config *config, uint32_t p, char *out,
                        size_t cap)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "amana-%s", config->programs[p].name);
    if (!config->directory)
        return spawn_sibling(name, out, cap);
    int written = snprintf(out, cap, "%s/%s", config->directory, name);
    return written > 0 && (size_t)written < cap ? 0 : ERR_TOO_LARGE;
}

static int spawn_program(struct supervisor *s, uint32_t p, int pair[2])
{
    char path[4096];
    int owned[3] = { -1, -1, -1 };
    struct spawn spawn = { 0 };
    int r = program_path(s->config, p, path, sizeof(path));
    if (r != 0)
        return r;
    spawn.path = path;
    add_fd(&spawn, "control", pair[1]);
    size_t count = equip(s->config, &s->config->programs[p], &spawn, owned);
    for (size_t i = 0; i < spawn.fd_count; i++)
        if (spawn.fds[i].fd < 0)
            r = ERR_NOT_FOUND;
    if (r == 0)
        r = spawn_child(&spawn, &s->children[p].pid);
    for (size_t i = 0; i < count; i++)
        sock_close(owned[i]);
    return r;
}

static void schedule(struct child *child)
{
    uint64_t now = clock_boot_ms();
    if (child->backoff_ms < BACKOFF_MIN_MS || now - child->started_ms > STEADY_MS)
        child->backoff_ms = BACKOFF_MIN_MS;
    child->start_at_ms = now + child->backoff_ms;
    child->backoff_ms = child->backoff_ms * 2 < BACKOFF_MAX_MS ? child->backoff_ms * 2
                                                               : BACKOFF_MAX_MS;
}

static void start(struct supervisor *s, uint32_t p)
{
    struct child *child = &s->children[p];
    int pair[2];
    child->start_at_ms = child->kill_at_ms = 0;
    child->is_ready = child->is_draining = false;
    child->started_ms = clock_boot_ms();
    random_bytes(child->boot_id, sizeof(child->boot_id));
    int r = sock_pair(pair);
    if (r == 0) {
        r = spawn_program(s, p, pair);
        sock_close(pair[1]);
        if (r != 0)
            sock_close(pair[0]);
    }
    if (r != 0) {
        log_error("cannot start amana-%s: %s", name_of(s, p), err_text(r));
        child->pid = 0;
        schedule(child);
        return;
    }
    child->control = pair[0];
    tell_boot_id(s, p, "self", p);
    /* Before the first question can come: else its grant would look like a former auth's. */
    tell_grant_makers(s, p);
    for (size_t i = 0; i < s->config->link_count; i++)
        if (s->config->links[i].asker == p || s->config->links[i].answerer == p)
            relink(s, i);
}

static void drain(struct supervisor *s, uint32_t p)
{
    struct child *child = &s->children[p];
    if (!child->pid || child->is_draining)
        return;
    child->is_draining = true;
    child->kill_at_ms = clock_boot_ms() + DRAIN_MS;
    if (control_send_drain(child->control) != 0)
        spawn_kill(child->pid, true);
}

/* SIGSYS is the filter's: the program made a call that none of ours makes. Somebody else's code ran
 * in it, or a library changed. */
static void log_end(const char *name, int status)
{
    if (status == 128 + SIGSYS)
        log_error("program_killed: amana-%s made a system call that is not in its list; "
                  "starting it again", name);
    else if (status > 128)
        log_warn("amana-%s ended by signal %d; starting it again", name, status - 128);
    else
        log_warn("amana-%s ended with status %d; starting it again", name, status);
}

static void on_exit_of(struct supervisor *s, pid_t pid, int status)
{
    for (uint32_t p = 0; p < s->config->program_count; p++) {
        struct child *child = &s->children[p];
        if (child->pid != pid)
            continue;
        bool is_planned = child->is_draining && status == 0;
        sock_close(child->control);
        child->pid = 0;
        child->control = -1;
        child->is_ready = false;
        if (s->is_ending)
            return;
        if (!is_planned) {
            log_end(name_of(s, p), status);
            s->failures++;
            schedule(child);
        } else {
            child->start_at_ms = clock_boot_ms();
        }
    }
}

/* The asker of a link dropped it: what came was no answer. Who answers there is somebody else now,
 * or broken; a new start makes all its links anew. */
static void on_broken(struct supervisor *s, uint32_t by, struct str name)
{
    for (size_t i = 0; i < s->config->link_count; i++) {
        const struct supervise_link *link = &s->config->links[i];
        if (link->asker != by || !str_equal(name, str_from(link->name)))
            continue;
        log_error("program_misbehaved: amana-%s said over link %s what is no answer; ending it",
                  name_of(s, link->answerer), link->name);
        if (s->children[link->answerer].pid)
            spawn_kill(s->children[link->answerer].pid, true);
    }
}

static void on_control(struct supervisor *s, uint32_t p)
{
    struct bytes buf = { 0 };
    struct control_event event;
    int r = control_receive(s->children[p].control, &buf, &event);
    sock_close(event.fd);
    if (r == 0 && event.type == CONTROL_READY) {
        s->children[p].is_ready = true;
        s->children[p].layers = event.layers;
    } else if (r == 0 && event.type == CONTROL_BROKEN) {
        on_broken(s, p, event.link);
    } else if (r != 0) {
        /* End of file comes before the exit status; do not spin on it. */
        sock_close(s->children[p].control);
        s->children[p].control = -1;
    }
    bytes_release(&buf);
}

static bool all_ready(const struct supervisor *s)
{
    for (uint32_t p = 0; p < s->config->program_count; p++)
        if (!s->children[p].is_ready)
            return false;
    return true;
}

/* The end in order of rank; true when all are gone. */
static bool end_step(struct supervisor *s)
{
    int lowest = INT32_MAX;
    for (uint32_t p = 0; p < s->config->program_count; p++)
        if (s->children[p].pid && s->config->programs[p].rank < lowest)
            lowest = s->config->programs[p].rank;
    for (uint32_t p = 0; p < s->config->program_count; p++)
        if (s->config->programs[p].rank == lowest)
            drain(s, p);
    return lowest == INT32_MAX;
}

/* A planned restart goes one program after another, so that the house stays open. */
static void roll_step(struct supervisor *s)
{
    if (s->rolling == s->config->program_count || !s->children[s->rolling].is_ready ||
        s->children[s->rolling].is_draining)
        return;
    if (!s->roll_is_asked)
        drain(s, s->rolling);
    else
        s->rolling++;
    s->roll_is_asked = !s->roll_is_asked;
}

/* What the weakest program has: a wall is as high as its lowest stone. */
static void report_layers(const struct supervisor *s)
{
    struct sandbox_layers least = s->children[0].layers;
    for (uint32_t p = 1; p < s->config->program_count; p++) {
        const struct sandbox_layers *l = &s->children[p].layers;
        least.is_confined &= l->is_confined;
        least.has_own_uid &= l->has_own_uid;
        least.locks_keys &= l->locks_keys;
        least.landlock_abi = l->landlock_abi < least.landlock_abi ? l->landlock_abi
                                                                  : least.landlock_abi;
        least.seccomp_calls = l->seccomp_calls < least.seccomp_calls ? l->seccomp_calls
                                                                     : least.seccomp_calls;
    }
    log_info("confined: every program is %s, has %s, %s (version %d), %s, keys %s",
             least.is_confined ? "undumpable without new privileges" : "NOT CONFINED",
             least.has_own_uid ? "its own uid" : "the SAME uid as the others",
             least.landlock_abi ? "landlock" : "NO landlock", least.landlock_abi,
             least.seccomp_calls ? "seccomp" : "NO seccomp",
             least.locks_keys ? "locked" : "NOT locked");
}

static void tick(struct supervisor *s)
{
    uint64_t now = clock_boot_ms();
    for (uint32_t p = 0; p < s->config->program_count; p++) {
        struct child *child = &s->children[p];
        if (!child->pid && child->start_at_ms && child->start_at_ms <= now && !s->is_ending)
            start(s, p);
        if (child->pid && child->kill_at_ms && child->kill_at_ms <= now) {
            log_warn("amana-%s did not end in time", name_of(s, p));
            spawn_kill(child->pid, true);
            child->kill_at_ms = 0;
        }
    }
    if (!s->was_ready && all_ready(s)) {
        s->was_ready = true;
        s->config->ready(s->config->ctx);
        report_layers(s);
    }
    if (!s->is_ending)
        roll_step(s);
}

static void roll_begin(struct supervisor *s)
{
    s->rolling = 0;
    s->roll_is_asked = false;
}

static void on_signals(struct supervisor *s)
{
    int number, status;
    pid_t pid;
    while ((number = spawn_next_signal(s->signals)) != 0) {
        if (number == SIGTERM || number == SIGINT)
            s->is_ending = true;
        if (number == SIGHUP)
            roll_begin(s);
    }
    while (spawn_reap(&pid, &status))
        on_exit_of(s, pid, status);
}

static void wait_and_serve(struct supervisor *s)
{
    int fds[SUPERVISE_PROGRAMS_MAX + 1];
    bool which[SUPERVISE_PROGRAMS_MAX + 1];
    uint32_t count = s->config->program_count;
    for (uint32_t p = 0; p < count; p++)
        fds[p] = s->children[p].pid ? s->children[p].control : -1;
    fds[count] = s->signals;
    if (spawn_wait(fds, which, count + 1, 50) != 0)
        return;
    for (uint32_t p = 0; p < count; p++)
        if (which[p] && fds[p] >= 0)
            on_control(s, p);
    on_signals(s);
}

int supervise_run(const struct supervise_config *config)
{
    struct supervisor s = { .config = config, .rolling = config->program_count };
    check(config->program_count <= SUPERVISE_PROGRAMS_MAX);
    for (uint32_t p = 0; p < config->program_count; p++)
        s.children[p].control = -1;
    if (spawn_signals(&s.signals) != 0)
        return 1;
    for (uint32_t p = 0; p < config->program_count; p++)
        start(&s, p);
    for (;;) {
        if (!s.was_ready && s.failures >= FAILURES_AT_START) {
            log_error("the programs do not come up; the reasons stand above");
            s.is_ending = true;
        }
        if (s.is_ending && end_step(&s))
            break;
        wait_and_serve(&s);
        tick(&s);
    }
    return s.was_ready ? 0 : 1;
}
