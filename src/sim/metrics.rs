//! Simulated resource usage: `system_metrics` at regular intervals.

use std::time::Duration;

use fastrand::Rng;
use serde_json::json;

use super::illness::Illness;
use super::outgoing_event::OutgoingEvent;
use crate::protocol::Instant;

/// Lower bound on the interval, so that the configuration cannot make the server do nothing but measure.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

/// What a healthy Coda needs.
const MEMORY_MB: f64 = 412.0;

#[derive(Debug)]
pub(super) struct Metrics {
    started: Instant,
    last: Instant,
    memory_mb: f64,
    grown_mb: f64,
}

impl Metrics {
    pub(super) const fn new(started: Instant) -> Self {
        Self { started, last: started, memory_mb: MEMORY_MB, grown_mb: 0.0 }
    }

    /// Returns when the next measurement is due.
    pub(super) fn due(&self, interval: Option<Duration>) -> Option<Instant> {
        interval.map(|interval| self.last + interval.max(SHORTEST_INTERVAL))
    }

    /// Takes a measurement. Missed ones are not made up for.
    pub(super) fn measure(&mut self, now: Instant, busy: bool, illness: &Illness, rng: &mut Rng) -> OutgoingEvent {
        self.last = now;
        self.grown_mb += illness.memory_growth_mb;
        // A healthy Coda comes back to what it needs.
        self.memory_mb += rng.f64() * 6.0 - 3.0 + (MEMORY_MB - self.memory_mb) * 0.05;
        let cpu_percent = if busy { 35.0 + rng.f64() * 45.0 } else { 1.0 + rng.f64() * 5.0 };
        let gpu_vram_mb = if busy { 2_840 } else { 2_310 };
        OutgoingEvent::new(
            "system_metrics",
            json!({
                "memory_mb": self.memory_mb + self.grown_mb,
                "cpu_percent": (cpu_percent * 10.0).round() / 10.0,
                "gpu_vram_mb": gpu_vram_mb,
                "uptime_seconds": now.duration_since(self.started).as_secs_f64(),
            }),
        )
    }
}
