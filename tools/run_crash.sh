#!/bin/sh
# Runs the crash tests, one a core: what each enumerated, then "N passed, N failed" for all. Their standard
# error is shown when one fails; planted bugs complain there.
passed=0
failed=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for program in "$@"; do printf '%s %s\n' "$program" "$dir/${program##*/}"; done |
    xargs -P "$(nproc)" -n 2 sh -c '"$0" >"$1.out" 2>"$1.err"; echo $? >"$1.status"'
for program in "$@"; do
    at=$dir/${program##*/}
    status=$(cat "$at.status")
    room=${program##*/}
    grep -E '^(crash points|failing calls|full disks|points)' "$at.out" | sed "s/^/${room%_crash_test}: /"
    ok=$(cat "$at.out" "$at.err" | grep -c '^\[       OK \]')
    bad=$(cat "$at.out" "$at.err" | grep -c '^\[  FAILED  \] [^0-9]')
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    if [ "$status" -ne 0 ]; then cat "$at.out" "$at.err" | tail -n 40; echo "$room: exit status $status"; fi
    passed=$((passed + ok))
    failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
