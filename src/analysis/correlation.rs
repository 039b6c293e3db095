//! Correlates server errors with the messages before them: compares how often an error follows a pattern of messages
//! with how often it follows other messages.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::RangeBounds;
use std::time::Duration;

use serde_json::Value;

use super::error_name::ErrorSignature;
use super::finding::Confidence;
use super::over_time::{CountsByMinute, Side, Timeline};
use super::senders::Senders;
use crate::history::{Recorder, Row, RowKind};
use crate::link::{FramePurpose, MessageId};
use crate::protocol::Instant;

/// An error within this time after a message may be related to it.
const ERROR_WINDOW: Duration = Duration::from_secs(2);
/// Equal messages within this time are twins, caused by a double listener or an impatient user.
const TWINS: Duration = Duration::from_millis(100);
/// Messages within this time are close. The queue's gap keeps them further apart.
const CLOSE: Duration = Duration::from_millis(19);
/// Thresholds for many messages: at least this count within this time.
const SEVERAL: [(usize, Duration); 2] = [(3, Duration::from_millis(500)), (10, Duration::from_secs(1))];
/// How far back earlier messages are compared.
const LOOKBACK: Duration = Duration::from_secs(1);
/// Minimum number of errors after a pattern for a suspect.
const MIN_HITS: usize = 2;
/// Minimum ratio of the error rates with and without the pattern for a suspect.
const MIN_LIFT: f64 = 2.0;
/// Number of errors and ratio from which a suspect is likely.
const LIKELY: (usize, f64) = (5, 5.0);

/// A property of a message and its predecessors.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// A message of this type.
    Message(String),
    /// Two equal messages of this type within 100 ms.
    EqualPair(String),
    /// Any two messages within 19 ms.
    Close,
    /// At least this many messages of any type within this time.
    Several(usize, Duration),
    /// A message that was written while another was unanswered.
    Overlap,
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(kind) => write!(f, "a “{kind}”"),
            Self::EqualPair(kind) => write!(f, "two “{kind}” within {} ms", TWINS.as_millis()),
            Self::Close => write!(f, "two messages within {} ms", CLOSE.as_millis()),
            Self::Several(count, within) => {
                write!(f, "the last of {count} messages or more within {} ms", within.as_millis())
            }
            Self::Overlap => f.write_str("a message while another was unanswered"),
        }
    }
}

/// A pattern after which an error is more frequent than otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspect {
    pub error: ErrorSignature,
    pub pattern: Pattern,
    /// Messages with the pattern: the number followed by the error, and all of them.
    pub with: (usize, usize),
    /// The same for messages without the pattern.
    pub without: (usize, usize),
    /// Ratio of the error rates with and without the pattern.
    pub lift: f64,
    /// Never certain, because following is no proof of a cause.
    pub confidence: Confidence,
}

impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pattern, with, without, confidence, .. } = self;
        let within = ERROR_WINDOW.as_secs();
        write!(f, "It came {} of {} times within {within} s after {pattern}, ", with.0, with.1)?;
        match without {
            (0, 0) => f.write_str("and there was no other message")?,
            (0, others) => write!(f, "never after {others} other messages")?,
            (hits, others) => write!(f, "and {hits} of {others} times after other messages")?,
        }
        write!(f, " ({}).", confidence.name())
    }
}

/// A written message and the patterns that it completes.
#[derive(Clone, Debug)]
struct Written {
    at: Instant,
    row: u64,
    patterns: Vec<Pattern>,
}

/// Errors and messages of a record, ready to be compared.
#[derive(Clone, Debug, Default)]
pub struct Correlation {
    written: Vec<Written>,
    errors: Vec<(Instant, ErrorSignature)>,
    protected: Side,
    unprotected: Side,
    /// Counts of a foreign recording, whose protections are unknown.
    unknown: Option<Side>,
    by_minute: CountsByMinute,
}

impl Correlation {
    /// Evaluates these rows of a record.
    #[must_use]
    pub fn of(recorder: &Recorder, rows: impl RangeBounds<u64>) -> Self {
        let mut reader = PatternCounter::default();
        reader.found.unknown = recorder.is_foreign().then(Side::default);
        for row in recorder.rows(rows) {
            reader.read(row, recorder);
        }
        reader.found
    }

    /// Counts with the protections on, and with them off.
    #[must_use]
    pub const fn sides(&self) -> (Side, Side) {
        (self.protected, self.unprotected)
    }

    /// Counts if the protections are unknown, because another program recorded the frames.
    #[must_use]
    pub const fn unknown(&self) -> Option<Side> {
        self.unknown
    }

    /// Counts over time for all evaluated rows, in at most `most` spans.
    #[must_use]
    pub fn over_time(&self, most: usize) -> Timeline {
        self.by_minute.over_time(most)
    }

    /// Number of occurrences of each error.
    #[must_use]
    pub fn errors(&self) -> BTreeMap<&ErrorSignature, usize> {
        let mut counts = BTreeMap::new();
        for (_, error) in &self.errors {
            *counts.entry(error).or_default() += 1;
        }
        counts
    }

    /// Patterns after which this error is more frequent than otherwise, strongest first.
    #[must_use]
    pub fn suspects(&self, error: &ErrorSignature) -> Vec<Suspect> {
        let times: Vec<Instant> = self.errors.iter().filter(|(_, name)| name == error).map(|(at, _)| *at).collect();
        let is_followed = |written: &Written| {
            let after = times.partition_point(|at| *at < written.at);
            times.get(after).is_some_and(|at| at.duration_since(written.at) <= ERROR_WINDOW)
        };
        let (mut hits, mut total) = (0, 0);
        let mut by_pattern: BTreeMap<&Pattern, (usize, usize)> = BTreeMap::new();
        for written in &self.written {
            let hit = usize::from(is_followed(written));
            hits += hit;
            total += 1;
            for pattern in &written.patterns {
                let counts = by_pattern.entry(pattern).or_default();
                counts.0 += hit;
                counts.1 += 1;
            }
        }
        let suspect = |(pattern, with): (&Pattern, (usize, usize))| {
            let without = (hits - with.0, total - with.1);
            let lift = share(with) / share(without);
            let confidence = match (with.0, lift) {
                (hits, lift) if hits >= LIKELY.0 && lift >= LIKELY.1 => Confidence::Likely,
                _ => Confidence::Possible,
            };
            (with.0 >= MIN_HITS && lift >= MIN_LIFT).then(|| Suspect {
                error: error.clone(),
                pattern: pattern.clone(),
                with,
                without,
                lift,
                confidence,
            })
        };
        let mut suspects: Vec<Suspect> = by_pattern.into_iter().filter_map(suspect).collect();
        suspects.sort_by(|a, b| b.lift.total_cmp(&a.lift).then(b.with.0.cmp(&a.with.0)));
        suspects
    }

    /// Rows of the messages shortly before an error.
    pub(super) fn rows_before(&self, error: &Row) -> Vec<u64> {
        let before = self.written.iter().filter(|written| error.at.mono.duration_since(written.at) <= ERROR_WINDOW);
        before.map(|written| written.row).collect()
    }
}

/// Share of messages followed by an error, smoothed so that it is never zero.
#[expect(clippy::cast_precision_loss, reason = "rows are counted in thousands")]
fn share((hits, total): (usize, usize)) -> f64 {
    (hits as f64 + 0.5) / (total as f64 + 1.0)
}

/// Evaluates rows in order.
#[derive(Default)]
struct PatternCounter {
    found: Correlation,
    is_unprotected: bool,
    senders: Senders,
    unanswered: VecDeque<MessageId>,
    /// The most recent messages: time, type and data without the id.
    last: VecDeque<(Instant, String, Value)>,
}

impl PatternCounter {
    fn count(&mut self, row: &Row, count: impl Fn(&mut Side)) {
        let found = &mut self.found;
        let side = if self.is_unprotected { &mut found.unprotected } else { &mut found.protected };
        count(found.unknown.as_mut().unwrap_or(side));
        count(self.found.by_minute.side(row.at.wall));
    }

    fn read(&mut self, row: &Row, recorder: &Recorder) {
        self.senders.on_row(row);
        match &row.kind {
            RowKind::Protections { on } => self.is_unprotected = !on,
            RowKind::FrameOut { kind, text, purpose, .. }
                if *purpose != FramePurpose::ChallengeAnswer && &**kind != "ping" =>
            {
                self.write(row, kind, written_data(text), purpose.message());
            }
            RowKind::Message { id, state, .. } if state.is_final() => self.answered(*id),
            RowKind::Phase { .. } => self.unanswered.clear(),
            RowKind::FrameIn { kind, answers, .. } => match &**kind {
                "llm_token" => {}
                "duplicate_message" => self.count(row, |side| side.duplicates += 1),
                "client_message" => match answers {
                    Some(id) => self.answered(*id),
                    None => self.of_another_client(row, recorder),
                },
                _ if row.is_error() => {
                    if let Some(error) = row.event().as_ref().and_then(ErrorSignature::of) {
                        self.count(row, |side| side.errors += 1);
                        self.found.errors.push((row.at.mono, error));
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn answered(&mut self, id: MessageId) {
        self.unanswered.retain(|other| *other != id);
    }

    fn of_another_client(&mut self, row: &Row, recorder: &Recorder) {
        let event = row.event();
        let Some(echo) = self.senders.other_client(row, event.as_ref(), recorder) else { return };
        // Heartbeat pings are not messages of a user.
        if echo.message_type != "ping" {
            self.write(row, &echo.message_type, echo.message_data.clone(), None);
        }
    }

    fn write(&mut self, row: &Row, kind: &str, data: Value, id: Option<MessageId>) {
        let at = row.at.mono;
        while self.last.front().is_some_and(|(before, ..)| at.duration_since(*before) > LOOKBACK) {
            self.last.pop_front();
        }
        let said = said(data);
        let mut patterns = vec![Pattern::Message(kind.to_owned())];
        let is_twin = |(before, other, words): &(Instant, String, Value)| {
            at.duration_since(*before) <= TWINS && other == kind && *words == said
        };
        if self.last.iter().any(is_twin) {
            patterns.push(Pattern::EqualPair(kind.to_owned()));
        }
        let within =
            |span: Duration| self.last.iter().filter(|(before, ..)| at.duration_since(*before) <= span).count();
        if within(CLOSE) > 0 {
            patterns.push(Pattern::Close);
        }
        let several = SEVERAL.into_iter().filter(|(count, span)| within(*span) + 1 >= *count);
        patterns.extend(several.map(|(count, span)| Pattern::Several(count, span)));
        if self.unanswered.iter().any(|other| Some(*other) != id) {
            patterns.push(Pattern::Overlap);
            self.count(row, |side| side.overlaps += 1);
        }
        if let Some(id) = id.filter(|id| !self.unanswered.contains(id)) {
            self.unanswered.push_back(id);
        }
        self.last.push_back((at, kind.to_owned(), said));
        self.count(row, |side| side.messages += 1);
        self.found.written.push(Written { at, row: row.number, patterns });
    }
}

/// The data of a written frame, or the frame itself if it is no JSON.
fn written_data(frame: &str) -> Value {
    match serde_json::from_str(frame) {
        Ok(Value::Object(mut members)) => members.remove("data").unwrap_or_default(),
        Ok(value) => value,
        Err(_) => Value::String(frame.to_owned()),
    }
}

/// A message's data without its id, which differs between equal messages.
fn said(mut data: Value) -> Value {
    if let Value::Object(members) = &mut data {
        members.remove("message_id");
    }
    data
}
