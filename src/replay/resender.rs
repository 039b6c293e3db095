//! Sends the steps of a replay at their time, and says what became of each.

use std::sync::Arc;
use std::time::Duration;

use super::dry_run::{Ids, Options, Pace};
use super::plan::{Effect, Plan, PlanStep};
use super::response_tracker::{ResponseTracker, Turn};
use crate::history::Recorder;
use crate::link::Origin;
use crate::protocol::{Command, Instant};

/// What replayed messages say they come from.
pub const ORIGIN: Origin = Origin::new("replay", "play");
/// An answer is awaited no longer than this, and likewise that a turn begins.
const PATIENCE: Duration = Duration::from_secs(10);
/// A turn that has begun is awaited no longer than this before the next message goes out.
const TURN_PATIENCE: Duration = Duration::from_secs(120);
/// Coda tells what a turn took just after its end, and listens then.
const TURN_REST: Duration = Duration::from_millis(300);

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
    pub at: Instant,
    /// What became of it.
    pub outcome: Outcome,
    /// Since when an answer is awaited; `None` while it waits in the queue.
    pub(super) written: Option<Instant>,
}

/// A replay that runs.
#[derive(Debug)]
pub struct Resender {
    plan: Plan,
    options: Options,
    /// The moment from which offsets count; moves by each pause.
    start: Instant,
    paused: Option<Instant>,
    /// Steps that the user has asked for and that are not sent.
    asked: usize,
    sent: Vec<Sent>,
    followed: ResponseTracker,
    /// A step could not be written: there was no connection, and nothing more is sent.
    is_broken: bool,
    revision: u64,
}

impl Resender {
    pub(super) fn new(plan: Plan, options: Options, now: Instant, followed: ResponseTracker) -> Self {
        Self {
            plan,
            options,
            start: now,
            paused: None,
            asked: 0,
            sent: Vec::new(),
            followed,
            is_broken: false,
            revision: 0,
        }
    }

    /// What was sent, step by step.
    #[must_use]
    pub fn sent(&self) -> &[Sent] {
        &self.sent
    }

    /// All steps.
    #[must_use]
    pub fn steps(&self) -> &[PlanStep] {
        &self.plan.steps
    }

    /// How it is sent.
    #[must_use]
    pub const fn options(&self) -> Options {
        self.options
    }

    /// Changes whenever what was sent, or what became of it, does.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether nothing more is sent.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_broken || self.sent.len() == self.plan.steps.len()
    }

    /// Whether it is over and the outcome of each step is known, or awaited no longer.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.is_over() && self.sent.iter().all(|sent| sent.outcome != Outcome::Awaited)
    }

    /// Whether it stands still by the user's wish.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// Stands still.
    pub fn pause(&mut self, now: Instant) {
        self.paused.get_or_insert(now);
    }

    /// Goes on, as if no time had passed.
    pub fn resume(&mut self, now: Instant) {
        if let Some(since) = self.paused.take() {
            self.start = self.start + now.duration_since(since);
        }
    }

    /// Asks for the next step, whatever the pace.
    pub fn step(&mut self) {
        self.asked += 1;
    }

    /// When the next step is due; `None` where it waits for something else than time.
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
            Pace::Times(times) => Some(self.start + step.offset / times.max(1)),
            Pace::Step => None,
            Pace::Answered => match (self.sent.last(), self.followed.turn) {
                (Some(Sent { written, outcome: Outcome::Awaited, .. }), _) => written.map(|at| at + PATIENCE),
                (_, Turn::None) => Some(self.start),
                (_, Turn::Expected(since)) => Some(since + PATIENCE),
                (_, Turn::Runs(since)) => Some(since + TURN_PATIENCE),
                (_, Turn::Ended(at)) => Some(at + TURN_REST),
            },
        }
    }

    /// The next thing to send, if it is due; drain to `None`.
    pub fn poll(&mut self, now: Instant) -> Option<ToSend> {
        let due = self.due();
        self.lose_patience(now);
        if due.is_none_or(|due| due > now) {
            return None;
        }
        self.asked = self.asked.saturating_sub(1);
        let step = self.plan.steps.get(self.sent.len())?;
        self.sent.push(Sent { at: now, outcome: Outcome::Awaited, written: Some(now) });
        self.followed.turn = Turn::None;
        self.revision += 1;
        Some(match self.options.ids {
            Ids::Fresh => ToSend::Command(step.command.clone()),
            Ids::Same => ToSend::Bytes(step.text.clone()),
        })
    }

    /// The last step could not be written: the replay ends.
    pub fn not_written(&mut self) {
        self.is_broken = true;
        self.revision += 1;
        if let Some(last) = self.sent.last_mut() {
            last.outcome = Outcome::Ended("not written: there was no connection");
        }
    }

    fn lose_patience(&mut self, now: Instant) {
        for sent in self.sent.iter_mut().filter(|sent| sent.outcome == Outcome::Awaited) {
            if sent.written.is_some_and(|at| at + PATIENCE <= now) {
                sent.outcome = Outcome::NoAnswer;
                self.revision += 1;
            }
        }
    }

    /// Looks in the record what became of what was sent: at the rows that are new.
    pub fn look(&mut self, recorder: &Recorder) {
        let waits_for_turns = self.options.pace == Pace::Answered;
        let begins_turn = self.plan.steps.get(self.sent.len().saturating_sub(1));
        let begins_turn = waits_for_turns && begins_turn.is_some_and(|step| step.effect() == Effect::Turn);
        if self.followed.look(recorder, &self.plan.steps, &mut self.sent, begins_turn) {
            self.revision += 1;
        }
    }
}
