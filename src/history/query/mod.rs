//! The debugger's filter: an expression tree that is evaluated for each row.

pub(super) mod complete;
pub(super) mod error;
pub(super) mod find;
pub(super) mod parse;
pub(super) mod partial_word;
mod print;
mod value;

use std::fmt::{self, Write};
use std::slice;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::history::annotation::Annotation;
use crate::history::query::find::Needle;
use crate::history::recorder::Recorder;
use crate::history::row::{Direction, Row, RowKind};
use crate::history::shown::RAW;
use crate::link::{Acknowledgement, FramePurpose, MessageId, MessageState};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// Expression tree of a filter. Parse one with `"…".parse()`; its `Display` output parses to the same filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// Every part must match; without parts, every row does.
    And(Vec<Self>),
    /// At least one part must match.
    Or(Vec<Self>),
    /// The part must not match.
    Not(Box<Self>),
    Test(Test),
}

impl Default for Query {
    fn default() -> Self {
        Self::And(Vec::new())
    }
}

/// A condition on a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// A text anywhere in the row, or in the user's note on it.
    Word(Needle),
    /// A text in the frame, in the message's own text, or in the user's note on the row.
    Text(Needle),
    /// The wire type, as a pattern in which `*` matches any characters.
    Type(String),
    /// Frames in this direction.
    Direction(Direction),
    /// Rows of messages in this state, one of [`super::STATES`]; written frames by the current state of their message.
    State(&'static str),
    /// Rows of this connection.
    Conn(u32),
    /// Rows of messages whose id starts with this prefix, in lower case.
    Id(String),
    /// Round-trip time.
    RoundTrip(Comparison, Duration),
    /// Frame size in bytes.
    Size(Comparison, u64),
    /// At this time of day or later.
    After(TimeOfDay),
    /// Before this time of day.
    Before(TimeOfDay),
    /// See [`Row::is_error`].
    Error,
    /// Rows that the user bookmarked.
    Bookmarked,
    /// Rows with a note of the user's.
    Noted,
    /// Events that the user gave to the page.
    Synthetic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Greater than the bound.
    Above,
    /// Less than the bound.
    Below,
}

impl Comparison {
    fn holds<T: PartialOrd>(self, value: T, bound: T) -> bool {
        match self {
            Self::Above => value > bound,
            Self::Below => value < bound,
        }
    }
}

/// Time of day in milliseconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(pub(in crate::history) u32);

impl TimeOfDay {
    fn of(time: DateTime<Utc>, context: &Context<'_>) -> Self {
        let local = time.timestamp_millis().saturating_add(i64::from(context.utc_offset_minutes) * 60_000);
        Self(u32::try_from(local.rem_euclid(DAY_MILLIS)).unwrap_or_default())
    }
}

/// Data besides the row that a filter needs.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The record that contains the rows.
    pub recorder: &'a Recorder,
    /// The user's offset from UTC, in minutes east of it.
    pub utc_offset_minutes: i32,
}

impl Query {
    /// All of `parts`; a single part is returned as it is.
    pub(in crate::history) fn all_of(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 { parts.remove(0) } else { Self::And(parts) }
    }

    /// Any of `parts`; a single part is returned as it is.
    pub(in crate::history) fn any_of(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 { parts.remove(0) } else { Self::Or(parts) }
    }

    /// The expressions that must all match, in order.
    #[must_use]
    pub fn terms(&self) -> &[Self] {
        if let Self::And(parts) = self { parts } else { slice::from_ref(self) }
    }

    /// Whether it matches every row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms().is_empty()
    }

    /// Whether it asks for nothing in particular: it is empty, or only leaves rows out.
    #[must_use]
    pub fn only_excludes(&self) -> bool {
        self.terms().iter().all(|term| matches!(term, Self::Not(_)))
    }

    /// Whether the row matches.
    #[must_use]
    pub fn matches(&self, row: &Row, context: &Context<'_>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.matches(row, context)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(row, context)),
            Self::Not(part) => !part.matches(row, context),
            Self::Test(test) => test.holds(row, context),
        }
    }

    /// Whether a later row can change the result for an earlier one; for example, an answer completes a round trip.
    #[must_use]
    pub fn depends_on_later_rows(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::depends_on_later_rows),
            Self::Not(part) => part.depends_on_later_rows(),
            Self::Test(test) => matches!(test, Test::State(_) | Test::RoundTrip(..)),
        }
    }

    /// Whether an annotation can change the result for its row.
    #[must_use]
    pub fn depends_on_annotations(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::depends_on_annotations),
            Self::Not(part) => part.depends_on_annotations(),
            Self::Test(test) => matches!(test, Test::Word(_) | Test::Text(_) | Test::Bookmarked | Test::Noted),
        }
    }

    /// The wire type that every matching row has, if the filter names one.
    #[must_use]
    pub fn only_type(&self) -> Option<&str> {
        self.terms().iter().find_map(|term| match term {
            Self::Test(Test::Type(kind)) => Some(kind.as_str()),
            _ => None,
        })
    }

    /// Replaces the wire types of the filter by `kind`, or removes them if `kind` is already selected.
    #[must_use]
    pub fn toggle_type(&self, kind: &str) -> Self {
        let mut terms: Vec<Self> = self.terms().iter().filter(|term| !term.asks_for_types()).cloned().collect();
        if self.only_type() != Some(kind) {
            terms.push(Self::Test(Test::Type(kind.to_owned())));
        }
        Self::all_of(terms)
    }

    fn asks_for_types(&self) -> bool {
        match self {
            Self::Or(parts) => parts.iter().all(Self::asks_for_types),
            Self::Test(Test::Type(_)) => true,
            _ => false,
        }
    }
}

impl Test {
    fn holds(&self, row: &Row, context: &Context<'_>) -> bool {
        match self {
            Self::Word(needle) => {
                row.frame().is_some_and(|text| needle.occurs_in(text))
                    || row.any_text(|word| needle.occurs_in(word))
                    || is_annotated(row, context, |annotation| needle.occurs_in(&annotation.comment))
            }
            Self::Text(needle) => {
                let occurs = match &row.kind {
                    RowKind::Message { command, .. } => command.text().is_some_and(|text| needle.occurs_in(text)),
                    _ => row.frame().or(row.synthetic()).is_some_and(|text| needle.occurs_in(text)),
                };
                occurs || is_annotated(row, context, |annotation| needle.occurs_in(&annotation.comment))
            }
            Self::Type(glob) => row.wire_type().is_some_and(|kind| matches_glob(glob.as_bytes(), kind.as_bytes())),
            Self::Direction(direction) => row.direction() == Some(*direction),
            Self::State(state) => is_in_state(row, state, context.recorder),
            Self::Conn(conn) => row.conn().is_some_and(|id| id.0 == *conn),
            Self::Id(prefix) => row.message().is_some_and(|id| begins_with(id, prefix)),
            Self::RoundTrip(comparison, bound) => {
                context.recorder.round_trip(row).is_some_and(|time| comparison.holds(time, *bound))
            }
            Self::Size(comparison, bound) => row.size().is_some_and(|size| comparison.holds(size as u64, *bound)),
            Self::After(time) => TimeOfDay::of(row.at.wall, context) >= *time,
            Self::Before(time) => TimeOfDay::of(row.at.wall, context) < *time,
            Self::Error => row.is_error(),
            Self::Bookmarked => is_annotated(row, context, |annotation| annotation.is_bookmarked),
            Self::Synthetic => row.synthetic().is_some(),
            Self::Noted => is_annotated(row, context, |annotation| !annotation.comment.is_empty()),
        }
    }
}

fn is_annotated(row: &Row, context: &Context<'_>, is_it: impl FnOnce(&Annotation) -> bool) -> bool {
    context.recorder.annotation(row.number).is_some_and(is_it)
}

fn is_in_state(row: &Row, wanted: &str, recorder: &Recorder) -> bool {
    let is_it = |state: &MessageState| {
        let is_duplicate =
            matches!(state, MessageState::Delivered(Acknowledgement::Duplicate) | MessageState::Suppressed { .. });
        state.name() == wanted || (wanted == "duplicate" && is_duplicate)
    };
    match &row.kind {
        RowKind::Message { state, .. } => is_it(state),
        RowKind::FrameOut { purpose: FramePurpose::Message(id), .. } => recorder.state_of(*id).is_some_and(is_it),
        RowKind::FrameOut { purpose: FramePurpose::Raw(_), .. } => wanted == RAW,
        RowKind::FrameIn { kind, .. } => wanted == "duplicate" && &**kind == "duplicate_message",
        _ => false,
    }
}

/// Glob match, ignoring the case of ASCII letters.
fn matches_glob(glob: &[u8], text: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    // Position of the last star in the glob, and how much of the text has been consumed when it is retried.
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(seen) {
        match (glob.get(at), star) {
            (Some(b'*'), _) => {
                star = Some((at, seen));
                at += 1;
            }
            (Some(wanted), _) if wanted.eq_ignore_ascii_case(byte) => {
                at += 1;
                seen += 1;
            }
            (_, Some((after, taken))) => {
                star = Some((after, taken + 1));
                at = after + 1;
                seen = taken + 1;
            }
            (_, None) => return false,
        }
    }
    glob.iter().skip(at).all(|byte| *byte == b'*')
}

/// Compares an id with `prefix` without allocating.
fn begins_with(id: MessageId, prefix: &str) -> bool {
    struct Rest<'a>(&'a str);
    impl Write for Rest<'_> {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            let common = part.len().min(self.0.len());
            let (wanted, rest) = self.0.split_at_checked(common).ok_or(fmt::Error)?;
            self.0 = rest;
            if part.starts_with(wanted) { Ok(()) } else { Err(fmt::Error) }
        }
    }
    let mut rest = Rest(prefix);
    write!(rest, "{id}").is_ok() && rest.0.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (glob, text) in [
            ("stt*", "stt_start"),
            ("*_error", "llm_error"),
            ("STT_*r*", "stt_error"),
            ("*", ""),
            ("a**b*", "aXbYb"),
            ("*ab", "aab"),
            ("stt_stop", "stt_stop"),
        ] {
            assert!(matches_glob(glob.as_bytes(), text.as_bytes()), "{glob} {text}");
        }
        for (glob, text) in
            [("stt*", "tts_start"), ("stt", "stt_start"), ("*_error", "error"), ("a*b", "abc"), ("", "a")]
        {
            assert!(!matches_glob(glob.as_bytes(), text.as_bytes()), "{glob} {text}");
        }
    }

    #[test]
    fn an_id_is_known_by_its_beginning() {
        let id = MessageId::parse("3f2a0000-1111-4222-8333-444444444444").unwrap();
        for prefix in ["3", "3f2a", "3f2a0000-1111-4222-8333-444444444444"] {
            assert!(begins_with(id, prefix), "{prefix}");
        }
        for prefix in ["4", "3f2b", "3f2a0000-1111-4222-8333-4444444444440"] {
            assert!(!begins_with(id, prefix), "{prefix}");
        }
    }
}
