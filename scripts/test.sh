#!/usr/bin/env bash
# Sets up, builds, and runs the tests: what users do first with the release binary, then all fast tests under ASan and UBSan.
# With --all the release build's long and slow tests, and its fast ones without sanitizers, too.
#   scripts/test.sh [--all] [ctest arguments, for instance -R actors/]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

select=(-L end_to_end)
target=cohort
if [ "${1:-}" = --all ]; then
  select=()
  target=all
  shift
fi
# Of what is chosen by name, one of the two builds may have nothing.
nothing=ignore
if [ $# -eq 0 ]; then
  nothing=error
fi
"$root/scripts/setup.sh"
cd "$root"
cmake --preset release
cmake --build --preset release --target "$target"
# End-to-end tests wait much of the time: two more than there are cores.
ctest --test-dir build/release --output-on-failure --no-tests=$nothing -j "$(($(nproc) + 2))" "${select[@]}" "$@"
cmake --preset asan
cmake --build --preset asan --target fast_tests
# Short stacks of allocations and a small quarantine take a third of the time off; a failure is looked at with the defaults.
export ASAN_OPTIONS=malloc_context_size=4:quarantine_size_mb=16
ctest --test-dir build/asan --output-on-failure --no-tests=$nothing -j "$(nproc)" -L fast "$@"
