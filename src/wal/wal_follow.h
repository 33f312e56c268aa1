/* The reading end of the wal: whole records in order, from a position on, while ingest writes.
 *
 * A file has ended when a higher number exists and nothing valid is left in it: ingest has one
 * writer, which begins a higher file only after its last write to the former one, at a start and
 * when it is full. So the order of looking decides: first the higher number is seen, then the file
 * is read once more, and only then it is over. What stands past the valid end, torn by a crash, was
 * never acknowledged.
 *
 * Bytes are copied before they are judged: the writer could change them under a map. */
#ifndef WAL_WAL_FOLLOW_H
#define WAL_WAL_FOLLOW_H

#include "base/check.h"
#include "event/sink.h"
#include "sys/file.h"
#include "wal/wal_record.h"

struct wal_follow;

/* From just after the record at `from`; {0, 0} begins with the oldest file there is. A position in
 * a file that is gone begins with the next higher one. fs is the wal folder and must outlive it. */
struct wal_follow *wal_follow_open(struct fs *fs, struct wal_position from);
void wal_follow_close(struct wal_follow *follow);     /* NULL is fine */
/* 1 = a record, borrowed until the next call; 0 = nothing further there now; ERR_IO and the like;
 * ERR_CORRUPT when all files are older than the position: somebody took the wal away. */
int wal_follow_next(struct wal_follow *follow, struct wal_record *record) MUST_USE;
/* Just after the record given last, or the beginning of the file that is read now. */
struct wal_position wal_follow_position(const struct wal_follow *follow);
/* Removes the files below `number`, never the newest one. *removed of them. */
int wal_follow_remove(struct fs *fs, uint64_t number, uint32_t *removed) MUST_USE;

#endif
