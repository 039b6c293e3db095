#!/usr/bin/env bash
# What the page downloads, file by file, and the largest functions of its program.
set -euo pipefail
cd "$(dirname "$0")/.."
for file in $(find dist -type f | sort); do
  printf '%9d bytes %9d gzipped  %s\n' "$(wc -c <"$file")" "$(gzip -9c "$file" | wc -c)" "${file#dist/}"
done
command -v twiggy >/dev/null || { echo "for the largest functions: cargo install twiggy --locked" >&2; exit 2; }
# cargo's own output still has the names of the functions; the built page has not.
twiggy top -n "${SIZE_TOP:-40}" "${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown/release/coda-dashboard.wasm"
