/* The addresses of a log's public files (C2SP tlog-tiles), below "/log/":
 *
 *   LOG/checkpoint
 *   LOG/tile/L/N        LOG/tile/L/N.p/W         hashes: L 0 to 63
 *   LOG/tile/entries/N  LOG/tile/entries/N.p/W
 *
 * LOG is "house" or a group's number; N has groups of three digits, all but the last with an x
 * before ("x001/x234/067"); W is 1 to 255, of a tile that is not full yet. There is one spelling of
 * each file and no other path, so what passes here may be opened below the logs' folder. Pure. */
#ifndef API_LOG_PATH_H
#define API_LOG_PATH_H

#include <stdbool.h>

#include "base/check.h"
#include "base/str.h"

enum { LOG_PATH_MAX_BYTES = 96, LOG_PATH_GROUPS_MAX = 6 };

enum log_path_kind { LOG_PATH_CHECKPOINT, LOG_PATH_HASHES, LOG_PATH_ENTRIES };

struct log_path {
    enum log_path_kind kind;
    bool is_partial;
    char file[LOG_PATH_MAX_BYTES];   /* relative to the logs' folder: the path itself */
};

/* False for whatever is not exactly of that form. */
bool log_path_parse(struct str path, struct log_path *out) MUST_USE;

#endif
