//! Messages that have not been written yet.
//!
//! Invariant: messages stay in order of submission, with pings in front. A message leaves the queue once, to be written
//! or with an outcome.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{HoldPolicy, OutgoingMessage};
use crate::link::config::LinkConfig;
use crate::link::connection::Context;
use crate::link::ids::MessageId;
use crate::link::message::{Cancellation, Failure, Hold, MessageState};
use crate::protocol::Group;
use crate::protocol::{Command, Instant, MAX_FRAME_BYTES, encode};

/// JSON escapes lengthen a text at most sixfold.
const MAX_ESCAPE_FACTOR: usize = 6;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Queue(VecDeque<OutgoingMessage>);

impl Queue {
    /// Returns the number of messages, without pings.
    pub(super) fn len(&self) -> usize {
        self.0.iter().filter(|message| message.command.rules().group != Group::Pings).count()
    }

    /// Whether nothing can be written: the queue is empty, or everything in it is held.
    pub(super) fn is_idle(&self) -> bool {
        self.0.iter().all(|message| message.hold.is_some())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &OutgoingMessage> {
        self.0.iter()
    }

    /// Enqueues a message. Returns false if there is no room, in which case it has failed.
    pub(super) fn submit(&mut self, message: OutgoingMessage, cx: &mut Context<'_>) -> bool {
        if let Some(failure) = self.refuse(&message, cx) {
            cx.actions.push_back(message.status(MessageState::Failed(failure), cx.now));
            return false;
        }
        cx.actions.push_back(message.status(MessageState::Queued, cx.now));
        if *message.command == Command::SttStop
            && let Some(at) = self.0.iter().rposition(|queued| matches!(*queued.command, Command::SttStart(_)))
            && let Some(start) = self.0.remove(at)
        {
            let undone = |by| MessageState::Cancelled(Cancellation::Undone { by });
            cx.actions.push_back(start.status(undone(message.id), cx.now));
            cx.actions.push_back(message.status(undone(start.id), cx.now));
            return true;
        }
        self.0.push_back(message);
        true
    }

    fn refuse(&self, message: &OutgoingMessage, cx: &Context<'_>) -> Option<Failure> {
        if self.0.len() >= cx.config.queue_messages {
            return Some(Failure::QueueFull { limit: cx.config.queue_messages });
        }
        if message.size() > MAX_FRAME_BYTES / MAX_ESCAPE_FACTOR / 2 {
            let bytes = encode(&message.command, &message.id.to_string(), cx.now.wall).len();
            if bytes > MAX_FRAME_BYTES {
                return Some(Failure::TooLarge { bytes, limit: MAX_FRAME_BYTES });
            }
        }
        let waiting: usize = self.0.iter().map(OutgoingMessage::size).sum();
        (waiting + message.size() > cx.config.queue_bytes)
            .then_some(Failure::QueueBytes { limit: cx.config.queue_bytes })
    }

    /// Enqueues a ping before everything else.
    pub(super) fn push_ping(&mut self, ping: OutgoingMessage, cx: &mut Context<'_>) {
        cx.actions.push_back(ping.status(MessageState::Queued, cx.now));
        self.0.push_front(ping);
    }

    pub(super) fn position(&self, id: MessageId) -> Option<usize> {
        self.0.iter().position(|message| message.id == id)
    }

    pub(super) fn remove(&mut self, at: usize) -> Option<OutgoingMessage> {
        self.0.remove(at)
    }

    /// Removes and returns what is meant for this address.
    pub(super) fn take_for(&mut self, url: &Arc<str>) -> Vec<OutgoingMessage> {
        let (taken, left) = std::mem::take(&mut self.0).into_iter().partition(|message| message.url == *url);
        self.0 = left;
        Vec::from(taken)
    }

    /// Cancels the pings of a connection that ended.
    pub(super) fn drop_pings(&mut self, cx: &mut Context<'_>) {
        self.0.retain(|message| {
            let is_ping = message.command.rules().group == Group::Pings;
            if is_ping {
                let ended = MessageState::Cancelled(Cancellation::ConnectionEnded);
                cx.actions.push_back(message.status(ended, cx.now));
            }
            !is_ping
        });
    }

    // ------------------------------------------------------------ holding back

    /// Updates which messages are held.
    pub(super) fn hold(&mut self, gate: HoldPolicy<'_>, cx: &mut Context<'_>) {
        for message in &mut self.0 {
            let hold = gate.hold(message);
            if hold != message.hold {
                message.hold.clone_from(&hold);
                let state = hold.map_or(MessageState::Queued, MessageState::Held);
                cx.actions.push_back(message.status(state, cx.now));
            }
        }
    }

    /// Whether any message is held for the end of Coda's turn.
    pub(super) fn waits_for_turn(&self) -> bool {
        self.0.iter().any(|message| message.hold == Some(Hold::Turn))
    }

    /// Sets the address of messages that were submitted before there was one.
    pub(super) fn assign_address(&mut self, url: &Arc<str>) {
        for message in self.0.iter_mut().filter(|message| message.url.is_empty()) {
            message.url = url.clone();
        }
    }

    /// Makes the user decide on messages that another link may have sent.
    pub(super) fn doubt(&mut self) {
        for message in self.0.iter_mut().filter(|message| !message.command.rules().is_safe_twice) {
            message.asks = true;
            message.sends_now = false;
        }
    }

    /// Releases a held message, to be sent to the server at `url`.
    pub(super) fn release(&mut self, id: MessageId, url: &Arc<str>) {
        if let Some(message) = self.0.iter_mut().find(|message| message.id == id) {
            message.url = url.clone();
            message.sends_now = true;
        }
    }

    // ------------------------------------------------------------ time

    pub(super) fn expire(&mut self, cx: &mut Context<'_>) {
        let now = cx.now;
        self.0.retain(|message| {
            let is_stale = message.expires_at().is_some_and(|at| at <= now.mono);
            if is_stale {
                cx.actions.push_back(message.status(MessageState::Expired, now));
            }
            !is_stale
        });
    }

    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.0.iter().filter_map(OutgoingMessage::expires_at).min()
    }

    // ------------------------------------------------------------ out

    /// Returns the index of the message to write next. Urgent messages overtake other groups, but not their own.
    /// `has_in_flight` tells whether any message of a group is in flight.
    pub(super) fn next(
        &self,
        in_flight: usize,
        has_in_flight: impl Fn(Group) -> bool,
        config: &LinkConfig,
    ) -> Option<usize> {
        let urgent = self.0.iter().enumerate().position(|(at, message)| {
            let group = message.command.rules().group;
            let is_before =
                |earlier: &OutgoingMessage| earlier.hold.is_none() && earlier.command.rules().group == group;
            message.hold.is_none()
                && message.command.rules().is_urgent
                && !has_in_flight(group)
                && !self.0.iter().take(at).any(is_before)
        });
        let first = || self.0.iter().position(|message| message.hold.is_none());
        urgent.or_else(|| first().filter(|_| in_flight < config.window_in_force()))
    }
}
