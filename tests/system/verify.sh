#!/bin/sh
# Checks a proof of one entry with tools that everybody has: the openssl command line and a shell.
# Three things: the key's id, the checkpoint's signature, and the path from the entry to the root.
#
#   verify.sh VKEY FILE.tlog-proof ENTRY
set -eu
vkey=$1 proof=$2 entry=$3
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
fail() { echo "wrong $1"; exit 1; }
hash() { openssl dgst -sha256 -binary; }
bytes() { openssl base64 -d -A; }                            # one line of base64 to bytes
size_of() { wc -c < "$1" | tr -d ' '; }

# The key: NAME+ID+base64(0x01 | 32 bytes); the id is the beginning of a hash of the rest.
name=${vkey%%+*}
rest=${vkey#*+}
id=${rest%%+*}
printf '%s' "${rest#*+}" | bytes > "$t/typed"
[ "$(size_of "$t/typed")" = 33 ] || fail "key"
{ printf '%s\n' "$name"; cat "$t/typed"; } | hash | head -c 4 | od -An -tx1 | tr -d ' \n' > "$t/id"
[ "$(cat "$t/id")" = "$id" ] || fail "key id"
# Ed25519 public key as openssl reads it: a fixed head of 12 bytes, then the 32.
{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'; tail -c 32 "$t/typed"; } > "$t/key"

# The checkpoint stands behind the proof's first empty line; its text ends before the next one.
sed '1,/^$/d' "$proof" > "$t/note"
sed '/^$/,$d' "$t/note" > "$t/text"
sed -n "s|^— $name ||p" "$t/note" | head -n 1 | tr -d '\n' | bytes > "$t/line"
[ "$(size_of "$t/line")" = 68 ] || fail "signature line"
[ "$(head -c 4 "$t/line" | od -An -tx1 | tr -d ' \n')" = "$id" ] || fail "id on the signature"
tail -c 64 "$t/line" > "$t/signature"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$t/key" -rawin -in "$t/text" \
  -sigfile "$t/signature" > /dev/null 2>&1 || fail "signature"
[ "$(sed -n 1p "$t/text")" = "$name" ] || fail "origin"
size=$(sed -n 2p "$t/text")
sed -n 3p "$t/text" | tr -d '\n' | bytes > "$t/root"

# RFC 9162, 2.1.3.2: from the leaf upward, with the siblings of the path.
[ "$(sed -n 1p "$proof")" = "c2sp.org/tlog-proof@v1" ] || fail "proof"
index=$(sed -n 's/^index //p' "$proof" | head -n 1)
[ "$index" -lt "$size" ] || fail "index"
{ printf '\000'; cat "$entry"; } | hash > "$t/hash"
fn=$index sn=$((size - 1))
sed '/^$/,$d' "$proof" | grep -v '^index \|^extra \|^c2sp' > "$t/path" || true
while read -r line; do
  [ "$sn" -gt 0 ] || fail "path too long"
  printf '%s' "$line" | bytes > "$t/sibling"
  if [ $((fn & 1)) = 1 ] || [ "$fn" = "$sn" ]; then
    { printf '\001'; cat "$t/sibling" "$t/hash"; } | hash > "$t/next"
    while [ $((fn & 1)) = 0 ] && [ "$fn" != 0 ]; do fn=$((fn >> 1)) sn=$((sn >> 1)); done
  else
    { printf '\001'; cat "$t/hash" "$t/sibling"; } | hash > "$t/next"
  fi
  mv "$t/next" "$t/hash"
  fn=$((fn >> 1)) sn=$((sn >> 1))
done < "$t/path"
[ "$sn" = 0 ] || fail "path too short"
cmp -s "$t/hash" "$t/root" || fail "root"
echo "ok entry $index of $size"
