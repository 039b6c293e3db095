//! Test harness: browser, page and servers.

mod browser;
mod cdp;
mod page;
mod server;
mod site;

pub use page::Page;
pub use server::Backend;
pub use site::Site;

use std::time::Duration;

/// Timeout for anything on screen.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// Result of a test; any error fails it.
pub type Outcome = Result<(), Box<dyn std::error::Error>>;

pub fn failed<T>(words: impl Into<String>) -> Result<T, Box<dyn std::error::Error>> {
    Err(words.into().into())
}
