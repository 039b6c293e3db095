//! Matches replies to writes.
//!
//! Invariant: the server replies in write order. An echo contains the message id, but `duplicate_message` only the
//! type, so replies that may still arrive for other copies must be told from the one that settles a message.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::in_flight::InFlight;
use crate::bounded::push_bounded;

/// Number of texts that are remembered until their turn begins.
const MAX_EXPECTED_TURNS: usize = 64;

/// A reply that may still arrive and settles nothing: to a raw frame, or to a retry of a message that is settled
/// already.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct PendingReply {
    kind: String,
    write: u64,
    is_raw: bool,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Replies {
    pending: Vec<PendingReply>,
    /// Number of writes on this connection.
    writes: u64,
    /// Texts that the server has read but not begun a turn with. Their turns prove nothing about other messages.
    expected_turns: VecDeque<String>,
}

impl Replies {
    /// Counts a write and returns its number.
    pub(super) fn count_write(&mut self) -> u64 {
        self.writes += 1;
        self.writes
    }

    /// Counts the write of a raw frame of this type; `None` if the server will not reply to it.
    pub(super) fn count_raw_write(&mut self, kind: Option<String>) {
        let write = self.count_write();
        self.pending.extend(kind.map(|kind| PendingReply { kind, write, is_raw: true }));
    }

    /// Whether a reply to a message of this type may arrive that settles nothing.
    pub(super) fn is_pending(&self, kind: &str) -> bool {
        self.pending.iter().any(|reply| reply.kind == kind)
    }

    /// Handles a `duplicate_message` for this type. `write` is the earliest write in flight that it could settle.
    /// Returns whether it belongs to a pending reply instead, which is then removed.
    pub(super) fn take_duplicate(&mut self, kind: &str, write: Option<u64>) -> bool {
        let of_kind = self.pending.iter().enumerate().filter(|(_, reply)| reply.kind == kind);
        let Some((at, reply)) = of_kind.min_by_key(|(_, reply)| reply.write) else { return false };
        if write.is_some_and(|write| write < reply.write) {
            return false;
        }
        self.pending.remove(at);
        true
    }

    /// Handles an echo that settles no message: it is the reply to a raw frame, if one of its type was written.
    pub(super) fn take_raw_echo(&mut self, kind: &str) {
        if let Some(at) = self.pending.iter().position(|reply| reply.is_raw && reply.kind == kind) {
            self.pending.remove(at);
        }
    }

    /// Notes a settled message. Replies to earlier writes will not arrive any more, but one to its last copy may.
    pub(super) fn settled(&mut self, flight: &InFlight) {
        if flight.conn.is_none() {
            return;
        }
        self.pending.retain(|reply| reply.write > flight.write);
        if flight.attempt > 1 {
            let kind = flight.message.command.kind().to_owned();
            self.pending.push(PendingReply { kind, write: flight.write, is_raw: false });
        }
    }

    /// Removes the pending reply to this write.
    pub(super) fn forget_write(&mut self, write: u64) {
        self.pending.retain(|reply| reply.write != write);
    }

    /// Remembers a text that the server has read, whose turn will prove nothing new.
    pub(super) fn expect_turn(&mut self, text: String) {
        push_bounded(&mut self.expected_turns, text, MAX_EXPECTED_TURNS);
    }

    /// Whether a turn with this text was expected. If so, it no longer is.
    pub(super) fn take_turn(&mut self, content: &str) -> bool {
        let expected = self.expected_turns.iter().position(|text| text.trim() == content.trim());
        expected.and_then(|at| self.expected_turns.remove(at)).is_some()
    }

    pub(super) fn forget_turns(&mut self) {
        self.expected_turns.clear();
    }

    /// Forgets all pending replies: none can arrive any more.
    pub(super) fn connection_lost(&mut self) {
        self.pending.clear();
        self.writes = 0;
    }
}
