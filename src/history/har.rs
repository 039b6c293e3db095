//! Recordings as HTTP Archives (HAR 1.2), with a socket's messages as Chrome and Playwright write them.

use serde_json::{Map, Value, json};

use super::jsonl::{iso, micros, read_own, seconds, write_own};
use super::mask::mask;
use super::recording::{Damage, Entry, Imported, Recording};
use super::row::Direction;

/// A WebSocket frame of text.
const TEXT: u64 = 1;

/// Writes a recording as one entry, the socket at `url`, tokens hidden.
#[must_use]
pub fn export(recording: &Recording, url: &str) -> String {
    let time = |entry: Option<&Entry>| entry.map_or(0, |entry| entry.micros);
    let start = time(recording.entries.first());
    let lasted = time(recording.entries.last()).saturating_sub(start);
    let entry = json!({
        "startedDateTime": iso(start),
        "time": seconds(lasted) * 1_000.0,
        "request": {
            "method": "GET",
            "url": url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [],
            "queryString": [],
            "headersSize": -1,
            "bodySize": -1,
        },
        "response": {
            "status": 101,
            "statusText": "Switching Protocols",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [],
            "content": { "size": 0, "mimeType": "x-unknown" },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": { "send": 0, "wait": 0, "receive": seconds(lasted) * 1_000.0 },
        "_resourceType": "websocket",
        "_webSocketMessages": recording.entries.iter().map(write_message).collect::<Vec<Value>>(),
    });
    let creator = json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") });
    json!({ "log": { "version": "1.2", "creator": creator, "entries": [entry] } }).to_string()
}

fn write_message(entry: &Entry) -> Value {
    let kind = match entry.direction {
        Direction::In => "receive",
        Direction::Out => "send",
    };
    let mut message = Map::new();
    message.insert("type".to_owned(), kind.into());
    message.insert("time".to_owned(), seconds(entry.micros).into());
    message.insert("opcode".to_owned(), TEXT.into());
    message.insert("data".to_owned(), mask(&entry.text).into());
    if !entry.own.is_empty() {
        message.insert("_coda".to_owned(), write_own(&entry.own));
    }
    Value::Object(message)
}

/// Reads the messages of an archive's sockets; of several, in the order of their times.
pub(super) fn import(text: &str) -> Imported {
    let mut imported = Imported::default();
    let archive: Value = match serde_json::from_str(text) {
        Ok(archive) => archive,
        Err(error) => {
            imported.damages.push(Damage { place: 1, why: format!("not readable as JSON: {error}") });
            return imported;
        }
    };
    let entries = archive.pointer("/log/entries").and_then(Value::as_array);
    let sockets = entries.into_iter().flatten().filter_map(|entry| entry.get("_webSocketMessages"));
    let (mut place, mut filled) = (0, 0);
    for messages in sockets.filter_map(Value::as_array) {
        filled += usize::from(!messages.is_empty());
        for message in messages {
            place += 1;
            match read_message(message) {
                Ok(entry) => imported.recording.entries.push(entry),
                Err(why) => imported.damages.push(Damage { place, why }),
            }
        }
    }
    if place == 0 {
        imported.damages.push(Damage { place: 1, why: "the archive holds no messages of a WebSocket".to_owned() });
    }
    if filled > 1 {
        imported.recording.entries.sort_by_key(|entry| entry.micros);
    }
    imported
}

fn read_message(message: &Value) -> Result<Entry, String> {
    let direction = match message.get("type").and_then(Value::as_str) {
        Some("receive") => Direction::In,
        Some("send") => Direction::Out,
        Some(other) => return Err(format!("`{other}` is neither \"send\" nor \"receive\"")),
        None => return Err("field `type`: expected \"send\" or \"receive\"".to_owned()),
    };
    match message.get("opcode").and_then(Value::as_u64) {
        None | Some(TEXT) => {}
        Some(opcode) => return Err(format!("not a frame of text, but of opcode {opcode}")),
    }
    let time = message.get("time").and_then(Value::as_f64).and_then(micros);
    let micros = time.ok_or("field `time`: expected seconds since 1970")?;
    let text = message.get("data").and_then(Value::as_str).ok_or("field `data`: expected text")?.to_owned();
    Ok(Entry { micros, direction, text, own: message.get("_coda").map(read_own).unwrap_or_default() })
}
