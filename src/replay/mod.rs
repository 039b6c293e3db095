//! Recordings played again: to the server as messages, into the page as events, or as a test.
//!
//! To the server it goes by steps that cannot be left out: a [`Plan`] is made from a recording, a [`DryRun`] says what
//! each message will do, and only a dry run makes a [`Resender`].

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
