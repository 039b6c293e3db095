//! Simulated resource usage: `system_metrics` at regular intervals.

use std::time::Duration;

use fastrand::Rng;
use serde_json::json;

use super::outgoing_event::OutgoingEvent;
use crate::protocol::Instant;

/// Lower bound on the interval, so that the configuration cannot make the server do nothing but measure.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

#[derive(Debug)]
pub(super) struct Metrics {
    started: Instant,
    last: Instant,
    memory_mb: f64,
}

impl Metrics {
    pub(super) const fn new(started: Instant) -> Self {
        Self { started, last: started, memory_mb: 412.0 }
    }

    /// Returns when the next measurement is due.
    pub(super) fn due(&self, interval: Option<Duration>) -> Option<Instant> {
        interval.map(|interval| self.last + interval.max(SHORTEST_INTERVAL))
    }

    /// Takes a measurement. Missed ones are not made up for.
    pub(super) fn measure(&mut self, now: Instant, busy: bool, rng: &mut Rng) -> OutgoingEvent {
        self.last = now;
        self.memory_mb = (self.memory_mb + rng.f64() * 6.0 - 2.8).clamp(380.0, 640.0);
        let cpu_percent = if busy { 35.0 + rng.f64() * 45.0 } else { 1.0 + rng.f64() * 5.0 };
        let gpu_vram_mb = if busy { 2_840 } else { 2_310 };
        OutgoingEvent::new(
            "system_metrics",
            json!({
                "memory_mb": self.memory_mb,
                "cpu_percent": (cpu_percent * 10.0).round() / 10.0,
                "gpu_vram_mb": gpu_vram_mb,
                "uptime_seconds": now.duration_since(self.started).as_secs_f64(),
            }),
        )
    }
}
