//! A tab's copy of the link, with the place in the log that it has reached.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::log::{Entry, Era, Lineage, Position, Term};
use super::role::TabId;
use crate::link::{Action, ConnId, Input, Link, PageHint};
use crate::protocol::{Instant, Moment};

/// Number of tabs whose proposals are remembered. Of those beyond, the one that was quiet for longest is forgotten.
const MAX_MARKS: usize = 256;

/// The latest proposal of a tab in the log.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Mark {
    number: u64,
    index: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Replica {
    link: Link,
    lineage: Lineage,
    marks: BTreeMap<TabId, Mark>,
    /// Time of the last entry. Clocks of two tabs may differ a little, and time never runs backwards in the log.
    last_at: Instant,
    /// How often [`Input::Doubt`] occurred.
    doubts: u64,
    /// Whether all pages are hidden, as the log has it.
    pub(super) is_hidden: bool,
}

impl Replica {
    /// A replica of a log that has not begun.
    pub(super) fn new(link: Link) -> Self {
        Self {
            link,
            lineage: Lineage::default(),
            marks: BTreeMap::new(),
            last_at: Instant::ZERO,
            doubts: 0,
            is_hidden: false,
        }
    }

    pub(super) fn begin(&mut self, history: u64, term: Term) {
        self.lineage = Lineage::begin(history, term);
    }

    pub(super) const fn link(&self) -> &Link {
        &self.link
    }

    pub(super) fn into_link(self) -> Link {
        self.link
    }

    pub(super) const fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// Returns the place in the log; `None` if it has not begun.
    pub(super) fn position(&self) -> Option<Position> {
        self.lineage.position()
    }

    pub(super) fn era(&self) -> Era {
        Era { history: self.lineage.position().map_or(0, |position| position.history), doubts: self.doubts }
    }

    pub(super) const fn doubts(&self) -> u64 {
        self.doubts
    }

    pub(super) fn live_conn(&self) -> Option<ConnId> {
        self.link.live_conn()
    }

    /// Returns the number of the tab's latest proposal in the log, or 0.
    pub(super) fn mark(&self, tab: TabId) -> u64 {
        self.marks.get(&tab).map_or(0, |mark| mark.number)
    }

    /// Returns `now`, or the time of the last entry if that is later.
    pub(super) fn next_moment(&self, now: Moment) -> Moment {
        Moment { mono: now.mono.max(self.last_at), ..now }
    }

    /// Handles the next entry. Passes the link's actions to `act`.
    pub(super) fn apply(&mut self, entry: Entry, mut act: impl FnMut(Action)) {
        let Entry { term, index, at, source, input } = entry;
        self.lineage.append(term, index);
        self.last_at = self.last_at.max(at.mono);
        match input {
            Input::Hint(PageHint::Hidden) => self.is_hidden = true,
            Input::Hint(PageHint::Visible) => self.is_hidden = false,
            Input::Doubt => self.doubts += 1,
            _ => {}
        }
        match source {
            Some(source) => {
                self.mark_proposal(source.tab, Mark { number: source.number, index });
                self.link.handle_as(at, source.id, input);
            }
            None => self.link.handle(at, input),
        }
        while let Some(action) = self.link.poll_action() {
            act(action);
        }
    }

    fn mark_proposal(&mut self, tab: TabId, mark: Mark) {
        self.marks.insert(tab, mark);
        if self.marks.len() > MAX_MARKS {
            let oldest = self.marks.iter().min_by_key(|(_, mark)| mark.index).map(|(tab, _)| *tab);
            oldest.and_then(|tab| self.marks.remove(&tab));
        }
    }
}
