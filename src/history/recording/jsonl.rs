//! Recordings as JSON Lines, one frame per line, in the format of the captures of the real server. Rows that are not
//! frames are lines with the direction "note".

use chrono::{DateTime, Datelike, SecondsFormat};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::history::bug_report::report::{BugReport, REPORT_VERSION};
use crate::history::recording::label::Label;
use crate::history::recording::note::{Note, NoteFields};
use crate::history::recording::{Entry, FrameMeta, ImportError, ImportErrorKind, Imported, Recording};
use crate::history::redact::redact;
use crate::history::row;
use crate::protocol::{FieldError, parse_iso8601, take, with_quotes};

#[derive(Serialize)]
struct JsonLine<'a, B> {
    /// Seconds since the start of the recording.
    t: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    dir: Direction,
    #[serde(flatten)]
    body: &'a B,
}

#[derive(Serialize)]
struct FrameFields<'a> {
    frame: &'a str,
    #[serde(rename = "coda", skip_serializing_if = "FrameMeta::is_empty")]
    meta: &'a FrameMeta,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Direction {
    In,
    Out,
    Note,
    /// Captures of the real server mark the end of a connection with it. Ignored.
    Close,
    /// The head of a bug report.
    Report,
    /// The label of a saved recording.
    Label,
}

impl From<row::Direction> for Direction {
    fn from(direction: row::Direction) -> Self {
        match direction {
            row::Direction::In => Self::In,
            row::Direction::Out => Self::Out,
        }
    }
}

/// The first line of a bug report.
#[derive(Serialize)]
struct ReportFields<'a> {
    report: &'a BugReport,
}

/// The first line of a saved recording.
#[derive(Serialize)]
struct LabelLine<'a> {
    dir: Direction,
    label: &'a Label,
}

/// Puts a label before a written recording.
#[must_use]
pub fn with_label(label: &Label, recording: &str) -> String {
    // Serializing strings cannot fail.
    let line = serde_json::to_string(&LabelLine { dir: Direction::Label, label }).unwrap_or_default();
    format!("{line}\n{recording}")
}

/// Writes a recording, with its tokens redacted.
#[must_use]
pub fn export(recording: &Recording) -> String {
    export_after(None, recording)
}

/// Writes a bug report: a recording with one more line before it. Its tokens are redacted.
#[must_use]
pub fn export_report(report: &BugReport, recording: &Recording) -> String {
    export_after(Some(report), recording)
}

fn export_after(report: Option<&BugReport>, recording: &Recording) -> String {
    let mut writer = Writer { start: recording.start(), text: String::new() };
    if let Some(report) = report {
        writer.line(recording.start(), Direction::Report, &ReportFields { report });
    }
    let mut notes = recording.notes.iter().peekable();
    for (place, entry) in recording.entries.iter().enumerate() {
        while let Some(note) = notes.next_if(|note| note.after <= place) {
            writer.note(note);
        }
        let body = FrameFields { frame: &redact(&entry.text), meta: &entry.meta };
        writer.line(entry.micros, entry.direction.into(), &body);
    }
    notes.for_each(|note| writer.note(note));
    writer.text
}

struct Writer {
    start: i64,
    text: String,
}

impl Writer {
    fn note(&mut self, note: &Note) {
        self.line(note.micros, Direction::Note, &NoteFields::from(note));
    }

    fn line(&mut self, micros: i64, dir: Direction, body: &impl Serialize) {
        let t = seconds(micros.saturating_sub(self.start));
        // Serializing strings, numbers and maps with string keys cannot fail.
        let line = serde_json::to_string(&JsonLine { t, time: iso(micros), dir, body }).unwrap_or_default();
        self.text.push_str(&line);
        self.text.push('\n');
    }
}

/// Parses a recording line by line.
pub(in crate::history) fn import(text: &str) -> Imported {
    let mut imported = Imported::default();
    // The time that `t` counts from in lines without a date, derived from the last line with one.
    let mut start = 0;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match read_line(line, &mut start, &mut imported) {
            Ok(()) => {}
            Err(why) => imported.errors.push(ImportError { place: at + 1, why }),
        }
    }
    imported
}

/// Appends one line to the recording.
fn read_line(line: &str, start: &mut i64, imported: &mut Imported) -> Result<(), ImportErrorKind> {
    let mut line: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| ImportErrorKind::Syntax(with_quotes(&error)))?;
    let direction = take(&mut line, "dir")?;
    if matches!(direction, Direction::Report) {
        let report: BugReport = take(&mut line, "report").map_err(ImportErrorKind::Report)?;
        let version = report.version;
        imported.report.get_or_insert(report);
        return if version > REPORT_VERSION { Err(ImportErrorKind::NewerReport(version)) } else { Ok(()) };
    }
    if matches!(direction, Direction::Label) {
        imported.label = Some(take(&mut line, "label")?);
        return Ok(());
    }
    Ok(read_fields(direction, &mut line, start, &mut imported.recording)?)
}

fn read_fields(
    direction: Direction,
    line: &mut Map<String, Value>,
    start: &mut i64,
    recording: &mut Recording,
) -> Result<(), FieldError> {
    let direction = match direction {
        Direction::Close | Direction::Report | Direction::Label => return Ok(()),
        Direction::Note => None,
        Direction::In => Some(row::Direction::In),
        Direction::Out => Some(row::Direction::Out),
    };
    let micros = read_time(line, start)?;
    if let Some(direction) = direction {
        let text = take(line, "frame")?;
        let meta = take(line, "coda").unwrap_or_default();
        recording.entries.push(Entry { micros, direction, text, meta });
    } else {
        let after = recording.entries.len();
        recording.notes.push(Note::read(std::mem::take(line), micros, after)?);
    }
    Ok(())
}

fn read_time(line: &mut Map<String, Value>, start: &mut i64) -> Result<i64, FieldError> {
    let passed = take::<f64>(line, "t").ok().and_then(micros);
    if let Some(time) = take::<Option<String>>(line, "time")? {
        let told = read_iso(&time).ok_or_else(|| FieldError::new("time", "expected a date and time in ISO 8601"))?;
        *start = told.saturating_sub(passed.unwrap_or_default());
        return Ok(told);
    }
    let passed = passed.ok_or_else(|| FieldError::new("t", "expected seconds, or a field “time”"))?;
    Ok(passed.saturating_add(*start))
}

/// ISO 8601 in UTC with microseconds; `None` outside the years 0 to 9999, which have four digits.
pub(in crate::history) fn iso(micros: i64) -> Option<String> {
    let time = DateTime::from_timestamp_micros(micros).filter(|time| (0..=9999).contains(&time.year()))?;
    Some(time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

fn read_iso(text: &str) -> Option<i64> {
    parse_iso8601(text).map(|time| time.timestamp_micros())
}

#[expect(clippy::cast_precision_loss, reason = "a recording's times fit 53 bits")]
pub(in crate::history) fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// Converts seconds to microseconds; `None` outside the years 0 to 9999.
#[expect(clippy::cast_possible_truncation, reason = "checked just before")]
pub(in crate::history) fn micros(seconds: f64) -> Option<i64> {
    let micros = (seconds * 1e6).round();
    (micros.abs() < 8e18).then_some(micros as i64).filter(|micros| iso(*micros).is_some())
}
