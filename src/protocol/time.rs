//! Local time, always handed in from outside: a monotonic clock for deadlines, a wall clock for people.

use std::fmt;
use std::ops::Add;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::iso;

/// A point on the local monotonic clock, in microseconds since an arbitrary origin (the page's start).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The clock's origin.
    pub const ZERO: Self = Self(0);

    /// The point `micros` microseconds after the origin.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// The point `millis` milliseconds after the origin.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000)
    }

    /// Microseconds since the origin.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(micros))
    }
}

/// A time of day: milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WallTime(i64);

impl WallTime {
    /// The time `millis` milliseconds after 1970-01-01 UTC.
    #[must_use]
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// Reads an ISO 8601 date and time. One without an offset, as Python's `isoformat()` writes it, is taken as UTC.
    #[must_use]
    pub fn parse_iso(text: &str) -> Option<Self> {
        iso::read(text).map(|micros| Self(micros.div_euclid(1_000)))
    }
}

/// ISO 8601 in UTC with milliseconds, as the server's clients send it.
impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.checked_mul(1_000).and_then(|micros| iso::write(micros, 3)) {
            Some(text) => f.write_str(&text),
            None => write!(f, "{} ms since 1970", self.0),
        }
    }
}

/// Both clocks, read at the same moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// For deadlines and durations.
    pub mono: Timestamp,
    /// For people and for the wire.
    pub wall: WallTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_time_prints_as_iso_8601_and_reads_back() {
        let time = WallTime::from_unix_millis(1_795_374_567_196);
        assert_eq!(time.to_string(), "2026-11-22T19:09:27.196Z");
        assert_eq!(WallTime::parse_iso(&time.to_string()), Some(time));
    }

    #[test]
    fn an_iso_time_without_an_offset_is_utc() {
        assert_eq!(WallTime::parse_iso("2025-04-25T12:00:00"), WallTime::parse_iso("2025-04-25T12:00:00Z"));
        assert_eq!(WallTime::parse_iso("2025-04-25T12:00:00.25"), WallTime::parse_iso("2025-04-25T14:00:00.250+02:00"));
        assert_eq!(WallTime::parse_iso("yesterday"), None);
    }

    #[test]
    fn time_that_runs_backwards_is_no_time_at_all() {
        assert_eq!(Timestamp::from_millis(5).since(Timestamp::from_millis(9)), Duration::ZERO);
    }
}
