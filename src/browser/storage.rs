//! The browser's storages. Nothing here fails: what cannot be read counts as absent, and writing says whether it worked.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use web_sys::Storage;

/// Where a value is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// For all tabs of the page, until it is removed.
    Local,
    /// For this tab, until it is closed. The browser copies it with a duplicated tab.
    Session,
}

impl Area {
    fn open(self) -> Option<Storage> {
        let window = web_sys::window()?;
        match self {
            Self::Local => window.local_storage().ok()?,
            Self::Session => window.session_storage().ok()?,
        }
    }
}

/// Whether the browser stores anything there.
#[must_use]
pub fn is_available(area: Area) -> bool {
    area.open().is_some()
}

#[must_use]
pub fn read(area: Area, key: &str) -> Option<String> {
    area.open()?.get_item(key).ok()?
}

/// Returns false if there is no room, or no storage.
pub fn write(area: Area, key: &str, value: &str) -> bool {
    area.open().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

pub fn remove(area: Area, key: &str) {
    if let Some(storage) = area.open() {
        // What cannot be removed could not have been stored either.
        let _ = storage.remove_item(key);
    }
}

/// Reads a list, skipping entries that cannot be parsed: the rest is still the user's.
#[must_use]
pub fn read_list<T: DeserializeOwned>(area: Area, key: &str) -> Vec<T> {
    let entries: Vec<Value> = read(area, key).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect()
}

/// Returns false if the list could not be stored.
pub fn write_list<T: Serialize>(area: Area, key: &str, list: &[T]) -> bool {
    serde_json::to_string(list).is_ok_and(|text| write(area, key, &text))
}

/// Removes everything that the page has stored in both areas.
pub fn erase() {
    for storage in [Area::Local, Area::Session].into_iter().filter_map(Area::open) {
        // Fails only where nothing is stored.
        let _ = storage.clear();
    }
}
