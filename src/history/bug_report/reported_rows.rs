//! The rows of a bug report.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use crate::history::bug_report::report::{ReportedRow, RowPlace};
use crate::history::recorder::Recorder;
use crate::history::recording::Recording;
use crate::history::row::{Row, RowKind};
use crate::history::summary::summary;
use crate::protocol::Instant;

/// Time that is kept before the selected row, and after it.
const AROUND: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(30));

/// Which rows go into a bug report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportRange {
    /// So long before the newest row.
    Last(Duration),
    All,
    /// The minute before this row, and half a minute after it.
    Around(u64),
}

impl ReportRange {
    /// The numbers of the rows.
    #[must_use]
    pub fn rows(self, recorder: &Recorder) -> Range<u64> {
        let numbers = recorder.numbers();
        match self {
            Self::All => numbers,
            Self::Last(time) => {
                let Some(last) = recorder.rows(..).next_back() else { return numbers };
                let is_recent = |row: &&Row| last.at.mono.duration_since(row.at.mono) <= time;
                let count = recorder.rows(..).rev().take_while(is_recent).count();
                numbers.end - count as u64..numbers.end
            }
            Self::Around(number) => {
                let Some(here) = recorder.get(number) else { return numbers.end..numbers.end };
                let (before, after) = AROUND;
                let is_before = |row: &&Row| here.at.mono.duration_since(row.at.mono) <= before;
                let is_after = |row: &&Row| row.at.mono.duration_since(here.at.mono) <= after;
                let earlier = recorder.rows(..number).rev().take_while(is_before).count();
                let later = recorder.rows(number..).take_while(is_after).count();
                number - earlier as u64..number + later as u64
            }
        }
    }
}

/// The rows that a bug report takes from a record: a range, with all states of its messages.
#[derive(Debug)]
pub struct ReportedRows<'a> {
    recorder: &'a Recorder,
    numbers: BTreeSet<u64>,
    /// The rows of each moment.
    moments: BTreeMap<Instant, Vec<u64>>,
}

impl<'a> ReportedRows<'a> {
    #[must_use]
    pub fn new(recorder: &'a Recorder, range: ReportRange) -> Self {
        let numbers = Recording::numbers(recorder, recorder.rows(range.rows(recorder)));
        let mut moments: BTreeMap<Instant, Vec<u64>> = BTreeMap::new();
        for row in numbers.iter().filter_map(|number| recorder.get(*number)) {
            moments.entry(row.at.mono).or_default().push(row.number);
        }
        Self { recorder, numbers, moments }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The recording of these rows, with their tokens redacted.
    #[must_use]
    pub fn recording(&self) -> Recording {
        Recording::of_exactly(self.recorder, self.numbers.iter().filter_map(|number| self.recorder.get(*number)))
    }

    /// The place of a row; `None` if it is not among these.
    #[must_use]
    pub fn place(&self, number: u64) -> Option<RowPlace> {
        let mono = self.recorder.get(number)?.at.mono;
        let nth = self.moments.get(&mono)?.iter().position(|row| *row == number)?;
        Some(RowPlace { mono, nth })
    }

    /// A row of the record for a finding; `None` if it is gone.
    #[must_use]
    pub fn evidence(&self, number: u64) -> Option<ReportedRow> {
        let row = self.recorder.get(number)?;
        let summary = summary(row);
        let text = match &row.kind {
            RowKind::FrameIn { kind, .. } | RowKind::FrameOut { kind, .. } => format!("{kind}: {summary}"),
            _ => summary,
        };
        Some(ReportedRow { place: self.place(number), at: row.at.wall, text })
    }
}
