//! Maps the server's timestamps to wall-clock time.
//!
//! Coda 0.1.2 sends its event loop's monotonic seconds, other versions epoch seconds or milliseconds,
//! and some events carry ISO 8601 text.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::time::{parse_iso8601, utc_from_millis};

/// A timestamp as the server sent it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum ServerTime {
    /// Seconds on a clock with an unknown origin.
    Monotonic(#[serde(with = "exact")] f64),
    /// A wall-clock time.
    Wall(DateTime<Utc>),
}

/// Stores a float by its bits, because `serde_json` may read a written one back with another last digit.
mod exact {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[cfg_attr(
        not(target_arch = "wasm32"),
        expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so; in wasm a reference is smaller")
    )]
    pub(super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        number.to_bits().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        u64::deserialize(deserializer).map(f64::from_bits)
    }
}

/// Numbers below this are monotonic seconds (16 years of uptime), from here on epoch seconds (since 1985).
const FIRST_EPOCH_SECOND: f64 = 500_000_000.0;
/// Recordings without dates count from 1970, so an arrival before 1985 has no known wall-clock time.
const FIRST_TIME_OF_DAY: DateTime<Utc> = utc_from_millis(500_000_000_000);
/// Numbers from here on are epoch milliseconds. As seconds, this would be the year 5138.
const FIRST_EPOCH_MILLI: f64 = 100_000_000_000.0;
/// Numbers from here on are not valid times (the year 10000).
const LAST_EPOCH_MILLI: f64 = 253_402_300_800_000.0;

impl ServerTime {
    /// Reads a timestamp by its JSON type and magnitude. Returns `None` if the value cannot be one.
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

    /// Returns by how many milliseconds a wall-clock timestamp is ahead of its arrival, or `None` if the two are not
    /// comparable.
    pub(crate) fn ahead_of(self, arrived: DateTime<Utc>) -> Option<i64> {
        match self {
            Self::Wall(wall) if arrived >= FIRST_TIME_OF_DAY => {
                Some(wall.timestamp_millis().saturating_sub(arrived.timestamp_millis()))
            }
            Self::Wall(_) | Self::Monotonic(_) => None,
        }
    }

    /// Returns the milliseconds on the server's clock, relative to that clock's own origin.
    #[must_use]
    pub fn millis(self) -> i64 {
        match self {
            #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
            Self::Monotonic(seconds) => (seconds * 1_000.0).round() as i64,
            Self::Wall(wall) => wall.timestamp_millis(),
        }
    }
}

/// Normal upper bound on a frame's delay, in milliseconds. Clocks that differ by less are treated as equal.
const USUAL_DELAY: i64 = 2_000;
/// Milliseconds of uniformly late events after which the clock must have changed. A mere delay ends sooner: the link
/// drops a connection that does not answer within four seconds.
const DELAYS_END_AFTER: i64 = 5_000;
/// Upper bound on a frame's delay on a live connection, in milliseconds. The link drops a silent connection within 13
/// s.
pub(crate) const LONGEST_DELAY: i64 = 30_000;
/// Milliseconds by which a timestamp may precede that of the event sent before it, because the server's threads
/// overtake each other. A larger step means that the clock was set back.
pub(crate) const MAX_REORDERING: i64 = 1_000;

/// Maps a server's clock to the local wall clock.
///
/// A frame cannot arrive before it was sent, so the smallest difference between arrival and server time contains the
/// least delay and is the best estimate of the offset. It holds until either clock steps. A wall-clock timestamp that
/// agrees with the local clock needs no mapping; one that does not is treated like any other clock.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ServerClock {
    mapping: Option<Mapping>,
}

/// All fields are in milliseconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Mapping {
    /// Smallest difference between arrival and server time.
    offset: i64,
    /// Server time of the last live event.
    last: i64,
    /// Set while every event is later than [`USUAL_DELAY`].
    late: Option<Late>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Late {
    /// Arrival of the first late event.
    since: i64,
    /// Smallest difference among the late events.
    offset: i64,
}

impl ServerClock {
    /// Learns from the timestamp of a live event. Call in order of arrival, and not for replayed events, whose delay is
    /// unknown.
    pub fn learn(&mut self, time: Option<ServerTime>, arrived: DateTime<Utc>) {
        let Some(server) = time.map(ServerTime::millis) else { return };
        let arrived = arrived.timestamp_millis();
        let offset = arrived.saturating_sub(server);
        let is_same_clock = |known: &Mapping| {
            known.last.saturating_sub(server) < MAX_REORDERING && offset.saturating_sub(known.offset) < LONGEST_DELAY
        };
        let Some(mapping) = self.mapping.as_mut().filter(|known| is_same_clock(known)) else {
            self.mapping = Some(Mapping { offset, last: server, late: None });
            return;
        };
        mapping.last = server;
        if offset.saturating_sub(mapping.offset) < USUAL_DELAY {
            mapping.offset = mapping.offset.min(offset);
            mapping.late = None;
            return;
        }
        let known = mapping.late.unwrap_or(Late { since: arrived, offset });
        let late = Late { offset: known.offset.min(offset), ..known };
        mapping.late = Some(late);
        if arrived.saturating_sub(late.since) >= DELAYS_END_AFTER {
            mapping.offset = late.offset;
            mapping.late = None;
        }
    }

    /// Maps `time` to the wall clock, clamped to `arrived`, the arrival of its frame. Returns `arrived` without a
    /// timestamp, or while a monotonic clock is unknown. If `arrived` is from a recording without dates, a wall-clock
    /// timestamp is returned unchanged.
    #[must_use]
    pub fn wall_time(&self, time: Option<ServerTime>, arrived: DateTime<Utc>) -> DateTime<Utc> {
        let Some(time) = time else { return arrived };
        let learned = self.mapping.map(|mapping| mapping.offset);
        let offset = match time {
            ServerTime::Monotonic(_) => learned,
            ServerTime::Wall(wall) if arrived < FIRST_TIME_OF_DAY => return wall,
            ServerTime::Wall(_) => Some(learned.filter(|offset| offset.saturating_abs() >= USUAL_DELAY).unwrap_or(0)),
        };
        offset.map_or(arrived, |offset| utc_from_millis(time.millis().saturating_add(offset)).min(arrived))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::iso8601;
    use serde_json::json;

    const ARRIVED: DateTime<Utc> = utc_from_millis(1_795_374_567_500);

    fn at(millis: i64) -> DateTime<Utc> {
        utc_from_millis(ARRIVED.timestamp_millis() + millis)
    }

    fn live(clock: &mut ServerClock, time: ServerTime, arrived: DateTime<Utc>) -> DateTime<Utc> {
        clock.learn(Some(time), arrived);
        clock.wall_time(Some(time), arrived)
    }

    fn shown(value: &Value) -> String {
        let (mut clock, time) = (ServerClock::default(), ServerTime::from_value(value));
        clock.learn(time, ARRIVED);
        iso8601(clock.wall_time(time, ARRIVED))
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
        let mut sent = |seconds, arrived| live(&mut clock, ServerTime::Monotonic(seconds), at(arrived));
        assert_eq!(sent(100.0, 0), at(0));
        assert_eq!(sent(101.0, 1_800), at(1_000), "800 ms late");
        assert_eq!(sent(102.0, 1_950), at(1_950), "a quicker way");
        assert_eq!(sent(103.0, 3_000), at(2_950));
        for (seconds, arrived, shown) in [(104.0, 14_000, 3_950), (110.0, 14_001, 9_950), (113.0, 14_002, 12_950)] {
            assert_eq!(sent(seconds, arrived), at(shown), "held up on the way");
        }
        assert_eq!(sent(115.0, 14_960), at(14_950));
    }

    #[test]
    fn a_clock_that_steps_shows_the_right_times_at_once() {
        for step in [-3_600.0, -60.0, -3.0, 60.0, 3_600.0] {
            let mut clock = ServerClock::default();
            for second in 0..20_u32 {
                let stepped = if second < 10 { 0.0 } else { step };
                let time = ServerTime::Monotonic(10_000.0 + f64::from(second) + stepped);
                let arrived = at(1_000 * i64::from(second));
                assert_eq!(live(&mut clock, time, arrived), arrived, "{step} s, event {second}");
            }
        }
    }

    #[test]
    fn a_wall_clock_that_is_wrong_or_steps_shows_the_time_of_arrival() {
        for wrong in [-3_600_000, -45_000, 45_000, 3_600_000] {
            let mut clock = ServerClock::default();
            for second in 0..30 {
                let off = if (10..20).contains(&second) { wrong } else { 0 };
                let arrived = at(1_000 * second);
                let time = ServerTime::Wall(at(1_000 * second + off));
                assert_eq!(live(&mut clock, time, arrived), arrived, "{wrong} ms, event {second}");
            }
            let mut clock = ServerClock::default();
            assert_eq!(live(&mut clock, ServerTime::Wall(at(wrong)), at(0)), at(0), "wrong from the start");
        }
    }

    #[test]
    fn a_clock_that_stood_still_is_followed_after_a_few_seconds() {
        let mut clock = ServerClock::default();
        live(&mut clock, ServerTime::Monotonic(100.0), at(0));
        // Both machines slept for ten seconds; one of the two clocks stood still meanwhile.
        let late: Vec<_> = (1..10_i32)
            .map(|second| {
                let arrived = at(10_000 + 1_000 * i64::from(second));
                arrived - live(&mut clock, ServerTime::Monotonic(100.0 + f64::from(second)), arrived)
            })
            .map(|late| late.num_seconds())
            .collect();
        assert_eq!(late, [10, 10, 10, 10, 10, 0, 0, 0, 0]);
    }

    #[test]
    fn what_is_replayed_teaches_nothing_and_no_event_is_later_than_its_arrival() {
        let mut clock = ServerClock::default();
        assert_eq!(clock.wall_time(Some(ServerTime::Monotonic(5_000.0)), at(0)), at(0), "nothing is known yet");
        live(&mut clock, ServerTime::Monotonic(100.0), at(0));
        assert_eq!(clock.wall_time(Some(ServerTime::Monotonic(40.0)), at(0)), at(-60_000));
        assert_eq!(clock.wall_time(Some(ServerTime::Monotonic(5_000.0)), at(0)), at(0), "from before it was set");
        assert_eq!(clock.wall_time(Some(ServerTime::Wall(at(90))), at(0)), at(0));
    }

    #[test]
    fn in_a_recording_without_dates_a_time_of_day_is_the_only_one_there_is() {
        let (sent, arrived) = (ServerTime::Wall(ARRIVED), utc_from_millis(980));
        assert_eq!(live(&mut ServerClock::default(), sent, arrived), ARRIVED);
        assert_eq!((sent.ahead_of(arrived), sent.ahead_of(at(90))), (None, Some(-90)));
    }
}
