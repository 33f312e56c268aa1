/* The console's files, carried in the program: tools/web.mk makes the table from build/web. */
#ifndef PROCESS_CONSOLE_FILES_H
#define PROCESS_CONSOLE_FILES_H

#include <stdint.h>

#include "http/static.h"

extern const struct static_file console_files[];
extern const uint32_t console_file_count;

#endif
