#!/bin/sh
# Runs cmocka programs one after another; each prints "name: N passed, N failed". The last line sums.
passed=0
failed=0
for program in "$@"; do
    name=${program##*/}
    out=$("$program" 2>&1)
    status=$?
    ok=$(printf '%s\n' "$out" | grep -c '^\[       OK \]')
    bad=$(printf '%s\n' "$out" | grep -c '^\[  FAILED  \] [^0-9]')
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    if [ "$status" -ne 0 ]; then printf '%s\n' "$out" | tail -n 40; printf '%s: exit status %s\n' "$name" "$status"; fi
    passed=$((passed + ok))
    failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
