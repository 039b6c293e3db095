//! Written messages that are not settled: in flight while a reply may arrive, unconfirmed afterwards.
//!
//! Invariant: the bytes of a message are frozen at its first write, and a second copy is written only if it cannot make
//! the server act twice.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{OutgoingMessage, Peer};
use crate::bounded::push_bounded;
use crate::link::config::{RETRY_WINDOW, SAFE_RETRY_WINDOW};
use crate::link::connection::Context;
use crate::link::ids::ConnId;
use crate::link::ids::MessageId;
use crate::link::message::{Acknowledgement, Cancellation, MessageState};
use crate::protocol::Group;
use crate::protocol::{Instant, Moment};

/// Maximum number of unconfirmed messages that a late acknowledgement can settle.
const MAX_UNCONFIRMED: usize = 256;
/// Maximum number of our own ids remembered, by which late echoes are told from those of other clients.
const MAX_WRITTEN: usize = 512;
/// Events after the first copy from which no second one is written. The server's memory holds 1,000 entries and
/// includes its own broadcasts, so after that many it may have forgotten a message less than 5 s old. The limit is
/// below half of that to leave room for broadcasts in transit.
const MAX_EVENTS_BETWEEN_COPIES: u64 = 400;

/// A message that was written and not settled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct InFlight {
    pub(super) message: OutgoingMessage,
    /// The frozen bytes, by which the server recognizes a copy.
    pub(super) text: Arc<str>,
    pub(super) first_write: Instant,
    pub(super) last_write: Instant,
    pub(super) attempt: u32,
    /// Connection of the last copy; `None` once it has ended.
    pub(super) conn: Option<ConnId>,
    /// Number of the last copy among the writes on its connection.
    pub(super) write: u64,
    /// Server run of the first copy, if known.
    run: Option<u32>,
    /// The server's latest sequence number before the first copy.
    seq: u64,
    /// Whether the server began a turn with this text although no echo has arrived.
    turn_began: bool,
}

impl InFlight {
    pub(super) fn new(message: OutgoingMessage, text: Arc<str>, now: Instant, peer: Peer) -> Self {
        Self {
            message,
            text,
            first_write: now,
            last_write: now,
            attempt: 0,
            conn: None,
            write: 0,
            run: peer.run,
            seq: peer.seq,
            turn_began: false,
        }
    }

    fn retry_window(&self) -> Duration {
        if self.message.command.rules().is_safe_twice { SAFE_RETRY_WINDOW } else { RETRY_WINDOW }
    }

    /// Whether the server cannot act twice on a second copy, as far as is known.
    fn acts_only_once(&self, peer: Peer) -> bool {
        let remembers =
            peer.run.is_some() && peer.run == self.run && peer.seq.saturating_sub(self.seq) < MAX_EVENTS_BETWEEN_COPIES;
        self.message.command.rules().is_safe_twice || (peer.deduplicates && remembers)
    }

    /// Returns the time for the next copy, if one may be written.
    pub(super) fn retry_at(&self, peer: Peer, echo_timeout: Duration) -> Option<Instant> {
        let due = self.conn.map_or(Instant::ZERO, |_| self.last_write + echo_timeout);
        (self.acts_only_once(peer) && due <= self.first_write + self.retry_window()).then_some(due)
    }

    fn give_up_at(&self, echo_timeout: Duration) -> Instant {
        (self.first_write + self.retry_window()).max(self.last_write + echo_timeout)
    }

    /// Whether it is already certain that no second copy may be written.
    fn is_beyond_retry(&self, peer: Option<Peer>) -> bool {
        let known = peer.filter(|peer| peer.run.is_some());
        self.conn.is_none() && known.is_some_and(|peer| !self.acts_only_once(peer))
    }

    fn has_text(&self, content: &str, url: &Arc<str>) -> bool {
        self.message.url == *url && self.message.command.text().is_some_and(|text| text.trim() == content.trim())
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct InFlightMessages {
    messages: Vec<InFlight>,
    unconfirmed: VecDeque<InFlight>,
    written: VecDeque<MessageId>,
}

impl InFlightMessages {
    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &InFlight> {
        self.messages.iter()
    }

    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut InFlight> {
        self.messages.get_mut(at)
    }

    /// Returns the unsettled messages, the unconfirmed ones first.
    pub(super) fn unsettled(&self) -> impl Iterator<Item = &InFlight> {
        self.unconfirmed.iter().chain(&self.messages)
    }

    pub(super) fn has_group(&self, group: Group) -> bool {
        self.messages.iter().any(|flight| flight.message.command.rules().group == group)
    }

    /// Whether a message other than a ping is in flight.
    pub(super) fn has_message(&self) -> bool {
        self.messages.iter().any(|flight| flight.message.command.rules().group != Group::Pings)
    }

    /// Returns the time of the first write of the oldest message in flight on the live connection.
    pub(super) fn oldest_unanswered(&self) -> Option<Instant> {
        self.messages.iter().filter(|flight| flight.conn.is_some()).map(|flight| flight.first_write).min()
    }

    /// Adds a message that is about to be written. Returns its index.
    pub(super) fn add(&mut self, flight: InFlight) -> usize {
        self.remember(flight.message.id);
        self.messages.push(flight);
        self.messages.len() - 1
    }

    /// Adds a message that was written before a reload, as unconfirmed. Only the user can resend it.
    pub(super) fn restore(&mut self, message: OutgoingMessage, now: Moment) {
        self.remember(message.id);
        let nowhere = Peer { conn: ConnId(0), deduplicates: false, run: None, seq: 0 };
        self.unconfirmed.push_back(InFlight { attempt: 1, ..InFlight::new(message, "".into(), now.mono, nowhere) });
    }

    /// Removes and returns what is meant for this address.
    pub(super) fn take_for(&mut self, url: &Arc<str>) -> Vec<InFlight> {
        let all = std::mem::take(&mut self.unconfirmed).into_iter();
        let (mut taken, left): (Vec<_>, Vec<_>) = all.partition(|flight| flight.message.url == *url);
        self.unconfirmed = left.into();
        taken.extend(self.messages.extract_if(.., |flight| flight.message.url == *url));
        taken
    }

    fn remember(&mut self, id: MessageId) {
        push_bounded(&mut self.written, id, MAX_WRITTEN);
    }

    /// Whether this page wrote the message, since its start or before a reload.
    pub(super) fn has_written(&self, id: MessageId) -> bool {
        self.written.contains(&id)
    }

    /// Removes and returns the first match, among the messages in flight and then among the unconfirmed.
    pub(super) fn take(&mut self, wanted: impl Fn(&InFlight) -> bool) -> Option<InFlight> {
        match self.messages.iter().position(&wanted) {
            Some(at) => Some(self.messages.remove(at)),
            None => self.take_unconfirmed(wanted),
        }
    }

    pub(super) fn take_unconfirmed(&mut self, wanted: impl Fn(&InFlight) -> bool) -> Option<InFlight> {
        self.unconfirmed.iter().position(wanted).and_then(|at| self.unconfirmed.remove(at))
    }

    /// Handles a turn with this text. Returns the unconfirmed message that it settles. A message in flight stays there,
    /// since its echo may still arrive and says more.
    pub(super) fn turn_began(&mut self, content: &str, url: &Arc<str>) -> Option<InFlight> {
        let unconfirmed = self.take_unconfirmed(|flight| flight.has_text(content, url));
        if unconfirmed.is_none()
            && let Some(flight) = self.messages.iter_mut().find(|flight| flight.has_text(content, url))
        {
            flight.turn_began = true;
        }
        unconfirmed
    }

    /// Detaches the messages from the connection that ended, and cancels its pings.
    pub(super) fn connection_lost(&mut self, cx: &mut Context<'_>) {
        self.messages.retain_mut(|flight| {
            flight.conn = None;
            let is_ping = flight.message.command.rules().group == Group::Pings;
            if is_ping {
                let ended = MessageState::Cancelled(Cancellation::ConnectionEnded);
                cx.actions.push_back(flight.message.status(ended, cx.now));
            }
            !is_ping
        });
    }

    /// Gives up on messages written to other addresses.
    pub(super) fn abandon_other_servers(&mut self, url: &Arc<str>, cx: &mut Context<'_>) {
        let left: Vec<InFlight> = self.messages.extract_if(.., |flight| flight.message.url != *url).collect();
        for flight in left {
            self.give_up(flight, cx);
        }
    }

    /// Gives up on messages that another link may have repeated, so that their replies prove nothing.
    pub(super) fn doubt(&mut self, cx: &mut Context<'_>) {
        let doubtful: Vec<InFlight> =
            self.messages.extract_if(.., |flight| !flight.message.command.rules().is_safe_twice).collect();
        for flight in doubtful {
            self.give_up(flight, cx);
        }
    }

    /// Gives up on messages whose replies cannot arrive any more.
    pub(super) fn expire(&mut self, peer: Option<Peer>, cx: &mut Context<'_>) {
        let is_over = |flight: &mut InFlight| {
            flight.give_up_at(cx.config.echo_timeout) <= cx.now.mono || flight.is_beyond_retry(peer)
        };
        let over: Vec<InFlight> = self.messages.extract_if(.., is_over).collect();
        for flight in over {
            self.give_up(flight, cx);
        }
    }

    pub(super) fn next_expiry(&self, echo_timeout: Duration) -> Option<Instant> {
        self.messages.iter().map(|flight| flight.give_up_at(echo_timeout)).min()
    }

    /// Marks a message as delivered if a turn with its text was seen, otherwise as unconfirmed.
    fn give_up(&mut self, flight: InFlight, cx: &mut Context<'_>) {
        if flight.turn_began {
            cx.actions.push_back(flight.message.status(MessageState::Delivered(Acknowledgement::Turn), cx.now));
            return;
        }
        cx.actions.push_back(flight.message.status(MessageState::Unconfirmed, cx.now));
        push_bounded(&mut self.unconfirmed, flight, MAX_UNCONFIRMED);
    }
}
