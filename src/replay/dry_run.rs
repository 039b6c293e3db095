//! Predicts the effect of a replay before it starts.

use std::collections::HashMap;
use std::time::Duration;

use super::options::{Ids, Options, Pace};
use super::plan::{Plan, dedup_key};
use super::resender::Resender;
use super::response_tracker::ResponseTracker;
use crate::history::{FrameClass, Recorder, RowKind, scan};
use crate::link::GapReport;
use crate::protocol::{DEDUP_WINDOW, Effect, Instant};

/// Recent writes that the server still remembers for deduplication.
#[derive(Clone, Debug, Default)]
pub struct RecentWrites {
    now: Instant,
    /// Time of the last write by deduplication key.
    written: HashMap<String, Instant>,
    /// Whether Coda is in a turn, which began before the replay.
    turn_runs: bool,
}

/// Number of rows in which the turn is searched.
const TURN_ROWS: usize = 2_000;

/// Whether the newest sign of a turn in the record is not its end.
fn turn_runs(recorder: &Recorder) -> bool {
    let sign = recorder.rows(..).rev().take(TURN_ROWS).find_map(|row| match &row.kind {
        RowKind::FrameIn { kind, text, class: FrameClass::Event, .. } => match &**kind {
            "conversation_turn" => {
                let role = scan::data_member(text, "role").and_then(scan::string);
                role.filter(|role| role != "system").map(|role| role == "user")
            }
            "llm_start" | "llm_token" | "tool_call" => Some(true),
            "llm_error" => Some(false),
            _ => None,
        },
        RowKind::Resumed(GapReport { restarted: true, .. }) => Some(false),
        _ => None,
    });
    sign.unwrap_or_default()
}

impl RecentWrites {
    /// Writes of the last 5 s in the record.
    #[must_use]
    pub fn of(recorder: &Recorder, now: Instant) -> Self {
        let recent = recorder.rows(..).rev().take_while(|row| now.duration_since(row.at.mono) < DEDUP_WINDOW);
        let mut written = HashMap::new();
        for row in recent {
            if let RowKind::FrameOut { text, .. } = &row.kind {
                written.entry(dedup_key(text)).or_insert(row.at.mono);
            }
        }
        Self { now, written, turn_runs: turn_runs(recorder) }
    }
}

/// Expected result of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// The server handles it.
    Handled,
    /// The server drops it as a copy of a recent write.
    Dropped {
        /// Time between the two writes.
        before: Duration,
    },
    /// The server drops it if less than 5 s have passed since the same bytes were written.
    MaybeDropped,
    /// The server may drop it because it is in another turn.
    MaybeBusy,
}

/// Prediction for one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// Expected time after the start; `None` if unknown.
    pub at: Option<Duration>,
    pub prediction: Prediction,
}

/// A replay that has not started.
#[derive(Clone, Debug)]
pub struct DryRun {
    plan: Plan,
    options: Options,
    recent: RecentWrites,
    forecasts: Vec<Forecast>,
}

impl DryRun {
    /// Predicts the result of each step.
    #[must_use]
    pub fn of(plan: Plan, options: Options, recent: &RecentWrites) -> Self {
        // Time of this replay's last write by key, as an offset from the start; `None` if unknown.
        let mut written: HashMap<&str, Option<Duration>> = HashMap::new();
        // A turn from before the replay keeps only the first text waiting: with `Pace::AfterReply` the others come after it.
        let (mut is_busy, mut has_earlier_turn) = (recent.turn_runs, false);
        let mut forecasts = Vec::with_capacity(plan.steps.len());
        for step in &plan.steps {
            let at = match options.pace {
                Pace::Scaled(times) => Some(step.offset / times.max(1)),
                Pace::Manual | Pace::AfterReply => None,
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
                // With `Pace::AfterReply`, each message also waits for the turn of the previous one.
                _ if step.command.effect() == Effect::Turn
                    && (is_busy || (has_earlier_turn && options.pace != Pace::AfterReply)) =>
                {
                    Prediction::MaybeBusy
                }
                _ => Prediction::Handled,
            };
            if step.command.effect() == Effect::Turn
                && matches!(prediction, Prediction::Handled | Prediction::MaybeBusy)
            {
                (is_busy, has_earlier_turn) = (false, true);
            }
            forecasts.push(Forecast { at, prediction });
        }
        Self { plan, options, recent: recent.clone(), forecasts }
    }

    /// Predicts again, because time has passed and other messages may have been written.
    #[must_use]
    pub fn refresh(&self, recent: &RecentWrites) -> Self {
        Self::of(self.plan.clone(), self.options, recent)
    }

    /// Whether both predict the same result for each step, ignoring times.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        let predictions =
            |run: &Self| run.forecasts.iter().map(|it| std::mem::discriminant(&it.prediction)).collect::<Vec<_>>();
        predictions(self) == predictions(other)
    }

    /// The forecasts, one per step.
    #[must_use]
    pub fn forecasts(&self) -> &[Forecast] {
        &self.forecasts
    }

    /// The steps that will be sent.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    #[must_use]
    pub const fn options(&self) -> Options {
        self.options
    }

    /// Starts the replay. `next_row` is the number of the record's next row.
    #[must_use]
    pub fn start(self, now: Instant, next_row: u64) -> Resender {
        Resender::new(self.plan, self.options, now, ResponseTracker::after(self.recent.written, next_row))
    }
}
