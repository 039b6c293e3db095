#!/usr/bin/env bash
# Trunk's post_build hook: adds the Content-Security-Policy to a release. A debug build has none, because Trunk's
# reload script is inline.
set -euo pipefail
[ "$TRUNK_PROFILE" = release ] || exit 0

# Coda's address is a setting, so connect-src allows every WebSocket, and the question whether an
# address that opens none speaks HTTP.
policy="default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; manifest-src 'self'; \
connect-src 'self' ws: wss: http: https:; base-uri 'none'; form-action 'none'"
html=$TRUNK_STAGING_DIR/index.html
sed -i.old -E "s#<meta charset=\"?utf-8\"?[^>]*>#&<meta http-equiv=\"Content-Security-Policy\" content=\"$policy\">#" "$html"
rm "$html.old"
grep -q Content-Security-Policy "$html" || { echo "tools/policy.sh: found no <meta charset> to put the policy after" >&2; exit 1; }
