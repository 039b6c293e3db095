//! Ways in which the simulated Coda itself can be ill, by type of event. `tests/backend/coda_backend/illness.py` has the same
//! for the test server.

use std::time::Duration;

/// What is wrong. Nothing by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Illness {
    /// The work that would send this never gets that far: a model, a tool or speech hangs.
    pub hangs_before: Option<&'static str>,
    /// These are never sent, and the work goes on.
    pub loses: Vec<&'static str>,
    /// The work takes so much longer before each of these.
    pub late: Vec<(&'static str, Duration)>,
    /// These are delivered twice, with the same number.
    pub twice: Vec<&'static str>,
    /// Fields that are missing from these.
    pub without: Vec<(&'static str, &'static str)>,
    /// The clock of the events stands still.
    pub clock_stands: bool,
    /// How many megabytes the memory grows with each report.
    pub memory_growth_mb: f64,
}

impl Illness {
    /// How much longer the work before an event takes; `None` if it never ends.
    pub(super) fn delay(&self, kind: &str) -> Option<Duration> {
        if self.hangs_before == Some(kind) {
            return None;
        }
        Some(self.late.iter().filter(|(late, _)| *late == kind).map(|(_, delay)| *delay).sum())
    }
}
