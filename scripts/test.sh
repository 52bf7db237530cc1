#!/usr/bin/env bash
# Sets up, builds, and runs the tests: what users do first with the release binary, a head that is killed after its events, more
# than 10,000 simulated plays, then all fast tests under ASan and UBSan.
# With --all the release build's long and slow tests, and its fast ones without sanitizers, too.
#   scripts/test.sh [--all] [ctest arguments, for instance -R actors/]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

select=(-L end_to_end)
targets=(cohort simulate)
if [ "${1:-}" = --all ]; then
  select=()
  targets=(all)
  shift
fi
chosen=0
# Of what is chosen by name, one of the two builds may have nothing; not both.
count() {
  local line
  line=$(ctest --test-dir "$1" -N "${@:2}" | tail -1)
  chosen=$((chosen + ${line##* }))
}

"$root/scripts/setup.sh"
cd "$root"
cmake --preset release
cmake --build --preset release --target "${targets[@]}"
count build/release "${select[@]}" "$@"
# End-to-end tests wait much of the time: two more than there are cores.
ctest --test-dir build/release --output-on-failure -j "$(($(nproc) + 2))" "${select[@]}" "$@"
cmake --preset asan
cmake --build --preset asan --target fast_tests
count build/asan -L fast "$@"
# Short stacks of allocations and a small quarantine take a third of the time off; a failure is looked at with the defaults.
export ASAN_OPTIONS=malloc_context_size=4:quarantine_size_mb=16
ctest --test-dir build/asan --output-on-failure -j "$(nproc)" -L fast "$@"
if [ "$chosen" -eq 0 ]; then
  echo "test: there is no such test" >&2
  exit 1
fi
