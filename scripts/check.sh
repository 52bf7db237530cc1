#!/usr/bin/env bash
# Everything that does not fit into every commit: each file compiled alone, then the whole suite under ASan and UBSan, then
# under TSan.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

"$root/scripts/setup.sh"
"$root/scripts/check_layers.py"
"$root/scripts/check_format.sh"
cd "$root"
cmake --preset dev
cmake --build --preset dev --target all benches
for preset in asan tsan; do
  cmake --preset "$preset"
  cmake --build --preset "$preset"
  # CAF itself is not built with TSan: its own counters look like races (see scripts/tsan.supp).
  TSAN_OPTIONS="suppressions=$root/scripts/tsan.supp ignore_noninstrumented_modules=1 demangle=0" \
    ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)"
done
