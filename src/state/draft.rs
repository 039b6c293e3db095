//! Keeps what is typed and not sent over a reload of the page, for this tab only.

use leptos::prelude::window;
use web_sys::Storage;

const KEY: &str = "coda.draft";
/// A longer text is not kept: the browser has room for 5 MB in all, and texts that wait to be sent take some of it.
const MAX_BYTES: usize = 1024 * 1024;

fn storage() -> Option<Storage> {
    window().session_storage().ok()?
}

/// What was typed before the reload.
pub(super) fn kept() -> String {
    storage().and_then(|storage| storage.get_item(KEY).ok().flatten()).unwrap_or_default()
}

/// Keeps this text in place of the one before; false where the browser has no room for it.
pub(super) fn keep(text: &str) -> bool {
    let Some(storage) = storage() else { return text.is_empty() };
    let is_kept = !text.is_empty() && text.len() <= MAX_BYTES && storage.set_item(KEY, text).is_ok();
    if !is_kept {
        // The text before must not come back in place of this one.
        let _ = storage.remove_item(KEY);
    }
    is_kept || text.is_empty()
}
