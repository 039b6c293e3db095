//! User interface. Components read stores and call [`crate::state::WebSocketContext`]; they own no connection and none of its
//! timers.

mod address;
mod app;
mod clipboard;
pub mod components;
pub mod debugger;
mod dismiss;
pub mod every;
mod files;
pub mod format;
mod kept;
pub mod pages;
mod resizing;
mod routes;

pub use app::{Shell, mount};
