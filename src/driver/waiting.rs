//! Stores unsettled texts across a reload of the page, for this tab only, each with its destination address.

use serde_json::Value;
use web_sys::Storage;

use super::DEMO_URL;
use crate::link::PersistedMessage;

/// Limits of what is stored: the browser has room for 5 MB in all.
const MAX_TEXTS: usize = 256;
const MAX_BYTES: usize = 1024 * 1024;

const STORAGE_KEY: &str = "coda.waiting";

pub(super) fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}

/// Replaces the stored texts by these. Returns how many could not be stored.
pub(super) fn keep(waiting: &[PersistedMessage]) -> usize {
    let waiting: Vec<&PersistedMessage> = waiting.iter().filter(|waiting| &*waiting.url != DEMO_URL).collect();
    let Some(storage) = storage() else { return waiting.len() };
    let mut bytes = 0;
    let fits = |text: &&&PersistedMessage| {
        bytes += text.text.len();
        bytes <= MAX_BYTES
    };
    let kept: Vec<&PersistedMessage> = waiting.iter().take(MAX_TEXTS).take_while(fits).copied().collect();
    let stored = if kept.is_empty() {
        storage.remove_item(STORAGE_KEY)
    } else {
        // Cannot fail: strings and numbers always have a JSON form.
        storage.set_item(STORAGE_KEY, &serde_json::to_string(&kept).unwrap_or_default())
    };
    waiting.len() - if stored.is_ok() { kept.len() } else { 0 }
}

/// Returns the stored texts. Damaged entries are skipped, so that they do not cost the user the rest.
pub(super) fn kept(storage: &Storage) -> Vec<PersistedMessage> {
    let text = storage.get_item(STORAGE_KEY).ok().flatten();
    let stored: Vec<Value> = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    stored.into_iter().filter_map(|waiting| serde_json::from_value(waiting).ok()).collect()
}

pub(super) fn forget(storage: &Storage) {
    // If removing fails, storing failed as well.
    let _ = storage.remove_item(STORAGE_KEY);
}
