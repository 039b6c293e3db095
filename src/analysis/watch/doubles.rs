//! Messages that were made twice by one action, and messages that the server dropped as duplicates.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::analysis::board::{Board, Report};
use crate::analysis::finding::{Confidence, FindingKind};
use crate::history::skim;
use crate::history::{Recorder, Row, RowKind};
use crate::link::{MessageId, MessageState, Origin};
use crate::protocol::{Command, Now};

/// Nobody acts twice so quickly: one event was heard twice.
const ONE_EVENT: Duration = Duration::from_millis(50);
/// A double click is not slower than this.
const DOUBLE_CLICK: Duration = Duration::from_millis(500);

/// Messages that are kept to be compared with the next.
const RECENT: usize = 64;
/// What a replay sends was made once, at some other time.
const REPLAY: &str = "replay";

/// A message as it was made.
#[derive(Clone, Debug)]
struct Made {
    row: u64,
    at: Now,
    origin: Origin,
}

#[derive(Debug, Default)]
pub(super) struct Doubles {
    /// What was queued within the time in which nobody acts twice.
    recent: VecDeque<(Made, Arc<Command>, Option<MessageId>)>,
}

impl Doubles {
    pub(super) fn see(&mut self, row: &Row, recorder: &Recorder, board: &mut Board) {
        match &row.kind {
            RowKind::Message { kind, origin, created, state: MessageState::Suppressed { original }, .. } => {
                let first = recorder.rows_of(*original).find_map(|row| match &row.kind {
                    RowKind::Message { origin, created, .. } => {
                        Some(Made { row: row.number, at: *created, origin: *origin })
                    }
                    _ => None,
                });
                let second = Made { row: row.number, at: *created, origin: *origin };
                made_twice(row, kind, first, &second, "The second was not sent.", board);
            }
            // What was kept over a reload, or waits once more, was created before.
            RowKind::Message { kind, origin, created, state: MessageState::Queued, command, again, .. }
                if *created == row.at && **command != Command::Ping && origin.component != REPLAY =>
            {
                let made = Made { row: row.number, at: row.at, origin: *origin };
                if let Some(first) = self.equal(&made, command, *again) {
                    made_twice(row, kind, Some(first), &made, "Both were sent.", board);
                }
                if self.recent.len() == RECENT {
                    self.recent.pop_front();
                }
                self.recent.push_back((made, command.clone(), *again));
            }
            RowKind::FrameIn { kind, text, answers, .. } if &**kind == "duplicate_message" => {
                dropped(row, text, *answers, recorder, board);
            }
            _ => {}
        }
    }

    /// The equal message just before. What the user has sent again is meant, but not twice.
    fn equal(&mut self, made: &Made, command: &Command, again: Option<MessageId>) -> Option<Made> {
        self.recent.retain(|(before, ..)| made.at.mono.since(before.at.mono) < ONE_EVENT);
        let is_it = |(_, before, before_again): &&(Made, Arc<Command>, Option<MessageId>)| {
            **before == *command && (again.is_none() || again == *before_again)
        };
        self.recent.iter().find(is_it).map(|(made, ..)| made.clone())
    }
}

fn made_twice(row: &Row, kind: &str, first: Option<Made>, second: &Made, outcome: &str, board: &mut Board) {
    let origin = second.origin;
    let name = |origin: Origin| format!("{} ({})", origin.component, origin.action);
    let (confidence, words, rows) = match first {
        None => (Confidence::Possible, format!("{} made “{kind}” again.", name(origin)), vec![row.number]),
        Some(Made { row: number, at, origin: first }) => {
            let apart = second.at.mono.since(at.mono);
            let confidence = match apart {
                apart if apart < ONE_EVENT => Confidence::Certain,
                apart if apart < DOUBLE_CLICK => Confidence::Likely,
                _ => Confidence::Possible,
            };
            let who = if first.component == origin.component && first.action == origin.action {
                format!("{} made “{kind}” twice, {} ms apart", name(origin), apart.as_millis())
            } else {
                let (first, second) = (name(first), name(origin));
                format!("{first} and {second} made the same “{kind}”, {} ms apart", apart.as_millis())
            };
            let why = match confidence {
                Confidence::Certain => "Nobody acts so quickly: something listens twice.",
                Confidence::Likely => "A double click, or something that listens twice.",
                Confidence::Possible => "Somebody may have been impatient.",
            };
            (confidence, format!("{who}. {why} {outcome}"), vec![number, row.number])
        }
    };
    let kind_of = FindingKind::DoubleListener;
    board.raise(Report { kind: kind_of, subject: kind, confidence, words, rows: &rows, at: row.at });
}

fn dropped(row: &Row, text: &str, answers: Option<MessageId>, recorder: &Recorder, board: &mut Board) {
    let kind = skim::data_member(text, "original_type").and_then(skim::string).unwrap_or_default();
    let mut rows: Vec<u64> = answers
        .into_iter()
        .flat_map(|id| recorder.rows_of(id).filter(|row| matches!(row.kind, RowKind::FrameOut { .. })))
        .map(|row| row.number)
        .collect();
    rows.push(row.number);
    let (confidence, words) = if answers.is_some() {
        let words =
            format!("A copy of a “{kind}” that was written again was known to Coda already: its echo had been lost.");
        (Confidence::Certain, words)
    } else {
        (Confidence::Likely, format!("Coda was sent the same “{kind}” twice within 5 s and dropped the second."))
    };
    let kind_of = FindingKind::DroppedDuplicate;
    board.raise(Report { kind: kind_of, subject: &kind, confidence, words, rows: &rows, at: row.at });
}
