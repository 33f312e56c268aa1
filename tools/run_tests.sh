#!/bin/sh
# Runs cmocka programs one after another; says what went wrong in one that failed. The last line
# sums. Output goes through a file: a child that outlives its test would keep a pipe open for ever.
passed=0
failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for program in "$@"; do
    name=${program##*/}
    timeout 300 "$program" >"$out" 2>&1
    status=$?
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
