//! Durations in the sentences of findings.

use std::time::Duration;

pub(super) fn seconds(seconds: f64) -> String {
    Duration::try_from_secs_f64(seconds.max(0.0)).map_or_else(|_| "a very long time".to_owned(), span)
}

pub(super) fn span(span: Duration) -> String {
    let seconds = span.as_secs_f64();
    if seconds < 0.9995 {
        format!("{:.0} ms", seconds * 1_000.0)
    } else if seconds < 119.95 {
        format!("{seconds:.1} s")
    } else if seconds < 7_200.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3_600.0)
    }
}
