//! What of a record is compared: its turns, messages, events by type, errors and connection problems.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::difference::{CallOutcome, ConnectionProblem, TurnOutcome};
use crate::analysis::error_name::ErrorSignature;
use crate::model::Stage;

/// A record, ready to be compared.
#[derive(Debug)]
pub(super) struct Outline {
    /// What comes before the first turn, then the turns.
    pub(super) segments: Vec<Segment>,
    pub(super) messages: Vec<Message>,
    /// The events of each type.
    pub(super) types: BTreeMap<Arc<str>, Seen>,
    pub(super) errors: BTreeMap<ErrorSignature, Seen>,
    /// In order.
    pub(super) problems: Vec<(ConnectionProblem, u64)>,
    pub(super) is_foreign: bool,
}

/// How often something occurs, and the row of the first time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) row: u64,
    pub(super) count: usize,
}

impl Seen {
    /// Counts an occurrence in this row.
    pub(super) fn add<K: Ord>(map: &mut BTreeMap<K, Self>, key: K, row: u64) {
        map.entry(key).or_insert(Self { row, count: 0 }).count += 1;
    }
}

/// A turn, or what comes before the first one.
#[derive(Debug, Default)]
pub(super) struct Segment {
    /// Its first row.
    pub(super) row: u64,
    /// The user's words, once they are known.
    pub(super) words: Option<String>,
    pub(super) is_spoken: bool,
    /// Whether Coda reported the words as a message of the conversation.
    pub(super) is_taken_up: bool,
    /// Whether a language model began to work on it.
    pub(super) has_model: bool,
    /// How it ended, with the row that shows it.
    pub(super) end: Option<(TurnOutcome, u64)>,
    pub(super) answer: Option<(String, u64)>,
    pub(super) calls: Vec<Call>,
    /// The time that each stage took in all, with the row of its end.
    pub(super) stages: BTreeMap<Stage, (Duration, u64)>,
    /// The other events, in order, by type and subject.
    pub(super) lanes: BTreeMap<Lane, Vec<Item>>,
}

impl Segment {
    /// Whether the next words begin another turn.
    pub(super) const fn is_over(&self) -> bool {
        self.end.is_some() || self.words.is_none()
    }
}

/// Events that are compared with each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lane {
    pub(super) kind: Arc<str>,
    /// For example the role of a message of the conversation.
    pub(super) subject: String,
    /// Whether this program knows the type.
    pub(super) is_known: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) row: u64,
    pub(super) fingerprint: u64,
}

/// The call of a tool.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) row: u64,
    pub(super) tool: String,
    /// Of its name and arguments.
    pub(super) fingerprint: u64,
    pub(super) outcome: CallOutcome,
    /// The row of its result or error.
    pub(super) end: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Message {
    pub(super) row: u64,
    /// The row of its last state.
    pub(super) last_row: u64,
    pub(super) kind: Arc<str>,
    pub(super) text: String,
    pub(super) fingerprint: u64,
    /// Name of its last state; `None` if the record cannot tell.
    pub(super) state: Option<&'static str>,
    /// The turn in progress when it was sent, or the one that it began.
    pub(super) segment: usize,
    pub(super) begins_turn: bool,
}
