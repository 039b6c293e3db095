#!/usr/bin/env bash
# Installs the missing tools to build and test the dashboard.
#
#   tools/setup.sh build    for `make serve`: wasm target, trunk, wasm-bindgen, wasm-opt
#   tools/setup.sh test     also for `make test`: Chromium with its driver, the Python test server, axe-core
#
# Each step first checks whether the tool works, then says what it does and why. An interrupted step can be run
# again: its result is put in place only when it is complete.
set -euo pipefail
cd "$(dirname "$0")/.."

TRUNK_VERSION=0.21.14     # the newest that builds with rustc 1.96.0
BINARYEN_VERSION=132.0.0  # wasm-opt; must match Trunk.toml
AXE_VERSION=4.14.1        # must match tests/e2e/pages.rs
LINKED_TOOLCHAIN=coda-web # rustup's name for the distribution's toolchain, where needed

BIN="${CARGO_HOME:-$HOME/.cargo}/bin"
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/coda-dashboard"
export PATH="$BIN:$PATH"

say() { printf '\033[1m%s\033[0m\n' "setup: $*"; }
stop() {
  printf '\nsetup: cannot go on: %s\n' "$1" >&2
  shift
  [ $# -eq 0 ] || { printf 'Run these by hand, then the same make target again:\n' >&2; printf '    %s\n' "$@" >&2; }
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }
on_debian() { have apt-get && have dpkg; }

# The only place that asks for root, for steps that install system files.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else stop "this step needs root, and there is no sudo" "su -c '$*'"
  fi
}

apt_updated=
apt_install() {
  if [ -z "$apt_updated" ]; then
    as_root apt-get update -qq
    apt_updated=1
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# ---------------------------------------------------------------- Rust and its wasm target

# Succeeds if the active toolchain links a wasm test, which needs std, panic_abort, test and a linker.
wasm_target_works() {
  local dir
  dir=$(mktemp -d)
  echo '#[test] fn links() {}' >"$dir/probe.rs"
  local ok=0
  rustc --test --edition 2021 --target wasm32-unknown-unknown -o "$dir/probe.wasm" "$dir/probe.rs" >/dev/null 2>&1 || ok=1
  rm -rf "$dir"
  return $ok
}

setup_rust() {
  have rustc || have rustup || on_debian ||
    stop "there is no Rust here" "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
  if wasm_target_works && cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; then return; fi
  if have rustup; then
    say "adding the wasm32 target, rustfmt and clippy to the active toolchain (rustup)"
    if rustup target add wasm32-unknown-unknown && rustup component add rustfmt clippy && wasm_target_works; then return; fi
    say "rustup could not; trying the distribution's Rust"
  fi
  on_debian || stop "this toolchain cannot build for wasm32-unknown-unknown" \
    "rustup target add wasm32-unknown-unknown" "rustup component add rustfmt clippy"
  setup_debian_rust
}

# Debian ships no wasm std, but its rustc-web package brings the matching library source to build it from.
setup_debian_rust() {
  local lld
  as_root apt-get update -qq
  apt_updated=1
  lld=$(apt-cache search --names-only '^lld-[0-9]+$' | awk '{print $1}' | sort -t- -k2 -n | tail -1)
  [ -n "$lld" ] || stop "Debian offers no lld package, which links wasm" "apt-cache search lld"
  say "installing Debian's Rust with its library source, and $lld to link wasm (under a minute)"
  apt_install rustc-web cargo-web rust-web-src rustfmt-web rust-web-clippy "$lld"
  if have rustup; then
    say "making it this checkout's toolchain: rustup override set $LINKED_TOOLCHAIN"
    rustup toolchain link "$LINKED_TOOLCHAIN" /usr
    rustup override set "$LINKED_TOOLCHAIN" >/dev/null 2>&1
  fi
  if ! have rust-lld; then
    mkdir -p "$BIN"
    ln -sfn "$(command -v "$lld")" "$BIN/rust-lld"
  fi
  wasm_target_works || build_wasm_std
  wasm_target_works || stop "the wasm standard library was built, but a test program still does not link" \
    "rustc -vV" "ls $(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib"
}

build_wasm_std() {
  local work="$CACHE/wasm-std" lib
  lib="$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib"
  say "building the wasm32 standard library from Debian's source (about a minute, once)"
  rm -rf "$work"
  mkdir -p "$work/src"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n' >"$work/Cargo.toml"
  : >"$work/src/lib.rs"
  # `lto = true` needs embedded bitcode. Cargo runs outside the checkout, so the checkout's settings do not apply.
  (cd "$work" && RUSTUP_TOOLCHAIN="$(have rustup && echo "$LINKED_TOOLCHAIN" || true)" \
    RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes CARGO_PROFILE_RELEASE_PANIC=abort CARGO_TARGET_DIR="$work/target" \
    cargo build --release -Zbuild-std=std,panic_abort,test --target wasm32-unknown-unknown)
  rm -f "$work"/target/wasm32-unknown-unknown/release/deps/libempty-*
  as_root mkdir -p "$lib.new"
  as_root cp "$work"/target/wasm32-unknown-unknown/release/deps/lib*.rlib "$lib.new/"
  as_root rm -rf "$lib"
  as_root mv "$lib.new" "$lib"
  rm -rf "$work"
}

# ---------------------------------------------------------------- build tools

# cargo_tool NAME VERSION WHY MINUTES [cargo install options]: fetches a prebuilt binary if cargo-binstall is installed,
# otherwise builds the tool. Cargo installs only a complete build, and the build directory stays until then, so an
# interrupted build resumes.
cargo_tool() {
  local name=$1 version=$2 why=$3 minutes=$4
  shift 4
  if cargo binstall -V >/dev/null 2>&1; then
    say "fetching a prebuilt $name $version with cargo binstall: $why"
    if cargo binstall --no-confirm --force --disable-strategies compile "$name@$version"; then return; fi
    say "cargo binstall found none"
  fi
  say "building $name $version from source: $why (about $minutes minutes on two cores, once)"
  CARGO_TARGET_DIR="$CACHE/build" \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install "$name" --version "$version" --force "$@"
  rm -rf "$CACHE/build"
}

setup_trunk() {
  have trunk && return
  on_debian && ! have cc && { say "installing gcc: trunk's dependencies compile C"; apt_install gcc libc6-dev; }
  cargo_tool trunk "$TRUNK_VERSION" "it builds and serves the page" 7 --locked --no-default-features --features rustls
}

# The command-line tool must have exactly the library's version in Cargo.lock.
setup_wasm_bindgen() {
  local want have_version
  want=$(awk '/^name = "wasm-bindgen"$/ {getline; gsub(/[^0-9.]/, ""); print; exit}' Cargo.lock)
  have_version=$(wasm-bindgen --version 2>/dev/null | awk '{print $2}' || true)
  [ "$have_version" = "$want" ] && have wasm-bindgen-test-runner && return
  cargo_tool wasm-bindgen-cli "$want" "it makes the JavaScript side of the page and runs the browser tests" 3
}

# Without npm, Trunk downloads wasm-opt itself.
setup_wasm_opt() {
  local want="version ${BINARYEN_VERSION%%.*}" dir="$CACHE/binaryen-$BINARYEN_VERSION"
  [[ "$(wasm-opt --version 2>/dev/null || true)" == *"$want"* ]] && return
  have npm || { say "no npm: Trunk will download wasm-opt ${BINARYEN_VERSION%%.*} for the release build"; return; }
  say "installing wasm-opt ${BINARYEN_VERSION%%.*} from npm: it makes the page smaller (seconds)"
  rm -rf "$dir.new" "$dir"
  mkdir -p "$dir.new"
  npm install --prefix "$dir.new" --no-save --no-audit --no-fund --loglevel=error "binaryen@$BINARYEN_VERSION" >/dev/null
  mv "$dir.new" "$dir"
  mkdir -p "$BIN"
  ln -sfn "$dir/node_modules/binaryen/bin/wasm-opt" "$BIN/wasm-opt"
}

# ---------------------------------------------------------------- test tools

setup_chromium() {
  have chromedriver && { have chromium || have google-chrome || have chrome; } && return
  on_debian || stop "the browser tests need Chrome or Chromium and its chromedriver on the PATH" \
    "install Chromium and chromedriver of the same version with your package manager"
  say "installing Chromium and its driver for the browser tests (seconds)"
  apt_install chromium chromium-driver
}

# The accessibility checker that the end-to-end tests inject into the page.
setup_axe() {
  local file=".tools/axe-$AXE_VERSION.min.js"
  [ -f "$file" ] && return
  have npm || { on_debian && apt_install npm; } || stop "the accessibility tests need npm, to fetch axe-core"
  say "fetching axe-core $AXE_VERSION from npm: it checks every page for accessibility (seconds)"
  rm -rf .tools/new
  mkdir -p .tools/new
  npm install --prefix .tools/new --no-save --no-audit --no-fund --loglevel=error "axe-core@$AXE_VERSION" >/dev/null
  mv .tools/new/node_modules/axe-core/axe.min.js "$file"
  rm -rf .tools/new
}

# A virtual environment with the real `websockets` package; its stamp holds the requirements that it was completed for.
setup_python() {
  local stamp=.venv/.ready
  have python3 || { on_debian && apt_install python3 python3-venv; } || stop "the test server needs Python 3.9 or newer"
  cmp -s tests/backend/requirements.txt "$stamp" && return
  say "making .venv with the packages of the Python test server (seconds)"
  rm -rf .venv
  if ! python3 -m venv .venv 2>/dev/null; then
    on_debian || stop "python3 cannot make a virtual environment" "python3 -m ensurepip"
    apt_install python3-venv
    rm -rf .venv
    python3 -m venv .venv
  fi
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/backend/requirements.txt
  cp tests/backend/requirements.txt "$stamp"
}

case "${1:-}" in
  build) setup_rust; setup_trunk; setup_wasm_bindgen; setup_wasm_opt ;;
  test) setup_rust; setup_trunk; setup_wasm_bindgen; setup_wasm_opt; setup_chromium; setup_python; setup_axe ;;
  *) stop "usage: tools/setup.sh build|test" ;;
esac
