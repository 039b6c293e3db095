//! Reports errors from the server, with the messages before them.

use std::time::Duration;

use crate::analysis::correlation::Correlation;
use crate::analysis::error_name::{ErrorSignature, first_line};
use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::history::{Recorder, Row};
use crate::protocol::{Event, Instant};

/// How many rows before an error are correlated with it.
const ROWS: u64 = 2_000;
/// Minimum time between correlations, however many errors arrive.
const EVERY: Duration = Duration::from_millis(250);

#[derive(Debug, Default)]
pub(super) struct Errors {
    looked_at: Option<Instant>,
}

impl Errors {
    pub(super) fn on_row(&mut self, row: &Row, event: Option<&Event>, recorder: &Recorder, log: &mut FindingLog) {
        let Some(event) = event else { return };
        let (Some(error), Some(said)) = (ErrorSignature::of(event), event.error_message().map(first_line)) else {
            return;
        };
        let end = if said.ends_with(['.', '!', '?', '…']) { "" } else { "." };
        let mut words = format!("“{}”: {said}{end}", error.kind);
        let mut rows = Vec::new();
        if self.looked_at.is_none_or(|at| row.at.mono.duration_since(at) >= EVERY) {
            self.looked_at = Some(row.at.mono);
            let correlation = Correlation::of(recorder, row.number.saturating_sub(ROWS)..=row.number);
            rows = correlation.rows_before(row);
            if let Some(suspect) = correlation.suspects(&error).first() {
                words = format!("{words} {suspect}");
            }
        }
        rows.push(row.number);
        let subject = format!("{}: {}", error.kind, error.message);
        let (kind, confidence) = (FindingKind::ServerError, Confidence::Certain);
        log.raise(Occurrence { kind, subject: &subject, confidence, words, rows: &rows, at: row.at });
    }
}
