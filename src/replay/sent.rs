//! The steps that were sent, and what became of them.

use std::time::Duration;

use crate::protocol::Instant;

/// Outcome of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Awaited,
    /// The server read it; time from the write to the echo.
    Echoed(Duration),
    /// The server dropped it as a duplicate.
    Duplicate,
    /// Not sent, or with an unknown outcome; contains the message's state, or the reason in words.
    Ended(&'static str),
    /// No answer within the timeout.
    NoAnswer,
}

/// A step that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Time at which it was passed to the link.
    pub at: Instant,
    pub outcome: Outcome,
    /// Start of the wait for an answer; `None` while the message is queued.
    pub(super) written: Option<Instant>,
}
