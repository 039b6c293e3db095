//! Replays recordings: to the server as messages, into the page as events, or as a test.
//!
//! A replay to the server cannot skip a step: a recording becomes a [`Plan`], a [`DryRun`] predicts the result of each
//! message, and only a dry run can create a [`Resender`].

mod as_test;
mod dry_run;
mod options;
mod pending_writes;
mod plan;
mod playback;
mod reader;
mod resender;
mod response_tracker;
mod sent;

pub use as_test::as_test;
pub use dry_run::{DryRun, Forecast, Prediction, RecentWrites};
pub use options::{Ids, ORIGIN, Options, Pace};
pub use plan::{Plan, PlanStep, Skipped};
pub use playback::{Marker, Playback};
pub use resender::{Resender, ToSend};
pub use sent::{Outcome, Sent};
