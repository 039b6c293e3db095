#!/usr/bin/env bash
# Trunk's last step (Trunk.toml): cuts the page's program into parts and puts them into the page.
#
# The program that Trunk has built has marks at which parts can be cut out (src/lazy.rs). They become files of their
# own, which the page fetches when they are first needed. All files of one build lie in one folder, named after what
# is in them: a browser that kept some of an older build never mixes the two.
#
# A release is made small besides, its style sheets become one, and it gets the Content-Security-Policy.
set -euo pipefail
cd "$TRUNK_SOURCE_DIR"

name=coda-dashboard
staging=$TRUNK_STAGING_DIR
html=$staging/index.html
program=${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown/$TRUNK_PROFILE/$name.wasm
work=$staging/page
# What LLVM makes use of today; wasm-opt must be told.
features="--enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals
  --enable-reference-types --enable-multivalue"
# Scripts and styles come from the page's own files only, and nothing is embedded. The address of Coda can be set, so
# every WebSocket may be opened, and nothing else beyond the page's own server.
policy="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; manifest-src 'self'; \
connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'"

optimize() {
  # shellcheck disable=SC2086 # a list of words
  wasm-opt "$1" $features "$2" -o "$2" 2> >(grep -v "unknown name subsection" >&2 || true)
}

# What Trunk made of the program as a whole is not needed.
rm -f "$staging"/$name-*.js "$staging"/$name-*.wasm "$staging"/$name.js "$staging"/${name}_bg.wasm

mkdir -p "$work"
wasm-split-cli "$program" "$work" --out-name $name >/dev/null
wasm-bindgen "$work/$name.wasm" --target web --keep-lld-exports --no-typescript --out-dir "$work" --out-name $name
rm "$work/$name.wasm"
cp public/start.js "$work/"

if [ "$TRUNK_PROFILE" = release ]; then
  for tool in wasm-opt python3; do
    command -v $tool >/dev/null || echo "tools/page.sh: there is no $tool, so the page is larger than it has to be" >&2
  done
  if command -v wasm-opt >/dev/null; then
    for part in "$work"/*.wasm; do
      optimize -Oz "$part"
      # Where there is little, there is little that is alike.
      if command -v python3 >/dev/null && [ "$(wc -c <"$part")" -gt 4096 ]; then
        python3 -B tools/order.py "$part"
        optimize --reorder-functions-by-name "$part"
      fi
    done
  fi
  if command -v python3 >/dev/null; then
    python3 -B tools/shorten.py "$work/${name}_bg.wasm" "$work/$name.js" "$work/__wasm_split.js"
  fi
  grep -oE 'href="?/?[^" >]+\.css' "$html" | sed -E "s|href=\"?/?|$staging/|" | xargs cat >"$work/page.css"
  find "$staging" -maxdepth 1 -name '*.css' -delete
  sed -i.old -E "s#<link [^>]*rel=\"?stylesheet\"?[^>]*>##g
    s#</head>#<link rel=stylesheet href=/@page@/page.css></head>#
    s#<meta charset=\"?utf-8\"?[^>]*>#&<meta http-equiv=Content-Security-Policy content=\"$policy\">#" "$html"
fi

hash=$( (cat "$work"/* | sha256sum 2>/dev/null || cat "$work"/* | shasum -a 256) | cut -c 1-12)
mv "$work" "$staging/$hash"
sed -i.old "s|@page@|$hash|g" "$html"
rm -f "$html.old"
