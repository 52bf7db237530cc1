#!/usr/bin/env bash
# Installs the Debian packages that building, testing and the demo need. Quiet when nothing is missing.
# Not root: says what is missing and how to install it, and fails.
set -euo pipefail

packages=(
  g++ cmake make ninja-build pkg-config git python3 ca-certificates
  libcaf-dev libprotobuf-dev protobuf-compiler libspdlog-dev libyaml-cpp-dev doctest-dev
  libcli11-dev libcpp-httplib-dev nlohmann-json3-dev libgit2-dev libsqlite3-dev openssl libssl-dev libzstd-dev zlib1g-dev prometheus-cpp-dev
  clang clang-tidy llvm libclang-14-dev libclang-rt-14-dev bubblewrap gcovr clang-format universal-ctags ccache mold googletest
)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "setup: missing packages: ${missing[*]}" >&2
  echo "setup: install them as root: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "setup: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "setup: apt-get failed; the lines above say why" >&2
  exit 1
fi
