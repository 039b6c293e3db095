//! How long a kind of work took in the past, and how the present compares.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::bounded::push_bounded;

/// How many past durations are kept of each kind of work.
const KEPT: usize = 200;
/// How many are needed before they are called usual.
const ENOUGH: usize = 5;

/// The latest durations of one kind of work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DurationHistory {
    /// Oldest first.
    durations: VecDeque<Duration>,
}

/// How a duration compares with the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Number of past durations.
    pub count: usize,
    pub p50: Duration,
    pub p95: Duration,
    /// How many of them were shorter.
    pub shorter: usize,
}

impl Comparison {
    /// Whether there are enough past durations to call them usual.
    #[must_use]
    pub const fn is_enough(&self) -> bool {
        self.count >= ENOUGH
    }
}

impl DurationHistory {
    pub fn add(&mut self, duration: Duration) {
        push_bounded(&mut self.durations, duration, KEPT);
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.durations.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.durations.is_empty()
    }

    /// Returns a percentile by the nearest-rank method; `percent` from 1 to 100.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Option<Duration> {
        nearest_rank(&self.sorted(), percent)
    }

    /// Compares a duration with the past; `None` without any past.
    #[must_use]
    pub fn compare(&self, duration: Duration) -> Option<Comparison> {
        let sorted = self.sorted();
        Some(Comparison {
            count: sorted.len(),
            p50: nearest_rank(&sorted, 50)?,
            p95: nearest_rank(&sorted, 95)?,
            shorter: sorted.partition_point(|past| *past < duration),
        })
    }

    fn sorted(&self) -> Vec<Duration> {
        let mut sorted: Vec<Duration> = self.durations.iter().copied().collect();
        sorted.sort_unstable();
        sorted
    }
}

fn nearest_rank(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (percent * sorted.len()).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied()
}
