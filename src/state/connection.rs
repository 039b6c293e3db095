//! The link's status as signals, one per field.

use std::time::Duration;

use leptos::prelude::*;

use super::{page_signal, set_if_changed};
use crate::browser::DEMO_URL;
use crate::link::{DisconnectReason, LinkStatus, Outage, Phase, PhaseKind};

#[derive(Clone, Copy, Debug)]
pub struct ConnectionStore {
    pub phase: RwSignal<Phase>,
    /// The current problem, if any.
    pub outage: RwSignal<Option<Outage>>,
    /// Address of the current connection, or of the last one.
    pub url: RwSignal<Option<String>>,
    /// Number of queued messages.
    pub queued: RwSignal<usize>,
    /// Number of messages that are written and not yet acknowledged.
    pub in_flight: RwSignal<usize>,
    /// Latest round trip.
    pub round_trip: RwSignal<Option<Duration>>,
    /// Number of frames received.
    pub frames_in: RwSignal<u64>,
    /// Number of frames written.
    pub frames_out: RwSignal<u64>,
    /// Number of frames that could not be decoded.
    pub unreadable: RwSignal<u64>,
    /// Number of messages suppressed as duplicates.
    pub suppressed: RwSignal<u64>,
}

impl ConnectionStore {
    pub(super) fn new() -> Self {
        Self {
            phase: page_signal::signal(Phase::Offline),
            outage: page_signal::signal(None),
            url: page_signal::signal(None),
            queued: page_signal::signal(0),
            in_flight: page_signal::signal(0),
            round_trip: page_signal::signal(None),
            frames_in: page_signal::signal(0),
            frames_out: page_signal::signal(0),
            unreadable: page_signal::signal(0),
            suppressed: page_signal::signal(0),
        }
    }

    pub(super) fn apply(&self, status: LinkStatus) {
        set_if_changed(self.phase, status.phase);
        set_if_changed(self.outage, status.outage);
        set_if_changed(self.url, status.url);
        set_if_changed(self.queued, status.queued);
        set_if_changed(self.in_flight, status.in_flight);
        set_if_changed(self.round_trip, status.counters.round_trip);
        set_if_changed(self.frames_in, status.counters.frames_in);
        set_if_changed(self.frames_out, status.counters.frames_out);
        set_if_changed(self.unreadable, status.counters.unreadable);
        set_if_changed(self.suppressed, status.counters.suppressed);
    }

    #[must_use]
    pub fn kind(&self) -> PhaseKind {
        self.phase.with(Phase::kind)
    }

    /// Whether messages can be sent now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.kind() == PhaseKind::Ready
    }

    /// Whether something other than Coda answers at the address.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        !self.is_ready()
            && self.outage.with(|outage| {
                outage.as_ref().is_some_and(|outage| matches!(outage.reason, DisconnectReason::NotCoda(_)))
            })
    }

    /// Whether the page is connected to the simulated Coda.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.url.with(|url| url.as_deref() == Some(DEMO_URL))
    }
}
