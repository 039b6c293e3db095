//! The reducers: from link events to what the pages show.

#![cfg(not(target_arch = "wasm32"))]

mod avatar;
mod conversation;
mod markdown_blocks;
mod memory;
mod page;
mod performance;
mod pipeline;
mod python_value;
mod system;
mod timing;
mod tools;
