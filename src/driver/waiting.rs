//! Keeps texts that are not settled over a reload of the page, for this tab and this address only.
//!
//! The session's storage belongs to one tab: what waits in another one is not sent twice.

use serde_json::{Value, json};
use web_sys::Storage;

use super::DEMO_URL;
use crate::link::{MessageId, Waiting};
use crate::protocol::WallTime;

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
    let kept: Vec<Value> = waiting.iter().take(MAX_TEXTS).take_while(fits).map(to_json).collect();
    let count = kept.len();
    let stored = if kept.is_empty() {
        storage.remove_item(&key(url))
    } else {
        storage.set_item(&key(url), &Value::from(kept).to_string())
    };
    waiting.len() - if stored.is_ok() { count } else { 0 }
}

/// What was kept for this address. Damaged entries are skipped: the rest is still the user's.
pub(super) fn kept(url: &str) -> Vec<Waiting> {
    let text = storage().and_then(|storage| storage.get_item(&key(url)).ok().flatten());
    let stored: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
    stored.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(from_json).collect()
}

fn to_json(waiting: &Waiting) -> Value {
    json!({
        "id": waiting.id.to_string(),
        "text": waiting.text,
        "created": waiting.created.unix_millis(),
        "written": waiting.was_written,
    })
}

fn from_json(value: &Value) -> Option<Waiting> {
    Some(Waiting {
        id: MessageId::parse(value.get("id")?.as_str()?)?,
        text: value.get("text")?.as_str()?.to_owned(),
        created: WallTime::from_unix_millis(value.get("created")?.as_i64()?),
        was_written: value.get("written")?.as_bool()?,
    })
}
