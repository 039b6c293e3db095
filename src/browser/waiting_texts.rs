//! Stores unsettled texts across a reload of the page, for this tab only, each with its destination address.

use super::address::DEMO_URL;
use super::storage::{self, Area};
use crate::link::PersistedMessage;

/// Limits of what is stored: the browser has room for 5 MB in all.
const MAX_TEXTS: usize = 256;
const MAX_BYTES: usize = 1024 * 1024;

const STORAGE_KEY: &str = "coda.waiting";

/// Replaces the stored texts by these. Returns how many could not be stored.
pub(crate) fn keep(waiting: &[PersistedMessage]) -> usize {
    let waiting: Vec<&PersistedMessage> = waiting.iter().filter(|waiting| &*waiting.url != DEMO_URL).collect();
    let mut bytes = 0;
    let fits = |text: &&&PersistedMessage| {
        bytes += text.text.len();
        bytes <= MAX_BYTES
    };
    let kept: Vec<&PersistedMessage> = waiting.iter().take(MAX_TEXTS).take_while(fits).copied().collect();
    let is_stored = if kept.is_empty() {
        storage::remove(Area::Session, STORAGE_KEY);
        true
    } else {
        storage::write_list(Area::Session, STORAGE_KEY, &kept)
    };
    waiting.len() - if is_stored { kept.len() } else { 0 }
}

/// The stored texts.
#[must_use]
pub(crate) fn kept() -> Vec<PersistedMessage> {
    storage::read_list(Area::Session, STORAGE_KEY)
}

pub(crate) fn forget() {
    storage::remove(Area::Session, STORAGE_KEY);
}
