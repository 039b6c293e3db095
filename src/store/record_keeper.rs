//! Writes the flight recorder's rows in chunks, behind the page's work.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};

use super::visits::{Visit, VisitId};
use super::{Table, Write};
use crate::history::{Annotation, Recorder, Recording, Row, export_jsonl};

/// Most rows in one chunk, so that writing it takes no longer than half a frame or so.
const MAX_ROWS: usize = 2_000;

/// The record of this visit in the store.
#[derive(Debug)]
pub struct RecordKeeper {
    visit: Visit,
    /// Number of the next row to be written.
    next_row: u64,
    next_chunk: u32,
    /// The kept chunks, oldest first.
    chunks: VecDeque<Chunk>,
    /// The annotations as written.
    annotations: BTreeMap<u64, Annotation>,
    annotations_revision: u64,
}

#[derive(Debug)]
struct Chunk {
    number: u32,
    /// Number of its first row.
    first_row: u64,
    /// Size in bytes.
    size: u64,
}

impl RecordKeeper {
    /// Begins the record of a visit that started at `started`, by version `version` of the dashboard.
    #[must_use]
    pub fn new(started: DateTime<Utc>, random: u32, version: &str) -> Self {
        let visit = Visit {
            id: VisitId::new(started, random),
            started,
            last: started,
            urls: Vec::new(),
            rows: 0,
            bytes: 0,
            version: version.to_owned(),
            is_cut: false,
        };
        Self {
            visit,
            next_row: 1,
            next_chunk: 0,
            chunks: VecDeque::new(),
            annotations: BTreeMap::new(),
            annotations_revision: 0,
        }
    }

    #[must_use]
    pub const fn visit(&self) -> &VisitId {
        &self.visit.id
    }

    /// Adds an address to those of the visit.
    pub fn add_server(&mut self, url: &str) {
        if !self.visit.urls.iter().any(|known| known == url) {
            self.visit.urls.push(url.to_owned());
        }
    }

    /// Forgets what was written, after everything was erased. Rows that are yet to come are kept.
    pub fn forget_all(&mut self, recorder: &Recorder) {
        self.next_row = recorder.numbers().end;
        self.chunks.clear();
        (self.visit.rows, self.visit.bytes) = (0, 0);
    }

    /// Whether rows wait to be written.
    #[must_use]
    pub fn is_behind(&self, recorder: &Recorder) -> bool {
        self.next_row < recorder.numbers().end
    }

    /// Returns the writes for what came since the last call: a chunk of new rows, and annotations of rows that are still on
    /// the page. [`Self::is_behind`] tells whether there are more rows. Drops the oldest chunks beyond `limit` bytes. If the
    /// writes fail, these rows are missing in the record.
    pub fn take_writes(&mut self, recorder: &Recorder, limit: u64) -> Vec<Write> {
        let mut writes = self.annotate(recorder);
        writes.extend(self.append(recorder));
        while self.visit.bytes > limit
            && self.chunks.len() > 1
            && let Some(oldest) = self.chunks.pop_front()
        {
            writes.push(Write::delete(Table::Chunks, &self.visit.id.chunk_key(oldest.number)));
            self.visit.bytes -= oldest.size;
            self.visit.is_cut = true;
        }
        if !writes.is_empty() {
            writes.push(self.visit.put());
        }
        writes
    }

    fn append(&mut self, recorder: &Recorder) -> Option<Write> {
        let rows = || recorder.rows(self.next_row..).take(MAX_ROWS);
        let (first, last) = (rows().next()?, rows().next_back()?);
        let (first_row, end) = (first.number, last.number + 1);
        self.visit.last = last.at.wall;
        self.visit.rows += end - first_row;
        self.next_row = end;
        let rows = recorder.rows(first_row..end);
        let chunk = Chunk { number: self.next_chunk, first_row, size: 0 };
        self.next_chunk += 1;
        self.chunks.push_back(chunk);
        Some(self.put_chunk(self.chunks.len() - 1, recorder, rows))
    }

    /// Writes the chunks whose annotations changed once more.
    fn annotate(&mut self, recorder: &Recorder) -> Vec<Write> {
        if self.annotations_revision == recorder.annotations_revision() {
            return Vec::new();
        }
        self.annotations_revision = recorder.annotations_revision();
        let now: BTreeMap<u64, Annotation> =
            recorder.annotations().map(|(row, annotation)| (row, annotation.clone())).collect();
        let before = std::mem::replace(&mut self.annotations, now);
        let rows = before.keys().chain(self.annotations.keys());
        let changed = rows.filter(|row| before.get(row) != self.annotations.get(row));
        let places: BTreeSet<usize> = changed
            .filter_map(|row| self.chunks.partition_point(|chunk| chunk.first_row <= *row).checked_sub(1))
            .collect();
        let mut rewrite = |at: usize| {
            let first = self.chunks[at].first_row;
            let end = self.chunks.get(at + 1).map_or(self.next_row, |next| next.first_row);
            // Of rows that have left the page, what was written stays.
            (first >= recorder.numbers().start && first < end)
                .then(|| self.put_chunk(at, recorder, recorder.rows(first..end)))
        };
        places.into_iter().filter_map(&mut rewrite).collect()
    }

    fn put_chunk<'a>(&mut self, at: usize, recorder: &Recorder, rows: impl Iterator<Item = &'a Row>) -> Write {
        let value = export_jsonl(&Recording::of_exactly(recorder, rows));
        let (chunk, size) = (&mut self.chunks[at], value.len() as u64);
        self.visit.bytes = self.visit.bytes + size - chunk.size;
        chunk.size = size;
        Write::Put { table: Table::Chunks, key: self.visit.id.chunk_key(chunk.number), value }
    }
}
