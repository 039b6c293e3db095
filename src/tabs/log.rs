//! The log of the link's inputs: entries, the terms of its owners, and positions in it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::role::TabId;
use crate::link::{Input, MessageId};
use crate::protocol::Moment;

/// The time during which one tab is the owner. Later ones have larger numbers; the tab makes them unique.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Term {
    pub(super) number: u64,
    pub(super) owner: TabId,
}

/// The proposal that an entry carries out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Source {
    pub(super) tab: TabId,
    /// Number among the proposals of its tab, from 1.
    pub(super) number: u64,
    /// Id of the message that it creates, if it creates one. A repeated proposal has the same, so the server takes both
    /// for one message.
    pub(super) id: MessageId,
}

/// An input of the link with its place in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) term: Term,
    pub(super) index: u64,
    pub(super) at: Moment,
    pub(super) source: Option<Source>,
    pub(super) input: Input,
}

/// A state of the log: that after the entry with this index, which was made in this term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    pub(super) history: u64,
    pub(super) term: Term,
    pub(super) index: u64,
}

/// A part of a log in which no input of an owner can have gone missing. A proposal posted in an earlier one may have been
/// carried out unknown to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Era {
    pub(super) history: u64,
    /// Number of owners that could not be sure of having all entries.
    pub(super) doubts: u64,
}

/// Number of terms kept in a lineage.
const MAX_SEGMENTS: usize = 64;

/// The terms that a log consists of, by which two logs are compared without their entries.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Lineage {
    /// Random number of the log; 0 for one that has not begun.
    history: u64,
    /// Terms, each with the index of its last entry. The oldest are dropped.
    segments: VecDeque<(Term, u64)>,
}

impl Lineage {
    pub(super) fn begin(history: u64, term: Term) -> Self {
        Self { history, segments: [(term, 0)].into() }
    }

    /// Returns where the log ends; `None` if it has not begun.
    pub(super) fn position(&self) -> Option<Position> {
        let (term, index) = *self.segments.back()?;
        Some(Position { history: self.history, term, index })
    }

    pub(super) fn next_index(&self) -> u64 {
        self.segments.back().map_or(1, |(_, index)| index + 1)
    }

    pub(super) fn append(&mut self, term: Term, index: u64) {
        match self.segments.back_mut() {
            Some((last, end)) if *last == term => *end = index,
            _ => {
                crate::bounded::push_bounded(&mut self.segments, (term, index), MAX_SEGMENTS);
            }
        }
    }

    /// Whether the log went through this state.
    pub(super) fn contains(&self, position: Position) -> bool {
        let Some((oldest, _)) = self.segments.front() else { return false };
        let mut before = 0;
        self.history == position.history
            && (position.term < *oldest
                || self.segments.iter().any(|(term, end)| {
                    let is_within = before <= position.index && position.index <= *end;
                    before = *end;
                    *term == position.term && is_within
                }))
    }
}

/// Limits of the entries kept for an owner that lacks them.
const MAX_RECENT: usize = 256;
const MAX_RECENT_BYTES: usize = 1024 * 1024;

/// The newest entries, without a gap.
#[derive(Debug, Default)]
pub(super) struct RecentEntries {
    entries: VecDeque<Entry>,
    bytes: usize,
}

impl RecentEntries {
    pub(super) fn push(&mut self, entry: Entry) {
        if self.entries.back().is_some_and(|last| last.index + 1 != entry.index) {
            self.clear();
        }
        self.bytes += size(&entry);
        self.entries.push_back(entry);
        while self.entries.len() > MAX_RECENT || self.bytes > MAX_RECENT_BYTES {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= size(&oldest);
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }

    /// Returns all entries after this index; `None` if some are no longer there.
    pub(super) fn after(&self, index: u64) -> Option<Vec<Entry>> {
        let first = self.entries.front()?.index;
        (first <= index + 1).then(|| self.entries.iter().filter(|entry| entry.index > index).cloned().collect())
    }
}

/// Roughly the memory that an entry takes. Only frames and texts can be large.
fn size(entry: &Entry) -> usize {
    let content = match &entry.input {
        Input::Frame(_, text) | Input::Raw { text, .. } => text.len(),
        Input::Submit(submission) | Input::Replay(submission) => submission.command.text().map_or(0, str::len),
        Input::Restore { waiting, .. } => waiting.iter().map(|waiting| waiting.text.len()).sum(),
        _ => 0,
    };
    content + size_of::<Entry>()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn term(number: u64) -> Term {
        Term { number, owner: TabId(9) }
    }

    const fn at(number: u64, index: u64) -> Position {
        Position { history: 7, term: term(number), index }
    }

    #[test]
    fn a_lineage_knows_the_states_that_the_log_went_through() {
        let mut lineage = Lineage::begin(7, term(1));
        for index in 1..=10 {
            lineage.append(term(1), index);
        }
        lineage.append(term(3), 11);
        lineage.append(term(3), 12);
        assert_eq!(lineage.position(), Some(at(3, 12)));
        for (position, is_contained) in [
            (at(1, 0), true),
            (at(1, 10), true),
            (at(1, 11), false),
            (at(2, 11), false),
            (at(3, 11), true),
            (at(3, 13), false),
        ] {
            assert_eq!(lineage.contains(position), is_contained, "{position:?}");
        }
        assert!(!lineage.contains(Position { history: 8, ..at(1, 1) }));
        assert!(!Lineage::default().contains(at(1, 0)));
    }

    #[test]
    fn recent_entries_have_no_gap_and_are_bounded() {
        let entry = |index| Entry { term: term(1), index, at: Moment::default(), source: None, input: Input::Tick };
        let mut recent = RecentEntries::default();
        assert_eq!(recent.after(0), None);
        for index in 1..=300 {
            recent.push(entry(index));
        }
        assert_eq!(recent.after(43), None);
        assert_eq!(recent.after(44).map(|entries| entries.len()), Some(256));
        assert_eq!(recent.after(300).map(|entries| entries.len()), Some(0));
        recent.push(entry(400));
        assert_eq!(recent.after(300), None);
        assert_eq!(recent.after(399).map(|entries| entries.len()), Some(1));
    }
}
