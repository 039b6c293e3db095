//! The link's status as signals, one per field.

use std::time::Duration;

use leptos::prelude::*;

use super::page_signal::PageSignal;
use crate::browser::DEMO_URL;
use crate::driver::Sharing;
use crate::link::{DisconnectReason, LinkStatus, Outage, Phase, PhaseKind};

#[derive(Clone, Copy, Debug)]
pub struct ConnectionStore {
    pub phase: PageSignal<Phase>,
    /// What this tab is to the others that show the same Coda.
    pub sharing: PageSignal<Sharing>,
    /// The current problem, if any.
    pub outage: PageSignal<Option<Outage>>,
    /// Address of the current connection, or of the last one.
    pub url: PageSignal<Option<String>>,
    /// Number of queued messages.
    pub queued: PageSignal<usize>,
    /// Number of messages that are written and not yet acknowledged.
    pub in_flight: PageSignal<usize>,
    /// Latest round trip.
    pub round_trip: PageSignal<Option<Duration>>,
    /// Number of frames received.
    pub frames_in: PageSignal<u64>,
    /// Number of frames written.
    pub frames_out: PageSignal<u64>,
    /// Number of frames that could not be decoded.
    pub unreadable: PageSignal<u64>,
    /// Number of messages suppressed as duplicates.
    pub suppressed: PageSignal<u64>,
    /// Whether events come faster than anybody reads. Nothing moves then.
    pub is_flooded: PageSignal<bool>,
}

impl ConnectionStore {
    pub(super) fn new() -> Self {
        Self {
            phase: PageSignal::new(Phase::Offline),
            sharing: PageSignal::new(Sharing::Alone { keeps: false }),
            outage: PageSignal::new(None),
            url: PageSignal::new(None),
            queued: PageSignal::new(0),
            in_flight: PageSignal::new(0),
            round_trip: PageSignal::new(None),
            frames_in: PageSignal::new(0),
            frames_out: PageSignal::new(0),
            unreadable: PageSignal::new(0),
            suppressed: PageSignal::new(0),
            is_flooded: PageSignal::new(false),
        }
    }

    pub(super) fn apply(&self, status: LinkStatus) {
        self.phase.set_if_changed(status.phase);
        self.outage.set_if_changed(status.outage);
        self.url.set_if_changed(status.url);
        self.queued.set_if_changed(status.queued);
        self.in_flight.set_if_changed(status.in_flight);
        self.round_trip.set_if_changed(status.counters.round_trip);
        self.frames_in.set_if_changed(status.counters.frames_in);
        self.frames_out.set_if_changed(status.counters.frames_out);
        self.unreadable.set_if_changed(status.counters.unreadable);
        self.suppressed.set_if_changed(status.counters.suppressed);
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
