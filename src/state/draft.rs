//! Stores unsent input across a reload of the page, for this tab only.

use crate::browser::storage::{self, Area};

const KEY: &str = "coda.draft";
/// Longer texts are not stored: the browser has room for 5 MB in total, shared with the waiting texts.
const MAX_BYTES: usize = 1024 * 1024;

/// Returns the input from before the reload.
pub(super) fn kept() -> String {
    storage::read(Area::Session, KEY).unwrap_or_default()
}

/// Replaces the stored input. Returns false if the browser has no room for it.
pub(super) fn keep(text: &str) -> bool {
    let is_kept = !text.is_empty() && text.len() <= MAX_BYTES && storage::write(Area::Session, KEY, text);
    if !is_kept {
        // Otherwise a reload would bring back the previous text.
        storage::remove(Area::Session, KEY);
    }
    is_kept || text.is_empty()
}
