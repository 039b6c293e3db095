//! What the analysis finds in traces of every fault, and that it finds nothing in healthy ones.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../history/world.rs"]
#[allow(dead_code, reason = "each test target uses its own part of it")]
mod world;

mod connection;
mod correlation;
mod findings;
mod messages;
mod trace;
