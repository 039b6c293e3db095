#!/usr/bin/env bash
# What the first page downloads, and what is large in its program: the crates, with what they were made into for this page.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(dirname dist/*/start.js)
for file in dist/index.html "$folder"/{coda-dashboard.js,start.js,__wasm_split.js,page.css,coda-dashboard_bg.wasm}; do
  printf '%8d bytes gzipped  %s\n' "$(gzip -9c "$file" | wc -c)" "${file##*/}"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Before it was made small, the program still has the names of its functions.
wasm-split-cli "${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown/release/coda-dashboard.wasm" "$work" --out-name page >/dev/null
wasm-opt --all-features --metrics -o /dev/null "$work/page.wasm" | sed -n '1,12p'
python3 -B tools/functions.py "$work/page.wasm"
