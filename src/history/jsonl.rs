//! Recordings as JSON Lines: one frame a line, also as the captures of the real server are written.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use super::mask::mask;
use super::recording::{Damage, Entry, Imported, Own, Recording};
use super::row::Direction;

/// Writes a recording, tokens hidden.
#[must_use]
pub fn export(recording: &Recording) -> String {
    let start = recording.entries.first().map_or(0, |entry| entry.micros);
    let mut text = String::new();
    for entry in &recording.entries {
        let mut line = Map::new();
        line.insert("t".to_owned(), seconds(entry.micros.saturating_sub(start)).into());
        if let Some(time) = iso(entry.micros) {
            line.insert("time".to_owned(), time.into());
        }
        line.insert("dir".to_owned(), entry.direction.name().into());
        line.insert("frame".to_owned(), mask(&entry.text).into());
        if !entry.own.is_empty() {
            line.insert("coda".to_owned(), write_own(&entry.own));
        }
        text.push_str(&Value::Object(line).to_string());
        text.push('\n');
    }
    text
}

/// Reads a recording line by line.
pub(super) fn import(text: &str) -> Imported {
    let mut imported = Imported::default();
    // What a line without a date counts from: the last date that a line told.
    let mut start = 0;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match read_line(line, &mut start) {
            Ok(Some(entry)) => imported.recording.entries.push(entry),
            Ok(None) => {}
            Err(why) => imported.damages.push(Damage { place: at + 1, why }),
        }
    }
    imported
}

/// `None` for a line that is no frame: the captures note where a connection ended.
fn read_line(line: &str, start: &mut i64) -> Result<Option<Entry>, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("not readable as JSON: {error}"))?;
    let direction = match value.get("dir").and_then(Value::as_str) {
        Some("in") => Direction::In,
        Some("out") => Direction::Out,
        Some("close") => return Ok(None),
        _ => return Err("field `dir`: expected \"in\" or \"out\"".to_owned()),
    };
    let text = value.get("frame").and_then(Value::as_str).ok_or("field `frame`: expected text")?.to_owned();
    let passed = value.get("t").and_then(Value::as_f64).and_then(micros);
    let micros = match value.get("time") {
        Some(time) => {
            let told = time.as_str().and_then(read_iso).ok_or("field `time`: expected a date and time in ISO 8601")?;
            *start = told.saturating_sub(passed.unwrap_or_default());
            told
        }
        None => passed.ok_or("expected a field `t` in seconds, or `time`")?.saturating_add(*start),
    };
    Ok(Some(Entry { micros, direction, text, own: value.get("coda").map(read_own).unwrap_or_default() }))
}

/// What the page knew, as an object without its empty fields.
pub(super) fn write_own(own: &Own) -> Value {
    let mut fields =
        json!({ "message": own.message, "component": own.component, "action": own.action, "state": own.state });
    if let Value::Object(fields) = &mut fields {
        fields.retain(|_, value| !value.is_null());
    }
    fields
}

/// What the page knew; whatever is not as it should be counts as unknown.
pub(super) fn read_own(value: &Value) -> Own {
    let field = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    Own { message: field("message"), component: field("component"), action: field("action"), state: field("state") }
}

/// ISO 8601 in UTC with microseconds; `None` for a time beyond the calendar.
pub(super) fn iso(micros: i64) -> Option<String> {
    DateTime::from_timestamp_micros(micros).map(|time| time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

fn read_iso(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_micros())
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
    (micros.abs() < 8e18).then_some(micros as i64).filter(|micros| DateTime::from_timestamp_micros(*micros).is_some())
}
