//! Replays recordings: to the server as messages, into the page as events, or as a test.
//!
//! A replay to the server cannot skip a step: a recording becomes a [`Plan`], a [`DryRun`] predicts the result of each
//! message, and only a dry run can create a [`Resender`].

mod as_test;
mod dry_run;
mod plan;
mod playback;
mod reader;
mod resender;
mod response_tracker;
mod unanswered;

pub use as_test::as_test;
pub use dry_run::{DryRun, Forecast, Ids, Options, Pace, Prediction, Recent};
pub use plan::{Effect, Plan, PlanStep, Skipped};
pub use playback::{Mark, Playback};
pub use resender::{ORIGIN, Outcome, Resender, Sent, ToSend};
