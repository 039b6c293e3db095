//! Says what a replay will do before it does it.

use std::collections::HashMap;
use std::time::Duration;

use super::plan::{Effect, Plan, key_of};
use super::resender::Resender;
use super::response_tracker::ResponseTracker;
use crate::history::{Recorder, RowKind};
use crate::protocol::{DEDUP_WINDOW, Instant};

/// When each message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As far apart as they were, divided by this; 1 for as it was.
    Times(u32),
    /// Each when the user says so.
    Step,
    /// Each when the one before is answered.
    Answered,
}

/// By what the server will know the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// New ids, through the queue: each is a new message.
    Fresh,
    /// The same bytes as then, past the queue.
    Same,
}

/// How to replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// When.
    pub pace: Pace,
    /// As what.
    pub ids: Ids,
}

/// What was written just before, which the server still remembers.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    now: Instant,
    /// When each message was written last, by what the server knows it by.
    written: HashMap<String, Instant>,
}

impl Recent {
    /// What the record says was written within the last 5 s.
    #[must_use]
    pub fn of(recorder: &Recorder, now: Instant) -> Self {
        let recent = recorder.rows(..).rev().take_while(|row| now.duration_since(row.at.mono) < DEDUP_WINDOW);
        let mut written = HashMap::new();
        for row in recent {
            if let RowKind::FrameOut { text, .. } = &row.kind {
                written.entry(key_of(text)).or_insert(row.at.mono);
            }
        }
        Self { now, written }
    }
}

/// What the server will do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// It handles it.
    Handled,
    /// It drops it: the same was written so long before.
    Dropped {
        /// How long before.
        before: Duration,
    },
    /// It drops it if less than 5 s have passed since the same was written.
    MaybeDropped,
    /// It may drop it: it is at another answer then.
    MaybeBusy,
}

/// What is known of a step beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// When it will be written, after the start; `None` where that is not known.
    pub at: Option<Duration>,
    /// What the server will do with it.
    pub prediction: Prediction,
}

/// A replay that has not begun.
#[derive(Clone, Debug)]
pub struct DryRun {
    plan: Plan,
    options: Options,
    recent: Recent,
    forecasts: Vec<Forecast>,
}

impl DryRun {
    /// Looks ahead.
    #[must_use]
    pub fn of(plan: Plan, options: Options, recent: &Recent) -> Self {
        // How long before the start a key was written last; after the start, as a negative time.
        let mut written: HashMap<&str, Option<Duration>> = HashMap::new();
        let mut last_turn = false;
        let mut forecasts = Vec::with_capacity(plan.steps.len());
        for step in &plan.steps {
            let at = match options.pace {
                Pace::Times(times) => Some(step.offset / times.max(1)),
                Pace::Step | Pace::Answered => None,
            };
            let duplicate = (options.ids == Ids::Same).then(|| {
                let earlier = written.insert(&step.key, at);
                let ago = recent.written.get(&step.key).map(|written| recent.now.duration_since(*written));
                match (earlier, ago) {
                    (Some(Some(before)), _) => at.map(|at| Some(at.saturating_sub(before))),
                    (Some(None), _) => Some(None),
                    (None, Some(ago)) => Some(at.map(|at| at + ago)),
                    (None, None) => None,
                }
            });
            let prediction = match duplicate.flatten() {
                Some(Some(before)) if before < DEDUP_WINDOW => Prediction::Dropped { before },
                Some(None) => Prediction::MaybeDropped,
                // Where each waits for the one before, it waits for its turn too.
                _ if step.effect() == Effect::Turn && last_turn && options.pace != Pace::Answered => {
                    Prediction::MaybeBusy
                }
                _ => Prediction::Handled,
            };
            if step.effect() == Effect::Turn && matches!(prediction, Prediction::Handled | Prediction::MaybeBusy) {
                last_turn = true;
            }
            forecasts.push(Forecast { at, prediction });
        }
        Self { plan, options, recent: recent.clone(), forecasts }
    }

    /// Looks ahead again: time has passed, and other messages may have been written.
    #[must_use]
    pub fn refresh(&self, recent: &Recent) -> Self {
        Self::of(self.plan.clone(), self.options, recent)
    }

    /// Whether both foretell the same of each step, whatever the times.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        let fates =
            |run: &Self| run.forecasts.iter().map(|it| std::mem::discriminant(&it.prediction)).collect::<Vec<_>>();
        fates(self) == fates(other)
    }

    /// What is known of each step.
    #[must_use]
    pub fn forecasts(&self) -> &[Forecast] {
        &self.forecasts
    }

    /// What will be sent.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How it will be sent.
    #[must_use]
    pub const fn options(&self) -> Options {
        self.options
    }

    /// Begins. `next_row` is the number of the record's next row.
    #[must_use]
    pub fn start(self, now: Instant, next_row: u64) -> Resender {
        Resender::new(self.plan, self.options, now, ResponseTracker::after(self.recent.written, next_row))
    }
}
