//! The built page in Chromium against real servers, used as a person would.
//!
//! Run by `make test-e2e`. Needs `dist/`, Chromium with its driver, and the Python test server's environment.

#![cfg(not(target_arch = "wasm32"))]

mod harness;

mod below;
mod chaos;
mod coda_lite;
mod connecting;
mod conversation;
mod debugger;
mod faults;
mod hostile;
mod ill;
mod keeping;
mod load;
mod pages;
mod soak;
mod starting;
mod tabs;
mod voice;
