//! Small lists kept in the browser.

use leptos::prelude::*;
use serde_json::Value;

/// The list of this name; empty where there is none, or none that can be read.
pub fn read_list(name: &str) -> Vec<Value> {
    let stored = window().local_storage().ok().flatten().and_then(|storage| storage.get_item(name).ok().flatten());
    match stored.map(|text| serde_json::from_str(&text)) {
        Some(Ok(Value::Array(list))) => list,
        _ => Vec::new(),
    }
}

/// Keeps a list; whether the browser did.
pub fn write_list(name: &str, list: Vec<Value>) -> bool {
    let storage = window().local_storage().ok().flatten();
    storage.is_some_and(|storage| storage.set_item(name, &Value::Array(list).to_string()).is_ok())
}
