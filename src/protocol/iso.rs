//! ISO 8601 dates and times, as servers and recordings write them. The calendar alone: a library that also knows time zones
//! and locales costs more of the download than this page's other dates together. Checked against one in tests.

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// The years that are read and written, as RFC 3339 has them.
const YEARS: std::ops::RangeInclusive<i64> = 0..=9999;

/// Writes microseconds since 1970-01-01 UTC as `2026-11-22T19:09:27.196000Z`, with so many digits of the second (3 or 6).
/// `None` beyond the year 9999.
pub(crate) fn write(micros: i64, digits: usize) -> Option<String> {
    let (days, of_day) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
    let (year, month, day) = date_of(days);
    if !YEARS.contains(&year) {
        return None;
    }
    let (seconds, fraction) = (of_day / 1_000_000, of_day % 1_000_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let fraction = if digits == 3 { fraction / 1_000 } else { fraction };
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:0digits$}Z"))
}

/// Reads a date and time as microseconds since 1970-01-01 UTC. One without an offset, as Python's `isoformat()` writes it,
/// is taken as UTC; digits beyond the microsecond are dropped.
pub(crate) fn read(text: &str) -> Option<i64> {
    let mut rest = text.trim().as_bytes();
    let year = number(&mut rest, 4)?;
    mark(&mut rest, b"-")?;
    let month = number(&mut rest, 2)?;
    mark(&mut rest, b"-")?;
    let day = number(&mut rest, 2)?;
    mark(&mut rest, b"Tt ")?;
    let hour = number(&mut rest, 2)?;
    mark(&mut rest, b":")?;
    let minute = number(&mut rest, 2)?;
    mark(&mut rest, b":")?;
    let second = number(&mut rest, 2)?;
    let micros = if mark(&mut rest, b".,").is_some() { fraction(&mut rest)? } else { 0 };
    let offset = offset_minutes(&mut rest)?;
    let is_whole = rest.is_empty()
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    let minutes = hour * 60 + minute - offset;
    is_whole.then(|| days_of(year, month, day) * DAY + (minutes * 60 + second) * 1_000_000 + micros)
}

fn mark(rest: &mut &[u8], any_of: &[u8]) -> Option<u8> {
    let (first, others) = rest.split_first()?;
    any_of.contains(first).then(|| {
        *rest = others;
        *first
    })
}

/// A number of exactly so many digits.
fn number(rest: &mut &[u8], digits: usize) -> Option<i64> {
    let (mine, others) = rest.split_at_checked(digits)?;
    let mut value = 0;
    for byte in mine {
        value = value * 10 + i64::from(byte.is_ascii_digit().then(|| byte - b'0')?);
    }
    *rest = others;
    Some(value)
}

/// A fraction of a second as microseconds.
fn fraction(rest: &mut &[u8]) -> Option<i64> {
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (mut mine, others) = rest.split_at_checked(length)?;
    *rest = others;
    let kept = length.min(6);
    let value = number(&mut mine, kept).filter(|_| kept > 0)?;
    Some((kept..6).fold(value, |value, _| value * 10))
}

/// How far ahead of UTC the time is; nothing and `Z` are UTC.
fn offset_minutes(rest: &mut &[u8]) -> Option<i64> {
    if rest.is_empty() || mark(rest, b"Zz").is_some() {
        return Some(0);
    }
    let sign = if mark(rest, b"+-")? == b'-' { -1 } else { 1 };
    let hours = number(rest, 2)?;
    let _ = mark(rest, b":");
    let minutes = number(rest, 2)?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. The year is counted from March on, so that the leap day is its last.
const fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The other way round: year, month, day.
const fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month, of_year - (153 * from_march + 2) / 5 + 1)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use chrono::{DateTime, SecondsFormat, Utc};
    use proptest::prelude::*;

    use super::*;

    /// From the year 0 to the year 9999.
    const ALL: std::ops::Range<i64> = -62_167_219_200_000_000..253_402_300_800_000_000;

    proptest! {
        #[test]
        fn every_time_is_written_as_the_library_writes_it_and_reads_back(micros in ALL) {
            let time: DateTime<Utc> = DateTime::from_timestamp_micros(micros).unwrap();
            prop_assert_eq!(write(micros, 6), Some(time.to_rfc3339_opts(SecondsFormat::Micros, true)));
            prop_assert_eq!(write(micros, 3), Some(time.to_rfc3339_opts(SecondsFormat::Millis, true)));
            prop_assert_eq!(read(&write(micros, 6).unwrap()), Some(micros));
        }

        #[test]
        fn what_the_library_reads_is_read_alike(
            year in 0..10_000, month in 0..14, day in 0..33, hour in 0..26, minute in 0..62, second in 0..60,
            fraction in "(\\.[0-9]{1,9})?", offset in "Z|[+-][0-2][0-9]:[0-6][0-9]",
        ) {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{offset}");
            let known = DateTime::parse_from_rfc3339(&text).ok().map(|time| time.timestamp_micros());
            prop_assert_eq!(read(&text), known, "{}", text);
        }

        #[test]
        fn any_text_is_read_or_not(text in "\\PC*") {
            let _ = read(&text);
        }
    }

    #[test]
    fn an_offset_may_be_missing_or_without_its_colon() {
        assert_eq!(read("2025-04-25 12:00:00,5"), read("2025-04-25T12:00:00.5Z"));
        assert_eq!(read("2025-04-25T12:00:00+0200"), read("2025-04-25T10:00:00Z"));
        for text in [
            "",
            "2025-04-25",
            "2025-04-25T12:00",
            "2025-02-29T00:00:00Z",
            "2025-04-25T12:00:00.Z",
            "2025-04-25T12:00:00Zx",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
