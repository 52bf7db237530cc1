#!/usr/bin/env bash
# Sets up, builds everything for release, and runs the tests: the fast and the end-to-end ones, or all with --all.
#   scripts/test.sh [--all] [ctest arguments, for instance -R actors/]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

select=(-L 'fast|end_to_end')
if [ "${1:-}" = --all ]; then
  select=()
  shift
fi
"$root/scripts/setup.sh"
cd "$root"
cmake --preset release
cmake --build --preset release
# End-to-end tests wait most of the time: two more than there are cores.
ctest --test-dir build/release --output-on-failure --no-tests=error -j "$(($(nproc) + 2))" "${select[@]}" "$@"
