//! Durations of the assistant's operations, individually and aggregated.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::outgoing_event::OutgoingEvent;

/// Statistics by component and operation.
#[derive(Debug, Default)]
pub(super) struct Timings(BTreeMap<&'static str, BTreeMap<&'static str, OperationStats>>);

#[derive(Debug, Default)]
struct OperationStats {
    count: u32,
    total: Duration,
    min: Duration,
    max: Duration,
}

impl Timings {
    /// Adds an operation's duration to the statistics and reports it.
    pub(super) fn record(&mut self, component: &'static str, operation: &'static str, took: Duration) -> OutgoingEvent {
        let figures = self.0.entry(component).or_default().entry(operation).or_default();
        figures.min = if figures.count == 0 { took } else { figures.min.min(took) };
        figures.max = figures.max.max(took);
        figures.total += took;
        figures.count += 1;
        OutgoingEvent::new(
            "component_timing",
            json!({ "component": component, "operation": operation, "duration_seconds": took.as_secs_f64() }),
        )
    }

    /// Reports the statistics.
    pub(super) fn stats(&self) -> OutgoingEvent {
        let operations = |operations: &BTreeMap<&str, OperationStats>| -> BTreeMap<String, Value> {
            operations.iter().map(|(name, figures)| ((*name).to_owned(), figures.to_json())).collect()
        };
        let components: BTreeMap<_, _> = self.0.iter().map(|(name, inner)| (*name, operations(inner))).collect();
        OutgoingEvent::new("component_stats", json!({ "components": components }))
    }
}

impl OperationStats {
    fn to_json(&self) -> Value {
        json!({
            "avg_seconds": (self.total / self.count.max(1)).as_secs_f64(),
            "max_seconds": self.max.as_secs_f64(),
            "min_seconds": self.min.as_secs_f64(),
            "count": self.count,
            "total_seconds": self.total.as_secs_f64(),
        })
    }
}
