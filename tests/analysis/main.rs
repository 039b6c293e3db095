//! The analysis: it finds every fault in its trace, and nothing in healthy traces.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../history/world.rs"]
#[allow(dead_code, reason = "each test target uses its own part of it")]
mod world;

mod comparison;
mod connection;
mod corpus;
mod correlation;
mod findings;
mod ill;
mod messages;
mod trace;
