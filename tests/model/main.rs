//! The reducers: from the link's events to what the pages show.

#![cfg(not(target_arch = "wasm32"))]

mod avatar;
mod conversation;
mod page;
