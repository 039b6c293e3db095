//! The window of entries on the page: the newest, or those around the reader. Thousands of entries cost no more than a few
//! hundred. A search looks through all of them and hides none.

use leptos::prelude::*;

use crate::state::{RowKey, TalkStore, TurnRow};

/// Entries that are created at once: several screens. More would keep the browser from drawing and from handling input.
const STEP: usize = 40;
/// Entries that stay on the page for a reader at the newest.
const FOLLOWED: usize = 200;
/// Upper limit of entries on the page. Beyond it, those at the far end are dropped.
const MOST: usize = 600;
/// Entries shown before a linked one.
const BEFORE_LINKED: usize = 20;
/// Entries at the end that may still change after later ones arrived, because of late tool results.
const MAY_CHANGE: usize = 20;

/// A single match of the search text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) row: RowKey,
    /// Index within the entry, counted from 0.
    pub(super) nth: usize,
}

/// Search results.
#[derive(Clone, Default, PartialEq, Eq)]
struct Found {
    rows: Vec<TurnRow>,
    /// Hits per entry of `rows`.
    hits: Vec<usize>,
}

impl Found {
    /// Appends the entries that have hits.
    fn extend(&mut self, rows: &[TurnRow], hits: impl Fn(&TurnRow) -> usize) {
        for row in rows {
            let hits = hits(row);
            if hits > 0 {
                self.rows.push(row.clone());
                self.hits.push(hits);
            }
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Window {
    talk: TalkStore,
    /// Search text, trimmed and in lower case.
    search: Memo<String>,
    /// Empty without a search.
    found: Memo<Found>,
    /// First entry for a reader who is not following the newest.
    first: RwSignal<Option<RowKey>>,
    /// What is on the page for one who is.
    followed: Memo<Option<Followed>>,
    /// Counts how often the reader has come back to the newest.
    returns: RwSignal<u32>,
}

/// What is on the page for a reader who follows the newest.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Followed {
    first: RowKey,
    newest: RowKey,
    returns: u32,
}

impl Followed {
    /// Moves on to the end of the list. If many entries are new to the page, only the last ones are shown.
    fn advance(before: Option<Self>, list: &[TurnRow], returns: u32) -> Option<Self> {
        let newest = list.last()?.key;
        let before = before.filter(|before| before.returns == returns);
        let known = before.map_or(0, |before| list.partition_point(|row| row.key <= before.newest));
        let start = match before {
            Some(before) if list.len() - known <= STEP => {
                list.partition_point(|row| row.key < before.first).max(list.len().saturating_sub(FOLLOWED))
            }
            _ => list.len(),
        };
        // Those at the end may have been deleted.
        let start = start.min(list.len().saturating_sub(STEP));
        Some(Self { first: list.get(start)?.key, newest, returns })
    }
}

impl Window {
    pub(super) fn new(talk: TalkStore, search: Memo<String>) -> Self {
        let search = Memo::new(move |_| search.with(|search| search.trim().to_lowercase()));
        let settled = Memo::new(move |_| {
            let mut found = Found::default();
            search.with(|words| {
                if words.is_empty() {
                    return;
                }
                let hits = |row: &TurnRow| row.turn.with_untracked(|turn| turn.hits(words));
                talk.rows.with(|rows| found.extend(&rows[..rows.len().saturating_sub(MAY_CHANGE)], hits));
            });
            found
        });
        let found = Memo::new(move |_| {
            search.with(|words| {
                if words.is_empty() {
                    return Found::default();
                }
                let mut found = settled.get();
                let hits = |row: &TurnRow| row.turn.with(|turn| turn.hits(words));
                talk.rows.with(|rows| found.extend(&rows[rows.len().saturating_sub(MAY_CHANGE)..], hits));
                found
            })
        });
        let returns = RwSignal::new(0);
        let followed = Memo::new(move |before: Option<&Option<Followed>>| {
            talk.rows.with(|rows| Followed::advance(before.copied().flatten(), rows, returns.get()))
        });
        Self { talk, search, found, first: RwSignal::new(None), followed, returns }
    }

    fn with_list<R>(&self, read: impl FnOnce(&[TurnRow]) -> R) -> R {
        self.talk.rows.with(|rows| read(rows))
    }

    /// Index in `list` at which the window starts.
    fn start(&self, list: &[TurnRow]) -> usize {
        let first = self.first.get().or_else(|| self.followed.get().map(|followed| followed.first));
        // Entries are sorted by key.
        first.map_or(0, |first| list.partition_point(|row| row.key < first)).min(list.len().saturating_sub(STEP))
    }

    /// Entries on the page, each with whether it begins a new day in the list.
    pub(super) fn rows<D: PartialEq>(&self, day: impl Fn(&TurnRow) -> D) -> Vec<(TurnRow, bool)> {
        self.with_list(|list| {
            let start = self.start(list);
            let shown = list.iter().enumerate().skip(start).take(MOST);
            let begins_day = |(at, row): (usize, &TurnRow)| {
                let before = at.checked_sub(1).and_then(|before| list.get(before));
                (row.clone(), before.is_none_or(|before| day(before) != day(row)))
            };
            shown.map(begins_day).collect()
        })
    }

    /// Number of entries before the window.
    pub(super) fn earlier(&self) -> usize {
        self.with_list(|list| self.start(list))
    }

    /// Number of entries after the window.
    pub(super) fn later(&self) -> usize {
        self.with_list(|list| (list.len() - self.start(list)).saturating_sub(MOST))
    }

    /// Search text, in lower case.
    pub(super) fn words(&self) -> String {
        self.search.get()
    }

    /// Number of hits.
    pub(super) fn hits(&self) -> usize {
        self.found.with(|found| found.hits.iter().sum())
    }

    /// Hit at index `number`, counted from 0 at the oldest entry.
    pub(super) fn hit(&self, number: usize) -> Option<Hit> {
        self.found.with(|found| {
            let mut nth = number;
            for (row, hits) in found.rows.iter().zip(&found.hits) {
                if nth < *hits {
                    return Some(Hit { row: row.key, nth });
                }
                nth -= hits;
            }
            None
        })
    }

    /// Index of a hit, or `None` if its entry has no hits any more.
    pub(super) fn place_of(&self, hit: Hit) -> Option<usize> {
        self.found.with(|found| {
            let at = found.rows.binary_search_by_key(&hit.row, |row| row.key).ok()?;
            let (before, from) = found.hits.split_at(at);
            let nth = hit.nth.min(from.first()?.saturating_sub(1));
            Some(before.iter().sum::<usize>() + nth)
        })
    }

    /// Follows the newest entry and drops the old ones.
    pub(super) fn follow(&self) {
        if self.first.with_untracked(Option::is_some) {
            self.returns.update(|returns| *returns += 1);
            self.first.set(None);
        }
    }

    /// Pins the window, so that new entries do not move it.
    pub(super) fn hold(&self) {
        self.begin_at(|start| start);
    }

    pub(super) fn show_earlier(&self) {
        self.begin_at(|start| start.saturating_sub(STEP));
    }

    pub(super) fn show_later(&self) {
        self.begin_at(|start| start.saturating_add(STEP));
    }

    /// Moves the window to the user's turn `number`. Returns false if it is not there.
    pub(super) fn show_turn(&self, number: u64) -> bool {
        let is_it = |row: &TurnRow| row.turn.with_untracked(|turn| turn.number == Some(number));
        let at = untrack(|| self.with_list(|list| list.iter().position(is_it)));
        if let Some(at) = at {
            self.begin_at(|_| at.saturating_sub(BEFORE_LINKED));
        }
        at.is_some()
    }

    /// Moves the window to an entry, unless it is already in it.
    pub(super) fn show_row(&self, key: RowKey) {
        let is_it = |row: &TurnRow| row.key == key;
        let (at, start) = untrack(|| self.with_list(|list| (list.iter().position(is_it), self.start(list))));
        if let Some(at) = at {
            let is_here = (start..start + MOST).contains(&at);
            self.begin_at(|start| if is_here { start } else { at.saturating_sub(BEFORE_LINKED) });
        }
    }

    /// Moves the start of the window; `choose` maps the current index to the new one.
    fn begin_at(&self, choose: impl FnOnce(usize) -> usize) {
        let first = untrack(|| {
            self.with_list(|list| {
                let start = choose(self.start(list)).min(list.len().saturating_sub(STEP));
                list.get(start).map(|row| row.key)
            })
        });
        self.first.set(first);
    }
}
