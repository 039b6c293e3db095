//! The debugger's filter: an expression that is evaluated for each row.

use std::fmt::{self, Write};
use std::slice;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::find::Needle;
use super::recorder::Recorder;
use super::row::{Direction, Row, RowKind};
use super::shown::{RAW, state_name};
use crate::link::{Acknowledgement, FramePurpose, MessageId, MessageState};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// A filter. It prints as a text that parses to the same filter; `"…".parse()` reads one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// Every part must hold; without parts, every row matches.
    And(Vec<Self>),
    /// At least one part must hold.
    Or(Vec<Self>),
    /// The part must not hold.
    Not(Box<Self>),
    /// One condition.
    Test(Test),
}

impl Default for Query {
    fn default() -> Self {
        Self::And(Vec::new())
    }
}

/// A condition that a row meets or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// A text in anything that the row says.
    Word(Needle),
    /// A text in the frame, or in the message's own text.
    Text(Needle),
    /// The wire type, in which `*` stands for anything.
    Type(String),
    /// Frames that went this way.
    Direction(Direction),
    /// Rows of messages in this state, one of [`super::STATES`]; frames out by the state of their message now.
    State(&'static str),
    /// What belongs to this connection.
    Conn(u32),
    /// What is about a message whose id begins so, in lower case.
    Id(String),
    /// How long the answer took.
    RoundTrip(Comparison, Duration),
    /// The frame's size in bytes.
    Size(Comparison, u64),
    /// At this time of day or later.
    After(TimeOfDay),
    /// Earlier than this time of day.
    Before(TimeOfDay),
    /// What went wrong.
    Error,
}

/// Which side of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// More than it.
    Above,
    /// Less than it.
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

/// A time of day: milliseconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(pub(super) u32);

impl TimeOfDay {
    fn of(time: DateTime<Utc>, context: &Context<'_>) -> Self {
        let local = time.timestamp_millis().saturating_add(i64::from(context.utc_offset_minutes) * 60_000);
        Self(u32::try_from(local.rem_euclid(DAY_MILLIS)).unwrap_or_default())
    }
}

/// What a row alone does not tell.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The record that the rows are from.
    pub recorder: &'a Recorder,
    /// How many minutes the user's clock is ahead of UTC.
    pub utc_offset_minutes: i32,
}

impl Query {
    /// All of `parts`; a single part stands for itself.
    pub(super) fn all_of(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 { parts.remove(0) } else { Self::And(parts) }
    }

    /// Any of `parts`; a single part stands for itself.
    pub(super) fn any_of(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 { parts.remove(0) } else { Self::Or(parts) }
    }

    /// The expressions that must all hold, in order.
    #[must_use]
    pub fn terms(&self) -> &[Self] {
        if let Self::And(parts) = self { parts } else { slice::from_ref(self) }
    }

    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms().is_empty()
    }

    /// Whether the row satisfies it.
    #[must_use]
    pub fn matches(&self, row: &Row, context: &Context<'_>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.matches(row, context)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(row, context)),
            Self::Not(part) => !part.matches(row, context),
            Self::Test(test) => test.holds(row, context),
        }
    }

    /// Whether a new row can change the verdict on an older one, as an answer gives its message a round trip.
    #[must_use]
    pub fn depends_on_later_rows(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::depends_on_later_rows),
            Self::Not(part) => part.depends_on_later_rows(),
            Self::Test(test) => matches!(test, Test::State(_) | Test::RoundTrip(..)),
        }
    }

    /// The wire type that every row must have, if the filter names one.
    #[must_use]
    pub fn only_type(&self) -> Option<&str> {
        self.terms().iter().find_map(|term| match term {
            Self::Test(Test::Type(kind)) => Some(kind.as_str()),
            _ => None,
        })
    }

    /// Asks for this wire type instead of those it asks for; for no type if it asks for this one already.
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
                row.frame().is_some_and(|text| needle.is_in(text)) || row.any_word(|word| needle.is_in(word))
            }
            Self::Text(needle) => match &row.kind {
                RowKind::Message { command, .. } => command.text().is_some_and(|text| needle.is_in(text)),
                _ => row.frame().is_some_and(|text| needle.is_in(text)),
            },
            Self::Type(glob) => row.wire_type().is_some_and(|kind| matches_glob(glob.as_bytes(), kind.as_bytes())),
            Self::Direction(direction) => row.direction() == Some(*direction),
            Self::State(state) => is_in_state(row, state, context.recorder),
            Self::Conn(conn) => row.conn().is_some_and(|meta| meta.0 == *conn),
            Self::Id(prefix) => row.message().is_some_and(|id| begins_with(id, prefix)),
            Self::RoundTrip(comparison, bound) => {
                context.recorder.round_trip(row).is_some_and(|time| comparison.holds(time, *bound))
            }
            Self::Size(comparison, bound) => row.size().is_some_and(|size| comparison.holds(size as u64, *bound)),
            Self::After(time) => TimeOfDay::of(row.at.wall, context) >= *time,
            Self::Before(time) => TimeOfDay::of(row.at.wall, context) < *time,
            Self::Error => row.is_error(),
        }
    }
}

fn is_in_state(row: &Row, wanted: &str, recorder: &Recorder) -> bool {
    let is_it = |state: &MessageState| {
        let is_repetition =
            matches!(state, MessageState::Delivered(Acknowledgement::Duplicate) | MessageState::Suppressed { .. });
        state_name(state) == wanted || (wanted == "duplicate" && is_repetition)
    };
    match &row.kind {
        RowKind::Message { state, .. } => is_it(state),
        RowKind::FrameOut { purpose: FramePurpose::Message(id), .. } => recorder.state_of(*id).is_some_and(is_it),
        RowKind::FrameOut { purpose: FramePurpose::Raw(_), .. } => wanted == RAW,
        RowKind::FrameIn { kind, .. } => wanted == "duplicate" && &**kind == "duplicate_message",
        _ => false,
    }
}

/// Whether `text` is what `glob` describes, whatever the case of its ASCII letters.
fn matches_glob(glob: &[u8], text: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    // Where the last star was, and how much of the text it has taken.
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

/// Whether an id begins with `prefix`, found without making a text of it.
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
