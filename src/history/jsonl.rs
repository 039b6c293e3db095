//! Recordings as JSON Lines: one frame a line, also as the captures of the real server are written. What is no frame has
//! lines of the direction "note".

use serde_json::{Map, Value, json};

use super::mask::mask;
use super::note::{Note, Told};
use super::recording::{Damage, Entry, Imported, Own, Recording};
use super::row::Direction;
use crate::protocol::{self, Now, Timestamp, WallTime};

/// What stands in the place of a direction in the line of a note.
const NOTE: &str = "note";

/// Writes a recording, tokens hidden.
#[must_use]
pub fn export(recording: &Recording) -> String {
    let start = recording.start();
    let mut text = String::new();
    let mut write = |micros: i64, direction: &str, mut line: Map<String, Value>| {
        line.insert("t".to_owned(), seconds(micros.saturating_sub(start)).into());
        if let Some(time) = iso(micros) {
            line.insert("time".to_owned(), time.into());
        }
        line.insert("dir".to_owned(), direction.into());
        text.push_str(&Value::Object(line).to_string());
        text.push('\n');
    };
    let mut notes = recording.notes.iter().peekable();
    for (place, entry) in recording.entries.iter().enumerate() {
        while let Some(note) = notes.next_if(|note| note.after <= place) {
            write(note.micros, NOTE, write_note(note));
        }
        let mut line = Map::new();
        line.insert("frame".to_owned(), mask(&entry.text).into());
        if !entry.own.is_empty() {
            line.insert("coda".to_owned(), write_own(&entry.own));
        }
        write(entry.micros, entry.direction.name(), line);
    }
    notes.for_each(|note| write(note.micros, NOTE, write_note(note)));
    text
}

/// Reads a recording line by line.
pub(super) fn import(text: &str) -> Imported {
    let mut imported = Imported::default();
    // What a line without a date counts from: the last date that a line told.
    let mut start = 0;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match read_line(line, &mut start, imported.recording.entries.len()) {
            Ok(Line::Frame(entry)) => imported.recording.entries.push(entry),
            Ok(Line::Note(note)) => imported.recording.notes.push(note),
            Ok(Line::Close) => {}
            Err(why) => imported.damages.push(Damage { place: at + 1, why }),
        }
    }
    imported
}

enum Line {
    Frame(Entry),
    Note(Note),
    /// The captures note where a connection ended.
    Close,
}

/// Reads a line that comes after so many frames.
fn read_line(line: &str, start: &mut i64, after: usize) -> Result<Line, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("not readable as JSON: {error}"))?;
    let direction = match value.get("dir").and_then(Value::as_str) {
        Some("in") => Some(Direction::In),
        Some("out") => Some(Direction::Out),
        Some(NOTE) => None,
        Some("close") => return Ok(Line::Close),
        _ => return Err("field `dir`: expected \"in\" or \"out\"".to_owned()),
    };
    let text = || value.get("frame").and_then(Value::as_str).ok_or("field `frame`: expected text");
    let frame = direction.map(|direction| text().map(|text| (direction, text.to_owned()))).transpose()?;
    let passed = value.get("t").and_then(Value::as_f64).and_then(micros);
    let micros = match value.get("time") {
        Some(time) => {
            let told = time.as_str().and_then(read_iso).ok_or("field `time`: expected a date and time in ISO 8601")?;
            *start = told.saturating_sub(passed.unwrap_or_default());
            told
        }
        None => passed.ok_or("expected a field `t` in seconds, or `time`")?.saturating_add(*start),
    };
    let Some((direction, text)) = frame else { return read_note(&value, micros, after).map(Line::Note) };
    Ok(Line::Frame(Entry { micros, direction, text, own: value.get("coda").map(read_own).unwrap_or_default() }))
}

/// What a note tells, with the page's clock.
pub(super) fn write_note(note: &Note) -> Map<String, Value> {
    let mut fields = note.told.write();
    fields.insert("mono".to_owned(), note.mono.as_micros().into());
    fields
}

/// Reads a note that comes after so many frames.
pub(super) fn read_note(value: &Value, micros: i64, after: usize) -> Result<Note, String> {
    let mono = value.get("mono").and_then(Value::as_u64).ok_or("field `mono`: expected microseconds")?;
    let mono = Timestamp::from_micros(mono);
    let told = Told::read(value, Now { mono, wall: wall(micros) })?;
    Ok(Note { micros, mono, after, told })
}

/// What the page knew, as an object without its empty fields.
pub(super) fn write_own(own: &Own) -> Value {
    let mut fields = json!({
        "message": own.message,
        "component": own.component,
        "action": own.action,
        "state": own.state,
        "mono": own.mono.map(Timestamp::as_micros),
        "conn": own.conn,
        "run": own.run,
        "stale": own.is_stale.then_some(true),
    });
    if let Value::Object(fields) = &mut fields {
        fields.retain(|_, value| !value.is_null());
    }
    fields
}

/// What the page knew; whatever is not as it should be counts as unknown.
pub(super) fn read_own(value: &Value) -> Own {
    let field = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| value.get(name).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
    Own {
        message: field("message"),
        component: field("component"),
        action: field("action"),
        state: field("state"),
        mono: value.get("mono").and_then(Value::as_u64).map(Timestamp::from_micros),
        conn: number("conn"),
        run: number("run"),
        is_stale: value.get("stale").and_then(Value::as_bool).unwrap_or_default(),
    }
}

/// The time of day at so many microseconds since 1970.
pub(super) const fn wall(micros: i64) -> WallTime {
    WallTime::from_unix_millis(micros.div_euclid(1_000))
}

/// ISO 8601 in UTC with microseconds; `None` for a time beyond the calendar.
pub(super) fn iso(micros: i64) -> Option<String> {
    protocol::iso::write(micros, 6)
}

fn read_iso(text: &str) -> Option<i64> {
    protocol::iso::read(text)
}

/// Microseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "a recording's times fit 53 bits")]
pub(super) fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// Seconds as microseconds; `None` for what lies beyond the calendar.
#[expect(clippy::cast_possible_truncation, reason = "checked just before")]
pub(super) fn micros(seconds: f64) -> Option<i64> {
    let micros = (seconds * 1e6).round();
    (micros.abs() < 8e18).then_some(micros as i64).filter(|micros| iso(*micros).is_some())
}
