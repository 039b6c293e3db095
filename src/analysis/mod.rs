//! Finds causes: reads the flight recorder and says in plain words what is wrong, on which evidence, and how sure it is.
//!
//! It is a view on the record: [`Analyst::catch_up`] reads the rows that are new, [`Analyst::tick`] lets time pass.
//! Each watch knows one kind of fault; the board keeps what they found.

mod board;
mod correlation;
mod error_name;
mod finding;
mod over_time;
mod senders;
mod watch;

pub use board::{Board, Silenced};
pub use correlation::{Correlation, Pattern, Suspect};
pub use error_name::ErrorName;
pub use finding::{Confidence, Finding, FindingKind, FindingState};
pub use over_time::{OverTime, Side, Span};

use std::time::Duration;

use crate::history::Recorder;
use crate::protocol::Now;
use watch::Watches;

/// How often it is told that time has passed.
const SECOND: Duration = Duration::from_secs(1);

/// Watches a record.
#[derive(Debug, Default)]
pub struct Analyst {
    watches: Watches,
    board: Board,
    /// The number of the next row to read.
    next: u64,
    /// When it was last told the time.
    ticked: Now,
}

impl Analyst {
    /// Reads the rows that are new, each at its time. What was evicted before it could be read is left out.
    pub fn catch_up(&mut self, recorder: &Recorder) {
        let numbers = recorder.numbers();
        for row in recorder.rows(self.next.max(numbers.start)..) {
            // Rows that are read late, as of a recording, are read as if somebody had watched all along.
            if row.at.mono.since(self.ticked.mono) >= SECOND {
                self.tick(row.at);
            }
            self.watches.see(row, recorder, &mut self.board);
        }
        self.next = numbers.end;
    }

    /// Notices what only time shows: that nothing comes, or that a cause is gone. To be called about once a second.
    pub fn tick(&mut self, now: Now) {
        self.ticked = now;
        self.watches.tick(now, &mut self.board);
        self.board.close_quiet(now);
    }

    /// What was found.
    #[must_use]
    pub const fn board(&self) -> &Board {
        &self.board
    }

    /// What was found, to silence it or not.
    pub const fn board_mut(&mut self) -> &mut Board {
        &mut self.board
    }

    /// What a whole record shows, as for a recording from a file.
    #[must_use]
    pub fn of(recorder: &Recorder) -> Self {
        let mut analyst = Self::default();
        analyst.catch_up(recorder);
        analyst
    }
}
