//! What the page keeps for later visits, on a store in memory.

#![cfg(not(target_arch = "wasm32"))]

mod conversations;
#[path = "../model/page.rs"]
mod page;
mod recordings;
mod visit;
mod visits;
#[path = "../history/world.rs"]
#[expect(dead_code, reason = "the flight recorder's tests use all of it")]
mod world;
