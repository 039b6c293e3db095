//! Snapshot of the link.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::phase::{Outage, Phase};

/// Snapshot of the link's state.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkStatus {
    /// Phase of the connection.
    pub phase: Phase,
    /// The current outage; `None` while nothing is wrong.
    pub outage: Option<Outage>,
    /// Address of the current connection, or of the last one. `None` before the first.
    pub url: Option<String>,
    /// Number of queued messages, without pings.
    pub queued: usize,
    /// Number of messages in flight, with pings.
    pub in_flight: usize,
    /// Counters since the link was created.
    pub counters: Counters,
}

/// Counters since the link was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Text frames received, including those of replaced sockets.
    pub frames_in: u64,
    /// Frames written, including answers to challenges.
    pub frames_out: u64,
    /// Frames and replay entries that could not be decoded.
    pub unreadable: u64,
    /// Messages suppressed as duplicates.
    pub suppressed: u64,
    /// Latest time from a message's only write to its echo.
    pub round_trip: Option<Duration>,
}

impl Counters {
    pub(super) const fn measure(&mut self, round_trip: Duration) {
        self.round_trip = Some(round_trip);
    }
}
