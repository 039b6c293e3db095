# Laptops and CI use the same targets. `make help` lists them.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON := .venv/bin/python
WASM := --target wasm32-unknown-unknown
# Ports of the browser tests' server; tests/web/server.rs expects them.
WEB_TEST_PORT := 18765
WEB_TEST_CONTROL := 18766
export PATH := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

# ---------------------------------------------------------------- to use

.PHONY: setup-build setup-test
setup-build: ## install missing build tools
	@tools/setup.sh build

setup-test: ## install missing build and test tools
	@tools/setup.sh test

.PHONY: serve dev build backend
serve: setup-build ## build the release and serve it at http://localhost:8080
	trunk serve --release --no-autoreload

dev: setup-build ## serve a debug build and rebuild on changes
	trunk serve

build: setup-build ## build the release into dist/
	trunk build --release

backend: setup-test ## run the Python test server on port 8765, its control interface on 8766
	cd tests/backend && ../../$(PYTHON) -m coda_backend --port 8765 --control-port 8766

# ---------------------------------------------------------------- to test

.PHONY: build-below test check test-native test-backend test-web test-e2e test-coda
test: setup-test check test-native test-backend test-web test-e2e ## run everything, as CI does
	@echo "all tests passed"

check: ## check formatting, lints, documentation and that the core uses no browser crate
	cargo fmt --check
	cargo clippy --no-default-features --features e2e,bench --all-targets -- -D warnings
	cargo clippy $(WASM) --all-targets --features tracing -- -D warnings
	RUSTDOCFLAGS=-Dwarnings cargo doc --no-default-features --no-deps --quiet
	@! cargo tree --no-default-features -e normal --prefix none | grep -E '^(leptos|web-sys|js-sys|wasm-bindgen|gloo)' \
	  || { echo "the core must not depend on the crates above: move what needs them behind the feature app"; exit 1; }

test-native: ## test the core natively; ONLY=holding for a part
	cargo test --no-default-features $(ONLY)

test-backend: ## test the Python test server
	cd tests/backend && ../../$(PYTHON) -m unittest discover -q

# Days follow the reader's time zone; a bug there shows only away from UTC.
test-web: ## test components and the link in headless Chrome against the Python server; ONLY=memory for a part
	@tools/with_backend.sh $(WEB_TEST_PORT) $(WEB_TEST_CONTROL) \
	  env TZ=Pacific/Auckland WASM_BINDGEN_TEST_TIMEOUT=900 cargo test $(WASM) --features tracing \
	  --test web $(if $(ONLY),-- $(ONLY)::,--test link)

build-below: setup-build ## build the release for a server path, /coda/, which a test serves
	trunk build --release --public-url /coda/ --dist target/dist-below

test-e2e: build $(if $(ONLY),,build-below) ## test the built page in Chromium against the Python server; ONLY=pages for a part
ifdef ONLY
	cargo test --no-default-features --features e2e --test e2e -- --test-threads=2 $(ONLY)::
else
	cargo test --no-default-features --features e2e --test e2e -- --test-threads=2 --skip load:: --skip chaos::
	@echo "ignored above: coda_lite (make test-coda CODA_LITE=path) and soak (make soak)"
	@echo "under load, alone on the machine:"
	cargo test --no-default-features --features e2e --test e2e -- --test-threads=1 --nocapture load:: chaos::
endif

test-coda: setup-test build ## run the end-to-end tests against a Coda Lite checkout: make test-coda CODA_LITE=path
	@test -n "$(CODA_LITE)" || { echo "say where Coda Lite is: make test-coda CODA_LITE=path"; exit 2; }
	$(PYTHON) -m pip install --quiet -r tests/coda/requirements.txt
	CODA_LITE="$(abspath $(CODA_LITE))" $(PYTHON) tests/coda/test_monitor.py
	CODA_LITE="$(abspath $(CODA_LITE))" cargo test --no-default-features --features e2e --test e2e -- --test-threads=1 --ignored coda_lite

# ---------------------------------------------------------------- to measure

.PHONY: bench soak size chaos backend-errors bench-link
bench: build setup-test ## compare the page with a bare one in Chromium: events, start; BENCH_MEMORY=1 for a million events
	cargo bench --no-default-features --features e2e --bench page

soak: build setup-test ## simulate a long day in half an hour (SOAK_MINUTES): nothing may grow
	cargo test --no-default-features --features e2e --test e2e -- --ignored --nocapture soak

size: build ## print the size of the download and the largest functions
	@tools/size.sh

chaos: ## run the link, and tabs that share one, under random faults, CHAOS_RUNS (100000) times, and print figures
	cargo test --no-default-features --profile fast --test link --test tabs -- --ignored --nocapture figures

backend-errors: setup-test ## count the server's errors with and without queue and dedup
	@tools/with_backend.sh $(WEB_TEST_PORT) $(WEB_TEST_CONTROL) \
	  env WASM_BINDGEN_TEST_TIMEOUT=300 cargo test $(WASM) --features tracing --test web -- --nocapture protections \
	  | grep -E "queue and dedup|test result"

bench-link: ## measure a message, an inbound event and their recording in the core
	cargo bench --no-default-features --features bench --bench link

.PHONY: deny
deny: ## check licences and sources of the page's dependencies, and advisories if available
	@command -v cargo-deny >/dev/null || { echo "install it first: cargo install cargo-deny --locked"; exit 2; }
	cargo deny check licenses bans sources
	@if cargo deny fetch db 2>/dev/null; then cargo deny check advisories; \
	  else echo "advisories are not checked: their database cannot be had from here"; fi

.PHONY: clean
clean: ## remove build output; installed tools stay
	rm -rf dist test-results
	cargo clean
