//! How much is kept.

use chrono::{DateTime, TimeDelta, Utc};

/// Limits by age and by size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptLimits {
    pub days: u64,
    /// Total size in bytes.
    pub bytes: u64,
}

/// What was deleted to stay within the limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Number of sessions or visits.
    pub things: u64,
    pub bytes: u64,
}

impl KeptLimits {
    /// Returns those of `things`, given newest first, that are too old or for which there is no room after newer ones.
    /// `measure` tells the time of the last change and the size of each.
    pub(super) fn beyond<T>(
        self,
        now: DateTime<Utc>,
        things: Vec<T>,
        measure: impl Fn(&T) -> (DateTime<Utc>, u64),
    ) -> impl Iterator<Item = T> {
        let days = i64::try_from(self.days).unwrap_or(i64::MAX);
        let oldest = TimeDelta::try_days(days).and_then(|age| now.checked_sub_signed(age));
        let mut total = 0_u64;
        things.into_iter().filter(move |thing| {
            let (last, bytes) = measure(thing);
            total = total.saturating_add(bytes);
            total > self.bytes || oldest.is_some_and(|oldest| last < oldest)
        })
    }
}
