//! The Coda dashboard: a pure core (`protocol`, `link`, `model`, `history`, `analysis`, `replay`, `sim`,
//! `store`, `tabs`) and, behind the feature `app`, its browser shell (`browser`, `driver`, `state`, `ui`). See docs/ARCHITECTURE.md.

#![forbid(unsafe_code)]
// Untrusted input must never stop the page. Tests may panic.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod analysis;
mod bounded;
pub mod history;
#[warn(missing_docs)]
pub mod link;
pub mod model;
#[warn(missing_docs)]
pub mod protocol;
pub mod replay;
#[warn(missing_docs)]
pub mod sim;
pub mod store;
#[warn(missing_docs)]
pub mod tabs;
mod words;

#[cfg(feature = "app")]
pub mod browser;
#[cfg(feature = "app")]
pub mod driver;
#[cfg(feature = "app")]
pub mod state;
#[cfg(feature = "app")]
pub mod ui;
