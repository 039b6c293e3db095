//! Quantities in words, for the core and for the page.

use std::time::Duration;

pub(crate) const MINUTE: f64 = 60.0;
pub(crate) const HOUR: f64 = 3_600.0;
pub(crate) const DAY: f64 = 86_400.0;

/// Upper limit in days. A longer duration was never measured.
pub(crate) const MOST_DAYS: f64 = 1_000.0;

/// Formats a duration, such as `1.2 ms`, `3.4 s`, `5 min 12 s`, `1 h 7 min` or `2 d 3 h`.
#[must_use]
pub fn span(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let millis = seconds * 1_000.0;
    if duration.is_zero() {
        "0 ms".to_owned()
    } else if millis < 9.95 {
        format!("{millis:.1} ms")
    } else if millis < 999.5 {
        format!("{millis:.0} ms")
    } else if seconds < 59.95 {
        format!("{seconds:.1} s")
    } else if seconds >= MOST_DAYS * DAY {
        format!("over {MOST_DAYS} days")
    } else {
        let seconds = seconds.round();
        let (major, name, minor, minor_name) = if seconds < HOUR {
            (MINUTE, "min", 1.0, "s")
        } else if seconds < DAY {
            (HOUR, "h", MINUTE, "min")
        } else {
            (DAY, "d", HOUR, "h")
        };
        format!("{} {name} {} {minor_name}", (seconds / major).floor(), (seconds % major / minor).floor())
    }
}

/// Formats the server's seconds, which may be any number.
#[must_use]
pub fn seconds(seconds: f64) -> String {
    span(Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX))
}
