/* One part out of several: rows under their present person, twins gone, dictionaries joined. Used
 * for flushing runs and for keeping the number of parts small. */
#ifndef STORE_PART_MERGE_H
#define STORE_PART_MERGE_H

#include <stdint.h>

#include "base/check.h"
#include "store/identity.h"
#include "store/part_read.h"
#include "sys/file.h"

enum { PART_MERGE_INPUTS_MAX = 256 };

struct part_merge {
    struct part *const *inputs;
    uint32_t input_count;
    const struct moves *moves;
    uint32_t links;       /* of the moves and of all before them */
    uint64_t id;
};

/* Writes into file. ERR_CORRUPT when an input is (it is marked so; the file is of no use then),
 * else the disk's error. */
int part_merge_write(const struct part_merge *merge, struct file *file) MUST_USE;
/* True when one part can hold them all. */
bool part_merge_fits(struct part *const *inputs, uint32_t count);

#endif
