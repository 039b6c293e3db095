#!/usr/bin/env bash
# Prints the size of each file that the page downloads, and the program's largest functions.
set -euo pipefail
cd "$(dirname "$0")/.."
for file in $(find dist -type f | sort); do
  printf '%9d bytes %9d gzipped  %s\n' "$(wc -c <"$file")" "$(gzip -9c "$file" | wc -c)" "${file#dist/}"
done
command -v twiggy >/dev/null || { echo "for the largest functions: cargo install twiggy --locked" >&2; exit 2; }
# Cargo's output still has the function names; the built page does not.
twiggy top -n "${SIZE_TOP:-40}" "${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown/release/coda-dashboard.wasm"
