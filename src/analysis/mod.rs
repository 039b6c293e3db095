//! Analysis of the flight recorder: names faults in plain words, with their evidence and a confidence.
//!
//! [`Analyzer::catch_up`] reads the new rows, and [`Analyzer::tick`] reports the passage of time. Each detector
//! recognizes a group of faults, and the finding log keeps what they find.

mod comparison;
mod correlation;
mod detectors;
mod error_name;
mod finding;
mod finding_log;
mod over_time;
mod reported;
mod senders;
mod words;

pub use comparison::{
    Both, CallOutcome, ComparedTurn, ConnectionProblem, DifferenceKind, OnlyIn, RecordChange, RecordComparison,
    RecordDifference, TurnOutcome,
};
pub use correlation::{Correlation, Pattern, Suspect};
pub use detectors::Budgets;
pub use error_name::ErrorSignature;
pub use finding::{Confidence, Finding, FindingKind, FindingState, slug};
pub use finding_log::{FindingLog, MuteRule};
pub use over_time::{Side, Span, Timeline};
pub use reported::reported_findings;

use std::time::Duration;

use crate::history::Recorder;
use crate::protocol::Moment;
use detectors::Detectors;

/// Interval of the ticks while rows are read late.
const SECOND: Duration = Duration::from_secs(1);

/// Runs the detectors over a record.
#[derive(Debug, Default)]
pub struct Analyzer {
    detectors: Detectors,
    log: FindingLog,
    /// The number of the next row to read.
    next: u64,
    /// Time of the last tick.
    last_tick: Moment,
}

impl Analyzer {
    /// Reads the new rows, each at its own time. Rows that were evicted before they could be read are skipped.
    pub fn catch_up(&mut self, recorder: &Recorder) {
        let numbers = recorder.numbers();
        for row in recorder.rows(self.next.max(numbers.start)..) {
            // Rows that are read late, as in an import, get the same ticks as live ones.
            if row.at.mono.duration_since(self.last_tick.mono) >= SECOND {
                self.tick(row.at);
            }
            self.detectors.on_row(row, recorder, &mut self.log);
        }
        self.next = numbers.end;
    }

    /// Detects what only time shows, such as a missing answer or a cause that is gone. Call it about once a second.
    pub fn tick(&mut self, now: Moment) {
        self.last_tick = now;
        self.detectors.tick(now, &mut self.log);
        self.log.close_quiet(now);
    }

    /// Names clients that are other tabs of the same browser, and so no other dashboards.
    pub fn add_own_clients(&mut self, names: Vec<String>) {
        self.detectors.add_own_clients(names);
    }

    /// Sets the limits of stages, from the settings.
    pub fn set_budgets(&mut self, budgets: Budgets) {
        self.detectors.set_budgets(budgets);
    }

    #[must_use]
    pub const fn log(&self) -> &FindingLog {
        &self.log
    }

    /// The findings, to mute or unmute them.
    pub const fn log_mut(&mut self) -> &mut FindingLog {
        &mut self.log
    }

    /// Analyzes a whole record, such as an import.
    #[must_use]
    pub fn of(recorder: &Recorder) -> Self {
        let mut analyzer = Self::default();
        analyzer.catch_up(recorder);
        analyzer
    }
}
