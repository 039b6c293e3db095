//! Tabs that share one link, against a simulated browser, network and Coda, on a virtual clock.

#![cfg(not(target_arch = "wasm32"))]

mod browser;
mod chaos;
mod engine;
mod lifecycle;
#[path = "../link/many_runs.rs"]
mod many_runs;
mod operation;
mod owner_watch;
mod page;
mod sharing;
mod tab;
mod takeover;
mod text_watch;
mod versions;
mod world;
