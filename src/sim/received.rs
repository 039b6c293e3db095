//! Log of the received messages, against which tests check their invariants.

use serde_json::Value;

use super::io::PeerId;
use crate::protocol::Instant;

/// Number of messages that are at least kept. The log holds at most twice as many.
const KEPT: usize = 10_000;

/// A message that the server read from an authenticated client.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The message's `data.message_id`, if any.
    pub id: Option<String>,
    /// The message's type.
    pub kind: String,
    /// The message's `data`, unchanged.
    pub data: Value,
    /// Whether the server executed it. Duplicates are not executed.
    pub acted: bool,
    /// Arrival time on the clock passed to [`super::Server::handle`].
    pub at: Instant,
    /// The connection it arrived on.
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
