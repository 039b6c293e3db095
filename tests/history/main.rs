//! The flight recorder: bounds, the life of a message, the filter, folding, and recordings in files.

#![cfg(not(target_arch = "wasm32"))]

mod diff;
mod fold;
mod life;
mod partner;
mod query;
mod query_text;
mod recorder;
mod recordings;
mod summary;
mod world;
