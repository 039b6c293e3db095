//! Tracks the outcomes of sent steps in the record, reading each row once.

use std::collections::HashMap;

use super::options::ORIGIN;
use super::pending_writes::PendingWrites;
use super::plan::PlanStep;
use super::sent::{Outcome, Sent};
use crate::history::{FrameClass, Recorder, Row, RowKind};
use crate::link::{Acknowledgement, FramePurpose, GapReport, MessageId, MessageState, PhaseKind};
use crate::protocol::Instant;

/// State of the turn that the last step begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// The step begins no turn, or is not known to.
    None,
    /// Coda has read the step at this time, and the turn has not begun.
    Expected(Instant),
    /// The turn is running since this time.
    Runs(Instant),
    /// The turn ended at this time.
    Ended(Instant),
}

/// Tracks sent steps through the rows of the record.
#[derive(Debug)]
pub(super) struct ResponseTracker {
    pub(super) turn: Turn,
    next_row: u64,
    /// Steps that were sent as messages.
    messages: HashMap<MessageId, usize>,
    /// Steps that were written as raw frames.
    pending_writes: PendingWrites<usize>,
    /// Number of steps found in the record; each is passed to the link before the next.
    found: usize,
}

impl ResponseTracker {
    /// Tracks a replay that starts now; `written` contains earlier writes.
    pub(super) fn after(written: HashMap<String, Instant>, next_row: u64) -> Self {
        let pending_writes = PendingWrites::after(written);
        Self { turn: Turn::None, next_row, messages: HashMap::new(), pending_writes, found: 0 }
    }

    /// Reads the new rows; returns whether any affects a step. `begins_turn` is whether the last step begins a turn.
    pub(super) fn look(
        &mut self,
        recorder: &Recorder,
        steps: &[PlanStep],
        sent: &mut [Sent],
        begins_turn: bool,
    ) -> bool {
        let numbers = recorder.numbers();
        let mut is_news = false;
        if self.next_row < numbers.start {
            // Unread rows were evicted: the outcomes of their steps are unknown, and later rows belong to later steps.
            for sent in sent.iter_mut().skip(self.found) {
                sent.outcome = Outcome::Ended("no longer in the record");
            }
            is_news = self.found < sent.len();
            self.found = sent.len();
        }
        for row in recorder.rows(self.next_row..) {
            if let Some(place) = self.observe_row(row, recorder, steps, sent) {
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

    /// Applies a row and returns the index of the step that it affects.
    fn observe_row(&mut self, row: &Row, recorder: &Recorder, steps: &[PlanStep], sent: &mut [Sent]) -> Option<usize> {
        let next = self.found;
        match &row.kind {
            RowKind::Message { id, origin, created, state, .. } if *origin == ORIGIN => {
                let is_next = sent.get(next).is_some_and(|sent| sent.at <= created.mono);
                let place = self.messages.get(id).copied().or(is_next.then_some(next))?;
                if self.messages.insert(*id, place).is_none() {
                    self.found += 1;
                }
                let sent = sent.get_mut(place)?;
                match state {
                    MessageState::Queued | MessageState::Held(_) => sent.written = None,
                    MessageState::Written { .. } => sent.written = Some(row.at.mono),
                    MessageState::Delivered(Acknowledgement::Duplicate) => sent.outcome = Outcome::Duplicate,
                    MessageState::Delivered(_) => {
                        sent.outcome = Outcome::Echoed(recorder.round_trip(row).unwrap_or_default());
                    }
                    state => sent.outcome = Outcome::Ended(state.name()),
                }
                Some(place)
            }
            RowKind::FrameOut { text, purpose, .. } => {
                let handed_over = sent.get_mut(next).filter(|sent| sent.at <= row.at.mono);
                let is_it =
                    *purpose == FramePurpose::Raw(ORIGIN) && steps.get(next).is_some_and(|step| step.text == *text);
                let Some(sent) = handed_over.filter(|_| is_it) else {
                    self.pending_writes.note(text, row.at.mono);
                    return None;
                };
                sent.written = Some(row.at.mono);
                self.found += 1;
                self.pending_writes.add(next, text, row.at.mono);
                Some(next)
            }
            RowKind::FrameIn { class: FrameClass::Event | FrameClass::Control(_), .. }
                if !self.pending_writes.is_empty() =>
            {
                self.answer(row, recorder, sent)
            }
            RowKind::Phase { phase, .. } if *phase != PhaseKind::Ready => {
                self.pending_writes.clear();
                None
            }
            RowKind::Resumed(GapReport { restarted: true, .. }) => {
                self.pending_writes.forget();
                None
            }
            _ => None,
        }
    }

    /// Applies an answer to a raw step and returns the index of the step.
    fn answer(&mut self, row: &Row, recorder: &Recorder, sent: &mut [Sent]) -> Option<usize> {
        let RowKind::FrameIn { kind, text, answers, .. } = &row.kind else { return None };
        let is_message = answers.is_some_and(|id| was_in_flight(recorder, id, row.number));
        let (place, is_echo) = match &**kind {
            "client_message" if !is_message => (self.pending_writes.echoed(text)?, true),
            "duplicate_message" if answers.is_none() => (self.pending_writes.dropped(text)?, false),
            _ => return None,
        };
        let sent = sent.get_mut(place)?;
        sent.outcome = match sent.written {
            Some(written) if is_echo => Outcome::Echoed(row.at.mono.duration_since(written)),
            _ => Outcome::Duplicate,
        };
        Some(place)
    }

    fn watch_turn(&mut self, row: &Row) {
        let kind = match &row.kind {
            RowKind::FrameIn { kind, class: FrameClass::Event, .. } => &**kind,
            // The end of a connection loses the turn's further events.
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

/// Whether the message was written and unanswered just before this row. If not, an echo with its id answers a raw frame
/// with the same bytes.
fn was_in_flight(recorder: &Recorder, id: MessageId, number: u64) -> bool {
    let before = recorder.rows_of(id).rev().filter(|row| row.number < number);
    let mut states = before.filter_map(|row| match &row.kind {
        RowKind::Message { state, .. } => Some(state),
        _ => None,
    });
    matches!(states.next(), Some(MessageState::Written { .. }))
}
