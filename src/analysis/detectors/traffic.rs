//! Detects bursts, overlaps, and other dashboards at the same server.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::analysis::senders::Senders;
use crate::bounded::push_bounded;
use crate::history::{Recorder, Row, RowKind};
use crate::link::{FramePurpose, MessageId, MessageState};
use crate::protocol::{Command, Event, Group, Instant};

/// Number of messages within [`BURST_SPAN`] that make a burst.
const BURST_SIZE: usize = 8;
/// The queue's gap of 20 ms allows six messages within this time.
const BURST_SPAN: Duration = Duration::from_millis(100);
/// Maximum number of other dashboards to track; beyond it, the one that was silent longest is forgotten.
const MAX_CLIENTS: usize = 16;
/// Maximum number of unanswered messages to track.
const MAX_UNANSWERED: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Traffic {
    senders: Senders,
    written: SenderHistory,
    other_clients: BTreeMap<String, SenderHistory>,
    unanswered: VecDeque<(MessageId, u64)>,
}

/// The recent messages of one sender.
#[derive(Debug, Default)]
struct SenderHistory(VecDeque<(Instant, u64)>);

impl SenderHistory {
    /// Adds a message; returns the rows of the burst if it completes one.
    fn add(&mut self, row: &Row) -> Option<Vec<u64>> {
        self.0.push_back((row.at.mono, row.number));
        while self.0.front().is_some_and(|(at, _)| row.at.mono.duration_since(*at) > BURST_SPAN) {
            self.0.pop_front();
        }
        (self.0.len() >= BURST_SIZE).then(|| self.0.drain(..).map(|(_, number)| number).collect())
    }
}

impl Traffic {
    pub(super) fn add_own_clients(&mut self, names: Vec<String>) {
        self.senders.add_own(names);
    }

    pub(super) fn on_row(&mut self, row: &Row, event: Option<&Event>, recorder: &Recorder, log: &mut FindingLog) {
        self.senders.on_row(row);
        match &row.kind {
            RowKind::FrameOut { kind, purpose, .. }
                if *purpose != FramePurpose::ChallengeAnswer && &**kind != "ping" =>
            {
                if let Some(rows) = self.written.add(row) {
                    let who = if recorder.is_foreign() { "the page that was recorded" } else { "this page" };
                    burst(who, &rows, row, log);
                }
            }
            RowKind::FrameIn { .. } => self.other_client(row, event, recorder, log),
            RowKind::Message { id, command, state, .. } => {
                let certainty = if recorder.is_foreign() { Confidence::Likely } else { Confidence::Certain };
                self.message(row, *id, command, state, certainty, log);
            }
            RowKind::Phase { .. } => self.unanswered.clear(),
            _ => {}
        }
    }

    fn other_client(&mut self, row: &Row, event: Option<&Event>, recorder: &Recorder, log: &mut FindingLog) {
        let Some(echo) = self.senders.other_client(row, event, recorder) else { return };
        let client = echo.client_id.0.as_str();
        let short: String = client.chars().take(8).collect();
        let words = format!("A client that Coda calls {short} sends messages to the same Coda.");
        let confidence = if recorder.is_foreign() { Confidence::Likely } else { Confidence::Certain };
        let (kind, rows) = (FindingKind::OtherDashboard, [row.number]);
        log.raise(Occurrence { kind, subject: client, confidence, words, rows: &rows, at: row.at });
        if !self.other_clients.contains_key(client) && self.other_clients.len() == MAX_CLIENTS {
            let silent = |(_, recent): &(&String, &SenderHistory)| recent.0.back().map(|(at, _)| *at);
            if let Some(oldest) = self.other_clients.iter().min_by_key(silent).map(|(name, _)| name.clone()) {
                self.other_clients.remove(&oldest);
            }
        }
        if let Some(rows) = self.other_clients.entry(client.to_owned()).or_default().add(row) {
            burst(&format!("client {short}"), &rows, row, log);
        }
    }

    fn message(
        &mut self,
        row: &Row,
        id: MessageId,
        command: &Command,
        state: &MessageState,
        confidence: Confidence,
        log: &mut FindingLog,
    ) {
        // Stops may overtake unanswered messages, and the heartbeat is not a user's action.
        if command.rules().is_urgent || command.rules().group == Group::Pings {
            return;
        }
        match state {
            MessageState::Written { attempt: 1, .. } => {
                if let Some((_, before)) = self.unanswered.back() {
                    let count = self.unanswered.len();
                    let words = format!("“{}” was written while {count} before it were unanswered.", command.kind());
                    let (kind, rows) = (FindingKind::Overlap, [*before, row.number]);
                    log.raise(Occurrence { kind, subject: "", confidence, words, rows: &rows, at: row.at });
                }
                push_bounded(&mut self.unanswered, (id, row.number), MAX_UNANSWERED);
            }
            MessageState::Queued | MessageState::Held(_) | MessageState::Written { .. } => {}
            _ => self.unanswered.retain(|(other, _)| *other != id),
        }
    }
}

fn burst(who: &str, rows: &[u64], row: &Row, log: &mut FindingLog) {
    let words = format!("{} messages of {who} within {} ms.", rows.len(), BURST_SPAN.as_millis());
    let (kind, confidence) = (FindingKind::Burst, Confidence::Certain);
    log.raise(Occurrence { kind, subject: who, confidence, words, rows, at: row.at });
}
