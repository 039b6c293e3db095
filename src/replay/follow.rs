//! Follows in the record what becomes of the steps that a replay sent: each row is read once.

use std::collections::HashMap;

use serde_json::Value;

use super::plan::Step;
use super::player::{ORIGIN, Outcome, Sent};
use crate::history::{Recorder, Row, RowKind, What, skim, state_name};
use crate::link::{Carries, MessageId, MessageState, PhaseKind, Proof};
use crate::protocol::Timestamp;

/// The turn that the last step begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It begins none, or is not known to.
    None,
    /// Coda has read the step, and the turn is to come.
    Expected(Timestamp),
    /// It runs.
    Runs(Timestamp),
    /// It has ended.
    Ended(Timestamp),
}

/// What is known of the steps in the record.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) turn: Turn,
    next_row: u64,
    /// The steps that are messages.
    messages: HashMap<MessageId, usize>,
    /// Steps that were written as they are and are not answered, in the order of the writes.
    unanswered: Vec<usize>,
    /// So many steps have been found in the record: each is handed over before the next.
    found: usize,
}

impl Followed {
    pub(super) fn from(next_row: u64) -> Self {
        Self { turn: Turn::None, next_row, messages: HashMap::new(), unanswered: Vec::new(), found: 0 }
    }

    /// Reads the rows that are new; whether any of them tells something. `begins_turn` is whether the last step does.
    pub(super) fn look(&mut self, recorder: &Recorder, steps: &[Step], sent: &mut [Sent], begins_turn: bool) -> bool {
        let numbers = recorder.numbers();
        let mut is_news = false;
        if self.next_row < numbers.start {
            // Rows went before they could be read: what they told of is not known, and later ones tell of later steps.
            for sent in sent.iter_mut().skip(self.found) {
                sent.outcome = Outcome::Ended("no longer in the record");
            }
            is_news = self.found < sent.len();
            self.found = sent.len();
        }
        for row in recorder.rows(self.next_row..) {
            if let Some(place) = self.see(row, recorder, steps, sent) {
                is_news = true;
                let is_echoed = matches!(sent.get(place), Some(Sent { outcome: Outcome::Echoed(_), .. }));
                if begins_turn && place + 1 == sent.len() && is_echoed {
                    self.turn = Turn::Expected(row.at.mono);
                }
            } else {
                self.watch_turn(row);
            }
        }
        self.next_row = numbers.end;
        is_news
    }

    /// The place of the step that the row tells of.
    fn see(&mut self, row: &Row, recorder: &Recorder, steps: &[Step], sent: &mut [Sent]) -> Option<usize> {
        let next = self.found;
        match &row.kind {
            RowKind::Message { id, origin: ORIGIN, created, state, .. } => {
                let is_next = sent.get(next).is_some_and(|sent| sent.at <= created.mono);
                let place = self.messages.get(id).copied().or(is_next.then_some(next))?;
                if self.messages.insert(*id, place).is_none() {
                    self.found += 1;
                }
                let sent = sent.get_mut(place)?;
                match state {
                    MessageState::Queued | MessageState::Held(_) => sent.written = None,
                    MessageState::Written { .. } => sent.written = Some(row.at.mono),
                    MessageState::Delivered(Proof::Duplicate) => sent.outcome = Outcome::Duplicate,
                    MessageState::Delivered(_) => {
                        sent.outcome = Outcome::Echoed(recorder.round_trip(row).unwrap_or_default());
                    }
                    state => sent.outcome = Outcome::Ended(state_name(state)),
                }
                Some(place)
            }
            RowKind::FrameOut { text, carries: Carries::Raw(ORIGIN), .. } => {
                steps.get(next).filter(|step| step.text == *text)?;
                sent.get_mut(next)?.written = Some(row.at.mono);
                self.found += 1;
                self.unanswered.push(next);
                Some(next)
            }
            RowKind::FrameIn { kind, text, answers: None, .. } if !self.unanswered.is_empty() => {
                let is_it = match &**kind {
                    "client_message" => is_echo,
                    "duplicate_message" => is_dropped,
                    _ => return None,
                };
                let at = self.unanswered.iter().position(|at| steps.get(*at).is_some_and(|step| is_it(text, step)))?;
                let place = self.unanswered.remove(at);
                let sent = sent.get_mut(place)?;
                sent.outcome = match sent.written {
                    Some(written) if &**kind == "client_message" => Outcome::Echoed(row.at.mono.since(written)),
                    _ => Outcome::Duplicate,
                };
                Some(place)
            }
            _ => None,
        }
    }

    fn watch_turn(&mut self, row: &Row) {
        let kind = match &row.kind {
            RowKind::FrameIn { kind, what: What::Event, .. } => &**kind,
            // A connection that ended takes the turn's events with it.
            RowKind::Phase { phase, .. } if *phase != PhaseKind::Ready && self.turn != Turn::None => {
                self.turn = Turn::Ended(row.at.mono);
                return;
            }
            _ => return,
        };
        self.turn = match (self.turn, kind) {
            (Turn::Expected(_), "conversation_turn" | "llm_start") => Turn::Runs(row.at.mono),
            (Turn::Runs(_), "tts_result" | "tts_stop" | "tts_error" | "llm_error") => Turn::Ended(row.at.mono),
            (turn, _) => turn,
        };
    }
}

/// Whether the frame is the echo of these bytes.
fn is_echo(frame: &str, step: &Step) -> bool {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    let said = skim::data_member(frame, "message_data").and_then(parsed);
    is_of_type(frame, "message_type", step) && said == parsed(skim::member(&step.text, "data").unwrap_or("{}"))
}

/// Whether the frame says that such a message was known already.
fn is_dropped(frame: &str, step: &Step) -> bool {
    is_of_type(frame, "original_type", step)
}

fn is_of_type(frame: &str, field: &str, step: &Step) -> bool {
    skim::data_member(frame, field).and_then(skim::string).as_deref() == Some(step.command.kind())
}
