//! Compares the latest values of something with its own past, so that one outlier changes nothing.

use std::collections::VecDeque;

use crate::bounded::push_bounded;

/// How many past values are kept.
const PAST: usize = 64;
/// How many past values are needed.
const ENOUGH: usize = 8;
/// How many of the latest values must all stand out.
const LATEST: usize = 3;

/// Past and latest values, larger ones being worse.
#[derive(Debug, Default)]
pub(super) struct Trend {
    past: VecDeque<f64>,
    latest: VecDeque<(f64, u64)>,
    is_worse: bool,
}

/// How the latest values compare.
pub(super) enum Verdict {
    /// Nothing stands out, or the past is too short.
    Usual,
    /// The latest values are worse than nearly all past ones.
    Worse { usual: f64, now: f64, rows: Vec<u64>, past: usize },
    /// They were worse, and are usual again.
    Recovered,
}

/// What counts as worse.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threshold {
    /// Factor between the medians.
    pub(super) factor: f64,
    /// Smallest difference that anybody would notice.
    pub(super) difference: f64,
}

impl Trend {
    /// Adds a value from this row.
    pub(super) fn add(&mut self, value: f64, row: u64, threshold: Threshold) -> Verdict {
        self.latest.push_back((value, row));
        if self.latest.len() <= LATEST {
            return Verdict::Usual;
        }
        if let Some((value, _)) = self.latest.pop_front()
            && !self.is_worse
        {
            push_bounded(&mut self.past, value, PAST);
        }
        if self.past.len() < ENOUGH {
            return Verdict::Usual;
        }
        let mut past: Vec<f64> = self.past.iter().copied().collect();
        past.sort_by(f64::total_cmp);
        let at = |share: usize| past.get(past.len() * share / 100).copied().unwrap_or_default();
        let (usual, high) = (at(50), at(90));
        let mut latest: Vec<f64> = self.latest.iter().map(|(value, _)| *value).collect();
        latest.sort_by(f64::total_cmp);
        let (least, now) =
            (latest.first().copied().unwrap_or_default(), latest.get(LATEST / 2).copied().unwrap_or_default());
        let stands_out = |value: f64| value > usual * threshold.factor && value > usual + threshold.difference;
        let was_worse = self.is_worse;
        // One usual value ends it; it takes several to begin again.
        self.is_worse =
            stands_out(now) && (if was_worse { stands_out(value) } else { least > high && stands_out(least) });
        if self.is_worse {
            let rows = self.latest.iter().map(|(_, row)| *row).collect();
            Verdict::Worse { usual, now, rows, past: self.past.len() }
        } else if was_worse {
            self.latest.clear();
            Verdict::Recovered
        } else {
            Verdict::Usual
        }
    }
}
