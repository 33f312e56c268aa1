#!/bin/sh
# Proves that the tests of the ledger's pure half can fail: each line plants one fault in a copy of a
# source, and the test named, linked with the copy, must not pass.
#
#   make -s check PART=ledger && sh tests/mutants/ledger.sh
#
# A line is: test | file | sed expression. A fault that changes nothing, or that the test lets
# through, is a failure of this script.
set -u
out=build/mutants
lib=build/release/lib
tests=build/release/test-obj/unit/ledger
libs="-lcmocka -lsodium -lnettle -lgnutls -lm"
mkdir -p "$out"
caught=0
missed=0
while IFS='|' read -r test file change; do
    case $test in ''|'#'*) continue ;; esac
    test=$(echo "$test" | tr -d ' ') file=$(echo "$file" | tr -d ' ')
    copy=$out/$file
    sed -e "$change" "src/ledger/$file" > "$copy"
    if cmp -s "$copy" "src/ledger/$file"; then
        echo "no fault: $file $change"; missed=$((missed + 1)); continue
    fi
    if ! gcc -std=gnu17 -D_GNU_SOURCE -pthread -O1 -w -iquote src -c -o "$out/mutant.o" "$copy" ||
       ! gcc -pthread -o "$out/mutant" "$out/mutant.o" "$tests/${test}_test.o" -Wl,--as-needed \
             -Wl,--start-group "$lib/tests.a" "$lib/ledger.a" "$lib/ledger-inside.a" "$lib/crypto.a" "$lib/sys.a" \
             "$lib/base.a" -Wl,--end-group $libs; then
        echo "does not build: $file $change"; missed=$((missed + 1)); continue
    fi
    if timeout 60 "$out/mutant" > "$out/log" 2>&1; then
        echo "let through: $file $change"; missed=$((missed + 1))
    else
        caught=$((caught + 1))
    fi
done <<'FAULTS'
verify_mutation | verify.c | s/for (unsigned l = 1; r == 0 \&\& l < TILE_LEVELS; l++)/for (unsigned l = 2; r == 0 \&\& l < TILE_LEVELS; l++)/
verify_mutation | verify.c | s/if (l > 0) {/if (l > 1) {/
verify_mutation | verify.c | s/if (rest.len \&\& !is_full)/if (false)/
verify_mutation | verify.c | s/if (w->file.len != (size_t)level->used \* TREE_HASH_BYTES)/if (w->file.len < level->used)/
verify_mutation | verify.c | s/r = compare_tile(w, 0);/r = 0;/
verify_mutation | verify.c | s/if (w->checkpoint.size >= s->seen_size)/if (true)/
verify_mutation | verify.c | s/r = pass_seen(w, first);/r = 0;/
verify_mutation | verify.c | s/w->source->seen_size == first + TILE_WIDTH/false/
verify_mutation | verify.c | s/if (memcmp(root, w->checkpoint.root, sizeof(root)) == 0)/if (true)/
verify_mutation | verify.c | s/is_first = false;//
verify_mutation | verify.c | s/unsigned width = end \& (~end + 1);/unsigned width = 1;/
verify_mutation | checkpoint.c | s/return sign_holds(.*/return 1;/
verify_mutation | checkpoint.c | s/return is_canonical;/return true;/
verify_mutation | tile.c | s/if (bundle->len - 2 < len)/if (false)/
verify | verify.c | s/tell(w, w->result->bad_index, entry);/tell(w, first, entry);/
checkpoint | checkpoint.c | s/lines > CHECKPOINT_SIGNATURES_MAX/lines > 1000/
checkpoint | checkpoint.c | s/text.len != 0)/false)/
checkpoint | checkpoint.c | s/return held > 0 \&\& str_equal(out->origin, origin)/return held >= 0/
checkpoint | checkpoint.c | s/(number.len > 1 \&\& number.ptr\[0\] == '0') ||//
proof | proof.c | s/return sn == 0 \&\& memcmp(hash, root, sizeof(hash)) == 0/return memcmp(hash, root, sizeof(hash)) == 0/
proof | proof.c | s/if ((fn \& 1) || fn == sn) {/if (fn \& 1) {/
proof | proof.c | s/return memcmp(old_hash, old_root, sizeof(hash)) == 0 \&\&/return/
proof | proof.c | s/is_known = false;//
receipt | receipt.c | s/ || entry->verdict == ENTRY_REFUSED//
receipt | receipt.c | s/entry->persons != expect->persons ||//
receipt | receipt.c | s/seen->size = checkpoint.size;//
tlog_proof | tlog_proof.c | s/return is_canonical;/return true;/
tlog_proof | tlog_proof.c | s/out->count == TREE_DEPTH_MAX ||//
tree | tree.c | s/leaf\[1 + LEAF_FAST_MAX\] = { 0x00 }/leaf[1 + LEAF_FAST_MAX] = { 0x01 }/
tree | tree.c | s/size \& 1; size >>= 1/size; size >>= 1/
bitmap | bitmap.c | s/return smallest(in->n, runs) == KIND_ARRAY/return true/
bitmap | bitmap.c | s/found != in->n || smallest/smallest/
bitmap | bitmap.c | s/from < end + 2/from < end + 1/
bitmap | bitmap.c | s/(i > 0 \&\& high <= last)/false/
bitmap | bitmap.c | s/if (array <= run \&\& array <= bits)/if (array < run \&\& array <= bits)/
bitmap | bitmap.c | s/return run <= bits/return run < bits - 4/
entry | entry.c | s/out->verdict <= ENTRY_DECIDED/true/
entry | entry.c | s/str_of("\\2", 1)/str_of("\\3", 1)/
FAULTS
echo "mutants: $caught caught, $missed not"
[ "$missed" -eq 0 ]
