//! Keeps texts that are not settled over a reload of the page, for this tab and this address only.
//!
//! The session's storage belongs to one tab: what waits in another one is not sent twice.

use serde_json::Value;
use web_sys::Storage;

use super::DEMO_URL;
use crate::link::Waiting;

/// More texts, or more text, than this are not kept: the browser has room for 5 MB in all.
const MAX_TEXTS: usize = 256;
const MAX_BYTES: usize = 1024 * 1024;

fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}

fn key(url: &str) -> String {
    format!("coda.waiting {url}")
}

/// Keeps these in place of those kept before; returns how many could not be kept.
pub(super) fn keep(url: &str, waiting: &[Waiting]) -> usize {
    let Some(storage) = storage().filter(|_| url != DEMO_URL) else { return 0 };
    let mut bytes = 0;
    let fits = |text: &&Waiting| {
        bytes += text.text.len();
        bytes <= MAX_BYTES
    };
    let kept: Vec<&Waiting> = waiting.iter().take(MAX_TEXTS).take_while(fits).collect();
    let stored = if kept.is_empty() {
        storage.remove_item(&key(url))
    } else {
        // Strings and numbers always have a JSON form.
        storage.set_item(&key(url), &serde_json::to_string(&kept).unwrap_or_default())
    };
    waiting.len() - if stored.is_ok() { kept.len() } else { 0 }
}

/// What was kept for this address. Damaged entries are skipped: the rest is still the user's.
pub(super) fn kept(url: &str) -> Vec<Waiting> {
    let text = storage().and_then(|storage| storage.get_item(&key(url)).ok().flatten());
    let stored: Vec<Value> = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    stored.into_iter().filter_map(|waiting| serde_json::from_value(waiting).ok()).collect()
}
