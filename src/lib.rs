//! Coda's dashboard: a pure core (`protocol`, `link`, `model`, `sim`) and, behind the feature `app`,
//! the browser around it (`driver`, `state`, `ui`). docs/ARCHITECTURE.md says how they fit together.

#![forbid(unsafe_code)]
// Nothing from outside may stop the page; a test stops by panicking.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod analysis;
pub mod history;
#[warn(missing_docs)]
pub mod link;
pub mod model;
#[warn(missing_docs)]
pub mod protocol;
pub mod replay;
#[warn(missing_docs)]
pub mod sim;

#[cfg(feature = "app")]
pub mod driver;
#[cfg(feature = "app")]
pub mod state;
#[cfg(feature = "app")]
pub mod ui;
