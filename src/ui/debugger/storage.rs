//! Small lists in local storage.

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a list, skipping entries that cannot be parsed.
pub fn read_list<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let stored = window().local_storage().ok().flatten().and_then(|storage| storage.get_item(name).ok().flatten());
    let entries: Vec<Value> = stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect()
}

/// Stores a list. Returns false if the browser could not.
pub fn write_list<T: Serialize>(name: &str, list: &[T]) -> bool {
    let storage = window().local_storage().ok().flatten();
    let text = serde_json::to_string(list);
    storage.zip(text.ok()).is_some_and(|(storage, text)| storage.set_item(name, &text).is_ok())
}
