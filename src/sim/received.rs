//! The log of what clients sent, against which the tests check their invariants.

use serde_json::Value;

use super::server::PeerId;
use crate::protocol::Instant;

/// At least so many of the newest messages are kept, and at most twice as many.
const KEPT: usize = 10_000;

/// A message that the server read from a client that it had let in.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The message's `data.message_id`, where it has one.
    pub id: Option<String>,
    /// The message's type.
    pub kind: String,
    /// The message's `data`, whole.
    pub data: Value,
    /// Whether the server handled it; duplicates it did not.
    pub acted: bool,
    /// When, on the clock handed to [`super::Server::handle`].
    pub at: Instant,
    /// From whom.
    pub peer: PeerId,
}

/// The newest messages, oldest first.
#[derive(Debug, Default)]
pub(super) struct ReceivedLog(Vec<Received>);

impl ReceivedLog {
    pub(super) fn push(&mut self, message: Received) {
        if self.0.len() >= 2 * KEPT {
            self.0.drain(..KEPT);
        }
        self.0.push(message);
    }

    pub(super) fn as_slice(&self) -> &[Received] {
        &self.0
    }
}
