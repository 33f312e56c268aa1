#include "cli/house.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "json/doc.h"
#include "json/write.h"
#include "sys/file_real.h"
#include "sys/sock.h"

enum { CONFIG_MAX_BYTES = 64 * 1024 };

static void copy_text(char *out, size_t cap, struct str text)
{
    (void)snprintf(out, cap, STR_FMT, STR_ARG(text));
}

static int parse_config(struct house *house, struct str json)
{
    struct json_doc *doc = NULL;
    uint64_t version = 0;
    int r = json_doc_parse(json, CONFIG_MAX_BYTES, &doc);
    if (r != 0)
        return ERR_INVALID;
    const struct json_node *root = json_doc_root(doc);
    if (!json_doc_get_u64(root, "version", &version) || version != 1)
        r = ERR_UNSUPPORTED;
    house->uid_base = (int)json_doc_get_number(root, "uid_base", -1);
    house->owner_uid = (int)json_doc_get_number(root, "owner_uid", 0);
    if (!house->keys[0])
        copy_text(house->keys, sizeof(house->keys), json_doc_get_string(root, "keys", STR("")));
    copy_text(house->ingest, sizeof(house->ingest),
              json_doc_get_string(root, "ingest", STR("127.0.0.1:8123")));
    copy_text(house->console, sizeof(house->console),
              json_doc_get_string(root, "console", STR("127.0.0.1:8124")));
    copy_text(house->host, sizeof(house->host),
              json_doc_get_string(root, "host", STR("localhost")));
    json_doc_destroy(doc);
    return r;
}

static int read_config(struct house *house)
{
    struct bytes json = { 0 };
    int fd;
    int r = file_real_open_dir(house->data, false, &fd);
    if (r != 0)
        return r;
    house->data_fd = fd;
    r = file_real_open_below(fd, ".", &fd);
    if (r != 0)
        return r;
    struct fs *fs = fs_real_create(fd);
    r = fs_read_file(fs, "amana.json", CONFIG_MAX_BYTES, &json);
    fs_destroy(fs);
    if (r == 0)
        r = parse_config(house, bytes_str(&json));
    bytes_release(&json);
    return r;
}

int house_open(struct house *house, const char *data, const char *keys, bool with_keys)
{
    *house = (struct house){ .data_fd = -1, .keys_fd = -1, .uid_base = -1 };
    copy_text(house->data, sizeof(house->data), str_from(data));
    if (keys)
        copy_text(house->keys, sizeof(house->keys), str_from(keys));
    int r = read_config(house);
    if (r != 0) {
        log_error("%s is no data directory of amana: %s", data, err_text(r));
        house_close(house);
        return r;
    }
    if (with_keys)
        r = file_real_open_dir(house->keys, false, &house->keys_fd);
    if (r != 0) {
        log_error("cannot open the keys directory %s: %s", house->keys, err_text(r));
        house_close(house);
    }
    return r;
}

void house_close(struct house *house)
{
    sock_close(house->data_fd);
    sock_close(house->keys_fd);
    house->data_fd = house->keys_fd = -1;
}

int house_save(const struct house *house)
{
    struct bytes json = { 0 };
    struct json_write w;
    int fd;
    json_write_init(&w, &json);
    json_write_begin_object(&w);
    json_write_key(&w, "version");
    json_write_u64(&w, 1);
    json_write_key(&w, "keys");
    json_write_text(&w, house->keys);
    json_write_key(&w, "uid_base");
    json_write_i64(&w, house->uid_base);
    json_write_key(&w, "owner_uid");
    json_write_i64(&w, house->owner_uid);
    json_write_key(&w, "host");
    json_write_text(&w, house->host);
    json_write_key(&w, "ingest");
    json_write_text(&w, house->ingest);
    json_write_key(&w, "console");
    json_write_text(&w, house->console);
    json_write_end_object(&w);
    bytes_put_u8(&json, '\n');
    int r = file_real_open_below(house->data_fd, ".", &fd);
    if (r == 0) {
        struct fs *fs = fs_real_create(fd);
        r = fs_replace_file(fs, "amana.json", bytes_str(&json), 0);
        fs_destroy(fs);
    }
    if (r != 0)
        log_error("cannot write amana.json: %s", err_text(r));
    bytes_release(&json);
    return r;
}

int house_open_room(const struct house *house, const char *room, int *fd)
{
    return file_real_open_below(house->data_fd, room, fd);
}

void house_socket(const struct house *house, const char *name, char out[HOUSE_PATH_MAX])
{
    int len = snprintf(out, HOUSE_PATH_MAX, "unix:%s/run/%s.sock", house->data, name);
    check(len > 0 && len < HOUSE_PATH_MAX);
}
