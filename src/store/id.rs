//! Ids of what is kept.

use chrono::{DateTime, Utc};

/// An id of a time and a random part, so that later ones sort after earlier ones and two tabs never choose the same.
pub(super) fn by_time(time: DateTime<Utc>, random: u32) -> String {
    format!("{:013x}-{random:08x}", time.timestamp_millis().max(0))
}
