#include "ledger/receipt.h"

#include <string.h>

#include "base/err.h"
#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "ledger/tree.h"

/* entry 112 · index u64 · inclusion: u8 count, hashes · consistency: u8 count, hashes · checkpoint:
 * u16 length, text. Little endian but for the entry, which has its own order. */
void receipt_encode(const struct receipt *receipt, struct bytes *out)
{
    check(receipt->checkpoint.len <= CHECKPOINT_BYTES_MAX &&
          receipt->inclusion_count <= RECEIPT_PATH_MAX &&
          receipt->consistency_count <= RECEIPT_PATH_MAX);
    bytes_append(out, receipt->entry, ENTRY_BYTES);
    bytes_put_u64(out, receipt->index);
    bytes_put_u8(out, (uint8_t)receipt->inclusion_count);
    bytes_append(out, receipt->inclusion, (size_t)receipt->inclusion_count * 32);
    bytes_put_u8(out, (uint8_t)receipt->consistency_count);
    bytes_append(out, receipt->consistency, (size_t)receipt->consistency_count * 32);
    bytes_put_u16(out, (uint16_t)receipt->checkpoint.len);
    bytes_append_str(out, receipt->checkpoint);
}

static uint32_t get_path(struct bytes_reader *r, uint8_t path[RECEIPT_PATH_MAX][32])
{
    uint8_t count = bytes_get_u8(r);
    if (count > RECEIPT_PATH_MAX) {
        r->failed = true;
        return 0;
    }
    struct str raw = bytes_get_raw(r, (size_t)count * 32);
    if (raw.len)
        memcpy(path, raw.ptr, raw.len);
    return count;
}

int receipt_decode(struct str bytes, struct receipt *out)
{
    struct bytes_reader r = bytes_reader_over(bytes);
    struct str entry = bytes_get_raw(&r, ENTRY_BYTES);
    if (entry.len != ENTRY_BYTES)
        return ERR_INVALID;
    memcpy(out->entry, entry.ptr, ENTRY_BYTES);
    out->index = bytes_get_u64(&r);
    out->inclusion_count = get_path(&r, out->inclusion);
    out->consistency_count = get_path(&r, out->consistency);
    out->checkpoint = bytes_get_raw(&r, bytes_get_u16(&r));
    return bytes_reader_is_done(&r) ? 0 : ERR_INVALID;
}

static void put_proof(const uint8_t path[RECEIPT_PATH_MAX][32], uint32_t count, struct proof *out)
{
    out->count = count;
    memcpy(out->hashes, path, (size_t)count * TREE_HASH_BYTES);
}

/* The tree that the checkpoint signs holds the entry, and grew from what was seen. */
static int check_place(const struct receipt *receipt, const struct checkpoint *checkpoint,
                       const struct receipt_seen *seen)
{
    struct proof proof;
    uint8_t leaf[TREE_HASH_BYTES];
    tree_leaf(str_of(receipt->entry, ENTRY_BYTES), leaf);
    put_proof(receipt->inclusion, receipt->inclusion_count, &proof);
    int r = proof_check_inclusion(&proof, receipt->index, checkpoint->size, leaf,
                                  checkpoint->root);
    if (r != 0)
        return r;
    put_proof(receipt->consistency, receipt->consistency_count, &proof);
    return proof_check_consistency(&proof, seen->size, checkpoint->size, seen->root,
                                   checkpoint->root);
}

int receipt_verify(const struct receipt *receipt, const struct receipt_expect *expect,
                   struct receipt_seen *seen, struct entry *entry)
{
    struct checkpoint checkpoint;
    int r = checkpoint_open(receipt->checkpoint, str_from(expect->origin), expect->public_key,
                            &checkpoint);
    if (r != 0)
        return ERR_CRYPTO;
    if (check_place(receipt, &checkpoint, seen) != 0 || entry_decode(receipt->entry, entry) != 0)
        return ERR_CRYPTO;
    if (memcmp(entry->ask_hash, expect->ask_hash, sizeof(entry->ask_hash)) != 0 ||
        entry->principal != expect->principal || entry->project != expect->project ||
        entry->persons != expect->persons || entry->verdict == ENTRY_REFUSED)
        return ERR_DENIED;
    seen->size = checkpoint.size;
    memcpy(seen->root, checkpoint.root, sizeof(seen->root));
    return 0;
}
