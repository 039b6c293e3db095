//! What there is to read about the link at any moment.

use std::time::Duration;

use super::phase::{Outage, Phase};

/// Everything about the link at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkStatus {
    /// Where the connection is.
    pub phase: Phase,
    /// What is wrong, where something is.
    pub outage: Option<Outage>,
    /// The address.
    pub url: Option<String>,
    /// Messages that wait.
    pub queued: usize,
    /// Messages that are written and not answered.
    pub in_flight: usize,
    /// What was counted since the start.
    pub counters: Counters,
}

/// What was counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames that came in.
    pub frames_in: u64,
    /// Frames that were written.
    pub frames_out: u64,
    /// Frames, and entries of replays, that could not be read.
    pub unreadable: u64,
    /// Messages that were not sent because the same had just been sent.
    pub suppressed: u64,
    /// The last round trip, from write to echo.
    pub round_trip: Option<Duration>,
}

impl Counters {
    pub(super) const fn measure(&mut self, round_trip: Duration) {
        self.round_trip = Some(round_trip);
    }
}
