//! What the recorder looks up: rows by message, how often each wire type occurs, and the server's runs.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::row::{Row, RowKind};
use crate::link::{FrameId, MessageId, MessageState};

/// The wire types of the kept rows, each stored once.
#[derive(Debug, Default)]
pub(super) struct Types(BTreeMap<Arc<str>, Uses>);

#[derive(Debug, Default)]
struct Uses {
    rows: usize,
    frames: usize,
}

impl Types {
    /// The shared name for `kind`. Call [`Self::add`] with the row that takes it.
    pub(super) fn intern(&self, kind: &str) -> Arc<str> {
        self.0.get_key_value(kind).map_or_else(|| kind.into(), |(shared, _)| shared.clone())
    }

    pub(super) fn add(&mut self, row: &Row) {
        if let Some(kind) = row.wire_type() {
            let uses = self.0.entry(kind.clone()).or_default();
            uses.rows += 1;
            uses.frames += usize::from(row.direction().is_some());
        }
    }

    pub(super) fn remove(&mut self, row: &Row) {
        let Some(kind) = row.wire_type() else { return };
        let Some(uses) = self.0.get_mut(kind) else { return };
        uses.rows -= 1;
        uses.frames -= usize::from(row.direction().is_some());
        if uses.rows == 0 {
            self.0.remove(kind);
        }
    }

    /// How many frames there are of each type, by name.
    pub(super) fn frames(&self) -> impl Iterator<Item = (&Arc<str>, usize)> {
        self.0.iter().filter(|(kind, uses)| !kind.is_empty() && uses.frames > 0).map(|(kind, uses)| (kind, uses.frames))
    }
}

/// The rows that name a message.
#[derive(Debug, Default)]
struct Mentions {
    /// Rows about the message itself.
    own: VecDeque<u64>,
    /// Rows of other messages that point to it.
    by_others: VecDeque<u64>,
}

/// The rows of each message.
#[derive(Debug, Default)]
pub(super) struct Messages(HashMap<MessageId, Mentions>);

impl Messages {
    pub(super) fn add(&mut self, row: &Row) {
        if let Some(id) = row.message() {
            insert(&mut self.0.entry(id).or_default().own, row.number);
        }
        for id in pointed_to(row) {
            insert(&mut self.0.entry(id).or_default().by_others, row.number);
        }
    }

    /// Forgets the oldest row.
    pub(super) fn remove(&mut self, row: &Row) {
        for id in row.message().into_iter().chain(pointed_to(row)) {
            let Some(mentions) = self.0.get_mut(&id) else { continue };
            for numbers in [&mut mentions.own, &mut mentions.by_others] {
                while numbers.front().is_some_and(|number| *number <= row.number) {
                    numbers.pop_front();
                }
            }
            if mentions.own.is_empty() && mentions.by_others.is_empty() {
                self.0.remove(&id);
            }
        }
    }

    pub(super) fn own(&self, id: MessageId) -> impl DoubleEndedIterator<Item = u64> {
        self.0.get(&id).into_iter().flat_map(|mentions| mentions.own.iter().copied())
    }

    pub(super) fn by_others(&self, id: MessageId) -> impl DoubleEndedIterator<Item = u64> {
        self.0.get(&id).into_iter().flat_map(|mentions| mentions.by_others.iter().copied())
    }
}

/// The messages that a message's row points to.
fn pointed_to(row: &Row) -> impl Iterator<Item = MessageId> + use<> {
    let (original, resend_of) = match &row.kind {
        RowKind::Message { state: MessageState::Suppressed { original }, resend_of, .. } => {
            (Some(*original), *resend_of)
        }
        RowKind::Message { resend_of, .. } => (None, *resend_of),
        _ => (None, None),
    };
    original.into_iter().chain(resend_of)
}

/// A row learns only after it was recorded which message it answers, so its number may come late.
fn insert(numbers: &mut VecDeque<u64>, number: u64) {
    let at = numbers.iter().rposition(|other| *other < number).map_or(0, |before| before + 1);
    if numbers.get(at) != Some(&number) {
        numbers.insert(at, number);
    }
}

/// The server's runs: from which row on each of them lasted.
#[derive(Debug)]
pub(super) struct Epochs(VecDeque<(u64, u32)>);

impl Default for Epochs {
    fn default() -> Self {
        Self(VecDeque::from([(0, 1)]))
    }
}

impl Epochs {
    /// An event of this run came with this row.
    pub(super) fn note(&mut self, number: u64, epoch: u32) {
        if self.0.back().is_none_or(|(_, last)| *last != epoch) {
            self.0.push_back((number, epoch));
        }
    }

    /// Forgets runs that ended before this row.
    pub(super) fn forget_before(&mut self, first: u64) {
        while self.0.get(1).is_some_and(|(from, _)| *from <= first) {
            self.0.pop_front();
        }
    }

    pub(super) fn at(&self, number: u64) -> u32 {
        let after = self.0.partition_point(|(from, _)| *from <= number);
        self.0.get(after.saturating_sub(1)).map_or(1, |(_, epoch)| *epoch)
    }
}

/// The rows of the frames that came. Both count up, so a frame's place is its distance from the oldest that is kept.
#[derive(Debug, Default)]
pub(super) struct Frames {
    first: u64,
    rows: VecDeque<u64>,
}

impl Frames {
    pub(super) fn add(&mut self, FrameId(frame): FrameId, row: u64) {
        // Another link counts its frames anew.
        if self.first + self.rows.len() as u64 != frame {
            *self = Self { first: frame, rows: VecDeque::new() };
        }
        self.rows.push_back(row);
    }

    pub(super) fn row(&self, FrameId(frame): FrameId) -> Option<u64> {
        let at = frame.checked_sub(self.first).and_then(|at| usize::try_from(at).ok())?;
        self.rows.get(at).copied()
    }

    pub(super) fn remove(&mut self, row: u64) {
        if self.rows.front() == Some(&row) {
            self.rows.pop_front();
            self.first += 1;
        }
    }
}
