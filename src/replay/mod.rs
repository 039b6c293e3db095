//! Recordings played again: to the server as messages, into the page as events, or as a test.
//!
//! To the server it goes by steps that cannot be left out: a [`Plan`] is made from a recording, a [`DryRun`] says what
//! each message will do, and only a dry run makes a [`Player`].

mod as_test;
mod dry_run;
mod follow;
mod plan;
mod playback;
mod player;
mod reader;
mod unanswered;

pub use as_test::as_test;
pub use dry_run::{DryRun, Fate, Forecast, Ids, Options, Pace, Recent};
pub use plan::{Effect, Plan, Skipped, Step};
pub use playback::{Mark, Playback};
pub use player::{ORIGIN, Outcome, Player, Sent, ToSend};
