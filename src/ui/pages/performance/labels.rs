//! Formats of the performance page.

use std::time::Duration;

use crate::ui::format;

/// Placeholder for unknown values.
pub(super) const UNKNOWN: &str = "–";

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;
/// Upper limit in days. A longer duration was never measured.
const MOST_DAYS: f64 = 1_000.0;

/// Formats a duration: milliseconds below a second, then seconds, then up to two units.
pub(super) fn seconds(seconds: f64) -> String {
    if seconds <= 0.0 {
        "0 ms".to_owned()
    } else if seconds < 59.95 {
        Duration::try_from_secs_f64(seconds).map_or_else(|_| UNKNOWN.to_owned(), format::span)
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

/// Formats a duration, or the placeholder.
pub(super) fn maybe_seconds(value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), seconds)
}

/// Formats a share of one core.
pub(super) fn percent(value: f64) -> String {
    if value < 1e6 { format!("{} %", decimals(value)) } else { format!("{value:.0e} %") }
}

/// Formats an amount of memory.
pub(super) fn megabytes(value: f64) -> String {
    if value < 10_000.0 {
        format!("{} MB", decimals(value))
    } else if value < 1e9 {
        format!("{} GB", decimals(value / 1_000.0))
    } else {
        format!("{value:.0e} MB")
    }
}

/// Formats a number with one decimal below 100, unless it is whole.
pub(super) fn decimals(value: f64) -> String {
    if value >= 100.0 || value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// Formats an uptime, such as `3 hours 12 minutes`.
pub(super) fn uptime(seconds: f64) -> String {
    if seconds >= MOST_DAYS * DAY {
        return format!("over {MOST_DAYS} days");
    }
    let counted =
        |count: f64, name: &str| format!("{count} {name}{}", if (count - 1.0).abs() < 0.5 { "" } else { "s" });
    let whole = seconds.floor();
    let (days, hours) = ((whole / DAY).floor(), (whole % DAY / HOUR).floor());
    let (minutes, rest) = ((whole % HOUR / MINUTE).floor(), whole % MINUTE);
    if days > 0.0 {
        format!("{} {}", counted(days, "day"), counted(hours, "hour"))
    } else if hours > 0.0 {
        format!("{} {}", counted(hours, "hour"), counted(minutes, "minute"))
    } else if minutes > 0.0 {
        format!("{} {}", counted(minutes, "minute"), counted(rest, "second"))
    } else {
        counted(rest, "second")
    }
}
