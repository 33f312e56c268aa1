#!/bin/sh
# Runs cmocka programs, one a core; says what went wrong in one that failed. The last line sums. Output goes
# through files: a child that outlives its test would keep a pipe open for ever.
passed=0
failed=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# A name for each that no other has: its path with other slashes.
name_of() { printf '%s' "$1" | tr / _; }
for program in "$@"; do printf '%s %s\n' "$program" "$dir/$(name_of "$program")"; done |
    xargs -P "$(nproc)" -n 2 sh -c 'timeout 300 "$0" >"$1.out" 2>&1; echo $? >"$1.status"'
for program in "$@"; do
    name=${program##*/}
    out=$dir/$(name_of "$program").out
    status=$(cat "$dir/$(name_of "$program").status")
    ok=$(grep -c '^\[       OK \]' "$out")
    bad=$(grep -c '^\[  FAILED  \] test_.*[^:]$' "$out")
    # cmocka names each failed test twice: where it ran, and in its closing list.
    bad=$(((bad + 1) / 2))
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    if [ "$status" -ne 0 ]; then tail -n 40 "$out"; printf '%s: exit status %s\n' "$name" "$status"; fi
    passed=$((passed + ok))
    failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
