# Debian 12's packages, by what needs them: read by ./run and ./check. Reasons for each library:
# docs/decisions/0005-libraries.md. nginx is not here, because installing it starts a service:
# tools/nginx.sh unpacks it under build/.
build_packages="gcc libc6-dev make pkg-config ca-certificates tzdata libmicrohttpd-dev
  libsodium-dev libcjson-dev zlib1g-dev libxxhash-dev libunistring-dev libidn2-dev libsqlite3-dev
  libzstd-dev libmaxminddb-dev libgnutls28-dev nettle-dev libseccomp-dev libqrcodegen-dev"
check_packages="libcmocka-dev procps chromium-headless-shell openssl
  golang-go golang-golang-x-mod-dev"
command -v node >/dev/null && command -v npm >/dev/null || build_packages="$build_packages nodejs npm"
