//! Sends the steps of a replay at their time, and follows what becomes of each.

use std::sync::Arc;
use std::time::Duration;

use super::dry_run::{Ids, Options, Pace};
use super::plan::{Plan, Step};
use crate::history::{Recorder, Row, RowKind, skim};
use crate::link::{Carries, MessageId, MessageState, Origin, Proof};
use crate::protocol::{Command, Timestamp};

/// What replayed messages say they come from.
pub const ORIGIN: Origin = Origin { component: "replay", action: "play" };
/// An answer is awaited no longer than this before the next message goes out.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something to send now.
#[derive(Clone, Debug, PartialEq)]
pub enum ToSend {
    /// Through the queue, past the deduplication.
    Command(Command),
    /// As it is, past the queue.
    Bytes(Arc<str>),
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not known yet.
    Awaited,
    /// The server read it, so long after.
    Echoed(Duration),
    /// The server dropped it as a duplicate.
    Duplicate,
    /// It was not sent, or its outcome is unknown: the message's state.
    Ended(&'static str),
    /// No answer came in time.
    NoAnswer,
}

/// A step that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// When it was handed over.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
}

/// A replay that runs.
#[derive(Debug)]
pub struct Player {
    plan: Plan,
    options: Options,
    /// The moment from which offsets count; moves by each pause.
    start: Timestamp,
    paused: Option<Timestamp>,
    /// Steps that the user has asked for and that are not sent.
    asked: usize,
    sent: Vec<Sent>,
    /// The row from which on the record tells of what was sent.
    first_row: u64,
}

impl Player {
    pub(super) const fn new(plan: Plan, options: Options, now: Timestamp, first_row: u64) -> Self {
        Self { plan, options, start: now, paused: None, asked: 0, sent: Vec::new(), first_row }
    }

    /// What was sent, step by step.
    #[must_use]
    pub fn sent(&self) -> &[Sent] {
        &self.sent
    }

    /// All steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.plan.steps
    }

    /// How it is sent.
    #[must_use]
    pub const fn options(&self) -> Options {
        self.options
    }

    /// Whether everything was sent.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.sent.len() == self.plan.steps.len()
    }

    /// Whether it stands still by the user's wish.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// Stands still.
    pub fn pause(&mut self, now: Timestamp) {
        self.paused.get_or_insert(now);
    }

    /// Goes on, as if no time had passed.
    pub fn resume(&mut self, now: Timestamp) {
        if let Some(since) = self.paused.take() {
            self.start = self.start + now.since(since);
        }
    }

    /// Asks for the next step, whatever the pace.
    pub fn step(&mut self) {
        self.asked += 1;
    }

    /// When the next step is due; `None` where it waits for something else than time.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let step = self.plan.steps.get(self.sent.len())?;
        if self.asked > 0 {
            return Some(self.start);
        }
        if self.paused.is_some() {
            return None;
        }
        match self.options.pace {
            Pace::Times(times) => Some(self.start + step.offset / times.max(1)),
            Pace::Step => None,
            Pace::Answered => match self.sent.last() {
                Some(Sent { at, outcome: Outcome::Awaited }) => Some(*at + PATIENCE),
                Some(_) | None => Some(self.start),
            },
        }
    }

    /// The next thing to send, if it is due; drain to `None`.
    pub fn poll(&mut self, now: Timestamp) -> Option<ToSend> {
        if self.due().is_none_or(|due| due > now) {
            return None;
        }
        self.asked = self.asked.saturating_sub(1);
        if let Some(last) = self.sent.last_mut().filter(|last| last.outcome == Outcome::Awaited)
            && self.options.pace == Pace::Answered
        {
            last.outcome = Outcome::NoAnswer;
        }
        let step = self.plan.steps.get(self.sent.len())?;
        self.sent.push(Sent { at: now, outcome: Outcome::Awaited });
        Some(match self.options.ids {
            Ids::Fresh => ToSend::Command(step.command.clone()),
            Ids::Same => ToSend::Bytes(step.text.clone()),
        })
    }

    /// Looks in the record what became of what was sent.
    pub fn look(&mut self, recorder: &Recorder) {
        match self.options.ids {
            Ids::Fresh => self.look_for_messages(recorder),
            Ids::Same => self.look_for_answers(recorder),
        }
    }

    fn look_for_messages(&mut self, recorder: &Recorder) {
        let is_first = |row: &&Row| matches!(&row.kind, RowKind::Message { origin: ORIGIN, .. });
        let mut ids: Vec<MessageId> = Vec::new();
        for id in recorder.rows(self.first_row..).filter(is_first).filter_map(Row::message) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        for (sent, id) in self.sent.iter_mut().zip(ids) {
            if matches!(sent.outcome, Outcome::Awaited | Outcome::NoAnswer)
                && let Some(outcome) = outcome_of(recorder, id)
            {
                sent.outcome = outcome;
            }
        }
    }

    /// The server answers in the order of the writes, with an echo or as to a duplicate.
    fn look_for_answers(&mut self, recorder: &Recorder) {
        let mut waiting: Vec<(usize, &str, Timestamp)> = Vec::new();
        let mut written = 0;
        for row in recorder.rows(self.first_row..) {
            match &row.kind {
                RowKind::FrameOut { kind, carries: Carries::Raw(ORIGIN), .. } => {
                    waiting.push((written, kind, row.at.mono));
                    written += 1;
                }
                RowKind::FrameIn { kind, text, .. } if !waiting.is_empty() => {
                    let (field, is_echo) = match &**kind {
                        "client_message" => ("message_type", true),
                        "duplicate_message" => ("original_type", false),
                        _ => continue,
                    };
                    let Some(of) = skim::data_member(text, field).and_then(skim::string) else { continue };
                    let Some(at) = waiting.iter().position(|(_, kind, _)| *kind == of) else { continue };
                    let (place, _, since) = waiting.remove(at);
                    let outcome = if is_echo { Outcome::Echoed(row.at.mono.since(since)) } else { Outcome::Duplicate };
                    if let Some(sent) = self.sent.get_mut(place) {
                        sent.outcome = outcome;
                    }
                }
                _ => {}
            }
        }
    }
}

fn outcome_of(recorder: &Recorder, id: MessageId) -> Option<Outcome> {
    let row = recorder.rows_of(id).rev().find(|row| matches!(row.kind, RowKind::Message { .. }))?;
    let RowKind::Message { state, .. } = &row.kind else { return None };
    match state {
        MessageState::Queued | MessageState::Written { .. } => None,
        MessageState::Delivered(Proof::Duplicate) => Some(Outcome::Duplicate),
        MessageState::Delivered(_) => Some(Outcome::Echoed(recorder.round_trip(row).unwrap_or_default())),
        state => Some(Outcome::Ended(crate::history::state_name(state))),
    }
}
