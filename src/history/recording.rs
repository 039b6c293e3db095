//! A recording: frames in a file, to be handed on and read again.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::note::{Note, NoteBody};
use super::recorder::Recorder;
use super::row::{Direction, FrameClass, Row, RowKind};
use super::shown::{shown_text, state_name};
use super::{har, jsonl, scan};
use crate::link::{FramePurpose, Origin};
use crate::protocol::{FieldError, Instant, Moment, or_default};

/// The two clocks of a page agree within this time, or one of them was set (microseconds).
const CLOCKS_AGREE_WITHIN: u64 = 20_000;

/// Frames, in order, and what the page that wrote it told beside them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// The frames.
    pub entries: Vec<Entry>,
    /// What is no frame, in order. Only this program writes it.
    pub notes: Vec<Note>,
}

/// A frame of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When: microseconds since 1970-01-01 UTC. Where the file tells no date, since its own beginning.
    pub micros: i64,
    /// Which way it went.
    pub direction: Direction,
    /// The frame.
    pub text: String,
    /// What the page knew of it beyond the wire.
    pub meta: FrameMeta,
}

/// What the page knew of a frame beyond the wire. In a file, a field that cannot be read counts as missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FrameMeta {
    /// The id of the message that it carries or answers.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What in the page the message came from.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// What was done there.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The message's state at the end, one of [`super::STATES`].
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The page's monotonic clock when the frame came or went.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub mono: Option<Instant>,
    /// The generation number of its connection.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub conn: Option<u32>,
    /// The server's run that it belongs to.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub run: Option<u32>,
    /// It came from a connection that had been given up.
    #[serde(rename = "stale", deserialize_with = "or_default", skip_serializing_if = "std::ops::Not::not")]
    pub is_stale: bool,
}

impl Entry {
    /// When, on both clocks; `None` where the page that wrote it did not tell its own.
    #[must_use]
    pub fn told_at(&self) -> Option<Moment> {
        self.meta.mono.map(|mono| Moment { mono, wall: jsonl::wall(self.micros) })
    }

    /// When: milliseconds since 1970-01-01 UTC, with a fraction.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a recording's times fit 53 bits")]
    pub fn millis(&self) -> f64 {
        self.micros as f64 / 1_000.0
    }
}

/// What came of reading a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// What was readable.
    pub recording: Recording,
    /// What was not.
    pub errors: Vec<ImportError>,
}

/// A part of a file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct ImportError {
    /// Where, from 1: the line of a JSON Lines file, the message of an HAR file.
    pub place: usize,
    /// Why.
    pub why: ImportErrorKind,
}

/// Why a part of a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportErrorKind {
    /// It is not JSON.
    #[error("not readable as JSON: {0}")]
    Syntax(String),
    /// The file is not JSON as a whole.
    #[error("not readable as JSON: {0}; what can be found in it is shown")]
    Searched(String),
    /// A frame's field is missing or wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A note's field is missing or wrong.
    #[error("a note: {0}")]
    Note(FieldError),
    /// The end is missing.
    #[error("the file breaks off within this message")]
    Truncated,
    /// There is nothing to read.
    #[error("the archive holds no messages of a WebSocket")]
    Empty,
}

/// How a recording is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// HTTP Archive 1.2, as browsers write it.
    Har,
}

impl Format {
    /// Which format a text is in, as far as its beginning tells.
    #[must_use]
    pub fn detect(text: &str) -> Option<Self> {
        if scan::Members::of(without_mark(text)).any(|(key, _)| key == "log") {
            return Some(Self::Har);
        }
        // Damaged lines may come first. A damaged archive has its outermost key in place as a rule.
        let is_entry = |line: &str| scan::member(line, "frame").is_some() || scan::member(line, "note").is_some();
        if text.lines().any(is_entry) {
            return Some(Self::JsonLines);
        }
        let squeezed: String = text.chars().filter(|letter| !letter.is_whitespace()).take(16).collect();
        without_mark(&squeezed).starts_with("{\"log\":").then_some(Self::Har)
    }
}

impl Recording {
    /// These rows, tokens hidden. The states of a message go with its frames.
    #[must_use]
    pub fn of<'a>(recorder: &Recorder, rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let (mut numbers, mut messages) = (BTreeSet::new(), HashSet::new());
        for row in rows {
            numbers.insert(row.number);
            if let Some(id) = row.message().filter(|id| messages.insert(*id)) {
                let states = recorder.rows_of(id).filter(|row| matches!(row.kind, RowKind::Message { .. }));
                numbers.extend(states.map(|row| row.number));
            }
        }
        let mut recording = Self::default();
        let mut clock = FineClock::default();
        let mut last: Option<&Arc<str>> = None;
        for row in numbers.into_iter().filter_map(|number| recorder.get(number)) {
            let micros = clock.micros(row.at);
            if let Some(told) = NoteBody::of(row) {
                let after = recording.entries.len();
                recording.notes.push(Note { micros, mono: row.at.mono, after, told });
                continue;
            }
            let Some((direction, text)) = row.direction().zip(row.frame()) else { continue };
            // Each bad entry of a replay has a row with the whole frame: it came once. A message that is written again
            // has the same text, too, but was written twice.
            let is_same = last.replace(text).is_some_and(|last| Arc::ptr_eq(last, text));
            if !is_same || direction == Direction::Out {
                let text = shown_text(row).into_owned();
                recording.entries.push(Entry { micros, direction, text, meta: FrameMeta::of(recorder, row) });
            }
        }
        recording
    }

    /// These rows and the answers to the messages among them.
    #[must_use]
    pub fn with_answers<'a>(recorder: &Recorder, rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut numbers = BTreeSet::new();
        for row in rows {
            numbers.insert(row.number);
            if let RowKind::FrameOut { purpose: FramePurpose::Message(id), .. } = &row.kind {
                let answers = recorder.rows_of(*id).filter(|row| matches!(row.kind, RowKind::FrameIn { .. }));
                numbers.extend(answers.map(|row| row.number));
            }
        }
        Self::of(recorder, numbers.into_iter().filter_map(|number| recorder.get(number)))
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.notes.is_empty()
    }

    /// Whether another program wrote it: there is nothing in it but frames.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.notes.is_empty() && self.entries.iter().all(|entry| entry.meta.is_empty())
    }

    /// When it begins: microseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn start(&self) -> i64 {
        let note = self.notes.first().filter(|note| note.after == 0).map(|note| note.micros);
        note.or(self.entries.first().map(|entry| entry.micros)).unwrap_or_default()
    }

    /// The frames in the order of their times. What this program wrote is in order, even where a clock was set.
    #[must_use]
    pub fn in_order(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        if entries.iter().any(|entry| entry.meta.mono.is_none()) {
            entries.sort_by_key(|entry| entry.micros);
        }
        entries
    }

    /// Reads a recording in whatever format it is; `None` where it is in none.
    #[must_use]
    pub fn import(text: &str) -> Option<Imported> {
        Some(match Format::detect(text)? {
            Format::JsonLines => jsonl::import(without_mark(text)),
            Format::Har => har::import(without_mark(text)),
        })
    }
}

impl Note {
    /// When, on both clocks.
    #[must_use]
    pub const fn at(&self) -> Moment {
        Moment { mono: self.mono, wall: jsonl::wall(self.micros) }
    }
}

impl FrameMeta {
    fn of(recorder: &Recorder, row: &Row) -> Self {
        let wire = Self {
            mono: Some(row.at.mono),
            conn: row.conn().map(|conn| conn.0),
            run: Some(recorder.epoch_of(row.number)),
            is_stale: matches!(row.kind, RowKind::FrameIn { class: FrameClass::Stale, .. }),
            ..Self::default()
        };
        if let RowKind::FrameOut { purpose: FramePurpose::Raw(origin), .. } = &row.kind {
            return wire.made_by(origin);
        }
        let Some(id) = row.message() else { return wire };
        let named = Self { message: Some(id.to_string()), ..wire };
        let last = recorder.rows_of(id).rev().find_map(|row| match &row.kind {
            RowKind::Message { origin, state, .. } => Some((origin, state)),
            _ => None,
        });
        match last {
            Some((origin, state)) => Self { state: Some(state_name(state).to_owned()), ..named.made_by(origin) },
            None => named,
        }
    }

    fn made_by(self, origin: &Origin) -> Self {
        Self { component: Some(origin.component.to_string()), action: Some(origin.action.to_string()), ..self }
    }

    /// Whether the page knew nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The wall clock shows whole milliseconds; the monotonic one tells what lies between.
#[derive(Default)]
struct FineClock {
    anchor: Option<Moment>,
}

impl FineClock {
    fn micros(&mut self, at: Moment) -> i64 {
        let wall = at.wall.timestamp_millis().saturating_mul(1_000);
        if let Some(anchor) = self.anchor {
            let passed = i64::try_from(at.mono.duration_since(anchor.mono).as_micros()).unwrap_or(i64::MAX);
            let fine = anchor.wall.timestamp_millis().saturating_mul(1_000).saturating_add(passed);
            if fine.abs_diff(wall) <= CLOCKS_AGREE_WITHIN {
                return fine;
            }
        }
        self.anchor = Some(at);
        wall
    }
}

/// Editors may put a byte order mark first.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
