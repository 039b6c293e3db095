//! Recordings: frames and notes that can be saved to a file and imported again.

pub(super) mod har;
pub(super) mod import;
pub(super) mod jsonl;
pub(super) mod label;
mod legacy;
pub(super) mod note;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::history::annotation::Annotation;
use crate::history::bug_report::report::BugReport;
use crate::history::recorder::Recorder;
use crate::history::recording::label::Label;
use crate::history::recording::note::{Note, NoteBody};
use crate::history::row::{Direction, FrameClass, Row, RowKind};
use crate::history::shown::shown_text;
use crate::link::{FramePurpose, Origin};
use crate::protocol::{FieldError, Instant, Moment, or_default, utc_from_micros};

/// The page's two clocks agree within this many microseconds; a larger difference means that one of them was set.
const MAX_CLOCK_DIFFERENCE_MICROS: u64 = 20_000;

/// Frames in order, and what the page knew besides them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    pub entries: Vec<Entry>,
    /// Rows that are not text frames, in order. Only this program writes them.
    pub notes: Vec<Note>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Microseconds since 1970-01-01 UTC, or since the start of the file if it has no dates.
    pub micros: i64,
    pub direction: Direction,
    pub text: String,
    pub meta: FrameMeta,
}

/// The page's knowledge of a frame beyond its text. On import, an unreadable field counts as missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FrameMeta {
    /// Id of the message that it carries or answers.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The component that created the message.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// The action in that component.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Last recorded state of the message, one of [`super::STATES`].
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The page's monotonic clock when the frame arrived or was written.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub mono: Option<Instant>,
    /// Generation number of its connection.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub conn: Option<u32>,
    /// Its server run.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub run: Option<u32>,
    /// It arrived on a connection that had already been given up.
    #[serde(rename = "stale", deserialize_with = "or_default", skip_serializing_if = "std::ops::Not::not")]
    pub is_stale: bool,
    /// The user's bookmark and comment. Another program's frames may have them too.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Annotation::is_empty")]
    pub annotation: Annotation,
}

impl Entry {
    /// Time on both clocks; `None` if the file has no monotonic time.
    #[must_use]
    pub fn moment(&self) -> Option<Moment> {
        self.meta.mono.map(|mono| Moment { mono, wall: utc_from_micros(self.micros) })
    }

    /// Milliseconds since 1970-01-01 UTC, with a fraction.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a recording's times fit 53 bits")]
    pub fn millis(&self) -> f64 {
        self.micros as f64 / 1_000.0
    }
}

/// Result of importing a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    pub recording: Recording,
    /// The name and the note of a saved recording.
    pub label: Option<Label>,
    /// What the file says besides, if it is a bug report.
    pub report: Option<BugReport>,
    /// The parts that could not be read.
    pub errors: Vec<ImportError>,
}

/// A part of a file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct ImportError {
    /// Position, counted from 1: the line of a JSON Lines file, the message of a HAR file.
    pub place: usize,
    pub why: ImportErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportErrorKind {
    #[error("not readable as JSON: {0}")]
    Syntax(String),
    /// The file as a whole is not JSON; its readable parts were salvaged.
    #[error("not readable as JSON: {0}; what can be found in it is shown")]
    Searched(String),
    #[error(transparent)]
    Field(#[from] FieldError),
    #[error("a note: {0}")]
    Note(FieldError),
    #[error("the head of a bug report: {0}. Its rows are shown without it; ask for the file again")]
    Report(FieldError),
    /// The version of its form.
    #[error(
        "a newer dashboard wrote this bug report, in form {0}; what this one knows of it is shown. Update this dashboard to see all"
    )]
    NewerReport(u32),
    /// The file ends within a message.
    #[error("the file breaks off within this message")]
    Truncated,
    /// The archive has no WebSocket messages.
    #[error("the archive holds no messages of a WebSocket")]
    Empty,
}

impl Recording {
    /// Records these rows with tokens redacted, and adds all states of their messages.
    #[must_use]
    pub fn of<'a>(recorder: &Recorder, rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let numbers = Self::numbers(recorder, rows);
        Self::of_exactly(recorder, numbers.into_iter().filter_map(|number| recorder.get(number)))
    }

    /// The numbers of these rows, and of all states of their messages.
    pub(super) fn numbers<'a>(recorder: &Recorder, rows: impl IntoIterator<Item = &'a Row>) -> BTreeSet<u64> {
        let (mut numbers, mut messages) = (BTreeSet::new(), HashSet::new());
        for row in rows {
            numbers.insert(row.number);
            if let Some(id) = row.message().filter(|id| messages.insert(*id)) {
                let states = recorder.rows_of(id).filter(|row| matches!(row.kind, RowKind::Message { .. }));
                numbers.extend(states.map(|row| row.number));
            }
        }
        numbers
    }

    /// Records these rows and nothing besides, with tokens redacted. The parts of a record, one after the other, make up
    /// the whole.
    #[must_use]
    pub fn of_exactly<'a>(recorder: &Recorder, rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut recording = Self::default();
        let mut clock = FineClock::default();
        let mut last: Option<&Arc<str>> = None;
        for row in rows {
            let micros = clock.micros(row.at);
            if let Some(told) = NoteBody::of(row) {
                let after = recording.entries.len();
                let annotation = recorder.annotation(row.number).cloned().unwrap_or_default();
                recording.notes.push(Note { micros, mono: row.at.mono, after, told, annotation });
                continue;
            }
            let Some((direction, text)) = row.direction().zip(row.frame()) else { continue };
            // Each bad entry of a replay has a row with the whole frame, which arrived once. A resent message shares
            // its text too, but was written twice.
            let is_same = last.replace(text).is_some_and(|last| Arc::ptr_eq(last, text));
            if !is_same || direction == Direction::Out {
                let text = shown_text(row).into_owned();
                recording.entries.push(Entry { micros, direction, text, meta: FrameMeta::of(recorder, row) });
            } else if let Some(entry) = recording.entries.last_mut().filter(|entry| entry.meta.annotation.is_empty()) {
                entry.meta.annotation = recorder.annotation(row.number).cloned().unwrap_or_default();
            }
        }
        recording
    }

    /// Like [`Self::of`], with the answers to the messages among these rows.
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

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.notes.is_empty()
    }

    /// Whether another program wrote it, so that it has frames only, and perhaps annotations.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.notes.is_empty() && self.entries.iter().all(|entry| entry.meta.is_foreign())
    }

    /// Start in microseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn start(&self) -> i64 {
        let note = self.notes.first().filter(|note| note.after == 0).map(|note| note.micros);
        note.or(self.entries.first().map(|entry| entry.micros)).unwrap_or_default()
    }

    /// Frames sorted by time. A file of this program keeps its order, even where a clock was set.
    #[must_use]
    pub fn in_order(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        if entries.iter().any(|entry| entry.meta.mono.is_none()) {
            entries.sort_by_key(|entry| entry.micros);
        }
        entries
    }
}

impl Note {
    /// Time on both clocks.
    #[must_use]
    pub const fn at(&self) -> Moment {
        Moment { mono: self.mono, wall: utc_from_micros(self.micros) }
    }
}

impl FrameMeta {
    fn of(recorder: &Recorder, row: &Row) -> Self {
        let wire = Self {
            mono: Some(row.at.mono),
            conn: row.conn().map(|conn| conn.0),
            run: Some(recorder.epoch_of(row.number)),
            is_stale: matches!(row.kind, RowKind::FrameIn { class: FrameClass::Stale, .. }),
            annotation: recorder.annotation(row.number).cloned().unwrap_or_default(),
            ..Self::default()
        };
        if let RowKind::FrameOut { purpose: FramePurpose::Raw(origin), .. } = &row.kind {
            return wire.with_origin(origin);
        }
        let Some(id) = row.message() else { return wire };
        let named = Self { message: Some(id.to_string()), ..wire };
        let last = recorder.rows_of(id).rev().find_map(|row| match &row.kind {
            RowKind::Message { origin, state, .. } => Some((origin, state)),
            _ => None,
        });
        match last {
            Some((origin, state)) => Self { state: Some(state.name().to_owned()), ..named.with_origin(origin) },
            None => named,
        }
    }

    fn with_origin(self, origin: &Origin) -> Self {
        Self { component: Some(origin.component.to_string()), action: Some(origin.action.to_string()), ..self }
    }

    /// Whether nothing is known beyond the frame.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether nothing is known that only the recording page could know.
    fn is_foreign(&self) -> bool {
        Self { annotation: Annotation::default(), ..self.clone() }.is_empty()
    }
}

/// Refines the wall clock, which has whole milliseconds, by the monotonic clock.
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
            if fine.abs_diff(wall) <= MAX_CLOCK_DIFFERENCE_MICROS {
                return fine;
            }
        }
        self.anchor = Some(at);
        wall
    }
}
