#!/usr/bin/env bash
# Sets up, builds cohort for release, and runs it with the arguments given; without any: the demo.
#   scripts/run.sh                      the demo: GoogleTest, broken and repaired
#   scripts/run.sh run "fix the compile errors" -w ~/project
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

"$root/scripts/setup.sh"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
build() {
  (cd "$root" && cmake --preset release && cmake --build --preset release --target cohort)
}
if [ ! -x "$root/build/release/nodes/cohort" ]; then
  echo "run: building cohort; the first time takes some minutes" >&2
fi
if ! build >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  exit 1
fi
rm -f "$log"
trap - EXIT

if [ $# -eq 0 ]; then
  exec python3 "$root/scripts/demo.py" --cohort "$root/build/release/nodes/cohort"
fi
exec "$root/build/release/nodes/cohort" "$@"
