#!/usr/bin/env bash
# Builds the fuzzers of tests/fuzz and gives each RUNS inputs (default 1000000), one fuzzer after the other.
#   scripts/fuzz.sh [RUNS]
# One that has had that many with the same binary is not run again. FUZZERS="junit edits" limits it to some. What a
# fuzzer learns stays in build/fuzz/corpus; an input that breaks something is in build/fuzz/findings, and given to the
# binary as its only argument it breaks it again.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
runs=${1:-1000000}
out=$root/build/fuzz

"$root/scripts/setup.sh"
(cd "$root" && cmake --preset fuzz && cmake --build --preset fuzz) >&2

# A small quarantine of freed memory: as many findings in half the time.
export ASAN_OPTIONS=quarantine_size_mb=16${ASAN_OPTIONS:+:$ASAN_OPTIONS}
failed=0
line() { # NAME RUNS SECONDS RESULT
  printf '%-18s %9s runs %6s s  %s\n' "$@"
}
fuzz() { # NAME
  local name=$1 binary=$out/tests/fuzz/fuzz_$1 log=$out/logs/$1.log record=$out/logs/$1.done
  local sum done_sum='' done_runs=0 done_seconds=0 begin=$SECONDS status=0 count
  sum=$(sha256sum <"$binary" | cut -d' ' -f1)
  [ ! -f "$record" ] || read -r done_sum done_runs done_seconds <"$record"
  if [ "$done_sum" = "$sum" ] && [ "$done_runs" -ge "$runs" ]; then
    line "$name" "$done_runs" "$done_seconds" "no finding (done before)"
    return
  fi
  mkdir -p "$out/corpus/$name" "$out/findings" "$out/logs"
  cp "$root/tests/fuzz/corpus/$name"/* "$out/corpus/$name"
  "$binary" -runs="$runs" -max_len=4096 -timeout=10 -print_final_stats=1 -artifact_prefix="$out/findings/$name-" \
    "$out/corpus/$name" >"$log" 2>&1 || status=$?
  count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [ "$status" -eq 0 ]; then
    echo "$sum $runs $((SECONDS - begin))" >"$record"
    line "$name" "$count" "$((SECONDS - begin))" "no finding"
  else
    failed=1
    line "$name" "${count:-?}" "$((SECONDS - begin))" "FINDING, see $log"
  fi
}

for source in "$root"/tests/fuzz/*_fuzzer.cpp; do
  name=$(basename "$source" _fuzzer.cpp)
  if [ -z "${FUZZERS:-}" ] || [[ " $FUZZERS " == *" $name "* ]]; then
    fuzz "$name"
  fi
done
exit "$failed"
