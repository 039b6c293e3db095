//! Finds causes: reads the flight recorder and says in plain words what is wrong, on which evidence, and how sure it is.
//!
//! It is a view on the record: [`Analyzer::catch_up`] reads the rows that are new, [`Analyzer::tick`] lets time pass.
//! Each watch knows one kind of fault; the board keeps what they found.

mod correlation;
mod detectors;
mod error_name;
mod finding;
mod finding_log;
mod over_time;
mod senders;

pub use correlation::{Correlation, Pattern, Suspect};
pub use error_name::ErrorName;
pub use finding::{Confidence, Finding, FindingKind, FindingState};
pub use finding_log::{FindingLog, MuteRule};
pub use over_time::{OverTime, Side, Span};

use std::time::Duration;

use crate::history::Recorder;
use crate::protocol::Moment;
use detectors::Detectors;

/// How often it is told that time has passed.
const SECOND: Duration = Duration::from_secs(1);

/// Watches a record.
#[derive(Debug, Default)]
pub struct Analyzer {
    detectors: Detectors,
    log: FindingLog,
    /// The number of the next row to read.
    next: u64,
    /// When it was last told the time.
    ticked: Moment,
}

impl Analyzer {
    /// Reads the rows that are new, each at its time. What was evicted before it could be read is left out.
    pub fn catch_up(&mut self, recorder: &Recorder) {
        let numbers = recorder.numbers();
        for row in recorder.rows(self.next.max(numbers.start)..) {
            // Rows that are read late, as of a recording, are read as if somebody had watched all along.
            if row.at.mono.duration_since(self.ticked.mono) >= SECOND {
                self.tick(row.at);
            }
            self.detectors.on_row(row, recorder, &mut self.log);
        }
        self.next = numbers.end;
    }

    /// Notices what only time shows: that nothing comes, or that a cause is gone. To be called about once a second.
    pub fn tick(&mut self, now: Moment) {
        self.ticked = now;
        self.detectors.tick(now, &mut self.log);
        self.log.close_quiet(now);
    }

    /// What was found.
    #[must_use]
    pub const fn log(&self) -> &FindingLog {
        &self.log
    }

    /// What was found, to silence it or not.
    pub const fn log_mut(&mut self) -> &mut FindingLog {
        &mut self.log
    }

    /// What a whole record shows, as for a recording from a file.
    #[must_use]
    pub fn of(recorder: &Recorder) -> Self {
        let mut analyzer = Self::default();
        analyzer.catch_up(recorder);
        analyzer
    }
}
