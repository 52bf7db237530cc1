#!/usr/bin/env bash
# Plays every scenario of tests/simulation with many seeds: PLAYS in all (default 100000), on every core.
#   scripts/simulate.sh [PLAYS]
# Seeds that were played with the same binary and scenario are not played again, so that it goes on where it was stopped.
# SCENARIOS="partitions crowd" limits it to some. What breaks an invariant is printed with the command that plays it again.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
plays=${1:-100000}
portion=250 # Seeds that one process plays.
build=$root/build/release
binary=$build/tests/simulation/simulate

"$root/scripts/setup.sh"
(cd "$root" && cmake --preset release && cmake --build --preset release --target simulate) >&2

cd "$root"
read -ra names <<<"${SCENARIOS:-$(basename -s .yaml -a tests/simulation/scenarios/*.yaml | tr '\n' ' ')}"
portions=$(((plays - 1) / (${#names[@]} * portion) + 1))
records=$build/simulated/$(sha256sum "$binary" tests/simulation/scenarios/*.yaml | sha256sum | cut -c1-16)
mkdir -p "$records"

play() { # SCENARIO FIRST
  local record=$records/$1.$2
  [ ! -f "$record" ] || return 0
  if "$binary" "$1" --first "$2" --seeds "$portion" >"$record.log" 2>&1; then
    mv "$record.log" "$record"
  else
    cat "$record.log"
    return 1
  fi
}
export -f play
export records binary portion

begin=$SECONDS
for ((i = 0; i < portions; ++i)); do
  for name in "${names[@]}"; do
    echo "$name $((i * portion + 1))"
  done
done | xargs -P "$(nproc)" -L 1 bash -c 'play "$@"' play || exit 1
echo "$((portions * ${#names[@]} * portion)) plays of ${#names[@]} scenarios kept every invariant ($((SECONDS - begin)) s)"
