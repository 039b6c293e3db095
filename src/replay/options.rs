//! How a recording is resent.

use crate::link::Origin;

/// Origin of replayed messages.
pub const ORIGIN: Origin = Origin::new("replay", "play");

/// When each message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At the recorded intervals, divided by this factor; 1 is the original speed.
    Scaled(u32),
    /// Each message on the user's command.
    Manual,
    /// Each message after the previous one is answered.
    AfterReply,
}

/// Whether the server sees new messages or copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// New ids, through the queue: each is a new message.
    Fresh,
    /// The recorded bytes, past the queue.
    Same,
}

/// Settings of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub pace: Pace,
    pub ids: Ids,
}
