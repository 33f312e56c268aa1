/* One log as it grows: its tree in memory, its public files in a folder (docs/formats/ledger.md).
 * The files are made from the journal and can be made again, so nothing here is synced; but a
 * checkpoint is published only after the tiles it needs.
 *
 * Memory: 64 bytes an entry for the tree. */
#ifndef LEDGER_INSIDE_BOOK_H
#define LEDGER_INSIDE_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/check.h"
#include "ledger/entry.h"
#include "ledger/receipt.h"
#include "sys/file.h"

struct book;

/* public_fs: the folder of all logs, borrowed; NULL: nothing is published. name: "house" or the
 * group's number, a folder in it; origin: also the name of the key. secret_key: Ed25519,
 * borrowed. */
struct book *book_create(struct fs *public_fs, const char *name, const char *origin,
                         const uint8_t *secret_key);
void book_destroy(struct book *book);            /* NULL is fine */

/* The entry is in the journal. Its index. */
uint64_t book_add(struct book *book, const uint8_t entry[ENTRY_BYTES]);
uint64_t book_size(const struct book *book);
/* Whether the folder lacks what the tree has. */
bool book_is_behind(const struct book *book);
const char *book_origin(const struct book *book);
const char *book_name(const struct book *book);
/* Signs the tree as it is; the note stays valid until the next one. */
struct str book_sign(struct book *book);
/* Fills index, paths and checkpoint of the receipt for an entry below the size that was signed
 * last. seen_size over the size counts as 0: then the holder finds out. */
void book_prove(const struct book *book, uint64_t index, uint64_t seen_size,
                struct receipt *receipt);
/* Writes what is new to the folder, the checkpoint last. Files that have the right bytes already
 * are left alone when `compare`. */
int book_publish(struct book *book, bool compare) MUST_USE;

#endif
