//! Stores unsent input across a reload of the page, for this tab only.

use leptos::prelude::window;
use web_sys::Storage;

const KEY: &str = "coda.draft";
/// Longer texts are not stored: the browser has room for 5 MB in total, shared with the waiting texts.
const MAX_BYTES: usize = 1024 * 1024;

fn storage() -> Option<Storage> {
    window().session_storage().ok()?
}

/// Returns the input from before the reload.
pub(super) fn kept() -> String {
    storage().and_then(|storage| storage.get_item(KEY).ok().flatten()).unwrap_or_default()
}

/// Replaces the stored input. Returns false if the browser has no room for it.
pub(super) fn keep(text: &str) -> bool {
    let Some(storage) = storage() else { return text.is_empty() };
    let is_kept = !text.is_empty() && text.len() <= MAX_BYTES && storage.set_item(KEY, text).is_ok();
    if !is_kept {
        // Otherwise a reload would bring back the previous text.
        let _ = storage.remove_item(KEY);
    }
    is_kept || text.is_empty()
}
