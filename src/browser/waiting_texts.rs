//! Stores unsettled texts across a reload of the page, for this tab only, each with its destination address.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::DEMO_URL;
use super::clock::now;
use super::storage::{self, Area};
use crate::link::PersistedMessage;

/// Limits of what is stored: the browser has room for 5 MB in all.
const MAX_TEXTS: usize = 256;
const MAX_BYTES: usize = 1024 * 1024;

/// Longest time that a reload takes. After that, the other tabs may have sent a text and forgotten it.
const RELOAD: Duration = Duration::from_secs(60);

const STORAGE_KEY: &str = "coda.waiting";

#[derive(Serialize, Deserialize)]
struct Stored<T> {
    texts: Vec<T>,
    /// Whether other tabs had these texts too.
    shared: bool,
    /// Time of the storing, in milliseconds since 1970.
    at: i64,
}

/// The texts of an earlier visit of this tab.
#[derive(Debug, Default)]
pub(crate) struct WaitingTexts {
    pub(crate) texts: Vec<PersistedMessage>,
    /// Whether another tab may have sent them since.
    pub(crate) may_be_sent: bool,
}

/// Replaces the stored texts by these. Returns how many could not be stored. `shared` is whether other tabs have them too.
pub(crate) fn keep(waiting: &[PersistedMessage], shared: bool) -> usize {
    let waiting: Vec<&PersistedMessage> = waiting.iter().filter(|waiting| &*waiting.url != DEMO_URL).collect();
    let mut bytes = 0;
    let fits = |text: &&&PersistedMessage| {
        bytes += text.text.len();
        bytes <= MAX_BYTES
    };
    let texts: Vec<&PersistedMessage> = waiting.iter().take(MAX_TEXTS).take_while(fits).copied().collect();
    let kept = texts.len();
    let is_stored = if texts.is_empty() {
        storage::remove(Area::Session, STORAGE_KEY);
        true
    } else {
        let stored = Stored { texts, shared, at: now().wall.timestamp_millis() };
        serde_json::to_string(&stored).is_ok_and(|text| storage::write(Area::Session, STORAGE_KEY, &text))
    };
    waiting.len() - if is_stored { kept } else { 0 }
}

/// The stored texts. Those that cannot be read are skipped: the rest is still the user's.
#[must_use]
pub(crate) fn kept() -> WaitingTexts {
    let Some(text) = storage::read(Area::Session, STORAGE_KEY) else { return WaitingTexts::default() };
    // Before tabs shared a link, the texts alone were stored.
    let alone = || Some(Stored { texts: serde_json::from_str(&text).ok()?, shared: false, at: 0 });
    let Some(stored) = serde_json::from_str::<Stored<Value>>(&text).ok().or_else(alone) else {
        return WaitingTexts::default();
    };
    let age = now().wall.timestamp_millis().saturating_sub(stored.at);
    let is_reload = u128::try_from(age).is_ok_and(|age| age <= RELOAD.as_millis());
    let texts = stored.texts.into_iter().filter_map(|text| serde_json::from_value(text).ok()).collect();
    WaitingTexts { texts, may_be_sent: stored.shared && !is_reload }
}
