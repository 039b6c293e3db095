//! Which part of the conversation is on the page: the newest entries, more when the reader goes back, or what a
//! search finds. So thousands of entries cost no more than those that are looked at.

use std::collections::HashSet;

use leptos::prelude::*;

use crate::state::{Row, RowKey, TalkStore};

/// So many entries at first, and so many more at a time.
const PAGE: usize = 200;

/// The part of the conversation that is on the page.
#[derive(Clone, Copy)]
pub(super) struct Window {
    talk: TalkStore,
    /// What is searched for.
    pub(super) search: RwSignal<String>,
    /// How many of the newest entries are shown.
    size: RwSignal<usize>,
    /// What a search finds; `None` while nothing is searched for.
    matching: Memo<Option<HashSet<RowKey>>>,
}

impl Window {
    pub(super) fn new(talk: TalkStore) -> Self {
        let search = RwSignal::new(String::new());
        let matching = Memo::new(move |_| {
            let needle = search.with(|search| search.trim().to_lowercase());
            let has = |row: &&Row| row.turn.with_untracked(|turn| turn.text.to_lowercase().contains(&needle));
            (!needle.is_empty())
                .then(|| talk.rows.with(|rows| rows.iter().filter(has).map(|row| row.key).collect::<HashSet<_>>()))
        });
        Self { talk, search, size: RwSignal::new(PAGE), matching }
    }

    /// The entries on the page.
    pub(super) fn rows(&self) -> Vec<Row> {
        let hidden = self.hidden();
        self.talk.rows.with(|rows| {
            let rows = rows.iter().skip(hidden);
            self.matching.with(|matching| match matching {
                Some(matching) => rows.filter(|row| matching.contains(&row.key)).cloned().collect(),
                None => rows.cloned().collect(),
            })
        })
    }

    /// How many earlier entries are not on the page.
    pub(super) fn hidden(&self) -> usize {
        let is_searching = self.matching.with(Option::is_some);
        if is_searching { 0 } else { self.talk.rows.with(Vec::len).saturating_sub(self.size.get()) }
    }

    /// How many entries a search finds.
    pub(super) fn found(&self) -> usize {
        self.matching.with(|matching| matching.as_ref().map_or(0, HashSet::len))
    }

    pub(super) fn show_earlier(&self) {
        self.size.update(|size| *size = size.saturating_add(PAGE));
    }

    pub(super) fn show_all(&self) {
        self.size.set(usize::MAX);
    }

    /// The reader is back at the newest entry: the old ones are not looked at any more.
    pub(super) fn shrink(&self) {
        if self.size.get_untracked() != PAGE {
            self.size.set(PAGE);
        }
    }
}
