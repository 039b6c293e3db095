//! The components in headless Chrome: on their own, and with a real WebSocket to the Python test server.
//!
//! Run by `make test-web`, which starts the server.

#![cfg(target_arch = "wasm32")]

mod heap;
mod page;
mod server;
mod servers;

mod address;
mod annotations;
mod bug_report;
mod coda;
mod compare;
mod components;
mod conversation;
mod debugger;
mod details;
mod events;
mod experiments;
mod format;
mod frames;
mod inject;
mod keeping;
mod kept;
mod listener;
mod log;
mod memory;
mod performance;
mod playback;
mod protections;
mod renders;
mod replay;
mod settings;
mod socket;
mod system;
mod tabs;
mod visits;
mod voice;
mod ways;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
