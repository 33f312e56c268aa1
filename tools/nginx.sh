#!/bin/sh
# Prints the path of an nginx: the system's, or Debian's package unpacked under build/ (installing it
# would start a service). Fails, saying why, where neither can be had.
set -eu
cd "$(dirname "$0")/.."
into=${AMANA_BUILD:-build}/nginx
command -v nginx && exit 0
if [ ! -x "$into/usr/sbin/nginx" ]; then
    command -v apt-get >/dev/null || { echo "no nginx, and no apt-get to fetch it with" >&2; exit 1; }
    mkdir -p "$into"
    (cd "$into" && timeout 60 apt-get download -q nginx >/dev/null 2>&1 && dpkg-deb -x nginx_*.deb . && rm -f nginx_*.deb) ||
        { echo "the package nginx could not be fetched" >&2; exit 1; }
fi
"$into/usr/sbin/nginx" -v 2>/dev/null || { echo "the unpacked nginx does not run here" >&2; exit 1; }
echo "$into/usr/sbin/nginx"
