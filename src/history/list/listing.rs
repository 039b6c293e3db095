//! Lines of the table: rows that pass the filter, folded where they belong together, updated incrementally.

use std::collections::{BTreeMap, VecDeque};

use crate::history::list::row_grouper::{ListItem, RowGrouper};
use crate::history::query::Context;
use crate::history::query::Query;
use crate::history::recorder::Recorder;
use crate::history::row::Row;

/// Identifies a row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Row number in the record; for a fold, that of the row that gives it its place.
    pub number: u64,
    /// Whether this is a row below its open fold.
    pub is_part: bool,
}

impl Key {
    /// Key of the line that begins with row `number`.
    pub const fn line(number: u64) -> Self {
        Self { number, is_part: false }
    }
}

/// Input of the listing.
#[derive(Clone, Copy)]
pub struct Feed<'a> {
    pub recorder: &'a Recorder,
    /// Identity of the record; another number means another record.
    pub source: u64,
    pub query: &'a Query,
    /// End of the rows to read, exclusive.
    pub until: Option<u64>,
    /// Positive east of UTC.
    pub utc_offset_minutes: i32,
}

impl Feed<'_> {
    fn lets_through(&self, row: &Row) -> bool {
        self.query.matches(row, &Context { recorder: self.recorder, utc_offset_minutes: self.utc_offset_minutes })
    }

    fn end(&self) -> u64 {
        let end = self.recorder.numbers().end;
        self.until.map_or(end, |until| until.min(end))
    }
}

/// Counts of the listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Incremented with every change.
    pub revision: u64,
    /// Rows of the table; a fold counts as one.
    pub total: usize,
    /// Rows of the record that pass the filter, folded ones included.
    pub let_through: usize,
    /// Rows of the record that were filtered.
    pub looked_at: usize,
    /// Rows of the table evicted with those of the record.
    pub dropped: usize,
    /// Incremented when everything is filtered again.
    pub generation: u64,
}

#[derive(Debug, Default)]
pub struct Listing {
    grouper: RowGrouper,
    query: Query,
    source: u64,
    /// Revision of the record's annotations when the rows were filtered.
    annotations: u64,
    /// Number of the next row to filter.
    next: u64,
    /// Oldest row of the record.
    first: u64,
    /// Numbers of the rows that pass the filter.
    let_through: VecDeque<u64>,
    /// Open folds, by key, with the rows below them.
    opened: BTreeMap<u64, Vec<u64>>,
    listed: Listed,
}

impl Listing {
    /// Filters new rows; starts over when the filter or the record changed.
    pub fn update(&mut self, feed: &Feed<'_>) -> Listed {
        if self.source != feed.source {
            self.opened.clear();
        }
        let is_first = self.listed.generation == 0;
        if is_first || self.source != feed.source || self.query != *feed.query || self.is_judged_otherwise(feed) {
            self.begin(feed);
        }
        let before = self.rows();
        self.forget(feed.recorder);
        self.listed.dropped += before - self.rows();
        let news = self.next..feed.end();
        for row in feed.recorder.rows(news.clone()) {
            if feed.lets_through(row) {
                self.grouper.push(row);
                self.let_through.push_back(row.number);
            }
        }
        self.next = self.next.max(news.end);
        self.refresh_opened();
        self.listed.total = self.rows();
        self.listed.let_through = self.let_through.len();
        self.listed.looked_at = usize::try_from(self.next.saturating_sub(self.first)).unwrap_or(usize::MAX);
        self.listed.revision += 1;
        self.listed
    }

    fn begin(&mut self, feed: &Feed<'_>) {
        // Whoever asks for rows sees each of them.
        let is_broad = feed.query.only_excludes();
        self.grouper = if is_broad { RowGrouper::of_everything() } else { RowGrouper::default() };
        self.let_through.clear();
        self.query = feed.query.clone();
        self.source = feed.source;
        self.annotations = feed.recorder.annotations_revision();
        self.first = feed.recorder.numbers().start;
        self.next = self.first;
        for parts in self.opened.values_mut() {
            parts.clear();
        }
        let generation = self.listed.generation + 1;
        self.listed = Listed { generation, revision: self.listed.revision, ..Listed::default() };
    }

    fn forget(&mut self, recorder: &Recorder) {
        let first = recorder.numbers().start;
        if first == self.first {
            return;
        }
        self.first = first;
        self.next = self.next.max(first);
        self.grouper.forget_before(first);
        while self.let_through.front().is_some_and(|number| *number < first) {
            self.let_through.pop_front();
        }
        let grouper = &self.grouper;
        self.opened.retain(|line, parts| {
            parts.retain(|number| *number >= first);
            grouper.item(*line).is_some()
        });
    }

    /// Whether the filter's verdict on an older row changed: by an annotation, or by a new row, as an answer does by
    /// giving its message a round trip.
    fn is_judged_otherwise(&self, feed: &Feed<'_>) -> bool {
        if self.annotations != feed.recorder.annotations_revision() && self.query.depends_on_annotations() {
            return true;
        }
        if !self.query.depends_on_later_rows() {
            return false;
        }
        let mut messages = feed.recorder.rows(self.next..feed.end()).filter_map(Row::message);
        messages.any(|id| {
            let mut older = feed.recorder.rows_of(id).filter(|row| row.number < self.next);
            older.any(|row| self.grouper.item_with(row.number).is_some() != feed.lets_through(row))
        })
    }

    fn refresh_opened(&mut self) {
        for (key, parts) in &mut self.opened {
            let fold = self.grouper.item(*key).and_then(ListItem::fold);
            let now = || fold.into_iter().flat_map(|fold| fold.parts().filter(|number| *number >= self.first));
            if now().next_back() != parts.last().copied() || now().count() != parts.len() {
                *parts = now().collect();
            }
        }
    }

    /// Opens or closes a fold.
    pub fn toggle(&mut self, number: u64, open: bool) {
        if !open {
            self.opened.remove(&number);
        } else if self.grouper.item(number).and_then(ListItem::fold).is_some() {
            self.opened.entry(number).or_default();
        }
    }

    /// Whether the fold is open.
    pub fn is_open(&self, number: u64) -> bool {
        self.opened.contains_key(&number)
    }

    /// Rows of the table.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.grouper.items().len() + self.opened.values().map(Vec::len).sum::<usize>()
    }

    /// Row at index `place` of the table.
    pub fn key_at(&self, place: usize) -> Option<Key> {
        let mut parts_before = 0;
        for (line, parts) in &self.opened {
            let Some(at) = self.grouper.place(*line) else { continue };
            let head = at + parts_before;
            if place <= head {
                break;
            }
            if let Some(number) = parts.get(place - head - 1) {
                return Some(Key { number: *number, is_part: true });
            }
            parts_before += parts.len();
        }
        let line = self.grouper.items().get(place.checked_sub(parts_before)?)?;
        Some(Key::line(line.key()))
    }

    /// Index of a row in the table.
    pub fn place_of(&self, key: Key) -> Option<usize> {
        let line = self.line_with(key.number)?;
        let at = self.grouper.place(line.key())?;
        let before: usize = self.opened.range(..line.key()).map(|(_, parts)| parts.len()).sum();
        if !key.is_part {
            return (line.key() == key.number).then_some(at + before);
        }
        let part = self.opened.get(&line.key())?.binary_search(&key.number).ok()?;
        Some(at + before + 1 + part)
    }

    /// Line with this key.
    pub fn line(&self, key: u64) -> Option<&ListItem> {
        self.grouper.item(key)
    }

    /// Line that contains row `number`, folded or not.
    pub fn line_with(&self, number: u64) -> Option<&ListItem> {
        self.grouper.item_with(number)
    }

    /// Number of lines whose key is `number` or later.
    pub fn count_from(&self, number: u64) -> usize {
        let lines = self.grouper.items();
        lines.len() - lines.partition_point(|line| line.key() < number)
    }

    /// Number of the next row to filter.
    pub const fn next(&self) -> u64 {
        self.next
    }
}
