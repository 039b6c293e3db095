//! Recordings as HTTP Archives (HAR 1.2), with WebSocket messages in the format of Chrome and Playwright.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::history::recording::jsonl::{iso, micros, seconds};
use crate::history::recording::note::{Note, NoteFields};
use crate::history::recording::{Entry, FrameMeta, ImportError, ImportErrorKind, Imported, Recording};
use crate::history::redact::redact;
use crate::history::row;
use crate::history::scan::{skip_space, skip_value};
use crate::protocol::{FieldError, or_default, take, with_quotes};

/// WebSocket opcode of a text frame.
const TEXT: u64 = 1;
/// The field in which browsers store WebSocket messages.
const MESSAGES: &str = "_webSocketMessages";
/// The field for this program's notes.
const NOTES: &str = "_codaNotes";

#[derive(Serialize)]
struct Archive<'a> {
    log: Log<'a>,
}

#[derive(Serialize)]
struct Log<'a> {
    version: &'static str,
    creator: Creator,
    entries: [Socket<'a>; 1],
}

#[derive(Serialize)]
struct Creator {
    name: &'static str,
    version: &'static str,
}

/// An entry of the archive. HAR requires all request and response fields, most of which do not apply to a WebSocket.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Socket<'a> {
    started_date_time: Option<String>,
    time: f64,
    request: Request<'a>,
    response: Response,
    cache: Empty,
    timings: Timings,
    #[serde(rename = "_resourceType")]
    resource_type: &'static str,
    /// Comes before the messages, so that an archive truncated within them keeps its notes.
    #[serde(rename = "_codaNotes", skip_serializing_if = "Vec::is_empty")]
    notes: Vec<PlacedNote>,
    #[serde(rename = "_webSocketMessages")]
    messages: Vec<Message<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    method: &'static str,
    url: &'a str,
    http_version: &'static str,
    cookies: [(); 0],
    headers: [(); 0],
    query_string: [(); 0],
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status: u16,
    status_text: &'static str,
    http_version: &'static str,
    cookies: [(); 0],
    headers: [(); 0],
    content: Content,
    #[serde(rename = "redirectURL")]
    redirect_url: &'static str,
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    size: u64,
    mime_type: &'static str,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Timings {
    send: f64,
    wait: f64,
    receive: f64,
}

/// A frame, as browsers write it.
#[derive(Serialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    direction: Direction,
    time: f64,
    opcode: u64,
    data: String,
    #[serde(rename = "_coda", skip_serializing_if = "FrameMeta::is_empty")]
    meta: &'a FrameMeta,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Direction {
    Send,
    Receive,
}

/// A note with its place among the messages.
#[derive(Serialize)]
struct PlacedNote {
    time: f64,
    after: usize,
    #[serde(flatten)]
    note: NoteFields,
}

/// Writes a recording as one WebSocket entry for `url`, with its tokens redacted.
#[must_use]
pub fn export(recording: &Recording, url: &str) -> String {
    let start = recording.start();
    let end = recording.entries.last().map_or(start, |entry| entry.micros);
    let millis = seconds(end.saturating_sub(start)) * 1_000.0;
    let socket = Socket {
        started_date_time: iso(start),
        time: millis,
        request: Request {
            method: "GET",
            url,
            http_version: "HTTP/1.1",
            cookies: [],
            headers: [],
            query_string: [],
            headers_size: -1,
            body_size: -1,
        },
        response: Response {
            status: 101,
            status_text: "Switching Protocols",
            http_version: "HTTP/1.1",
            cookies: [],
            headers: [],
            content: Content { size: 0, mime_type: "x-unknown" },
            redirect_url: "",
            headers_size: -1,
            body_size: -1,
        },
        cache: Empty {},
        timings: Timings { send: 0.0, wait: 0.0, receive: millis },
        resource_type: "websocket",
        notes: recording.notes.iter().map(write_note).collect(),
        messages: recording.entries.iter().map(write_message).collect(),
    };
    let creator = Creator { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    let archive = Archive { log: Log { version: "1.2", creator, entries: [socket] } };
    // Serializing strings, numbers and maps with string keys cannot fail.
    serde_json::to_string(&archive).unwrap_or_default()
}

fn write_message(entry: &Entry) -> Message<'_> {
    let direction = match entry.direction {
        row::Direction::In => Direction::Receive,
        row::Direction::Out => Direction::Send,
    };
    let (time, data) = (seconds(entry.micros), redact(&entry.text).into_owned());
    Message { direction, time, opcode: TEXT, data, meta: &entry.meta }
}

fn write_note(note: &Note) -> PlacedNote {
    PlacedNote { time: seconds(note.micros), after: note.after, note: note.into() }
}

/// The fields that are read from an archive. Other programs add many more, and deviate from HAR.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ReadArchive {
    #[serde(deserialize_with = "or_default")]
    log: ReadLog,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ReadLog {
    #[serde(deserialize_with = "or_default")]
    entries: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ImportedEntry {
    #[serde(rename = "_webSocketMessages", deserialize_with = "or_default")]
    messages: Vec<Value>,
    #[serde(rename = "_codaNotes", deserialize_with = "or_default")]
    notes: Vec<Value>,
}

/// Reads the messages of all sockets in an archive; those of several sockets are sorted by time.
pub(in crate::history) fn import(text: &str) -> Imported {
    let mut reader = HarReader::default();
    match serde_json::from_str::<ReadArchive>(text) {
        Ok(archive) => {
            for entry in archive.log.entries {
                let socket: ImportedEntry = serde_json::from_value(entry).unwrap_or_default();
                reader.socket(socket.messages.into_iter().map(Ok));
                socket.notes.into_iter().for_each(|note| reader.note(note));
            }
        }
        Err(error) => {
            let why = ImportErrorKind::Searched(with_quotes(&error));
            reader.imported.errors.push(ImportError { place: 1, why });
            for list in lists(text, MESSAGES) {
                reader.socket(list);
            }
            for note in lists(text, NOTES).flatten().filter_map(Result::ok) {
                reader.note(note);
            }
        }
    }
    reader.finish()
}

/// Finds the lists with this name in a damaged archive and yields their items; an item that is truncated or invalid is
/// an error.
fn lists<'a>(
    text: &'a str,
    name: &str,
) -> impl Iterator<Item = impl Iterator<Item = Result<Value, ImportErrorKind>> + use<'a>> + use<'a> {
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

/// The items of the list that continues at byte `at`.
fn items(text: &str, mut at: usize) -> impl Iterator<Item = Result<Value, ImportErrorKind>> + use<'_> {
    let bytes = text.as_bytes();
    std::iter::from_fn(move || {
        let start = skip_space(bytes, at);
        if bytes.get(start).is_none_or(|byte| *byte == b']') {
            return None;
        }
        let Some(item) = skip_value(bytes, start).and_then(|end| text.get(start..end)) else {
            at = bytes.len();
            return Some(Err(ImportErrorKind::Truncated));
        };
        at = skip_space(bytes, start + item.len());
        if bytes.get(at) == Some(&b',') {
            at += 1;
        }
        Some(serde_json::from_str(item).map_err(|error| ImportErrorKind::Syntax(with_quotes(&error))))
    })
}

#[derive(Default)]
struct HarReader {
    imported: Imported,
    place: usize,
    /// Number of sockets with messages.
    filled: usize,
}

impl HarReader {
    fn socket(&mut self, messages: impl IntoIterator<Item = Result<Value, ImportErrorKind>>) {
        let before = self.place;
        for message in messages {
            self.place += 1;
            match message.and_then(|message| Ok(read_message(message)?)) {
                Ok(entry) => self.imported.recording.entries.push(entry),
                Err(why) => self.imported.errors.push(ImportError { place: self.place, why }),
            }
        }
        self.filled += usize::from(self.place > before);
    }

    fn note(&mut self, note: Value) {
        match read_note(note) {
            Ok(note) => self.imported.recording.notes.push(note),
            Err(error) => {
                self.imported.errors.push(ImportError { place: self.place, why: ImportErrorKind::Note(error) });
            }
        }
    }

    fn finish(mut self) -> Imported {
        if self.place == 0 {
            self.imported.errors.push(ImportError { place: 1, why: ImportErrorKind::Empty });
        }
        if self.filled > 1 {
            self.imported.recording.entries.sort_by_key(|entry| entry.micros);
        }
        self.imported
    }
}

fn read_message(message: Value) -> Result<Entry, FieldError> {
    let mut message = object(message)?;
    let direction = match take(&mut message, "type")? {
        Direction::Receive => row::Direction::In,
        Direction::Send => row::Direction::Out,
    };
    match take(&mut message, "opcode")? {
        None | Some(TEXT) => {}
        Some(opcode) => return Err(FieldError::new("opcode", format!("expected a text frame, found opcode {opcode}"))),
    }
    let micros = read_time(&mut message)?;
    let text = take(&mut message, "data")?;
    let meta = take(&mut message, "_coda").unwrap_or_default();
    Ok(Entry { micros, direction, text, meta })
}

fn read_note(note: Value) -> Result<Note, FieldError> {
    let mut note = object(note)?;
    let micros = read_time(&mut note)?;
    let after = take(&mut note, "after")?;
    Note::read(note, micros, after)
}

fn object(value: Value) -> Result<Map<String, Value>, FieldError> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(FieldError::new("", "expected an object")),
    }
}

fn read_time(item: &mut Map<String, Value>) -> Result<i64, FieldError> {
    micros(take(item, "time")?).ok_or_else(|| FieldError::new("time", "expected seconds since 1970"))
}
