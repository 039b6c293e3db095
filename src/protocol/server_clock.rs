//! From whatever the server calls a timestamp to a time of day.
//!
//! Coda 0.1.2 sends its event loop's monotonic seconds, other versions epoch seconds or milliseconds,
//! and some events carry ISO 8601 text.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::time::{parse_iso8601, utc_from_millis};

/// A timestamp as the server sent it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ServerTime {
    /// Seconds on a clock with an unknown origin.
    Monotonic(f64),
    /// A time of day.
    Wall(DateTime<Utc>),
}

/// Below this a number is monotonic seconds (16 years of uptime), from here on epoch seconds (since 1985).
const FIRST_EPOCH_SECOND: f64 = 500_000_000.0;
/// From here on a number is epoch milliseconds; as seconds it would be the year 5138.
const FIRST_EPOCH_MILLI: f64 = 100_000_000_000.0;
/// Beyond this a number is no time that a calendar knows (the year 10000).
const LAST_EPOCH_MILLI: f64 = 253_402_300_800_000.0;

impl ServerTime {
    /// Reads a timestamp by its type and size; `None` for what cannot be one.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        if let Value::String(text) = value {
            return parse_iso8601(text).map(Self::Wall);
        }
        let number = value.as_f64()?;
        if !(0.0..LAST_EPOCH_MILLI).contains(&number) {
            None
        } else if number < FIRST_EPOCH_SECOND {
            Some(Self::Monotonic(number))
        } else {
            let millis = if number < FIRST_EPOCH_MILLI { number * 1_000.0 } else { number };
            #[expect(clippy::cast_possible_truncation, reason = "bounded by LAST_EPOCH_MILLI above")]
            let millis = millis.round() as i64;
            Some(Self::Wall(utc_from_millis(millis)))
        }
    }
}

/// Maps a server's monotonic clock to the local wall clock.
///
/// A frame cannot arrive before it was sent, so the smallest difference between arrival and server time seen so
/// far is the nearest to the truth: it contains the least delay. One per server run, since a restart of the
/// server's machine starts its clock anew.
#[derive(Clone, Debug, Default)]
pub struct ServerClock {
    smallest_offset_millis: Option<f64>,
}

impl ServerClock {
    /// The time of day of `time`, for a frame that arrived at `arrived`. Without a timestamp, that is the arrival.
    pub fn wall_time(&mut self, time: Option<ServerTime>, arrived: DateTime<Utc>) -> DateTime<Utc> {
        match time {
            None => arrived,
            Some(ServerTime::Wall(wall)) => wall,
            Some(ServerTime::Monotonic(seconds)) => {
                #[expect(clippy::cast_precision_loss, reason = "epoch milliseconds fit 53 bits until the year 287396")]
                let offset = arrived.timestamp_millis() as f64 - seconds * 1_000.0;
                let smallest = self.smallest_offset_millis.map_or(offset, |known| known.min(offset));
                self.smallest_offset_millis = Some(smallest);
                #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
                utc_from_millis((smallest + seconds * 1_000.0).round() as i64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::iso8601;
    use serde_json::json;

    const ARRIVED: DateTime<Utc> = utc_from_millis(1_795_374_567_500);

    fn shown(value: &Value) -> String {
        iso8601(ServerClock::default().wall_time(ServerTime::from_value(value), ARRIVED))
    }

    #[test]
    fn every_kind_of_timestamp_ends_up_as_the_right_time_of_day() {
        assert_eq!(shown(&json!(1_795_374_567.196_574)), "2026-11-22T19:09:27.197Z");
        assert_eq!(shown(&json!(1_795_374_567_196_u64)), "2026-11-22T19:09:27.196Z");
        assert_eq!(shown(&json!("2026-11-22T20:09:27.196+01:00")), "2026-11-22T19:09:27.196Z");
        assert_eq!(shown(&json!(2_886.048_590_663)), iso8601(ARRIVED));
        assert_eq!(shown(&json!(2886)), iso8601(ARRIVED));
    }

    #[test]
    fn what_cannot_be_a_time_counts_as_the_arrival() {
        for value in [json!(-1), json!(1e300), json!("soon"), json!(null), json!([1])] {
            assert_eq!(shown(&value), iso8601(ARRIVED), "{value}");
        }
    }

    #[test]
    fn a_delayed_frame_gets_the_time_it_was_sent_at() {
        let mut clock = ServerClock::default();
        let at = |millis| utc_from_millis(ARRIVED.timestamp_millis() + millis);
        assert_eq!(clock.wall_time(Some(ServerTime::Monotonic(100.0)), at(0)), at(0));
        assert_eq!(clock.wall_time(Some(ServerTime::Monotonic(101.0)), at(1_800)), at(1_000), "800 ms late");
        assert_eq!(clock.wall_time(Some(ServerTime::Monotonic(102.0)), at(1_950)), at(1_950), "a quicker way");
        assert_eq!(clock.wall_time(Some(ServerTime::Monotonic(103.0)), at(3_000)), at(2_950));
    }
}
