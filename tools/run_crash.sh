#!/bin/sh
# Runs the crash tests one after another: what each enumerated, then "N passed, N failed" for all.
# Their standard error is shown when one fails; planted bugs complain there.
passed=0
failed=0
err=$(mktemp)
for program in "$@"; do
    out=$("$program" 2>"$err")
    status=$?
    printf '%s\n' "$out" | grep -E '^(crash points|failing calls|full disks): '
    results=$(printf '%s\n' "$out"; cat "$err")
    ok=$(printf '%s\n' "$results" | grep -c '^\[       OK \]')
    bad=$(printf '%s\n' "$results" | grep -c '^\[  FAILED  \] [^0-9]')
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    if [ "$status" -ne 0 ]; then printf '%s\n' "$results" | tail -n 40; echo "${program##*/}: exit status $status"; fi
    passed=$((passed + ok))
    failed=$((failed + bad))
done
rm -f "$err"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
