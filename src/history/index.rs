//! The recorder's indexes: rows by message, frame counts by wire type, rows by frame, and server runs.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::row::{Row, RowKind};
use crate::link::{FrameId, MessageId, MessageState};

/// Interned wire types of the kept rows, with reference counts.
#[derive(Debug, Default)]
pub(super) struct TypeIndex(BTreeMap<Arc<str>, UseCounts>);

#[derive(Debug, Default)]
struct UseCounts {
    rows: usize,
    frames: usize,
}

impl TypeIndex {
    /// The shared name for `kind`. Call [`Self::add`] with the row that uses it.
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

    /// Frame counts by wire type, in alphabetical order.
    pub(super) fn frames(&self) -> impl Iterator<Item = (&Arc<str>, usize)> {
        self.0.iter().filter(|(kind, uses)| !kind.is_empty() && uses.frames > 0).map(|(kind, uses)| (kind, uses.frames))
    }
}

/// The rows that name a message.
#[derive(Debug, Default)]
struct MessageRows {
    /// Rows about the message itself.
    own: VecDeque<u64>,
    /// Rows of other messages that refer to it.
    referring_rows: VecDeque<u64>,
}

#[derive(Debug, Default)]
pub(super) struct MessageIndex(HashMap<MessageId, MessageRows>);

impl MessageIndex {
    pub(super) fn add(&mut self, row: &Row) {
        if let Some(id) = row.message() {
            insert(&mut self.0.entry(id).or_default().own, row.number);
        }
        for id in referenced_messages(row) {
            insert(&mut self.0.entry(id).or_default().referring_rows, row.number);
        }
    }

    /// Removes the oldest row.
    pub(super) fn remove(&mut self, row: &Row) {
        for id in row.message().into_iter().chain(referenced_messages(row)) {
            let Some(mentions) = self.0.get_mut(&id) else { continue };
            for numbers in [&mut mentions.own, &mut mentions.referring_rows] {
                while numbers.front().is_some_and(|number| *number <= row.number) {
                    numbers.pop_front();
                }
            }
            if mentions.own.is_empty() && mentions.referring_rows.is_empty() {
                self.0.remove(&id);
            }
        }
    }

    pub(super) fn own(&self, id: MessageId) -> impl DoubleEndedIterator<Item = u64> {
        self.0.get(&id).into_iter().flat_map(|mentions| mentions.own.iter().copied())
    }

    pub(super) fn referring_rows(&self, id: MessageId) -> impl DoubleEndedIterator<Item = u64> {
        self.0.get(&id).into_iter().flat_map(|mentions| mentions.referring_rows.iter().copied())
    }
}

/// Messages that a message's row refers to: the original of a duplicate, or the message it resends.
fn referenced_messages(row: &Row) -> impl Iterator<Item = MessageId> + use<> {
    let (original, resend_of) = match &row.kind {
        RowKind::Message { state: MessageState::Suppressed { original }, resend_of, .. } => {
            (Some(*original), *resend_of)
        }
        RowKind::Message { resend_of, .. } => (None, *resend_of),
        _ => (None, None),
    };
    original.into_iter().chain(resend_of)
}

/// Inserts in order. A frame's row may come late, because its message becomes known only after it was recorded.
fn insert(numbers: &mut VecDeque<u64>, number: u64) {
    let at = numbers.iter().rposition(|other| *other < number).map_or(0, |before| before + 1);
    if numbers.get(at) != Some(&number) {
        numbers.insert(at, number);
    }
}

/// Server runs as pairs of their first row and their epoch.
#[derive(Debug)]
pub(super) struct EpochIndex(VecDeque<(u64, u32)>);

impl Default for EpochIndex {
    fn default() -> Self {
        Self(VecDeque::from([(0, 1)]))
    }
}

impl EpochIndex {
    /// Notes that this row brought an event of this run.
    pub(super) fn note(&mut self, number: u64, epoch: u32) {
        if self.0.back().is_none_or(|(_, last)| *last != epoch) {
            self.0.push_back((number, epoch));
        }
    }

    /// Forgets runs that ended before row `first`.
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

/// Maps received frames to rows. Frame ids are consecutive, so an index into `rows` is a distance from the oldest kept
/// frame.
#[derive(Debug, Default)]
pub(super) struct FrameIndex {
    first: u64,
    rows: VecDeque<u64>,
}

impl FrameIndex {
    pub(super) fn add(&mut self, FrameId(frame): FrameId, row: u64) {
        // A new link restarts its frame ids.
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
