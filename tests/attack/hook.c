/* Somebody else's code in a program of the house: the drill's attacker. It is linked into the release
 * objects by the linker's --wrap (make attack), so no source below src/ knows of it and what is
 * attacked is what is shipped.
 *
 * Before confinement it opens what a real attacker would have to work for (the list of its own
 * mappings and its own memory as files, so that reading what is not there is an error and not a
 * death); from then on a thread obeys the socket that the supervisor's hook handed in (hook_serve.c),
 * inside all walls of the program.
 *
 * A request is u32 length | u8 order | body, an answer u32 length | body; little endian, like the
 * machine. Orders stand at answer_one; tests/attack/hook.mjs is the other end. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "sys/control.h"
#include "sys/handed.h"
#include "sys/msg.h"
#include "sys/sandbox.h"

enum {
    REQUEST_MAX = 1 << 20,
    CHUNK = 1 << 20,
    ANSWER_MAX = 2 << 20,
    SCRATCH_MAX = 1 << 20,
    HITS_MAX = 256,
    FDS_MAX = 1024,
    TAKEN_MAX = 16,
    LINKS_MAX = 32,
};

/* All that the hook itself holds lies here, and is left out when memory is searched: else a search
 * would find its own needle. */
struct hook {
    uint8_t request[REQUEST_MAX];
    uint8_t answer[ANSWER_MAX];
    uint8_t scratch[SCRATCH_MAX];
    uint8_t chunk[CHUNK];
    size_t answer_len;
    size_t scratch_len;
    int socket;
    int maps;
    int mem;
    const char *handed;
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct { char name[48]; int fd; } links[LINKS_MAX];   /* the newest descriptor of each */
    int taken[TAKEN_MAX];                                 /* links whose frames are the attacker's */
    size_t taken_count;
    struct caught *first;                                 /* oldest first */
};

struct caught {
    struct caught *next;
    int link;
    struct msg msg;
    uint8_t body[];
};

static struct hook *hook;

void __real_sandbox_enter(const struct handed *handed, const struct sandbox_profile *profile);
void __wrap_sandbox_enter(const struct handed *handed, const struct sandbox_profile *profile);
int __real_control_receive(int control, struct bytes *buf, struct control_event *event);
int __wrap_control_receive(int control, struct bytes *buf, struct control_event *event);
int __real_msg_receive(int link, bool with_fd, uint32_t timeout_ms, struct bytes *buf,
                       struct msg *msg);
int __wrap_msg_receive(int link, bool with_fd, uint32_t timeout_ms, struct bytes *buf,
                       struct msg *msg);

/* ---- bytes ---------------------------------------------------------------------------------- */

static void put(const void *ptr, size_t len)
{
    check(len <= ANSWER_MAX - hook->answer_len);
    memcpy(hook->answer + hook->answer_len, ptr, len);
    hook->answer_len += len;
}

static void put_i64(int64_t value) { put(&value, sizeof(value)); }
static void put_u32(uint32_t value) { put(&value, sizeof(value)); }

static bool read_whole(void *ptr, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = read(hook->socket, (uint8_t *)ptr + done, len - done);
        if (n <= 0 && !(n < 0 && errno == EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool write_whole(const void *ptr, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = write(hook->socket, (const uint8_t *)ptr + done, len - done);
        if (n <= 0 && !(n < 0 && errno == EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* ---- a call ---------------------------------------------------------------------------------- */

/* One argument: u8 kind, u64 value. 0 the value itself; 1 so many bytes that follow, by address;
 * 2 so many bytes to be filled, by address, and answered. */
static uint64_t argument_of(struct bytes_reader *reader, uint8_t *kind, uint64_t *len)
{
    *kind = bytes_get_u8(reader);
    uint64_t value = bytes_get_u64(reader);
    *len = value;
    if (*kind == 1)
        return (uint64_t)(uintptr_t)bytes_get_raw(reader, (size_t)value).ptr;
    if (*kind != 2 || value > SCRATCH_MAX - hook->scratch_len)
        return value;
    uint8_t *room = hook->scratch + hook->scratch_len;
    memset(room, 0, (size_t)value);
    hook->scratch_len += (size_t)value;
    return (uint64_t)(uintptr_t)room;
}

/* u64 number, six arguments → i64 result or -errno, then the filled bytes in order. */
static void call(struct bytes_reader *reader)
{
    uint64_t values[6], lens[6];
    uint8_t kinds[6];
    hook->scratch_len = 0;
    long number = (long)bytes_get_u64(reader);
    for (int i = 0; i < 6; i++)
        values[i] = argument_of(reader, &kinds[i], &lens[i]);
    long r = syscall(number, values[0], values[1], values[2], values[3], values[4], values[5]);
    put_i64(r == -1 ? -errno : r);
    put(hook->scratch, hook->scratch_len);
}

/* ---- memory ----------------------------------------------------------------------------------- */

static size_t read_maps(uint8_t *out, size_t cap)
{
    size_t len = 0;
    for (ssize_t n; len < cap; len += (size_t)n) {
        n = pread(hook->maps, out + len, cap - len, (off_t)len);
        if (n <= 0)
            break;
    }
    return len;
}

static void peek(uint64_t at, uint64_t len)
{
    size_t n = len < CHUNK ? (size_t)len : CHUNK;
    ssize_t got = pread(hook->mem, hook->chunk, n, (off_t)at);
    put(hook->chunk, got > 0 ? (size_t)got : 0);
}

static void search_range(uint64_t from, uint64_t to, struct str needle, uint64_t *hits,
                         uint32_t *count)
{
    for (uint64_t at = from; at < to;) {
        size_t n = to - at < CHUNK ? (size_t)(to - at) : CHUNK;
        ssize_t got = pread(hook->mem, hook->chunk, n, (off_t)at);
        if (got < (ssize_t)needle.len)
            return;
        const uint8_t *p = hook->chunk, *end = hook->chunk + got;
        while ((p = memmem(p, (size_t)(end - p), needle.ptr, needle.len)) != NULL) {
            if (*count < HITS_MAX)
                hits[*count] = at + (uint64_t)(p - hook->chunk);
            ++*count;
            p++;
        }
        if (at + (uint64_t)got >= to)
            return;
        at += (uint64_t)got - needle.len + 1;
    }
}

/* → u32 how often, then the first addresses. The list of mappings lies where hits do not. */
static void search(struct str needle)
{
    static uint64_t hits[HITS_MAX];
    uint32_t count = 0;
    uint64_t mine = (uint64_t)(uintptr_t)hook;
    char *text = (char *)hook->scratch;
    text[read_maps(hook->scratch, SCRATCH_MAX - 1)] = 0;
    for (char *line = text; line && needle.len > 0 && needle.len < CHUNK;
         line = strchr(line, '\n')) {
        line += *line == '\n';
        unsigned long from, to;
        char rights[5];
        if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) != 3)
            break;
        if (rights[0] != 'r' || (from < mine + sizeof(*hook) && to > mine))
            continue;
        search_range(from, to, needle, hits, &count);
    }
    put_u32(count);
    put(hits, (count < HITS_MAX ? count : HITS_MAX) * sizeof(hits[0]));
}

/* ---- descriptors and links -------------------------------------------------------------------- */

/* → i32 number, i32 flags of fcntl, u32 mode of stat, each. */
static void descriptors(void)
{
    for (int fd = 0; fd < FDS_MAX; fd++) {
        struct stat st = { 0 };
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0 || fstat(fd, &st) != 0)
            continue;
        put_u32((uint32_t)fd);
        put_u32((uint32_t)flags);
        put_u32(st.st_mode);
    }
}

/* → what was handed, then a line "name=descriptor" for each link that came. */
static void links(void)
{
    char line[64];
    put(hook->handed, strlen(hook->handed));
    (void)pthread_mutex_lock(&hook->lock);
    for (int i = 0; i < LINKS_MAX && hook->links[i].name[0]; i++) {
        int len = snprintf(line, sizeof(line), "\n%s=%d", hook->links[i].name, hook->links[i].fd);
        put(line, (size_t)len);
    }
    (void)pthread_mutex_unlock(&hook->lock);
}

/* i32 link, i32 a descriptor to pass or -1, a frame with its header → i64. */
static void send_raw(struct bytes_reader *reader)
{
    int link = (int)bytes_get_u32(reader), fd = (int)bytes_get_u32(reader);
    struct str frame = bytes_get_raw(reader, reader->len - reader->at);
    struct iovec part = { (void *)(uintptr_t)frame.ptr, frame.len };
    _Alignas(struct cmsghdr) char space[CMSG_SPACE(sizeof(int))] = { 0 };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
    if (fd >= 0) {
        m.msg_control = space;
        m.msg_controllen = sizeof(space);
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof(int));
    }
    ssize_t n = sendmsg(link, &m, MSG_NOSIGNAL);
    put_i64(n < 0 ? -errno : n);
}

static bool is_taken(int link)
{
    for (size_t i = 0; i < hook->taken_count; i++)
        if (hook->taken[i] == link)
            return true;
    return false;
}

/* From now on (or not any more) what comes over a link never reaches the program. */
static void take(int link, bool takes)
{
    (void)pthread_mutex_lock(&hook->lock);
    for (size_t i = 0; i < hook->taken_count; i++)
        if (hook->taken[i] == link)
            hook->taken[i] = hook->taken[--hook->taken_count];
    if (takes && hook->taken_count < TAKEN_MAX)
        hook->taken[hook->taken_count++] = link;
    (void)pthread_mutex_unlock(&hook->lock);
    put_i64(0);
}

static void catch_frame(int link, const struct msg *msg)
{
    struct caught *caught = calloc(1, sizeof(*caught) + msg->body.len);
    check(caught != NULL);
    caught->link = link;
    caught->msg = *msg;
    memcpy(caught->body, msg->body.ptr, msg->body.len);
    struct caught **last = &hook->first;
    while (*last)
        last = &(*last)->next;
    *last = caught;
    (void)pthread_cond_signal(&hook->arrived);
}

/* u32 ms → the next caught frame: i32 link, i32 type, u64 id, u64 deadline, i32 passed descriptor,
 * body; nothing when none came. */
static void receive(uint32_t ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    (void)pthread_mutex_lock(&hook->lock);
    while (!hook->first && pthread_cond_timedwait(&hook->arrived, &hook->lock, &until) == 0)
        ;
    struct caught *caught = hook->first;
    if (caught)
        hook->first = caught->next;
    (void)pthread_mutex_unlock(&hook->lock);
    if (!caught)
        return;
    put_u32((uint32_t)caught->link);
    put_u32(caught->msg.type);
    put_i64((int64_t)caught->msg.id);
    put_i64((int64_t)caught->msg.deadline_ms);
    put_u32((uint32_t)caught->msg.fd);
    put(caught->body, caught->msg.body.len < CHUNK ? caught->msg.body.len : CHUNK);
    free(caught);
}

int __wrap_msg_receive(int link, bool with_fd, uint32_t timeout_ms, struct bytes *buf,
                       struct msg *msg)
{
    for (;;) {
        int r = __real_msg_receive(link, with_fd, timeout_ms, buf, msg);
        if (r != 0 || !hook)
            return r;
        (void)pthread_mutex_lock(&hook->lock);
        bool taken = is_taken(link);
        if (taken)
            catch_frame(link, msg);
        (void)pthread_mutex_unlock(&hook->lock);
        if (!taken)
            return r;
    }
}

int __wrap_control_receive(int control, struct bytes *buf, struct control_event *event)
{
    int r = __real_control_receive(control, buf, event);
    if (r != 0 || event->fd < 0 || !hook)
        return r;
    (void)pthread_mutex_lock(&hook->lock);
    int i = 0;
    while (i < LINKS_MAX - 1 && hook->links[i].name[0] &&
           !str_equal(event->link, str_from(hook->links[i].name)))
        i++;
    (void)snprintf(hook->links[i].name, sizeof(hook->links[i].name), STR_FMT,
                   STR_ARG(event->link));
    hook->links[i].fd = event->fd;
    (void)pthread_mutex_unlock(&hook->lock);
    return r;
}

/* ---- the thread ------------------------------------------------------------------------------- */

static void answer_one(struct str request)
{
    struct bytes_reader reader = bytes_reader_over(request);
    uint8_t order = bytes_get_u8(&reader);
    struct str body = str_from_index(request, 1);
    switch (order) {
    case 1: call(&reader); break;
    case 2: { uint64_t at = bytes_get_u64(&reader); peek(at, bytes_get_u64(&reader)); } break;
    case 3: {
        uint8_t *at = (uint8_t *)(uintptr_t)bytes_get_u64(&reader);
        memcpy(at, body.ptr + 8, body.len - 8);
        put_i64(0);
    } break;
    case 4: hook->answer_len += read_maps(hook->answer + 4, CHUNK); break;
    case 5: search(body); break;
    case 6: descriptors(); break;
    case 7: links(); break;
    case 8: send_raw(&reader); break;
    case 9: take((int)bytes_get_u32(&reader), true); break;
    case 10: take((int)bytes_get_u32(&reader), false); break;
    case 11: receive(bytes_get_u32(&reader)); break;
    default: put_i64(-ENOSYS); break;
    }
}

static void *obey(void *arg)
{
    uint32_t len;
    while (read_whole(&len, sizeof(len)) && len > 0 && len <= REQUEST_MAX &&
           read_whole(hook->request, len)) {
        hook->answer_len = sizeof(len);
        answer_one(str_of(hook->request, len));
        len = (uint32_t)(hook->answer_len - sizeof(len));
        memcpy(hook->answer, &len, sizeof(len));
        if (!write_whole(hook->answer, hook->answer_len))
            break;
    }
    return arg;
}

void __wrap_sandbox_enter(const struct handed *handed, const struct sandbox_profile *profile)
{
    pthread_t thread;
    int fd = -1;
    if (handed_find(handed, "attack", &fd)) {
        hook = mmap(NULL, sizeof(*hook), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                    0);
        check(hook != MAP_FAILED);
        hook->socket = fd;
        hook->handed = handed->text;
        hook->maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
        hook->mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
        check(hook->maps >= 0 && hook->mem >= 0);
        check(pthread_mutex_init(&hook->lock, NULL) == 0);
        check(pthread_cond_init(&hook->arrived, NULL) == 0);
    }
    __real_sandbox_enter(handed, profile);
    if (!hook)
        return;
    int len = snprintf((char *)hook->request, 64, "attack_hook %s %d\n", profile->name, getpid());
    check(write_whole(hook->request, (size_t)len));
    check(pthread_create(&thread, NULL, obey, NULL) == 0);
    (void)pthread_detach(thread);
}
