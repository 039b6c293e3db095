//! Echoes that slow down against their own past, and messages whose outcome is unknown.

use std::collections::VecDeque;
use std::time::Duration;

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Report};
use crate::history::{Recorder, Row, RowKind};
use crate::link::{Acknowledgement, GapReport, MessageId, MessageState};
use crate::protocol::Command;

/// So many round trips are the past,
const PAST: usize = 64;
/// of which there must be so many,
const PAST_LEAST: usize = 5;
/// and so many the present.
const PRESENT: usize = 3;
/// The present is slow when it takes so many times as long,
const SLOWER: u32 = 4;
/// and at least so much longer: what nobody feels is no finding.
const SLOWER_LEAST: Duration = Duration::from_millis(100);
/// Messages of unknown outcome that are kept in mind.
const UNCONFIRMED: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Echoes {
    past: VecDeque<Duration>,
    present: VecDeque<(Duration, u64)>,
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
                self.forget_pace();
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
                Some(words) => log.reword(FindingKind::Unconfirmed, words),
                None => log.resolve(FindingKind::Unconfirmed, row.at),
            }
        }
    }

    /// Another server, or another run of it, has a pace of its own.
    pub(super) fn forget_pace(&mut self) {
        self.past.clear();
        self.present.clear();
        self.is_slow = false;
    }

    fn echo(&mut self, row: &Row, took: Duration, log: &mut FindingLog) {
        self.present.push_back((took, row.number));
        if self.present.len() <= PRESENT {
            return;
        }
        // What is slow is no measure for what comes after.
        if let Some((took, _)) = self.present.pop_front()
            && !self.is_slow
        {
            if self.past.len() == PAST {
                self.past.pop_front();
            }
            self.past.push_back(took);
        }
        if self.past.len() < PAST_LEAST {
            return;
        }
        let usual = median(self.past.iter().copied());
        let now = median(self.present.iter().map(|(took, _)| *took));
        let is_slow = |time: Duration| time > usual * SLOWER && time > usual + SLOWER_LEAST;
        // A quick one ends it, and it takes several slow ones to begin anew.
        let was_slow = std::mem::replace(&mut self.is_slow, is_slow(took) && is_slow(now));
        if self.is_slow {
            let words = format!("Echoes take {} now; they used to take {}.", millis(now), millis(usual));
            let rows: Vec<u64> = self.present.iter().map(|(_, number)| *number).collect();
            let (kind, confidence) = (FindingKind::EchoesSlow, Confidence::Likely);
            log.raise(Report { kind, subject: "", confidence, words, rows: &rows, at: row.at });
        } else if was_slow {
            self.present.clear();
            log.resolve(FindingKind::EchoesSlow, row.at);
        }
    }

    fn unconfirmed(&mut self, row: &Row, id: MessageId, command: &Command, log: &mut FindingLog) {
        self.unconfirmed.retain(|(other, _)| *other != id);
        if self.unconfirmed.len() == UNCONFIRMED {
            self.unconfirmed.pop_front();
        }
        self.unconfirmed.push_back((id, command.kind().to_owned()));
        let words = self.unconfirmed_words().unwrap_or_default();
        let (kind, confidence, rows) = (FindingKind::Unconfirmed, Confidence::Certain, [row.number]);
        log.raise(Report { kind, subject: "", confidence, words, rows: &rows, at: row.at });
    }

    /// What is said of those that wait for a word; `None` where none does.
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
