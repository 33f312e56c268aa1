#!/bin/bash
# Plants each fault that tidy is there for, one at a time, in a small tree that is clean without it,
# and expects exactly that finding. Last line "N passed, N failed".
set -u
tidy=$(realpath "${1:?usage: tidy_test.sh TIDY}")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
passed=0 failed=0

clean_tree() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree"/{tools,docs,src/base,src/sys,src/store,src/engine,src/api,tests/unit/base}
    cat >"$tree/tools/floors.txt" <<'TXT'
floor 1 base
floor 2 sys
floor 3 store
floor 4 engine
floor 5 api
allow engine store/scan.h the block scan
header unistd.h sys
ban strcpy memcpy with a length
exempt src/base/free.c it has no behaviour
TXT
    printf '#ifndef BASE_A_H\n#define BASE_A_H\nint a(void);\n#endif\n' >"$tree/src/base/a.h"
    printf '#include "base/a.h"\n\nint a(void)\n{\n    return 1; /* strcpy( in a comment */\n}\n' \
        >"$tree/src/base/a.c"
    printf 'int main(void)\n{\n    return 0;\n}\n' >"$tree/tests/unit/base/a_test.c"
    printf 'See `src/base/a.c` and [the page](page.md).\n' >"$tree/docs/read.md"
    : >"$tree/docs/page.md"
}

# expect NAME TEXT: tidy says TEXT, once, and fails.
expect() {
    local out status
    out=$(cd "$tree" && "$tidy")
    status=$?
    if [ "$status" -eq 1 ] && printf '%s' "$out" | grep -qF -- "$2" &&
        [ "$(printf '%s\n' "$out" | tail -n 1)" = "tidy: 1 findings" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: expected "%s", got (status %s):\n%s\n' "$1" "$2" "$status" "$out"
    fi
    clean_tree
}

clean_tree
out=$(cd "$tree" && "$tidy")
if [ "$out" = "tidy: 0 findings" ]; then passed=1; else failed=1; printf '%s\n' "$out"; fi

sed -i '1a #include "sys/b.h"' "$tree/src/base/a.c"
expect "an upward include" "base (floor 1) may not include sys/b.h (floor 2)"
sed -i '1a #include "engine/x.h"' "$tree/src/base/a.c"
expect "a far upward include" "may not include engine"
printf '#include "store/part.h"\n' >"$tree/src/engine/e.def"
printf '#include "store/scan.h"\n' >>"$tree/src/engine/e.def"
expect_clean=$(cd "$tree" && "$tidy")
if [ "$expect_clean" = "tidy: 0 findings" ]; then passed=$((passed + 1)); else
    failed=$((failed + 1)); printf 'downward includes and exceptions: %s\n' "$expect_clean"; fi
clean_tree
sed -i '1a #include "attic/x.h"' "$tree/src/base/a.c"
out=$(cd "$tree" && "$tidy")
case $out in *'room "attic" stands on no floor'*) passed=$((passed + 1)) ;; *)
    failed=$((failed + 1)); printf 'an unknown room: %s\n' "$out" ;; esac
clean_tree
sed -i 's/return 1;/strcpy(x, y);/' "$tree/src/base/a.c"
expect "a banned call" "strcpy is banned: use memcpy"
sed -i '1a #include <unistd.h>' "$tree/src/base/a.c"
expect "a confined header" "<unistd.h> belongs to sys/ alone"
sed -i '1i #include "base/z.h"' "$tree/src/base/a.c"
expect "own header not first" "its own header does not come first"
sed -i 's/BASE_A_H/A_H/' "$tree/src/base/a.h"
expect "a wrong guard" "the include guard is not BASE_A_H"
rm "$tree/tests/unit/base/a_test.c"
expect "a source without its test" "it has no test: tests/unit/base/a_test.c"
printf 'int f(void);\n' >"$tree/src/base/free.c"
out=$(cd "$tree" && "$tidy")
if [ "$out" = "tidy: 0 findings" ]; then passed=$((passed + 1)); else
    failed=$((failed + 1)); printf 'an exempted source: %s\n' "$out"; fi
clean_tree
{ printf '#include "base/a.h"\n\nint a(void)\n{\n'; yes '    ;' | head -n 70; printf '}\n'; } \
    >"$tree/src/base/a.c"
expect "a long function" "a function of 72 lines; the red line is 71"
printf '/* %0100d */\n' 1 >>"$tree/src/base/a.c"
expect "a long line" "106 columns; 100 fit side by side"
printf '/* TO''DO: later */\n' >>"$tree/src/base/a.c"
expect "something left for later" "something is left for later"
printf 'and `src/base/gone.c`\n' >>"$tree/docs/read.md"
expect "a path that is not there" "names src/base/gone.c, which is not there"
printf '[gone](gone.md)\n' >>"$tree/docs/read.md"
expect "a link that is not there" "links to gone.md, which is not there"
dd if=/dev/zero of="$tree/docs/large.bin" bs=1M count=5 2>/dev/null
expect "a large file" "bytes do not belong in a repository"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
