//! Lines of the table: rows that pass the filter, with tokens folded, updated incrementally.

use std::collections::{BTreeMap, VecDeque};

use crate::history::list::token_grouper::ListItem;
use crate::history::list::token_grouper::TokenGrouper;
use crate::history::query::Context;
use crate::history::query::Query;
use crate::history::recorder::Recorder;
use crate::history::row::Row;

/// Identifies a row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Row number in the record; for a fold, that of its first row.
    pub number: u64,
    /// Whether this is a token row below its open fold.
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
    grouper: TokenGrouper,
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
    /// Open folds, by first row, with the token rows below them.
    opened: BTreeMap<u64, Vec<u64>>,
    listed: Listed,
}

impl Listing {
    /// Filters new rows; starts over when the filter or the record changed.
    pub fn update(&mut self, feed: &Feed<'_>) -> Listed {
        if self.source != feed.source {
            self.opened.clear();
        }
        if self.source != feed.source || self.query != *feed.query || self.is_judged_otherwise(feed) {
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
        self.refresh_opened(feed);
        self.listed.total = self.rows();
        self.listed.let_through = self.let_through.len();
        self.listed.looked_at = usize::try_from(self.next.saturating_sub(self.first)).unwrap_or(usize::MAX);
        self.listed.revision += 1;
        self.listed
    }

    fn begin(&mut self, feed: &Feed<'_>) {
        self.grouper = TokenGrouper::default();
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
            line_at(grouper, *line).is_some()
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
            older.any(|row| line_at(&self.grouper, row.number).is_some() != feed.lets_through(row))
        })
    }

    fn refresh_opened(&mut self, feed: &Feed<'_>) {
        for (line, parts) in &mut self.opened {
            let Some(ListItem::Tokens { first, last, count, .. }) = line_at(&self.grouper, *line).map(|(_, line)| line)
            else {
                parts.clear();
                continue;
            };
            if parts.last() != Some(last) || parts.len() > *count {
                let rows = feed.recorder.rows(*first..=*last);
                *parts = rows.filter(|row| row.is_token() && feed.lets_through(row)).map(|row| row.number).collect();
            }
        }
    }

    /// Opens or closes a fold.
    pub fn toggle(&mut self, number: u64, open: bool) {
        if !open {
            self.opened.remove(&number);
        } else if let Some((_, ListItem::Tokens { .. })) = line_at(&self.grouper, number) {
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
        self.grouper.lines().len() + self.opened.values().map(Vec::len).sum::<usize>()
    }

    /// Row at index `place` of the table.
    pub fn key_at(&self, place: usize) -> Option<Key> {
        let mut parts_before = 0;
        for (line, parts) in &self.opened {
            let Some((at, _)) = line_at(&self.grouper, *line) else { continue };
            let head = at + parts_before;
            if place <= head {
                break;
            }
            if let Some(number) = parts.get(place - head - 1) {
                return Some(Key { number: *number, is_part: true });
            }
            parts_before += parts.len();
        }
        let line = self.grouper.lines().get(place.checked_sub(parts_before)?)?;
        Some(Key::line(line.first()))
    }

    /// Index of a row in the table.
    pub fn place_of(&self, key: Key) -> Option<usize> {
        let line = self.line_with(key.number)?;
        let (at, _) = line_at(&self.grouper, line.first())?;
        let before: usize = self.opened.range(..line.first()).map(|(_, parts)| parts.len()).sum();
        if !key.is_part {
            return (line.first() == key.number).then_some(at + before);
        }
        let part = self.opened.get(&line.first())?.binary_search(&key.number).ok()?;
        Some(at + before + 1 + part)
    }

    /// Line that begins with row `number`.
    pub fn line(&self, number: u64) -> Option<&ListItem> {
        line_at(&self.grouper, number).map(|(_, line)| line)
    }

    /// Line that contains row `number`, folded or not.
    pub fn line_with(&self, number: u64) -> Option<&ListItem> {
        self.grouper.line_with(number)
    }

    /// Number of lines that begin at row `number` or later.
    pub fn count_from(&self, number: u64) -> usize {
        let lines = self.grouper.lines();
        lines.len() - lines.partition_point(|line| line.first() < number)
    }

    /// Number of the next row to filter.
    pub const fn next(&self) -> u64 {
        self.next
    }
}

fn line_at(grouper: &TokenGrouper, number: u64) -> Option<(usize, &ListItem)> {
    let at = grouper.place(number)?;
    grouper.lines().get(at).map(|line| (at, line))
}
