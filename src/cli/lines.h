/* Lines of a file, plain or gzip (also several gzip members one after another), in bounded memory.
 * A line longer than the bound is ERR_TOO_LARGE: the caller names its number and stops. */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stdint.h>

#include "base/check.h"
#include "base/str.h"
#include "sys/file.h"

struct lines;

/* Takes the file over. */
int lines_open(struct file *file, size_t line_max_bytes, struct lines **out) MUST_USE;
void lines_close(struct lines *lines);
/* 1 and a line (without its end, borrowed until the next call), 0 at the end, or ERR_*
 * (ERR_CORRUPT: the gzip stream is damaged or cut). A last line without its newline counts. */
int lines_next(struct lines *lines, struct str *line) MUST_USE;
/* Bytes of the file consumed so far, and its size: for progress. */
uint64_t lines_consumed(const struct lines *lines);
uint64_t lines_size(const struct lines *lines);

#endif
