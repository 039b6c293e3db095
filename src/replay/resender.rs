//! Resends the steps of a plan at their times, and reports the outcome of each.

use std::sync::Arc;
use std::time::Duration;

use super::options::{Ids, Options, Pace};
use super::plan::{Plan, PlanStep};
use super::response_tracker::{ResponseTracker, Turn};
use super::sent::{Outcome, Sent};
use crate::history::Recorder;
use crate::protocol::{Command, Effect, Instant};

/// Timeout for an answer, and for the start of a turn.
const REPLY_TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout for the end of a turn before the next message is sent.
const TURN_TIMEOUT: Duration = Duration::from_secs(120);
/// Pause after a turn: Coda reports its timings right after the end, and then listens again.
const TURN_COOLDOWN: Duration = Duration::from_millis(300);

/// A message to send now.
#[derive(Clone, Debug, PartialEq)]
pub enum ToSend {
    /// Through the queue, past the deduplication.
    Command(Command),
    /// Unchanged, past the queue.
    Bytes(Arc<str>),
}

/// A running replay.
#[derive(Debug)]
pub struct Resender {
    plan: Plan,
    options: Options,
    /// Time from which offsets count; each pause moves it.
    start: Instant,
    paused: Option<Instant>,
    /// Steps that the user requested and that are not sent yet.
    asked: usize,
    sent: Vec<Sent>,
    tracker: ResponseTracker,
    /// A step could not be written for lack of a connection, so nothing more is sent.
    is_broken: bool,
    revision: u64,
}

impl Resender {
    pub(super) fn new(plan: Plan, options: Options, now: Instant, tracker: ResponseTracker) -> Self {
        Self {
            plan,
            options,
            start: now,
            paused: None,
            asked: 0,
            sent: Vec::new(),
            tracker,
            is_broken: false,
            revision: 0,
        }
    }

    /// The steps sent so far.
    #[must_use]
    pub fn sent(&self) -> &[Sent] {
        &self.sent
    }

    /// All steps of the plan.
    #[must_use]
    pub fn steps(&self) -> &[PlanStep] {
        &self.plan.steps
    }

    #[must_use]
    pub const fn options(&self) -> Options {
        self.options
    }

    /// Changes whenever a step is sent or gets another outcome.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether no more steps will be sent.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_broken || self.sent.len() == self.plan.steps.len()
    }

    /// Whether no more steps will be sent, and each sent one has an outcome or has timed out.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.is_over() && self.sent.iter().all(|sent| sent.outcome != Outcome::Awaited)
    }

    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// Pauses the replay.
    pub fn pause(&mut self, now: Instant) {
        self.paused.get_or_insert(now);
    }

    /// Resumes as if no time had passed.
    pub fn resume(&mut self, now: Instant) {
        if let Some(since) = self.paused.take() {
            self.start = self.start + now.duration_since(since);
        }
    }

    /// Requests the next step now, regardless of the pace.
    pub fn step(&mut self) {
        self.asked += 1;
    }

    /// Time at which the next step is due; `None` if it waits for something other than time.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        let step = self.plan.steps.get(self.sent.len()).filter(|_| !self.is_broken)?;
        if self.asked > 0 {
            return Some(self.start);
        }
        if self.paused.is_some() {
            return None;
        }
        match self.options.pace {
            Pace::Scaled(times) => Some(self.start + step.offset / times.max(1)),
            Pace::Manual => None,
            Pace::AfterReply => match (self.sent.last(), self.tracker.turn) {
                (Some(Sent { written, outcome: Outcome::Awaited, .. }), _) => written.map(|at| at + REPLY_TIMEOUT),
                (_, Turn::None) => Some(self.start),
                (_, Turn::Expected(since)) => Some(since + REPLY_TIMEOUT),
                (_, Turn::Runs(since)) => Some(since + TURN_TIMEOUT),
                (_, Turn::Ended(at)) => Some(at + TURN_COOLDOWN),
            },
        }
    }

    /// When to call [`Self::poll`] again, if nothing is recorded before.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Instant> {
        let awaited = self.sent.iter().filter(|sent| sent.outcome == Outcome::Awaited);
        let patience = awaited.filter_map(|sent| sent.written.map(|at| at + REPLY_TIMEOUT)).min();
        self.due().into_iter().chain(patience).min()
    }

    /// The next message to send, if it is due. Call it until it returns `None`.
    pub fn poll(&mut self, now: Instant) -> Option<ToSend> {
        let due = self.due();
        self.expire_pending(now);
        if due.is_none_or(|due| due > now) {
            return None;
        }
        self.asked = self.asked.saturating_sub(1);
        let step = self.plan.steps.get(self.sent.len())?;
        self.sent.push(Sent { at: now, outcome: Outcome::Awaited, written: Some(now) });
        self.tracker.turn = Turn::None;
        self.revision += 1;
        Some(match self.options.ids {
            Ids::Fresh => ToSend::Command(step.command.clone()),
            Ids::Same => ToSend::Bytes(step.text.clone()),
        })
    }

    /// Ends the replay, because the last step could not be written.
    pub fn not_written(&mut self) {
        self.is_broken = true;
        self.revision += 1;
        if let Some(last) = self.sent.last_mut() {
            last.outcome = Outcome::Ended("not written: there was no connection");
        }
    }

    fn expire_pending(&mut self, now: Instant) {
        for sent in self.sent.iter_mut().filter(|sent| sent.outcome == Outcome::Awaited) {
            if sent.written.is_some_and(|at| at + REPLY_TIMEOUT <= now) {
                sent.outcome = Outcome::NoAnswer;
                self.revision += 1;
            }
        }
    }

    /// Reads the new rows of the record for outcomes of sent steps.
    pub fn look(&mut self, recorder: &Recorder) {
        let waits_for_turns = self.options.pace == Pace::AfterReply;
        let begins_turn = self.plan.steps.get(self.sent.len().saturating_sub(1));
        let begins_turn = waits_for_turns && begins_turn.is_some_and(|step| step.command.effect() == Effect::Turn);
        if self.tracker.look(recorder, &self.plan.steps, &mut self.sent, begins_turn) {
            self.revision += 1;
        }
    }
}
