/* cli/doctor: a house that init made is sound; each planted fault is found, named and told how to
 * mend; a house that is being served is left alone. The command takes a lock that it keeps until its
 * end, so each run is a process of its own. */
#include "cli/doctor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/init.h"
#include "crypto/random.h"
#include "json/doc.h"
#include "support/temp.h"
#include "support/test.h"
#include "wal/wal_record.h"

struct room {
    struct temp temp;
    struct fs *fs;
    char data[200];
};

/* Runs a command with its output in the file `name` of the room; the exit status. */
static int run(struct room *room, const char *name, int (*command)(int, char **), char **argv,
               int argc)
{
    char path[300];
    int status;
    (void)snprintf(path, sizeof(path), "%s/%s", room->temp.path, name);
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen(path, "w", stdout))
            _exit(99);
        int r = command(argc, argv);
        (void)fflush(stdout);
        _exit(r);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int setup(void **state)
{
    static struct room room;
    crypto_init();
    temp_make(&room.temp);
    room.fs = temp_fs(&room.temp);
    (void)snprintf(room.data, sizeof(room.data), "%s/d", room.temp.path);
    char *argv[] = { ARG("init"), ARG("--data"), room.data, ARG("--json") };
    *state = &room;
    return run(&room, "init", cli_init, argv, 4);
}

static int teardown(void **state)
{
    struct room *room = *state;
    fs_destroy(room->fs);
    temp_remove(&room->temp);
    return 0;
}

struct said {
    int status;
    struct bytes text;
    struct json_doc *doc;
};

static struct said examine(struct room *room)
{
    struct said said = { 0 };
    char *argv[] = { ARG("doctor"), ARG("--data"), room->data, ARG("--json") };
    said.status = run(room, "said", cli_doctor, argv, 4);
    assert_int_equal(fs_read_file(room->fs, "said", 1 << 20, &said.text), 0);
    if (said.text.len)
        assert_int_equal(json_doc_parse(bytes_str(&said.text), 1 << 20, &said.doc), 0);
    return said;
}

static void end(struct said *said)
{
    json_doc_destroy(said->doc);
    bytes_release(&said->text);
}

static const struct json_node *list(const struct said *said, const char *name)
{
    return json_doc_member(json_doc_root(said->doc), name);
}

/* Exactly one finding, at that place. */
static void finds(struct room *room, const char *where)
{
    struct said said = examine(room);
    const struct json_node *findings = list(&said, "findings");
    assert_int_equal(said.status, 1);
    if (json_doc_count(findings) != 1)
        fail_msg(STR_FMT, STR_ARG(bytes_str(&said.text)));
    const struct json_node *finding = json_doc_next(findings, NULL);
    assert_true(str_equal(json_doc_get_string(finding, "where", STR("")), str_from(where)));
    assert_true(json_doc_get_string(finding, "what", STR("")).len > 0);
    assert_true(json_doc_get_string(finding, "mend", STR("")).len > 0);
    assert_false(json_doc_get_bool(json_doc_root(said.doc), "sound", true));
    end(&said);
}

static void set_mode(struct room *room, const char *name, mode_t mode)
{
    char path[300];
    (void)snprintf(path, sizeof(path), "%s/%s", room->temp.path, name);
    assert_int_equal(chmod(path, mode), 0);
}

static struct bytes three_batches(void)
{
    struct bytes out = { 0 }, payload = { 0 };
    struct event event = { .name = STR("a") };
    struct wal_batch batch = { .project = 1, .event_count = 1, .events = &event };
    wal_record_encode_batch(&batch, &payload);
    struct wal_record record = { WAL_TYPE_BATCH, 1, bytes_str(&payload) };
    for (int i = 0; i < 3; i++)
        wal_record_encode(&record, &out);
    bytes_release(&payload);
    return out;
}

static void put_wal(struct room *room, struct bytes content)
{
    bytes_pad(&content, 4096);
    assert_int_equal(fs_replace_file(room->fs, "d/wal/0000000000000001.wal", bytes_str(&content),
                                     0), 0);
    bytes_release(&content);
}

static void test_doctor__a_fresh_house_is_sound(void **state)
{
    struct room *room = *state;
    put_wal(room, three_batches());
    struct said said = examine(room);
    if (said.status != 0)
        fail_msg(STR_FMT, STR_ARG(bytes_str(&said.text)));
    const struct json_node *wal = list(&said, "wal");
    assert_true(json_doc_get_number(wal, "files", 0) == 1);
    assert_true(json_doc_get_number(wal, "records", 0) == 3);
    assert_true(json_doc_get_number(wal, "events", 0) == 3);
    assert_true(json_doc_get_bool(json_doc_root(said.doc), "sound", false));
    assert_int_equal(json_doc_count(list(&said, "findings")), 0);
    end(&said);
    char *argv[] = { ARG("doctor"), ARG("--data"), room->data };
    assert_int_equal(run(room, "said", cli_doctor, argv, 3), 0);
    struct bytes text = { 0 };
    assert_int_equal(fs_read_file(room->fs, "said", 1 << 20, &text), 0);
    assert_true(str_find(bytes_str(&text), STR("1 files, 3 records: 3 events")) > 0);
    bytes_release(&text);
}

static void test_doctor__owners_and_modes(void **state)
{
    struct room *room = *state;
    set_mode(room, "d/wal", 0755);
    finds(room, "wal");
    set_mode(room, "d/wal", 02770);
    set_mode(room, "d.keys/vault", 0750);
    finds(room, "keys/vault");
    set_mode(room, "d.keys/vault", 0700);
    set_mode(room, "d.keys/auth/grant.key", 0640);
    finds(room, "keys/auth/grant.key");
    set_mode(room, "d.keys/auth/grant.key", 0400);
    struct said said = examine(room);
    assert_int_equal(said.status, 0);
    end(&said);
}

static void test_doctor__keys_that_are_missing_or_cut(void **state)
{
    struct room *room = *state;
    struct file *f;
    assert_int_equal(fs_open(room->fs, "d.keys/query/auth.pub", FILE_WRITE, &f), 0);
    assert_int_equal(file_truncate(f, 31), 0);
    file_close(f);
    finds(room, "keys/query/auth.pub");
    assert_int_equal(fs_remove(room->fs, "d.keys/query/auth.pub"), 0);
    finds(room, "keys/query/auth.pub");
}

static void test_doctor__a_torn_wal_is_a_note_and_a_damaged_one_a_finding(void **state)
{
    struct room *room = *state;
    struct bytes content = three_batches();
    size_t one = content.len / 3;
    content.len -= one / 2;
    put_wal(room, content);
    struct said said = examine(room);
    assert_int_equal(said.status, 0);
    assert_int_equal(json_doc_count(list(&said, "notes")), 1);
    end(&said);
    content = three_batches();
    content.ptr[one + WAL_HEADER_BYTES] ^= 1;
    put_wal(room, content);
    finds(room, "wal/0000000000000001.wal");
}

static void test_doctor__a_wal_that_went_back(void **state)
{
    struct room *room = *state;
    put_wal(room, three_batches());
    assert_int_equal(fs_replace_file(room->fs, "d/query/vault-position.json",
                                     STR("{\"version\":1,\"file\":2,\"offset\":0}"), 0), 0);
    finds(room, "query/vault-position.json");
    assert_int_equal(fs_replace_file(room->fs, "d/query/vault-position.json",
                                     STR("{\"version\":1,\"file\":1,\"offset\":0}"), 0), 0);
    struct said said = examine(room);
    assert_int_equal(said.status, 0);
    end(&said);
}

static void test_doctor__leaves_a_served_house_alone(void **state)
{
    struct room *room = *state;
    char path[300];
    (void)snprintf(path, sizeof(path), "%s/lock", room->data);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    struct said said = examine(room);
    assert_int_equal(said.status, 1);
    assert_int_equal(said.text.len, 0);
    end(&said);
    (void)close(fd);
}

static void test_doctor__needs_a_house(void **state)
{
    struct room *room = *state;
    char *none[] = { ARG("doctor") };
    assert_int_equal(run(room, "said", cli_doctor, none, 1), 2);
    char *other[] = { ARG("doctor"), ARG("--data"), room->temp.path };
    assert_int_equal(run(room, "said", cli_doctor, other, 3), 1);
    assert_int_equal(fs_replace_file(room->fs, "d/amana.json", STR("{\"version\":1"), 0), 0);
    char *broken[] = { ARG("doctor"), ARG("--data"), room->data };
    assert_int_equal(run(room, "said", cli_doctor, broken, 3), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_doctor__##name, setup, teardown)
        TEST(a_fresh_house_is_sound),
        TEST(owners_and_modes),
        TEST(keys_that_are_missing_or_cut),
        TEST(a_torn_wal_is_a_note_and_a_damaged_one_a_finding),
        TEST(a_wal_that_went_back),
        TEST(leaves_a_served_house_alone),
        TEST(needs_a_house),
    };
    return RUN(tests);
}
