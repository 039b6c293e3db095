//! Recordings replayed: to the server, into the page, and as a test.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../analysis/trace.rs"]
#[allow(dead_code, reason = "each test target uses its own part of it")]
mod trace;
#[path = "../history/world.rs"]
#[allow(dead_code, reason = "each test target uses its own part of it")]
mod world;

mod as_test;
mod bug_reports;
mod imported;
mod plan;
mod playback;
mod resender;
