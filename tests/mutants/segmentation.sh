#!/bin/sh
# Proves that the random test of segmentation can fail: each line plants one fault in a copy of a
# source of the engine, and the test, linked with the copy, must not pass.
#
#   make -s check PART=engine && sh tests/mutants/segmentation.sh
#
# A line is: file | sed expression. A fault that changes nothing, or that the test lets through, is a
# failure of this script.
set -u
out=build/mutants
lib=build/release/lib
random=build/release/test-obj/unit/engine/segmentation_random_test.o
libs="-lcmocka -lmicrohttpd -lz -lmaxminddb -lzstd -lunistring -lidn2 -lsqlite3 -lcjson -lsodium -lm"
mkdir -p "$out"
caught=0
missed=0
while IFS='|' read -r file change; do
    case $file in ''|'#'*) continue ;; esac
    file=$(echo "$file" | tr -d ' ')
    copy=$out/$file
    sed -e "$change" "src/engine/$file" > "$copy"
    if cmp -s "$copy" "src/engine/$file"; then
        echo "no fault: $file $change"; missed=$((missed + 1)); continue
    fi
    if ! gcc -std=gnu17 -D_GNU_SOURCE -pthread -O1 -w -iquote src -c -o "$out/mutant.o" "$copy" ||
       ! gcc -pthread -o "$out/mutant" "$out/mutant.o" "$random" -Wl,--as-needed \
             -Wl,--start-group "$lib"/*.a -Wl,--end-group $libs; then
        echo "does not build: $file $change"; missed=$((missed + 1)); continue
    fi
    if "$out/mutant" 500 > "$out/log" 2>&1; then
        echo "let through: $file $change"; missed=$((missed + 1))
    else
        caught=$((caught + 1))
    fi
done <<'FAULTS'
bucket.c       | s/t < all\[near\].to_s/t <= all[near].to_s/
bucket.c       | s/while (t >= all\[at\].to_s)/while (t > all[at].to_s)/
segmentation.c | s/bool is_person = block->person0 + i != 0/bool is_person = true/
segmentation.c | s/is_person \&\& counted != bucket/is_person/
segmentation.c | s/\].to_s \* 1000/].to_s * 1000 - 1000/
segmentation.c | s/cells->persons\[at\] < minimum/cells->persons[at] <= minimum/
segmentation.c | s/minimum > 0 \&\& cells/minimum > 0 \&\& cells->persons[at] > 0 \&\& cells/
segmentation.c | s/thread = 1; r == 0 \&\& thread < report/thread = 2; r == 0 \&\& thread < report/
segmentation.c | s/group = line->group_count - 1;/group = 0;/
segmentation.c | s/scan_until_ms(report->scan)/0/
tally.c        | s/ \&\& tally->last\[at\] != person//
tally.c        | s/person != 0 \&\& tally/person > 1 \&\& tally/
tally.c        | s/into->persons\[at\] += from/into->persons[at] = from/
key.c          | s/number >= by->edges/number > by->edges/
key.c          | s/case VALUE_NULL: return KEY_ABSENT/case VALUE_NULL: return code/
key.c          | s/case VALUE_REF: return KEY_SEALED/case VALUE_REF: return code/
key.c          | s/count \*= length_of(block, b, r)/count *= 1/
key.c          | s/i \/= length;//
top.c          | s/bytes_str(\&top->groups\[0\].text)) < 0/bytes_str(\&top->groups[0].text)) > 0/
top.c          | s/top->count == top->spec->limit/top->count == top->spec->limit + 1/
top.c          | s/a->total > b->total ? -1 : 1/a->total < b->total ? -1 : 1/
survey.c       | s/persons\[i\] < survey->fold_under/persons[i] <= survey->fold_under/
survey.c       | s/if (found->people >= survey->fold_under)/if (true)/
survey.c       | s/thread = 1; r == 0/thread = 2; r == 0/
survey.c       | s/found->groups.count > pass->survey->spec->limit/found->groups.count > pass->survey->spec->limit + 1/
survey.c       | s/if (!found->has_cells || out->folded > 0)/if (!found->has_cells)/
survey.c       | s/if (!from->has_cells)/if (false)/
survey.c       | s/groups_find(\&found->groups, out->top.groups\[place\].key, \&index)/((index = place), true)/
plan.c         | s/s < both->count; s++/s < 1; s++/
plan.c         | s/is_source(\&sources\[i\], \&source)/sources[i].of == source.of/
measure.c      | s/case SPEC_UNIQUE: return tally->persons/case SPEC_UNIQUE: return tally->last/
FAULTS
echo "mutants: $caught caught, $missed not"
[ "$missed" -eq 0 ]
