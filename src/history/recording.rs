//! A recording: frames in a file, to be handed on and read again.

use super::recorder::Recorder;
use super::row::{Direction, Row, RowKind, What};
use super::shown::{shown_text, state_name};
use super::{har, jsonl, skim};
use crate::protocol::Now;

/// The two clocks of a page agree within this time, or one of them was set (microseconds).
const CLOCKS_AGREE_WITHIN: u64 = 20_000;

/// Frames, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// The frames.
    pub entries: Vec<Entry>,
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
    pub own: Own,
}

/// What the page knew of a frame beyond the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// The id of the message that it carries or answers.
    pub message: Option<String>,
    /// What in the page the message came from.
    pub component: Option<String>,
    /// What was done there.
    pub action: Option<String>,
    /// The message's state at the end, one of [`super::STATES`].
    pub state: Option<String>,
}

impl Entry {
    /// When: milliseconds since 1970-01-01 UTC, with a fraction.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a recording's times fit 53 bits")]
    pub fn millis(&self) -> f64 {
        self.micros as f64 / 1_000.0
    }
}

/// What came of reading a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// What was readable.
    pub recording: Recording,
    /// What was not.
    pub damages: Vec<Damage>,
}

/// A part of a file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where, from 1: the line of a JSON Lines file, the message of an HAR file.
    pub place: usize,
    /// Why.
    pub why: String,
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
        if skim::Members::of(without_mark(text)).any(|(key, _)| key == "log") {
            return Some(Self::Har);
        }
        // Damaged lines may come first. A damaged archive has its outermost key in place as a rule.
        let is_entry = |line: &str| skim::member(line, "frame").is_some();
        if text.lines().any(is_entry) {
            return Some(Self::JsonLines);
        }
        let squeezed: String = text.chars().filter(|letter| !letter.is_whitespace()).take(16).collect();
        without_mark(&squeezed).starts_with("{\"log\":").then_some(Self::Har)
    }
}

impl Recording {
    /// The frames among these rows, tokens hidden. Binary frames are left out: their content is not kept.
    #[must_use]
    pub fn of<'a>(recorder: &Recorder, rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut clock = FineClock::default();
        let entries = rows.into_iter().filter_map(|row| {
            let is_text = !matches!(row.kind, RowKind::FrameIn { what: What::Binary(_), .. });
            let direction = row.direction().filter(|_| is_text)?;
            let (micros, text) = (clock.micros(row.at), shown_text(row).into_owned());
            Some(Entry { micros, direction, text, own: Own::of(recorder, row) })
        });
        Self { entries: entries.collect() }
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

impl Own {
    fn of(recorder: &Recorder, row: &Row) -> Self {
        let Some(id) = row.message() else { return Self::default() };
        let last = recorder.rows_of(id).rev().find_map(|row| match &row.kind {
            RowKind::Message { origin, state, .. } => Some((origin, state)),
            _ => None,
        });
        Self {
            message: Some(id.to_string()),
            component: last.map(|(origin, _)| origin.component.to_owned()),
            action: last.map(|(origin, _)| origin.action.to_owned()),
            state: last.map(|(_, state)| state_name(state).to_owned()),
        }
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
    anchor: Option<Now>,
}

impl FineClock {
    fn micros(&mut self, at: Now) -> i64 {
        let wall = at.wall.unix_millis().saturating_mul(1_000);
        if let Some(anchor) = self.anchor {
            let passed = i64::try_from(at.mono.since(anchor.mono).as_micros()).unwrap_or(i64::MAX);
            let fine = anchor.wall.unix_millis().saturating_mul(1_000).saturating_add(passed);
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
