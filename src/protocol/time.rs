//! Local time, passed in by the caller: a monotonic clock for deadlines, UTC for display and the wire.

use std::ops::Add;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// A point on the local monotonic clock, in microseconds since an arbitrary origin (the page's start).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(u64);

impl Instant {
    /// The clock's origin.
    pub const ZERO: Self = Self(0);

    /// Returns the point `micros` microseconds after the origin.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Returns the point `millis` milliseconds after the origin.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000)
    }

    /// Returns the microseconds since the origin.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Returns the time elapsed since `earlier`, or zero if that is in the future.
    #[must_use]
    pub const fn duration_since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(micros))
    }
}

/// Monotonic and wall-clock time, read together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// For deadlines and durations.
    pub mono: Instant,
    /// For display and for the wire.
    pub wall: DateTime<Utc>,
}

/// Returns the time `micros` microseconds after 1970-01-01 UTC, rounded down to milliseconds and clamped to the
/// calendar's range.
#[must_use]
pub const fn utc_from_micros(micros: i64) -> DateTime<Utc> {
    utc_from_millis(micros.div_euclid(1_000))
}

/// Returns the time `millis` milliseconds after 1970-01-01 UTC, clamped to the calendar's range.
#[must_use]
pub const fn utc_from_millis(millis: i64) -> DateTime<Utc> {
    match DateTime::from_timestamp_millis(millis) {
        Some(time) => time,
        None if millis < 0 => DateTime::<Utc>::MIN_UTC,
        None => DateTime::<Utc>::MAX_UTC,
    }
}

/// Parses an ISO 8601 date with a time, which is taken as UTC without an offset, as Python's `isoformat()` writes it.
/// Returns `None` for anything else.
#[must_use]
pub fn parse_iso8601(text: &str) -> Option<DateTime<Utc>> {
    // ISO 8601 also allows a comma before the fraction, a space for the T, and an offset without a colon.
    let text = text.trim().replacen(',', ".", 1).replacen([' ', 't'], "T", 1);
    let with_offset = DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%#z").map(|time| time.to_utc());
    let without = || NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").map(|time| time.and_utc());
    with_offset.or_else(|_| without()).ok()
}

/// Formats a time as ISO 8601 in UTC with milliseconds, as Coda's clients send it.
#[must_use]
pub fn iso8601(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_iso_8601_and_reads_back() {
        let time = utc_from_millis(1_795_374_567_196);
        assert_eq!(iso8601(time), "2026-11-22T19:09:27.196Z");
        assert_eq!(parse_iso8601(&iso8601(time)), Some(time));
    }

    #[test]
    fn every_form_of_iso_8601_that_servers_write_is_read() {
        let noon = parse_iso8601("2025-04-25T12:00:00Z");
        assert!(noon.is_some());
        for text in [
            "2025-04-25T12:00:00",
            "2025-04-25 12:00:00",
            "2025-04-25t12:00:00z",
            "2025-04-25T12:00:00.000000",
            "2025-04-25 12:00:00,0",
            "2025-04-25T14:00:00+02:00",
            "2025-04-25T14:00:00+0200",
            " 2025-04-25T09:30:00.0-02:30 ",
        ] {
            assert_eq!(parse_iso8601(text), noon, "{text}");
        }
        for text in ["", "yesterday", "2025-04-25", "2025-04-25T12:00", "2025-02-29T00:00:00Z", "2025-04-25T12:00:00Zx"]
        {
            assert_eq!(parse_iso8601(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_outside_the_calendar_is_its_end() {
        assert_eq!(utc_from_millis(i64::MAX), DateTime::<Utc>::MAX_UTC);
        assert_eq!(utc_from_millis(i64::MIN), DateTime::<Utc>::MIN_UTC);
    }

    #[test]
    fn time_that_runs_backwards_is_no_time_at_all() {
        assert_eq!(Instant::from_millis(5).duration_since(Instant::from_millis(9)), Duration::ZERO);
    }
}
