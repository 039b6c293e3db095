//! Messages that are written and not settled: in flight while a reply may come, unconfirmed afterwards.
//!
//! Invariant: the bytes of a message are frozen at its first write, and a second copy is written only where it cannot make
//! the server act twice.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::{Peer, Pending};
use crate::link::config::{RETRY_WINDOW, SAFE_RETRY_WINDOW};
use crate::link::connection::Cx;
use crate::link::ids::ConnId;
use crate::link::ids::MessageId;
use crate::link::message::{Acknowledgement, Cancellation, MessageState};
use crate::protocol::Group;
use crate::protocol::{Instant, Moment};

/// Limit of messages of unknown outcome that are remembered for a late acknowledgement.
const MAX_UNCONFIRMED: usize = 256;
/// Limit of our own ids that are remembered, to tell late echoes of ours from those of other clients.
const MAX_WRITTEN: usize = 512;
/// The server's memory holds 1,000 entries and its own broadcasts go into it too, so after that many events it may have
/// forgotten a message that is less than 5 s old. Less than half of it leaves room for broadcasts that are still on their way.
const MAX_EVENTS_BETWEEN_COPIES: u64 = 400;

/// A message that was written and not answered.
#[derive(Clone, Debug)]
pub(super) struct InFlight {
    pub(super) message: Pending,
    /// The frozen bytes, by which the server knows a copy.
    pub(super) text: Arc<str>,
    pub(super) first_write: Instant,
    pub(super) last_write: Instant,
    pub(super) attempt: u32,
    /// The connection of the last copy; `None` once that has ended.
    pub(super) conn: Option<ConnId>,
    /// The number of the last copy among the writes to its connection.
    pub(super) write: u64,
    /// The server run that got the first copy, where it was known.
    run: Option<u32>,
    /// The server's last sequence number before the first copy.
    seq: u64,
    /// The server began a turn with this text although its echo has not come.
    turn_began: bool,
}

impl InFlight {
    pub(super) fn new(message: Pending, text: Arc<str>, now: Instant, peer: Peer) -> Self {
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

    /// Whether a second copy cannot make the server act twice, as far as is known.
    fn acts_only_once(&self, peer: Peer) -> bool {
        let remembers =
            peer.run.is_some() && peer.run == self.run && peer.seq.saturating_sub(self.seq) < MAX_EVENTS_BETWEEN_COPIES;
        self.message.command.rules().is_safe_twice || (peer.deduplicates && remembers)
    }

    /// When to write the next copy, if one may be written.
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

#[derive(Debug, Default)]
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

    /// Those of unknown outcome first.
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

    /// When the oldest message in flight on the live connection was first written.
    pub(super) fn oldest_unanswered(&self) -> Option<Instant> {
        self.messages.iter().filter(|flight| flight.conn.is_some()).map(|flight| flight.first_write).min()
    }

    /// Adds a message that is about to be written; returns its place.
    pub(super) fn add(&mut self, flight: InFlight) -> usize {
        self.remember(flight.message.id);
        self.messages.push(flight);
        self.messages.len() - 1
    }

    /// Takes up a message that was written before a reload. It is not written again without the user.
    pub(super) fn restore(&mut self, message: Pending, now: Moment) {
        self.remember(message.id);
        let nowhere = Peer { conn: ConnId(0), deduplicates: false, run: None, seq: 0 };
        self.unconfirmed.push_back(InFlight { attempt: 1, ..InFlight::new(message, "".into(), now.mono, nowhere) });
    }

    fn remember(&mut self, id: MessageId) {
        if self.written.len() == MAX_WRITTEN {
            self.written.pop_front();
        }
        self.written.push_back(id);
    }

    /// Whether this page wrote a message of this id, since its start or before a reload.
    pub(super) fn has_written(&self, id: MessageId) -> bool {
        self.written.contains(&id)
    }

    /// Removes the first match: among those in flight, then among the unconfirmed.
    pub(super) fn take(&mut self, wanted: impl Fn(&InFlight) -> bool) -> Option<InFlight> {
        match self.messages.iter().position(&wanted) {
            Some(at) => Some(self.messages.remove(at)),
            None => self.take_unconfirmed(wanted),
        }
    }

    pub(super) fn take_unconfirmed(&mut self, wanted: impl Fn(&InFlight) -> bool) -> Option<InFlight> {
        self.unconfirmed.iter().position(wanted).and_then(|at| self.unconfirmed.remove(at))
    }

    /// The server began a turn with this text, which settles an unconfirmed message. One in flight waits on: its echo may
    /// still come and say more.
    pub(super) fn turn_began(&mut self, content: &str, url: &Arc<str>) -> Option<InFlight> {
        let unconfirmed = self.take_unconfirmed(|flight| flight.has_text(content, url));
        if unconfirmed.is_none()
            && let Some(flight) = self.messages.iter_mut().find(|flight| flight.has_text(content, url))
        {
            flight.turn_began = true;
        }
        unconfirmed
    }

    /// The connection has ended: no reply will come on it.
    pub(super) fn connection_lost(&mut self, cx: &mut Cx<'_>) {
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

    /// Gives up on what was written to another address.
    pub(super) fn leave_other_servers(&mut self, url: &Arc<str>, cx: &mut Cx<'_>) {
        let left: Vec<InFlight> = self.messages.extract_if(.., |flight| flight.message.url != *url).collect();
        for flight in left {
            self.give_up(flight, cx);
        }
    }

    /// Gives up on replies that cannot come any more.
    pub(super) fn expire(&mut self, peer: Option<Peer>, cx: &mut Cx<'_>) {
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

    /// A turn with its text shows that the server has read it. Otherwise the outcome is unknown.
    fn give_up(&mut self, flight: InFlight, cx: &mut Cx<'_>) {
        if flight.turn_began {
            cx.actions.push_back(flight.message.status(MessageState::Delivered(Acknowledgement::Turn), cx.now));
            return;
        }
        cx.actions.push_back(flight.message.status(MessageState::Unconfirmed, cx.now));
        if self.unconfirmed.len() == MAX_UNCONFIRMED {
            self.unconfirmed.pop_front();
        }
        self.unconfirmed.push_back(flight);
    }
}
