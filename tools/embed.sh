#!/bin/sh
# tools/embed.sh WEB GEN: writes GEN/console_files.S (the files of WEB/manifest.txt and their packed
# twins, by .incbin) and GEN/console_table.c (struct static_file console_files[]).
set -eu
web=$(cd "$1" && pwd)
assembly=$2/console_files.S
table=$2/console_table.c

# carry SYMBOL FILE: the bytes of FILE between SYMBOL and SYMBOL_end.
carry() {
    printf '.globl %s, %s_end\n.balign 16\n%s:\n.incbin "%s"\n%s_end:\n' "$1" "$1" "$1" "$2" "$1"
}

{
    echo '.section .rodata'
    n=0
    while read -r path file type; do
        carry "console_file_$n" "$web/$file"
        if [ -f "$web/$file.gz" ]; then carry "console_file_${n}_gz" "$web/$file.gz"; fi
        if [ -f "$web/$file.br" ]; then carry "console_file_${n}_br" "$web/$file.br"; fi
        n=$((n + 1))
    done <"$web/manifest.txt"
    echo '.section .note.GNU-stack,"",@progbits'
} >"$assembly.tmp"

# member NAME SYMBOL FILE: one str of the table, whose length the file's size is.
member() {
    printf '      .%s = { %s, %s },\n' "$1" "$2" "$(wc -c <"$3" | tr -d ' ')"
}

{
    echo '/* Made by tools/embed.sh. */'
    echo '#include "process/console_files.h"'
    n=0
    while read -r path file type; do
        echo "extern const char console_file_$n[];"
        if [ -f "$web/$file.gz" ]; then echo "extern const char console_file_${n}_gz[];"; fi
        if [ -f "$web/$file.br" ]; then echo "extern const char console_file_${n}_br[];"; fi
        n=$((n + 1))
    done <"$web/manifest.txt"
    echo 'const struct static_file console_files[] = {'
    n=0
    while read -r path file type; do
        case $path in /assets/*) hashed=true ;; *) hashed=false ;; esac
        printf '    { .path = "%s", .content_type = "%s", .is_named_by_hash = %s,\n' \
            "$path" "$type" "$hashed"
        member plain "console_file_$n" "$web/$file"
        if [ -f "$web/$file.gz" ]; then member gzip "console_file_${n}_gz" "$web/$file.gz"; fi
        if [ -f "$web/$file.br" ]; then member brotli "console_file_${n}_br" "$web/$file.br"; fi
        echo '    },'
        n=$((n + 1))
    done <"$web/manifest.txt"
    echo '};'
    echo "const uint32_t console_file_count = $n;"
} >"$table.tmp"

mv "$assembly.tmp" "$assembly"
mv "$table.tmp" "$table"
