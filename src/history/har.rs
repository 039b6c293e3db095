//! Recordings as HTTP Archives (HAR 1.2), with a socket's messages as Chrome and Playwright write them.

use serde_json::{Map, Value, json};

use super::jsonl::{iso, micros, read_note, read_own, seconds, write_note, write_own};
use super::mask::mask;
use super::note::Note;
use super::recording::{Damage, Entry, Imported, Recording};
use super::row::Direction;
use super::skim::{skip_space, skip_value};

/// A WebSocket frame of text.
const TEXT: u64 = 1;
/// Where browsers keep a socket's messages,
const MESSAGES: &str = "_webSocketMessages";
/// and this program what is no frame.
const NOTES: &str = "_codaNotes";

/// Writes a recording as one entry, the socket at `url`, tokens hidden.
#[must_use]
pub fn export(recording: &Recording, url: &str) -> String {
    let start = recording.start();
    let end = recording.entries.last().map_or(start, |entry| entry.micros);
    let lasted = end.saturating_sub(start);
    let mut entry = json!({
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
        MESSAGES: recording.entries.iter().map(write_message).collect::<Vec<Value>>(),
    });
    if !recording.notes.is_empty() {
        entry[NOTES] = recording.notes.iter().map(write_placed).collect();
    }
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

/// A note with its place among the messages.
fn write_placed(note: &Note) -> Value {
    let mut fields = write_note(note);
    fields.insert("time".to_owned(), seconds(note.micros).into());
    fields.insert("after".to_owned(), note.after.into());
    Value::Object(fields)
}

/// Reads the messages of an archive's sockets; of several, in the order of their times.
pub(super) fn import(text: &str) -> Imported {
    let mut reader = Reader::default();
    match serde_json::from_str::<Value>(text) {
        Ok(archive) => {
            let entries = archive.pointer("/log/entries").and_then(Value::as_array);
            for entry in entries.into_iter().flatten() {
                let items = |name: &str| entry.get(name).and_then(Value::as_array).into_iter().flatten();
                reader.socket(items(MESSAGES).map(|message| Ok(message.clone())));
                items(NOTES).for_each(|note| reader.note(note));
            }
        }
        Err(error) => {
            let why = format!("not readable as JSON: {error}; what can be found in it is shown");
            reader.imported.damages.push(Damage { place: 1, why });
            for list in lists(text, MESSAGES) {
                reader.socket(list);
            }
            for note in lists(text, NOTES).flatten().filter_map(Result::ok) {
                reader.note(&note);
            }
        }
    }
    reader.finish()
}

/// The lists of this name in an archive that is damaged, item by item; what breaks off or is no JSON with the reason.
fn lists<'a>(
    text: &'a str,
    name: &str,
) -> impl Iterator<Item = impl Iterator<Item = Result<Value, String>> + use<'a>> + use<'a> {
    let name = format!("\"{name}\"");
    let mut from = 0;
    std::iter::from_fn(move || {
        let bytes = text.as_bytes();
        loop {
            let end = from + text.get(from..)?.find(&name)? + name.len();
            from = end;
            let colon = skip_space(bytes, end);
            let list = skip_space(bytes, colon + 1);
            if bytes.get(colon) == Some(&b':') && bytes.get(list) == Some(&b'[') {
                return Some(items(text, list + 1));
            }
        }
    })
}

/// The items of the list that goes on at `at`.
fn items(text: &str, mut at: usize) -> impl Iterator<Item = Result<Value, String>> + use<'_> {
    let bytes = text.as_bytes();
    std::iter::from_fn(move || {
        let start = skip_space(bytes, at);
        if bytes.get(start).is_none_or(|byte| *byte == b']') {
            return None;
        }
        let Some(item) = skip_value(bytes, start).and_then(|end| text.get(start..end)) else {
            at = bytes.len();
            return Some(Err("the file breaks off within this message".to_owned()));
        };
        at = skip_space(bytes, start + item.len());
        if bytes.get(at) == Some(&b',') {
            at += 1;
        }
        Some(serde_json::from_str(item).map_err(|error| format!("not readable as JSON: {error}")))
    })
}

#[derive(Default)]
struct Reader {
    imported: Imported,
    place: usize,
    /// Sockets that have messages.
    filled: usize,
}

impl Reader {
    fn socket(&mut self, messages: impl IntoIterator<Item = Result<Value, String>>) {
        let before = self.place;
        for message in messages {
            self.place += 1;
            match message.and_then(|message| read_message(&message)) {
                Ok(entry) => self.imported.recording.entries.push(entry),
                Err(why) => self.imported.damages.push(Damage { place: self.place, why }),
            }
        }
        self.filled += usize::from(self.place > before);
    }

    fn note(&mut self, note: &Value) {
        let read = || {
            let micros = time(note)?;
            let after = note.get("after").and_then(Value::as_u64).and_then(|after| usize::try_from(after).ok());
            read_note(note, micros, after.ok_or("field `after`: expected a count")?)
        };
        match read() {
            Ok(note) => self.imported.recording.notes.push(note),
            Err(why) => self.imported.damages.push(Damage { place: self.place, why: format!("a note: {why}") }),
        }
    }

    fn finish(mut self) -> Imported {
        if self.place == 0 {
            let why = "the archive holds no messages of a WebSocket".to_owned();
            self.imported.damages.push(Damage { place: 1, why });
        }
        if self.filled > 1 {
            self.imported.recording.entries.sort_by_key(|entry| entry.micros);
        }
        self.imported
    }
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
    let micros = time(message)?;
    let text = message.get("data").and_then(Value::as_str).ok_or("field `data`: expected text")?.to_owned();
    Ok(Entry { micros, direction, text, own: message.get("_coda").map(read_own).unwrap_or_default() })
}

fn time(item: &Value) -> Result<i64, String> {
    let time = item.get("time").and_then(Value::as_f64).and_then(micros);
    time.ok_or_else(|| "field `time`: expected seconds since 1970".to_owned())
}
