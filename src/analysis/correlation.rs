//! What errors of the server have to do with the messages before them: which patterns of messages came before, compared
//! with how often the same patterns came and no error followed.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::RangeBounds;
use std::time::Duration;

use super::error_name::ErrorName;
use super::finding::Confidence;
use crate::history::skim;
use crate::history::{Recorder, Row, RowKind};
use crate::link::{Carries, MessageId};
use crate::protocol::{Timestamp, WallTime};

/// An error within this time after a message may have to do with it.
const AFTER: Duration = Duration::from_secs(2);
/// Equal messages within this time are twins: a double listener's, or an impatient user's.
const TWINS: Duration = Duration::from_millis(100);
/// Messages within this time are close: the queue's gap keeps them further apart.
const CLOSE: Duration = Duration::from_millis(19);
/// A pattern is a suspect when so many errors came after it,
const LEAST_HITS: usize = 2;
/// and errors come after it so many times as often as otherwise.
const LEAST_LIFT: f64 = 2.0;
/// From so many on, and so much more often, it is likely.
const LIKELY: (usize, f64) = (5, 5.0);
const MINUTE_MILLIS: i64 = 60_000;

/// Something about a message and those just before it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// A message of this type.
    Message(String),
    /// Two equal ones of this type within 100 ms.
    Twins(String),
    /// Any two within 19 ms.
    Close,
    /// One that was written while another was unanswered.
    Overlap,
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(kind) => write!(f, "a `{kind}`"),
            Self::Twins(kind) => write!(f, "two `{kind}` within {} ms", TWINS.as_millis()),
            Self::Close => write!(f, "two messages within {} ms", CLOSE.as_millis()),
            Self::Overlap => f.write_str("a message while another was unanswered"),
        }
    }
}

/// A pattern after which an error comes more often than otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspect {
    /// The error.
    pub error: ErrorName,
    /// The pattern.
    pub pattern: Pattern,
    /// How often the error came after it, of how often it was there.
    pub with: (usize, usize),
    /// The same for messages without the pattern.
    pub without: (usize, usize),
    /// How many times as often the error comes with it.
    pub lift: f64,
    /// How sure it is. That one comes after the other is no proof.
    pub confidence: Confidence,
}

impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pattern, with, without, confidence, .. } = self;
        write!(f, "It came within {} s after {} of {} times ", AFTER.as_secs(), with.0, with.1)?;
        write!(
            f,
            "that there was {pattern}, and after {} of {} other messages ({})",
            without.0,
            without.1,
            confidence.name()
        )?;
        f.write_str(".")
    }
}

/// What there was with the protections on, or with them off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Messages written.
    pub messages: usize,
    /// Errors that the server reported.
    pub errors: usize,
    /// Messages that the server dropped as duplicates.
    pub duplicates: usize,
    /// Messages that were written while another was unanswered.
    pub overlaps: usize,
}

impl Side {
    /// Errors in a thousand messages; `None` without messages.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "rows are counted in thousands")]
    pub fn errors_per_thousand(&self) -> Option<f64> {
        (self.messages > 0).then(|| self.errors as f64 * 1_000.0 / self.messages as f64)
    }
}

/// A minute of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minute {
    /// When it began.
    pub start: WallTime,
    /// Messages written in it.
    pub messages: usize,
    /// Errors reported in it.
    pub errors: usize,
}

/// A message, with what it and those just before it are like.
#[derive(Clone, Debug)]
struct Written {
    at: Timestamp,
    row: u64,
    patterns: Vec<Pattern>,
}

/// What a record shows of errors and messages.
#[derive(Clone, Debug, Default)]
pub struct Correlation {
    written: Vec<Written>,
    errors: Vec<(Timestamp, ErrorName)>,
    protected: Side,
    unprotected: Side,
    minutes: BTreeMap<i64, (usize, usize)>,
}

impl Correlation {
    /// What these rows of a record show.
    #[must_use]
    pub fn of(recorder: &Recorder, rows: impl RangeBounds<u64>) -> Self {
        let mut reader = Reader::default();
        for row in recorder.rows(rows) {
            reader.read(row);
        }
        reader.found
    }

    /// With the protections on, and with them off.
    #[must_use]
    pub const fn sides(&self) -> (Side, Side) {
        (self.protected, self.unprotected)
    }

    /// The minutes in which anything happened, oldest first.
    pub fn minutes(&self) -> impl Iterator<Item = Minute> {
        self.minutes.iter().map(|(minute, (messages, errors))| {
            let start = WallTime::from_unix_millis(minute * MINUTE_MILLIS);
            Minute { start, messages: *messages, errors: *errors }
        })
    }

    /// How often each error came.
    #[must_use]
    pub fn errors(&self) -> BTreeMap<&ErrorName, usize> {
        let mut counts = BTreeMap::new();
        for (_, error) in &self.errors {
            *counts.entry(error).or_default() += 1;
        }
        counts
    }

    /// The patterns after which this error comes more often than otherwise, the strongest first.
    #[must_use]
    pub fn suspects(&self, error: &ErrorName) -> Vec<Suspect> {
        let times: Vec<Timestamp> = self.errors.iter().filter(|(_, name)| name == error).map(|(at, _)| *at).collect();
        let is_followed = |written: &Written| {
            let after = times.partition_point(|at| *at < written.at);
            times.get(after).is_some_and(|at| at.since(written.at) <= AFTER)
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
            (with.0 >= LEAST_HITS && lift >= LEAST_LIFT).then(|| Suspect {
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

    /// The messages just before an error.
    pub(super) fn rows_before(&self, error: &Row) -> Vec<u64> {
        let before = self.written.iter().filter(|written| error.at.mono.since(written.at) <= AFTER);
        before.map(|written| written.row).collect()
    }
}

/// How often, with a little doubt added so that nothing is impossible.
#[expect(clippy::cast_precision_loss, reason = "rows are counted in thousands")]
fn share((hits, total): (usize, usize)) -> f64 {
    (hits as f64 + 0.5) / (total as f64 + 1.0)
}

/// Reads rows in order.
#[derive(Default)]
struct Reader {
    found: Correlation,
    is_unprotected: bool,
    own: Option<String>,
    unanswered: VecDeque<MessageId>,
    /// The last messages: when, of which type, saying what.
    last: VecDeque<(Timestamp, String, String)>,
}

impl Reader {
    fn side(&mut self) -> &mut Side {
        if self.is_unprotected { &mut self.found.unprotected } else { &mut self.found.protected }
    }

    fn minute(&mut self, row: &Row) -> &mut (usize, usize) {
        self.found.minutes.entry(row.at.wall.unix_millis().div_euclid(MINUTE_MILLIS)).or_default()
    }

    fn read(&mut self, row: &Row) {
        match &row.kind {
            RowKind::Protections { on } => self.is_unprotected = !on,
            RowKind::FrameOut { kind, text, carries, .. }
                if *carries != Carries::ChallengeAnswer && &**kind != "ping" =>
            {
                self.write(row, kind, text, carries.message());
            }
            RowKind::Message { id, state, .. } if state.is_final() => self.answered(*id),
            RowKind::Phase { .. } => self.unanswered.clear(),
            RowKind::FrameIn { kind, text, answers, .. } => match &**kind {
                "llm_token" => {}
                "duplicate_message" => self.side().duplicates += 1,
                "auth_result" => {
                    self.own = skim::data_member(text, "client_id").and_then(skim::string).map(Into::into);
                }
                "client_message" => match answers {
                    Some(id) => self.answered(*id),
                    None => self.foreign(row, text),
                },
                _ => {
                    if let Some(error) = ErrorName::of(row) {
                        self.side().errors += 1;
                        self.minute(row).1 += 1;
                        self.found.errors.push((row.at.mono, error));
                    }
                }
            },
            _ => {}
        }
    }

    fn answered(&mut self, id: MessageId) {
        self.unanswered.retain(|other| *other != id);
    }

    fn foreign(&mut self, row: &Row, text: &str) {
        let client = skim::data_member(text, "client_id").and_then(skim::string);
        if self.own.is_none() || client.as_deref() == self.own.as_deref() {
            return;
        }
        let kind = skim::data_member(text, "message_type").and_then(skim::string).unwrap_or_default();
        let data = skim::data_member(text, "message_data").unwrap_or_default();
        self.write(row, &kind, data, None);
    }

    fn write(&mut self, row: &Row, kind: &str, text: &str, id: Option<MessageId>) {
        let at = row.at.mono;
        while self.last.front().is_some_and(|(before, ..)| at.since(*before) > TWINS) {
            self.last.pop_front();
        }
        // What a message says, without its id, which differs between equal ones.
        let said = skim::data_member(text, "text").unwrap_or_default().to_owned();
        let mut patterns = vec![Pattern::Message(kind.to_owned())];
        if self.last.iter().any(|(_, other, words)| other == kind && *words == said) {
            patterns.push(Pattern::Twins(kind.to_owned()));
        }
        if self.last.iter().any(|(before, ..)| at.since(*before) <= CLOSE) {
            patterns.push(Pattern::Close);
        }
        if self.unanswered.iter().any(|other| Some(*other) != id) {
            patterns.push(Pattern::Overlap);
            self.side().overlaps += 1;
        }
        if let Some(id) = id.filter(|id| !self.unanswered.contains(id)) {
            self.unanswered.push_back(id);
        }
        self.last.push_back((at, kind.to_owned(), said));
        self.side().messages += 1;
        self.minute(row).0 += 1;
        self.found.written.push(Written { at, row: row.number, patterns });
    }
}
