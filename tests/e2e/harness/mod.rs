//! What the scenarios are written with: a browser, a page, servers.

mod browser;
mod cdp;
mod page;
mod server;
mod site;

pub use page::Page;
pub use server::Backend;
pub use site::Site;

use std::time::Duration;

/// How long anything on the screen may take before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// What goes wrong in a test ends it.
pub type Outcome = Result<(), Box<dyn std::error::Error>>;

/// An error with these words.
pub fn failed<T>(words: impl Into<String>) -> Result<T, Box<dyn std::error::Error>> {
    Err(words.into().into())
}
