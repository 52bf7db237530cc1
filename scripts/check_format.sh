#!/usr/bin/env bash
# Fails when a C++ file is not formatted as .clang-format says; with --fix, formats them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mode=(--dry-run -Werror)
[ "${1:-}" = --fix ] && mode=(-i)
git ls-files -co --exclude-standard -z -- '*.cpp' '*.hpp' | xargs -0 -r clang-format --style=file "${mode[@]}"
