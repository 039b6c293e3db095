//! Counts of messages and errors, with the protections on and off and over time.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::protocol::utc_from_millis;

const MINUTE_MILLIS: i64 = 60_000;
/// Span lengths in minutes, up to a day. Beyond, each is twice the previous one.
const LENGTHS: [i64; 8] = [1, 2, 5, 10, 15, 30, 60, 180];
const DAY: i64 = 1_440;

/// Counts for one state of the protections, or for one span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Messages written.
    pub messages: usize,
    /// Errors that the server reported.
    pub errors: usize,
    /// Messages that the server dropped as duplicates.
    pub duplicates: usize,
    /// Messages that were written while another was unanswered.
    pub overlaps: usize,
}

impl Side {
    /// Errors per thousand messages; `None` without messages.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "rows are counted in thousands")]
    pub fn errors_per_thousand(&self) -> Option<f64> {
        (self.messages > 0).then(|| self.errors as f64 * 1_000.0 / self.messages as f64)
    }

    const fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.errors += other.errors;
        self.duplicates += other.duplicates;
        self.overlaps += other.overlaps;
    }
}

/// Counts over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// Length of each span in minutes.
    pub minutes: i64,
    /// The spans with any activity, oldest first.
    pub spans: Vec<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: DateTime<Utc>,
    pub side: Side,
}

/// Counts per minute, without idle minutes.
#[derive(Clone, Debug, Default)]
pub(super) struct CountsByMinute(BTreeMap<i64, Side>);

impl CountsByMinute {
    /// The counts of the minute that contains `at`.
    pub(super) fn side(&mut self, at: DateTime<Utc>) -> &mut Side {
        self.0.entry(at.timestamp_millis().div_euclid(MINUTE_MILLIS)).or_default()
    }

    /// Groups the counts into at most `most` spans.
    pub(super) fn over_time(&self, most: usize) -> Timeline {
        let longer = std::iter::successors(Some(DAY), |length| length.checked_mul(2));
        let mut lengths = LENGTHS.into_iter().chain(longer).map(|minutes| self.in_spans(minutes));
        lengths.find(|found| found.spans.len() <= most).unwrap_or_else(|| self.in_spans(i64::MAX))
    }

    fn in_spans(&self, minutes: i64) -> Timeline {
        let mut spans: BTreeMap<i64, Side> = BTreeMap::new();
        for (minute, side) in &self.0 {
            spans.entry(minute.div_euclid(minutes)).or_default().add(*side);
        }
        let span = |(number, side): (i64, Side)| {
            let start = number.saturating_mul(minutes).saturating_mul(MINUTE_MILLIS);
            Span { start: utc_from_millis(start), side }
        };
        Timeline { minutes, spans: spans.into_iter().map(span).collect() }
    }
}
