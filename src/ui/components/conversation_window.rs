//! Which part of the conversation is on the page: its newest entries, or those around the reader, of all or of what a
//! search finds. So thousands of entries cost no more than the few hundred that are near.

use leptos::prelude::*;

use crate::state::{RowKey, TalkStore, TurnRow};

/// So many entries for who reads the newest, and so many more at a time for who goes back.
const PAGE: usize = 200;
/// The page holds no more than so many: beyond, those at the far end go.
const MOST: usize = 600;
/// Before an entry that a link leads to, so many are on the page.
const BEFORE_LINKED: usize = 50;
/// The last entries may still change after others have come: late results of tools.
const MAY_CHANGE: usize = 20;

/// Where a reader is who does not follow the newest entry. Other words searched for make another list, in which it
/// means nothing.
#[derive(Clone, PartialEq, Eq)]
struct Place {
    first: RowKey,
    search: String,
}

/// One of the places at which the words that are searched for stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// The entry.
    pub(super) row: RowKey,
    /// Which one in it, counted from 0.
    pub(super) nth: usize,
}

/// What a search finds.
#[derive(Clone, Default, PartialEq, Eq)]
struct Found {
    /// The entries.
    rows: Vec<TurnRow>,
    /// How many hits each of them has.
    hits: Vec<usize>,
}

impl Found {
    /// Takes those of the entries that have hits.
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

/// The part of the conversation that is on the page.
#[derive(Clone, Copy)]
pub(super) struct Window {
    talk: TalkStore,
    /// What is searched for, written small.
    search: Memo<String>,
    /// What a search finds; nothing while nothing is searched for.
    found: Memo<Found>,
    /// The entries that it finds; `None` while nothing is searched for. A further hit in one of them is no change.
    rows: Memo<Option<Vec<TurnRow>>>,
    /// None while the newest are followed.
    place: RwSignal<Option<Place>>,
}

impl Window {
    /// A window on what the words in `search` find, or on everything.
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
        let rows = Memo::new(move |_| {
            let is_searching = search.with(|words| !words.is_empty());
            is_searching.then(|| found.with(|found| found.rows.clone()))
        });
        Self { talk, search, found, rows, place: RwSignal::new(None) }
    }

    /// Reads the list that this is a window on.
    fn with_list<R>(&self, read: impl FnOnce(&[TurnRow]) -> R) -> R {
        self.rows.with(|found| match found {
            Some(found) => read(found),
            None => self.talk.rows.with(|rows| read(rows)),
        })
    }

    /// Where the window begins in `list`.
    fn start(&self, list: &[TurnRow]) -> usize {
        let newest = list.len().saturating_sub(PAGE);
        let first = self.place.with(|place| {
            let place = place.as_ref().filter(|place| self.search.with(|search| *search == place.search));
            place.map(|place| place.first)
        });
        // Entries are in the order of their keys.
        first.map_or(newest, |first| list.partition_point(|row| row.key < first).min(newest))
    }

    /// The entries on the page, each with whether a day begins with it in the list: told from it and the one before.
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

    /// How many earlier entries are not on the page.
    pub(super) fn earlier(&self) -> usize {
        self.with_list(|list| self.start(list))
    }

    /// How many later entries are not on the page.
    pub(super) fn later(&self) -> usize {
        self.with_list(|list| (list.len() - self.start(list)).saturating_sub(MOST))
    }

    /// What is searched for, written small.
    pub(super) fn words(&self) -> String {
        self.search.get()
    }

    /// How many hits a search has.
    pub(super) fn hits(&self) -> usize {
        self.found.with(|found| found.hits.iter().sum())
    }

    /// The hit of this number, counted from 0 and from the oldest entry on.
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

    /// The number of a hit, if its entry still has any.
    pub(super) fn place_of(&self, hit: Hit) -> Option<usize> {
        self.found.with(|found| {
            let at = found.rows.binary_search_by_key(&hit.row, |row| row.key).ok()?;
            let (before, from) = found.hits.split_at(at);
            let nth = hit.nth.min(from.first()?.saturating_sub(1));
            Some(before.iter().sum::<usize>() + nth)
        })
    }

    /// The reader follows the newest entry: the old ones are not looked at any more.
    pub(super) fn follow(&self) {
        if self.place.with_untracked(Option::is_some) {
            self.place.set(None);
        }
    }

    /// The reader looks at what is there: it stays, whatever comes.
    pub(super) fn hold(&self) {
        self.begin_at(|start| start);
    }

    /// Brings earlier entries in.
    pub(super) fn show_earlier(&self) {
        self.begin_at(|start| start.saturating_sub(PAGE));
    }

    /// Brings later entries in.
    pub(super) fn show_later(&self) {
        self.begin_at(|start| start.saturating_add(PAGE));
    }

    /// Brings the entry of the user's turn `number` in, if there is one.
    pub(super) fn show_turn(&self, number: u64) -> bool {
        let is_it = |row: &TurnRow| row.turn.with_untracked(|turn| turn.number == Some(number));
        let at = untrack(|| self.with_list(|list| list.iter().position(is_it)));
        if let Some(at) = at {
            self.begin_at(|_| at.saturating_sub(BEFORE_LINKED));
        }
        at.is_some()
    }

    /// Has this entry on the page; where it is there already, nothing moves.
    pub(super) fn show_row(&self, key: RowKey) {
        let is_it = |row: &TurnRow| row.key == key;
        let (at, start) = untrack(|| self.with_list(|list| (list.iter().position(is_it), self.start(list))));
        if let Some(at) = at {
            let is_here = (start..start + MOST).contains(&at);
            self.begin_at(|start| if is_here { start } else { at.saturating_sub(BEFORE_LINKED) });
        }
    }

    /// Has the window begin at the entry to which `choose` leads from the present one.
    fn begin_at(&self, choose: impl FnOnce(usize) -> usize) {
        let first = untrack(|| {
            self.with_list(|list| {
                let start = choose(self.start(list)).min(list.len().saturating_sub(PAGE));
                list.get(start).map(|row| row.key)
            })
        });
        let search = self.search.get_untracked();
        self.place.set(first.map(|first| Place { first, search }));
    }
}
