//! Detects dying connections: silence, deafness, restarts, missed events, reconnect storms.

use std::collections::VecDeque;
use std::time::Duration;

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::history::shown::describe_missed;
use crate::history::{Row, RowKind};
use crate::link::{DisconnectReason, GapReport, PhaseKind};
use crate::protocol::Instant;

/// Number of broken connections within [`STORM_SPAN`] that make a storm.
const STORM_SIZE: usize = 4;
const STORM_SPAN: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(super) struct Connection {
    /// The previous phase.
    phase: Option<PhaseKind>,
    /// Connections that broke after they had opened, ready or not.
    broken: VecDeque<(Instant, u64)>,
}

impl Connection {
    pub(super) fn on_row(&mut self, row: &Row, log: &mut FindingLog) {
        match &row.kind {
            RowKind::Phase { phase, reason, .. } => self.phase(row, *phase, reason.as_ref(), log),
            RowKind::Resumed(resumed) => on_gap_report(row, *resumed, log),
            _ => {}
        }
    }

    fn phase(&mut self, row: &Row, phase: PhaseKind, reason: Option<&DisconnectReason>, log: &mut FindingLog) {
        let before = self.phase.replace(phase);
        if phase == PhaseKind::Ready {
            log.resolve(FindingKind::Silent, row.at);
            return;
        }
        let is_broken = match before {
            Some(PhaseKind::Ready) => true,
            Some(PhaseKind::Authenticating) => !is_about_challenge(reason),
            _ => false,
        };
        if !is_broken || phase != PhaseKind::Waiting {
            return;
        }
        let mut raise = |kind, words: String, rows: &[u64]| {
            let confidence = Confidence::Certain;
            log.raise(Occurrence { kind, subject: "", confidence, words, rows, at: row.at });
        };
        if reason == Some(&DisconnectReason::Silent) {
            let words = "The socket was open, but nothing arrived, not even a reply to a ping.";
            raise(FindingKind::Silent, words.to_owned(), &[row.number]);
        }
        if reason == Some(&DisconnectReason::Deaf) {
            let words = "Coda answered, but its events did not reach this page: it had lost the registration.";
            raise(FindingKind::Deaf, words.to_owned(), &[row.number]);
        }
        self.broken.push_back((row.at.mono, row.number));
        while self.broken.front().is_some_and(|(at, _)| row.at.mono.duration_since(*at) > STORM_SPAN) {
            self.broken.pop_front();
        }
        if self.broken.len() >= STORM_SIZE {
            let rows: Vec<u64> = self.broken.iter().map(|(_, number)| *number).collect();
            let why = reason.map_or_else(|| "no reason was given".to_owned(), DisconnectReason::to_string);
            let words = format!("{} connections broke within a minute, the last one: {why}.", rows.len());
            raise(FindingKind::ReconnectStorm, words, &rows);
        }
    }
}

/// Whether the auth detector reports this reason.
const fn is_about_challenge(reason: Option<&DisconnectReason>) -> bool {
    matches!(reason, Some(DisconnectReason::AuthTimeout | DisconnectReason::Rejected(_)))
}

fn on_gap_report(row: &Row, resumed: GapReport, log: &mut FindingLog) {
    let mut raise = |kind, words| {
        let (confidence, rows) = (Confidence::Certain, [row.number]);
        log.raise(Occurrence { kind, subject: "", confidence, words, rows: &rows, at: row.at });
    };
    if resumed.restarted {
        let run = resumed.epoch;
        let words =
            format!("Coda numbers its events from the start again: this is its run {run} since the page opened.");
        raise(FindingKind::Restarted, words);
    }
    if let Some(words) = describe_missed(&resumed) {
        raise(FindingKind::Missed, words);
    }
}
