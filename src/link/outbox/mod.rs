//! Outgoing messages: queued, written, and settled by the server's reply.
//!
//! The server replies to each accepted write with an echo, and to each copy of a message that it remembers with
//! `duplicate_message`, in write order. Three collections share the work: [`Queue`] holds the messages not yet written,
//! [`InFlightMessages`] the written and unsettled ones, and [`Replies`] matches replies to writes.

mod in_flight;
mod queue;
mod replies;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use in_flight::{InFlight, InFlightMessages};
use queue::Queue;
use replies::Replies;

use super::config::LinkConfig;
use super::connection::Context;
use super::ids::MessageId;
use super::ids::{ConnId, FrameId};
use super::io::{Action, FramePurpose, LinkEvent};
use super::log;
use super::message::{Acknowledgement, Cancellation, Hold, MessageState, MessageStatus, Origin, PersistedMessage};
use crate::protocol::Group;
use crate::protocol::{Command, Instant, Moment, encode, wire_type};

/// A message that is not settled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OutgoingMessage {
    pub(super) id: MessageId,
    pub(super) command: Arc<Command>,
    pub(super) origin: Origin,
    pub(super) created: Moment,
    pub(super) resend_of: Option<MessageId>,
    /// Address that it is meant for. Empty before the first connect.
    pub(super) url: Arc<str>,
    pub(super) hold: Option<Hold>,
    /// Whether the user wants it sent without any hold.
    pub(super) sends_now: bool,
    /// Whether another tab may send it too, so that the user must decide.
    pub(super) asks: bool,
}

impl OutgoingMessage {
    pub(super) fn status(&self, state: MessageState, at: Moment) -> Action {
        let status = MessageStatus {
            id: self.id,
            command: self.command.clone(),
            origin: self.origin.clone(),
            created: self.created,
            resend_of: self.resend_of,
            at,
            state,
        };
        log::message(&status);
        Action::Emit(LinkEvent::Message(status))
    }

    fn size(&self) -> usize {
        self.command.text().map_or(0, str::len)
    }

    fn expires_at(&self) -> Option<Instant> {
        self.command.rules().expires_after.map(|after| self.created.mono + after)
    }
}

/// The connection and the server, as the outbox needs to know them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    pub(super) conn: ConnId,
    /// Whether the server deduplicates. 0.1.2 does, and is recognized by its challenge.
    pub(super) deduplicates: bool,
    /// The server run, once known.
    pub(super) run: Option<u32>,
    /// The server's latest sequence number.
    pub(super) seq: u64,
}

/// The conditions under which messages are held.
#[derive(Clone, Copy, Debug)]
pub(super) struct HoldPolicy<'a> {
    /// Address in use.
    pub(super) url: &'a Arc<str>,
    /// Whether texts must wait for the end of Coda's turn.
    pub(super) is_closed: bool,
}

impl HoldPolicy<'_> {
    fn hold(self, message: &OutgoingMessage) -> Option<Hold> {
        if message.command.rules().group == Group::Pings {
            None
        } else if message.url != *self.url {
            Some(Hold::Address { url: message.url.clone() })
        } else if message.asks && !message.sends_now {
            Some(Hold::User)
        } else {
            let waits = self.is_closed && !message.sends_now && message.command.rules().group == Group::Turns;
            waits.then_some(Hold::Turn)
        }
    }
}

/// The next write.
#[derive(Clone, Copy, Debug)]
enum NextWrite {
    /// Another copy of a message, by its index among those in flight.
    Retry(usize),
    /// A message, by its index in the queue.
    Queued(usize),
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Outbox {
    queue: Queue,
    in_flight: InFlightMessages,
    replies: Replies,
    /// The first ping of the connection. Nothing else is written until it is answered.
    probe: Option<MessageId>,
    last_write: Option<Instant>,
    /// Number of bytes that the socket has not sent yet.
    pub(super) buffered: u32,
}

impl Outbox {
    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Whether a message other than a ping is in flight.
    pub(super) fn has_message_in_flight(&self) -> bool {
        self.in_flight.has_message()
    }

    /// Whether there is nothing to write and no reply to wait for.
    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_idle() && self.in_flight.len() == 0
    }

    /// Whether this page wrote the message, since its start or before a reload.
    pub(super) fn is_ours(&self, id: MessageId) -> bool {
        self.in_flight.has_written(id)
    }

    /// Whether the message is queued, or was written at some time.
    pub(super) fn knows(&self, id: MessageId) -> bool {
        self.queue.position(id).is_some() || self.in_flight.has_written(id) || self.awaits(id)
    }

    /// Whether an echo of `id` would settle a message.
    pub(super) fn awaits(&self, id: MessageId) -> bool {
        self.in_flight.unsettled().any(|flight| flight.message.id == id)
    }

    /// Returns the time of the first write of the oldest message in flight on the live connection.
    pub(super) fn oldest_unanswered(&self) -> Option<Instant> {
        self.in_flight.oldest_unanswered()
    }

    /// Returns the unsettled texts, those already written first.
    pub(super) fn waiting(&self) -> Vec<PersistedMessage> {
        let written = self.in_flight.unsettled().map(|flight| (&flight.message, true));
        let all = written.chain(self.queue.iter().map(|message| (message, false)));
        all.filter_map(|(message, was_written)| {
            let text = message.command.text()?.to_owned();
            let (id, url, created) = (message.id, message.url.clone(), message.created.wall);
            let asks = message.asks && !message.sends_now;
            Some(PersistedMessage { id, text, url, created, was_written, asks })
        })
        .collect()
    }

    // ------------------------------------------------------------ in

    /// Enqueues a message. Returns false if there is no room, in which case it has failed.
    pub(super) fn submit(&mut self, message: OutgoingMessage, cx: &mut Context<'_>) -> bool {
        self.queue.submit(message, cx)
    }

    /// Takes in a message from before a reload. If it was written then, only the user can resend it.
    pub(super) fn restore(&mut self, message: OutgoingMessage, was_written: bool, cx: &mut Context<'_>) {
        if !was_written {
            self.queue.submit(message, cx);
            return;
        }
        cx.actions.push_back(message.status(MessageState::Queued, cx.now));
        cx.actions.push_back(message.status(MessageState::Unconfirmed, cx.now));
        self.in_flight.restore(message, cx.now);
    }

    /// Leaves everything to the user that another link may have sent meanwhile.
    pub(super) fn doubt(&mut self, cx: &mut Context<'_>) {
        self.queue.doubt();
        self.in_flight.doubt(cx);
    }

    /// Leaves everything for this address to other links that have it too.
    pub(super) fn leave_to_others(&mut self, url: &Arc<str>, cx: &mut Context<'_>) {
        let flights = self.in_flight.take_for(url).into_iter().map(|flight| flight.message);
        for message in flights.chain(self.queue.take_for(url)) {
            cx.actions.push_back(message.status(MessageState::Cancelled(Cancellation::LeftToOthers), cx.now));
        }
    }

    /// Enqueues a ping before everything else. The first one of a connection is its probe.
    pub(super) fn submit_ping(&mut self, ping: OutgoingMessage, is_probe: bool, cx: &mut Context<'_>) {
        if is_probe {
            self.probe = Some(ping.id);
        }
        self.queue.push_ping(ping, cx);
    }

    /// Cancels a queued message, or stops tracking one whose outcome is unknown. Returns false for one in flight, which is
    /// neither.
    pub(super) fn cancel(&mut self, id: MessageId, why: Cancellation, cx: &mut Context<'_>) -> bool {
        if let Some(message) = self.queue.position(id).and_then(|at| self.queue.remove(at)) {
            cx.actions.push_back(message.status(MessageState::Cancelled(why), cx.now));
        } else if let Some(flight) = self.in_flight.take_unconfirmed(|flight| flight.message.id == id) {
            let why = if why == Cancellation::ByUser { Cancellation::Left } else { why };
            cx.actions.push_back(flight.message.status(MessageState::Cancelled(why), cx.now));
        } else {
            return false;
        }
        true
    }

    /// Returns the address of the server that an unsettled message is meant for.
    pub(super) fn address_of(&self, id: MessageId) -> Option<Arc<str>> {
        let written = self.in_flight.unsettled().map(|flight| &flight.message);
        written.chain(self.queue.iter()).find(|message| message.id == id).map(|message| message.url.clone())
    }

    /// Updates which messages are held.
    pub(super) fn hold(&mut self, gate: HoldPolicy<'_>, cx: &mut Context<'_>) {
        self.queue.hold(gate, cx);
    }

    /// Whether any message is held for the end of Coda's turn.
    pub(super) fn waits_for_turn(&self) -> bool {
        self.queue.waits_for_turn()
    }

    /// Sets the address of messages that were submitted before there was one.
    pub(super) fn assign_address(&mut self, url: &Arc<str>) {
        self.queue.assign_address(url);
    }

    /// Releases a held message, to be sent to the server at `url`.
    pub(super) fn send_now(&mut self, id: MessageId, url: &Arc<str>) {
        self.queue.release(id, url);
    }

    /// Gives up on the messages in flight to other addresses, because their replies will never arrive.
    pub(super) fn abandon_other_servers(&mut self, url: &Arc<str>, cx: &mut Context<'_>) {
        self.in_flight.abandon_other_servers(url, cx);
        self.replies.forget_turns();
    }

    // ------------------------------------------------------------ replies

    /// Forgets the pending replies: the connection ended, or the server no longer listens on it.
    pub(super) fn connection_lost(&mut self, cx: &mut Context<'_>) {
        self.replies.connection_lost();
        self.probe = None;
        self.buffered = 0;
        self.queue.drop_pings(cx);
        self.in_flight.connection_lost(cx);
    }

    /// Settles the message that was echoed. Returns the round trip if the echoed copy is known.
    pub(super) fn echo(&mut self, id: MessageId, cx: &mut Context<'_>) -> Option<Duration> {
        let flight = self.in_flight.take(|flight| flight.message.id == id)?;
        self.settle(&flight, Acknowledgement::Echo, cx);
        if let Some(text) = flight.message.command.text() {
            self.replies.expect_turn(text.to_owned());
        }
        (flight.attempt == 1).then(|| cx.now.mono.duration_since(flight.first_write))
    }

    /// Handles a `duplicate_message` for this type. Returns whether it settled a message.
    pub(super) fn duplicate(&mut self, frame: FrameId, kind: &str, cx: &mut Context<'_>) -> bool {
        let is_it =
            |flight: &InFlight| flight.attempt > 1 && flight.conn.is_some() && flight.message.command.kind() == kind;
        let earliest = self.in_flight.iter().filter(|flight| is_it(flight)).map(|flight| flight.write).min();
        if self.replies.take_duplicate(kind, earliest) {
            return false;
        }
        let Some(flight) = self.in_flight.take(is_it) else { return false };
        cx.actions.push_back(Action::Emit(LinkEvent::Reply { frame, message: flight.message.id }));
        self.settle(&flight, Acknowledgement::Duplicate, cx);
        // This was the reply to the last copy itself.
        self.replies.forget_write(flight.write);
        true
    }

    fn settle(&mut self, flight: &InFlight, by: Acknowledgement, cx: &mut Context<'_>) {
        self.replies.settled(flight);
        if self.probe == Some(flight.message.id) {
            self.probe = None;
        }
        cx.actions.push_back(flight.message.status(MessageState::Delivered(by), cx.now));
    }

    /// Settles a queued message that another tab has sent.
    pub(super) fn sent_elsewhere(&mut self, id: MessageId, cx: &mut Context<'_>) {
        if let Some(message) = self.queue.position(id).and_then(|at| self.queue.remove(at)) {
            cx.actions.push_back(message.status(MessageState::Delivered(Acknowledgement::Echo), cx.now));
        }
    }

    /// Handles an echo of ours that settles no message.
    pub(super) fn raw_echo(&mut self, kind: &str) {
        self.replies.take_raw_echo(kind);
    }

    /// Notes another client's text that the server has read, so that a turn with it is not taken for ours.
    pub(super) fn expect_turn(&mut self, text: String) {
        self.replies.expect_turn(text);
    }

    /// Handles a turn of the user's, which may settle a message with the same text.
    pub(super) fn user_turn(&mut self, content: &str, url: &Arc<str>, cx: &mut Context<'_>) {
        if self.replies.take_turn(content) {
            return;
        }
        if let Some(flight) = self.in_flight.turn_began(content, url) {
            cx.actions.push_back(flight.message.status(MessageState::Delivered(Acknowledgement::Turn), cx.now));
        }
    }

    // ------------------------------------------------------------ time

    /// Expires stale messages, and gives up on replies that cannot arrive any more.
    pub(super) fn expire(&mut self, peer: Option<Peer>, cx: &mut Context<'_>) {
        self.queue.expire(cx);
        self.in_flight.expire(peer, cx);
    }

    pub(super) fn next_wakeup(&self, peer: Option<Peer>, now: Instant, config: &LinkConfig) -> Option<Instant> {
        let write = peer.and_then(|peer| self.next_write(peer, now, config)).map(|(_, at)| at);
        let expiries = [self.queue.next_expiry(), self.in_flight.next_expiry(config.echo_timeout)];
        expiries.into_iter().chain([write]).flatten().min()
    }

    // ------------------------------------------------------------ out

    /// Writes everything that may be written now.
    pub(super) fn flush(&mut self, peer: Peer, cx: &mut Context<'_>) {
        while let Some((next, at)) = self.next_write(peer, cx.now.mono, cx.config) {
            if at > cx.now.mono {
                break;
            }
            match next {
                NextWrite::Retry(at) => self.write_copy(at, peer, cx),
                NextWrite::Queued(at) => self.write_queued(at, peer, cx),
            }
        }
    }

    /// Returns the next write and the earliest time for it.
    fn next_write(&self, peer: Peer, now: Instant, config: &LinkConfig) -> Option<(NextWrite, Instant)> {
        if self.buffered > config.buffer_limit {
            return None;
        }
        let after_gap = self.last_write.map_or(now, |last| last + config.gap_in_force()).max(now);
        let copies = self.in_flight.iter().enumerate().filter(|(_, flight)| self.may_retry(flight));
        let copy = copies
            .filter_map(|(at, flight)| Some((NextWrite::Retry(at), flight.retry_at(peer, config.echo_timeout)?)))
            .map(|(next, due)| (next, due.max(after_gap)))
            .min_by_key(|(_, due)| *due);
        let queued = self.next_queued(config).map(|at| (NextWrite::Queued(at), after_gap));
        match (copy, queued) {
            (Some(copy), Some(queued)) => Some(if copy.1 <= queued.1 { copy } else { queued }),
            (copy, queued) => copy.or(queued),
        }
    }

    /// Whether the reply to another copy could be told from other pending ones. For that, at most one message of a type
    /// is retried at a time, and none but the probe before that is answered.
    fn may_retry(&self, flight: &InFlight) -> bool {
        let kind = flight.message.command.kind();
        let is_other_retry = |other: &InFlight| {
            other.message.id != flight.message.id
                && other.attempt > 1
                && other.conn.is_some()
                && other.message.command.kind() == kind
        };
        self.probe.is_none_or(|probe| probe == flight.message.id)
            && !self.replies.is_pending(kind)
            && !self.in_flight.iter().any(is_other_retry)
    }

    fn next_queued(&self, config: &LinkConfig) -> Option<usize> {
        match self.probe {
            Some(probe) => self.queue.position(probe),
            None => self.queue.next(self.in_flight.len(), |group| self.in_flight.has_group(group), config),
        }
    }

    fn write_queued(&mut self, at: usize, peer: Peer, cx: &mut Context<'_>) {
        let Some(message) = self.queue.remove(at) else { return };
        let text = encode(&message.command, &message.id.to_string(), cx.now.wall).into();
        let at = self.in_flight.add(InFlight::new(message, text, cx.now.mono, peer));
        self.write_copy(at, peer, cx);
    }

    fn write_copy(&mut self, at: usize, peer: Peer, cx: &mut Context<'_>) {
        let Some(flight) = self.in_flight.get_mut(at) else { return };
        flight.attempt += 1;
        flight.last_write = cx.now.mono;
        flight.conn = Some(peer.conn);
        flight.write = self.replies.count_write();
        let state = MessageState::Written { conn: peer.conn, attempt: flight.attempt };
        write(flight.text.clone(), FramePurpose::Message(flight.message.id), peer, cx);
        cx.actions.push_back(flight.message.status(state, cx.now));
        self.last_write = Some(cx.now.mono);
    }

    /// Writes a frame, bypassing queue and deduplication. Its position among the writes distinguishes its reply.
    pub(super) fn write_raw(&mut self, text: Arc<str>, origin: Origin, peer: Peer, cx: &mut Context<'_>) {
        self.replies.count_raw_write(wire_type(&text));
        self.last_write = Some(cx.now.mono);
        write(text, FramePurpose::Raw(origin), peer, cx);
    }
}

fn write(text: Arc<str>, purpose: FramePurpose, peer: Peer, cx: &mut Context<'_>) {
    let conn = peer.conn;
    log::frame_out(conn, &text);
    cx.actions.push_back(Action::Send { conn, text: text.clone() });
    cx.actions.push_back(Action::Emit(LinkEvent::FrameOut { conn, text, purpose, at: cx.now }));
}
