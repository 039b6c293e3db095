//! Detects echoes that slow down against their own history, and messages whose outcome is unknown.

use std::collections::VecDeque;
use std::time::Duration;

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::bounded::push_bounded;
use crate::history::{Recorder, Row, RowKind};
use crate::link::{Acknowledgement, GapReport, MessageId, MessageState};
use crate::protocol::Command;

/// Maximum number of past round trips.
const MAX_BASELINE: usize = 64;
/// Minimum number of past round trips for a comparison.
const MIN_BASELINE: usize = 5;
/// Number of latest round trips that are compared with the past.
const RECENT_SIZE: usize = 3;
/// Factor by which the present median must exceed the past one.
const SLOW_FACTOR: u32 = 4;
/// Minimum absolute difference of the medians; users do not notice a smaller one.
const MIN_SLOWDOWN: Duration = Duration::from_millis(100);
/// Maximum number of unconfirmed messages to track.
const UNCONFIRMED: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Echoes {
    baseline: VecDeque<Duration>,
    recent: VecDeque<(Duration, u64)>,
    is_slow: bool,
    /// With their wire types.
    unconfirmed: VecDeque<(MessageId, String)>,
}

impl Echoes {
    pub(super) fn on_row(&mut self, row: &Row, recorder: &Recorder, log: &mut FindingLog) {
        let (id, command, state) = match &row.kind {
            RowKind::Message { id, command, state, .. } => (id, command, state),
            RowKind::Resumed(GapReport { restarted: true, .. }) => {
                log.resolve(FindingKind::EchoesSlow, row.at);
                self.reset_baseline();
                return;
            }
            _ => return,
        };
        match state {
            MessageState::Delivered(Acknowledgement::Echo) => {
                if let Some(took) = recorder.round_trip(row) {
                    self.echo(row, took, log);
                }
            }
            MessageState::Unconfirmed => self.unconfirmed(row, *id, command, log),
            _ => {}
        }
        if state.is_final() && self.unconfirmed.iter().any(|(other, _)| other == id) {
            self.unconfirmed.retain(|(other, _)| other != id);
            match self.unconfirmed_words() {
                Some(words) => log.set_description(FindingKind::Unconfirmed, "", words),
                None => log.resolve(FindingKind::Unconfirmed, row.at),
            }
        }
    }

    /// Another server, or another run of it, has its own round-trip times.
    pub(super) fn reset_baseline(&mut self) {
        self.baseline.clear();
        self.recent.clear();
        self.is_slow = false;
    }

    fn echo(&mut self, row: &Row, took: Duration, log: &mut FindingLog) {
        self.recent.push_back((took, row.number));
        if self.recent.len() <= RECENT_SIZE {
            return;
        }
        // While echoes are slow, they do not enter the baseline.
        if let Some((took, _)) = self.recent.pop_front()
            && !self.is_slow
        {
            push_bounded(&mut self.baseline, took, MAX_BASELINE);
        }
        if self.baseline.len() < MIN_BASELINE {
            return;
        }
        let usual = median(self.baseline.iter().copied());
        let now = median(self.recent.iter().map(|(took, _)| *took));
        let is_slow = |time: Duration| time > usual * SLOW_FACTOR && time > usual + MIN_SLOWDOWN;
        // One quick echo ends the finding; a new one takes several slow echoes.
        let was_slow = std::mem::replace(&mut self.is_slow, is_slow(took) && is_slow(now));
        if self.is_slow {
            let words = format!("Echoes take {} now; they used to take {}.", millis(now), millis(usual));
            let rows: Vec<u64> = self.recent.iter().map(|(_, number)| *number).collect();
            let (kind, confidence) = (FindingKind::EchoesSlow, Confidence::Likely);
            log.raise(Occurrence { kind, subject: "", confidence, words, rows: &rows, at: row.at });
        } else if was_slow {
            self.recent.clear();
            log.resolve(FindingKind::EchoesSlow, row.at);
        }
    }

    fn unconfirmed(&mut self, row: &Row, id: MessageId, command: &Command, log: &mut FindingLog) {
        self.unconfirmed.retain(|(other, _)| *other != id);
        push_bounded(&mut self.unconfirmed, (id, command.kind().to_owned()), UNCONFIRMED);
        let words = self.unconfirmed_words().unwrap_or_default();
        let (kind, confidence, rows) = (FindingKind::Unconfirmed, Confidence::Certain, [row.number]);
        log.raise(Occurrence { kind, subject: "", confidence, words, rows: &rows, at: row.at });
    }

    /// Describes the unconfirmed messages; `None` if there are none.
    fn unconfirmed_words(&self) -> Option<String> {
        let (_, kind) = self.unconfirmed.back()?;
        let words = format!("“{kind}” was written, and no answer came; a second copy could make Coda act twice.");
        Some(match self.unconfirmed.len() {
            1 => words,
            count => format!("{words} {count} messages in all are unconfirmed."),
        })
    }
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}
