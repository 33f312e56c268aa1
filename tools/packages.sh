#!/bin/bash
# Says which of the named Debian packages are missing, and installs them: as root, else with sudo;
# without either it prints the line to run and fails. Quick when nothing is missing.
# usage: tools/packages.sh PACKAGE...
set -eu
missing=()
for package in "$@"; do
    case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true) in
        ii*) ;;
        *) missing+=("$package") ;;
    esac
done
[ ${#missing[@]} -gt 0 ] || exit 0
install="apt-get install -y --no-install-recommends ${missing[*]}"
echo "installing what is missing: ${missing[*]}"
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
elif command -v sudo >/dev/null && [ -t 0 ]; then
    as_root=sudo
else
    echo "these packages are missing; as root, run:"
    echo "  apt-get update && $install"
    exit 1
fi
log=$(mktemp)
if ! { $as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as_root $install; } >"$log" 2>&1
then
    tail -n 20 "$log"
    echo "the packages could not be installed; the end of apt's words stands above"
    rm -f "$log"
    exit 1
fi
rm -f "$log"
