//! The way of a message out: it waits, is written, and is settled by its answer.
//!
//! The server answers each accepted write with an echo, and each copy of a message that it knows with
//! `duplicate_message`, in the order of the writes. From that follows all that is done here.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::config::{RETRY_WINDOW, SAFE_RETRY_WINDOW};
use super::connection::Cx;
use super::io::{Action, ConnId, FrameId, FramePurpose, LinkEvent};
use super::log;
use super::message::{
    Acknowledgement, Cancellation, Failure, Group, Hold, MessageId, MessageState, MessageStatus, Origin,
    PersistedMessage, Rules,
};
use crate::protocol::{Command, Instant, MAX_FRAME_BYTES, Moment, encode, wire_type};

/// How many messages of unknown outcome are remembered for a late proof.
const MAX_UNCONFIRMED: usize = 256;
/// How many delivered texts are remembered until their turn begins.
const MAX_EXPECTED_TURNS: usize = 64;
/// How many of our own ids are remembered, to tell late echoes of ours from those of other clients.
const MAX_WRITTEN: usize = 512;
/// The server's memory of messages holds 1,000 entries, and its own events go into it too, two each at most.
const MAX_EVENTS_BETWEEN_COPIES: u64 = 400;
/// JSON's escapes make a text at most six times as long.
const LARGEST_ESCAPE: usize = 6;

/// A message that is not settled.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) id: MessageId,
    pub(super) command: Arc<Command>,
    pub(super) origin: Origin,
    pub(super) created: Moment,
    pub(super) resend_of: Option<MessageId>,
    /// The address that it is meant for.
    pub(super) url: Arc<str>,
    pub(super) hold: Option<Hold>,
    /// The user wants it sent, whatever it would wait for.
    pub(super) sends_now: bool,
    /// Another tab may send it, too, so the user decides.
    pub(super) asks: bool,
}

impl Pending {
    pub(super) fn status(&self, state: MessageState, at: Moment) -> Action {
        log::message(self, &state);
        Action::Emit(LinkEvent::Message(MessageStatus {
            id: self.id,
            command: self.command.clone(),
            origin: self.origin.clone(),
            created: self.created,
            resend_of: self.resend_of,
            at,
            state,
        }))
    }

    fn size(&self) -> usize {
        self.command.text().map_or(0, str::len)
    }

    fn expires_at(&self) -> Option<Instant> {
        self.command.stale_after().map(|after| self.created.mono + after)
    }
}

/// A message that was written and not answered.
#[derive(Clone, Debug)]
struct InFlight {
    message: Pending,
    /// Frozen at the first write: the server knows a copy by its bytes.
    text: Arc<str>,
    first_write: Instant,
    last_write: Instant,
    attempt: u32,
    /// Where the last copy went; `None` when that connection has ended.
    conn: Option<ConnId>,
    /// The number of the last copy on its connection.
    write: u64,
    /// The server's run that the first copy went to, where it was known.
    run: Option<u32>,
    /// The server's last number before the first copy.
    seq: u64,
    /// The server began a turn with this text, although its echo has not come.
    turn_began: bool,
}

impl InFlight {
    fn retry_window(&self) -> Duration {
        if self.message.command.is_safe_twice() { SAFE_RETRY_WINDOW } else { RETRY_WINDOW }
    }
}

/// What the outbox must know of the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    pub(super) conn: ConnId,
    /// The server deduplicates: 0.1.2 does, and is known by its challenge.
    pub(super) deduplicates: bool,
    /// The server's run, once known.
    pub(super) run: Option<u32>,
    /// The server's last number.
    pub(super) seq: u64,
}

/// A copy whose answer may still come although it settles nothing: a retry whose message was settled by the answer
/// to another copy, or a raw frame.
#[derive(Clone, Debug)]
struct PendingReply {
    kind: String,
    write: u64,
    is_raw: bool,
}

#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: VecDeque<Pending>,
    flight: Vec<InFlight>,
    unconfirmed: VecDeque<InFlight>,
    owed: Vec<PendingReply>,
    /// Texts that the server has read and not begun a turn with: such a turn proves nothing about other messages.
    expected_turns: VecDeque<String>,
    /// The connection's first ping: until it is answered, nothing else is written.
    probe: Option<MessageId>,
    writes: u64,
    written: VecDeque<MessageId>,
    last_write: Option<Instant>,
    pub(super) buffered: u32,
}

/// What decides whether a message is held.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate<'a> {
    /// The address in use.
    pub(super) url: &'a Arc<str>,
    /// Coda is in a turn, and texts wait for its end.
    pub(super) is_closed: bool,
}

impl Gate<'_> {
    fn hold(self, message: &Pending) -> Option<Hold> {
        if message.command.group() == Group::Pings {
            None
        } else if message.url != *self.url {
            Some(Hold::Address { url: message.url.clone() })
        } else if message.asks && !message.sends_now {
            Some(Hold::User)
        } else {
            let waits = self.is_closed && !message.sends_now && message.command.group() == Group::Turns;
            waits.then_some(Hold::Turn)
        }
    }
}

/// What may be written next.
#[derive(Clone, Copy, Debug)]
enum NextWrite {
    Again(usize),
    Queued(usize),
}

impl Outbox {
    pub(super) fn queued(&self) -> usize {
        self.queue.iter().filter(|message| message.command.group() != Group::Pings).count()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.flight.len()
    }

    /// What was written to another address than this is not written again, nor asked about here.
    pub(super) fn leave_other_servers(&mut self, url: &Arc<str>, cx: &mut Cx<'_>) {
        let left: Vec<InFlight> = self.flight.extract_if(.., |flight| flight.message.url != *url).collect();
        for flight in left {
            self.give_up(flight, cx);
        }
        self.expected_turns.clear();
    }

    /// Whether a message other than a ping is written and not answered.
    pub(super) fn has_message_in_flight(&self) -> bool {
        self.flight.iter().any(|flight| flight.message.command.group() != Group::Pings)
    }

    /// Nothing is to be written, and no answer awaited.
    pub(super) fn is_idle(&self) -> bool {
        self.queue.iter().all(|message| message.hold.is_some()) && self.flight.is_empty()
    }

    fn remember(&mut self, id: MessageId) {
        if self.written.len() == MAX_WRITTEN {
            self.written.pop_front();
        }
        self.written.push_back(id);
    }

    /// Whether a message of this id was written from here, this time or before a reload.
    pub(super) fn is_ours(&self, id: MessageId) -> bool {
        self.written.contains(&id)
    }

    /// Whether an echo of `id` would settle something.
    pub(super) fn awaits(&self, id: MessageId) -> bool {
        self.flight.iter().chain(&self.unconfirmed).any(|flight| flight.message.id == id)
    }

    /// When the oldest copy without an answer was written to the live connection.
    pub(super) fn oldest_unanswered(&self) -> Option<Instant> {
        self.flight.iter().filter(|flight| flight.conn.is_some()).map(|flight| flight.first_write).min()
    }

    // ------------------------------------------------------------ in

    /// Takes a message in; false if there is no room for it, which ends it.
    pub(super) fn submit(&mut self, message: Pending, cx: &mut Cx<'_>) -> bool {
        if let Some(failure) = self.refuse(&message, cx) {
            cx.actions.push_back(message.status(MessageState::Failed(failure), cx.now));
            return false;
        }
        cx.actions.push_back(message.status(MessageState::Queued, cx.now));
        if *message.command == Command::SttStop
            && let Some(at) = self.queue.iter().rposition(|queued| matches!(*queued.command, Command::SttStart(_)))
            && let Some(start) = self.queue.remove(at)
        {
            let undone = |by| MessageState::Cancelled(Cancellation::Undone { by });
            cx.actions.push_back(start.status(undone(message.id), cx.now));
            cx.actions.push_back(message.status(undone(start.id), cx.now));
            return true;
        }
        self.queue.push_back(message);
        true
    }

    /// Takes in a message from before a reload. One that was written then is not written again by itself.
    pub(super) fn restore(&mut self, message: Pending, was_written: bool, cx: &mut Cx<'_>) {
        if !was_written {
            self.submit(message, cx);
            return;
        }
        self.remember(message.id);
        cx.actions.push_back(message.status(MessageState::Queued, cx.now));
        cx.actions.push_back(message.status(MessageState::Unconfirmed, cx.now));
        self.unconfirmed.push_back(InFlight {
            text: "".into(),
            first_write: cx.now.mono,
            last_write: cx.now.mono,
            attempt: 1,
            conn: None,
            write: 0,
            run: None,
            seq: 0,
            turn_began: false,
            message,
        });
    }

    /// The texts that are not settled: those written and unanswered first.
    pub(super) fn waiting(&self) -> Vec<PersistedMessage> {
        let written = self.unconfirmed.iter().chain(&self.flight).map(|flight| (&flight.message, true));
        let all = written.chain(self.queue.iter().map(|message| (message, false)));
        all.filter_map(|(message, was_written)| {
            let text = message.command.text()?.to_owned();
            let url = message.url.clone();
            Some(PersistedMessage { id: message.id, text, url, created: message.created.wall, was_written })
        })
        .collect()
    }

    fn refuse(&self, message: &Pending, cx: &Cx<'_>) -> Option<Failure> {
        if self.queue.len() >= cx.config.queue_messages {
            return Some(Failure::QueueFull { limit: cx.config.queue_messages });
        }
        if message.size() > MAX_FRAME_BYTES / LARGEST_ESCAPE / 2 {
            let bytes = encode(&message.command, &message.id.to_string(), cx.now.wall).len();
            if bytes > MAX_FRAME_BYTES {
                return Some(Failure::TooLarge { bytes, limit: MAX_FRAME_BYTES });
            }
        }
        let waiting: usize = self.queue.iter().map(Pending::size).sum();
        (waiting + message.size() > cx.config.queue_bytes)
            .then_some(Failure::QueueBytes { limit: cx.config.queue_bytes })
    }

    /// Puts a ping before everything else.
    pub(super) fn submit_ping(&mut self, message: Pending, is_probe: bool, cx: &mut Cx<'_>) {
        if is_probe {
            self.probe = Some(message.id);
        }
        cx.actions.push_back(message.status(MessageState::Queued, cx.now));
        self.queue.push_front(message);
    }

    /// The user takes a message back: one that waits, or one whose outcome is unknown.
    pub(super) fn cancel(&mut self, id: MessageId, why: Cancellation, cx: &mut Cx<'_>) {
        if let Some(at) = self.queue.iter().position(|message| message.id == id) {
            let waiting = self.queue.remove(at);
            cx.actions.extend(waiting.map(|message| message.status(MessageState::Cancelled(why), cx.now)));
        } else if let Some(flight) = self.take_unconfirmed(|flight| flight.message.id == id) {
            let why = if why == Cancellation::ByUser { Cancellation::Left } else { why };
            cx.actions.push_back(flight.message.status(MessageState::Cancelled(why), cx.now));
        }
    }

    /// Holds what must wait, and lets go of what need not any more.
    pub(super) fn hold(&mut self, gate: Gate<'_>, cx: &mut Cx<'_>) {
        for message in &mut self.queue {
            let hold = gate.hold(message);
            if hold != message.hold {
                message.hold.clone_from(&hold);
                let state = hold.map_or(MessageState::Queued, MessageState::Held);
                cx.actions.push_back(message.status(state, cx.now));
            }
        }
    }

    /// Whether a message waits for the end of Coda's turn.
    pub(super) fn waits_for_turn(&self) -> bool {
        self.queue.iter().any(|message| message.hold == Some(Hold::Turn))
    }

    /// A message from before there was an address is meant for the first.
    pub(super) fn adopt(&mut self, url: &Arc<str>) {
        for message in self.queue.iter_mut().filter(|message| message.url.is_empty()) {
            message.url = url.clone();
        }
    }

    /// The user wants a held message sent to the server at `url`, now.
    pub(super) fn send_now(&mut self, id: MessageId, url: &Arc<str>) {
        if let Some(message) = self.queue.iter_mut().find(|message| message.id == id) {
            message.url = url.clone();
            message.sends_now = true;
        }
    }

    fn take_unconfirmed(&mut self, wanted: impl Fn(&InFlight) -> bool) -> Option<InFlight> {
        self.unconfirmed.iter().position(wanted).and_then(|at| self.unconfirmed.remove(at))
    }

    // ------------------------------------------------------------ answers

    /// The connection has ended, or listens no more: its answers will not come.
    pub(super) fn connection_lost(&mut self, cx: &mut Cx<'_>) {
        self.owed.clear();
        self.probe = None;
        self.writes = 0;
        self.buffered = 0;
        let is_ping = |message: &Pending| message.command.group() == Group::Pings;
        let ended = MessageState::Cancelled(Cancellation::ConnectionEnded);
        self.queue.retain(|message| {
            if is_ping(message) {
                cx.actions.push_back(message.status(ended.clone(), cx.now));
            }
            !is_ping(message)
        });
        self.flight.retain_mut(|flight| {
            flight.conn = None;
            if is_ping(&flight.message) {
                cx.actions.push_back(flight.message.status(ended.clone(), cx.now));
            }
            !is_ping(&flight.message)
        });
    }

    /// The echo of `id` came. Returns the round trip where there is no doubt which copy it answers.
    pub(super) fn echo(&mut self, id: MessageId, cx: &mut Cx<'_>) -> Option<Duration> {
        let flight = self.settle(|flight| flight.message.id == id, Acknowledgement::Echo, cx)?;
        if let Some(text) = flight.message.command.text() {
            self.expect_turn(text.to_owned());
        }
        (flight.attempt == 1).then(|| cx.now.mono.duration_since(flight.first_write))
    }

    /// The server answered a copy of some message of this type with `duplicate_message`. Returns false where that
    /// settled nothing of ours.
    pub(super) fn duplicate(&mut self, frame: FrameId, kind: &str, cx: &mut Cx<'_>) -> bool {
        let is_it =
            |flight: &InFlight| flight.attempt > 1 && flight.conn.is_some() && flight.message.command.kind() == kind;
        // Answers come in the order of the writes.
        let owed = (0..self.owed.len()).filter(|at| self.owed[*at].kind == kind).min_by_key(|at| self.owed[*at].write);
        let flight = self.flight.iter().filter(|flight| is_it(flight)).map(|flight| flight.write).min();
        if let Some(at) = owed
            && flight.is_none_or(|write| self.owed[at].write < write)
        {
            self.owed.remove(at);
            return false;
        }
        let replies = cx.actions.len();
        let Some(flight) = self.settle(is_it, Acknowledgement::Duplicate, cx) else { return false };
        // Before the state that it leads to.
        cx.actions.insert(replies, Action::Emit(LinkEvent::Reply { frame, message: flight.message.id }));
        // This was the answer to the last copy itself.
        self.owed.retain(|owed| owed.write != flight.write);
        true
    }

    /// An echo of ours came that settled no message: it answers a raw frame, if one was written.
    pub(super) fn raw_echo(&mut self, kind: &str) {
        if let Some(at) = self.owed.iter().position(|owed| owed.is_raw && owed.kind == kind) {
            self.owed.remove(at);
        }
    }

    /// Another client's text was read by the server: a turn with it is not ours.
    pub(super) fn expect_turn(&mut self, text: String) {
        if self.expected_turns.len() == MAX_EXPECTED_TURNS {
            self.expected_turns.pop_front();
        }
        self.expected_turns.push_back(text);
    }

    /// The server began a turn of the user's with this text.
    pub(super) fn user_turn(&mut self, content: &str, url: &Arc<str>, cx: &mut Cx<'_>) {
        if let Some(at) = self.expected_turns.iter().position(|text| text.trim() == content.trim()) {
            self.expected_turns.remove(at);
            return;
        }
        let same = |flight: &InFlight| {
            flight.message.url == *url
                && flight.message.command.text().is_some_and(|text| text.trim() == content.trim())
        };
        if let Some(flight) = self.take_unconfirmed(same) {
            cx.actions.push_back(flight.message.status(MessageState::Delivered(Acknowledgement::Turn), cx.now));
        } else if let Some(flight) = self.flight.iter_mut().find(|flight| same(flight)) {
            // Its echo may still come, and says more. If it does not, the turn is the proof.
            flight.turn_began = true;
        }
    }

    fn settle(
        &mut self,
        is_it: impl Fn(&InFlight) -> bool,
        proof: Acknowledgement,
        cx: &mut Cx<'_>,
    ) -> Option<InFlight> {
        let flight = match self.flight.iter().position(&is_it) {
            Some(at) => self.flight.remove(at),
            None => self.take_unconfirmed(is_it)?,
        };
        if flight.conn.is_some() {
            // Answers come in the order of the writes, so earlier ones that have not come will not.
            self.owed.retain(|owed| owed.write > flight.write);
            if flight.attempt > 1 {
                let kind = flight.message.command.kind().to_owned();
                self.owed.push(PendingReply { kind, write: flight.write, is_raw: false });
            }
        }
        if self.probe == Some(flight.message.id) {
            self.probe = None;
        }
        cx.actions.push_back(flight.message.status(MessageState::Delivered(proof), cx.now));
        Some(flight)
    }

    // ------------------------------------------------------------ time

    /// Ends what has waited too long, and gives up on answers that cannot come any more.
    pub(super) fn expire(&mut self, peer: Option<Peer>, cx: &mut Cx<'_>) {
        let now = cx.now;
        self.queue.retain(|message| {
            let stale = message.expires_at().is_some_and(|at| at <= now.mono);
            if stale {
                cx.actions.push_back(message.status(MessageState::Expired, now));
            }
            !stale
        });
        let given_up: Vec<InFlight> = self
            .flight
            .extract_if(.., |flight| {
                give_up_at(flight, cx.config.echo_timeout) <= now.mono || is_beyond_retry(flight, peer)
            })
            .collect();
        for flight in given_up {
            self.give_up(flight, cx);
        }
    }

    /// No echo will come. A turn with its text shows that it was read; else that is not known.
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

    pub(super) fn next_wakeup(&self, peer: Option<Peer>, cx: &Cx<'_>) -> Option<Instant> {
        let expiries = self.queue.iter().filter_map(Pending::expires_at);
        let give_ups = self.flight.iter().map(|flight| give_up_at(flight, cx.config.echo_timeout));
        let write = peer.and_then(|peer| self.next_write(peer, cx)).map(|(_, at)| at);
        expiries.chain(give_ups).chain(write).min()
    }

    // ------------------------------------------------------------ out

    /// Writes what may be written now.
    pub(super) fn pump(&mut self, peer: Peer, cx: &mut Cx<'_>) {
        while let Some((choice, at)) = self.next_write(peer, cx) {
            if at > cx.now.mono {
                break;
            }
            match choice {
                NextWrite::Again(at) => self.write_again(at, peer, cx),
                NextWrite::Queued(at) => self.write_first(at, peer, cx),
            }
        }
    }

    /// What is to be written next, and when at the earliest.
    fn next_write(&self, peer: Peer, cx: &Cx<'_>) -> Option<(NextWrite, Instant)> {
        if self.buffered > cx.config.buffer_limit {
            return None;
        }
        let after_gap = self.last_write.map_or(cx.now.mono, |last| last + cx.config.gap_in_force()).max(cx.now.mono);
        let resend_of = (0..self.flight.len())
            .filter_map(|at| {
                self.retry_at(at, peer, cx.config.echo_timeout).map(|due| (NextWrite::Again(at), due.max(after_gap)))
            })
            .min_by_key(|(_, due)| *due);
        let queued = self.next_queued(cx.config.window_in_force()).map(|at| (NextWrite::Queued(at), after_gap));
        match (resend_of, queued) {
            (Some(resend_of), Some(queued)) => Some(if resend_of.1 <= queued.1 { resend_of } else { queued }),
            (resend_of, queued) => resend_of.or(queued),
        }
    }

    /// When the message in flight may be written again, if it may.
    fn retry_at(&self, at: usize, peer: Peer, echo_timeout: Duration) -> Option<Instant> {
        let flight = &self.flight[at];
        let kind = flight.message.command.kind();
        let probe_first = self.probe.is_some_and(|probe| probe != flight.message.id);
        let answer_may_be_owed = self.owed.iter().any(|owed| owed.kind == kind);
        let other_retry = self.flight.iter().any(|other| {
            other.message.id != flight.message.id
                && other.attempt > 1
                && other.conn.is_some()
                && other.message.command.kind() == kind
        });
        if probe_first || answer_may_be_owed || other_retry || !may_act_only_once(flight, peer) {
            return None;
        }
        let due = flight.conn.map_or(Instant::ZERO, |_| flight.last_write + echo_timeout);
        (due <= flight.first_write + flight.retry_window()).then_some(due)
    }

    fn next_queued(&self, window: usize) -> Option<usize> {
        if let Some(probe) = self.probe {
            return self.queue.iter().position(|message| message.id == probe);
        }
        let in_flight = |group| self.flight.iter().any(|flight| flight.message.command.group() == group);
        let urgent = self.queue.iter().enumerate().position(|(at, message)| {
            let group = message.command.group();
            let is_before = |earlier: &Pending| earlier.hold.is_none() && earlier.command.group() == group;
            message.hold.is_none()
                && message.command.is_urgent()
                && !in_flight(group)
                && !self.queue.iter().take(at).any(is_before)
        });
        let first = || self.queue.iter().position(|message| message.hold.is_none());
        urgent.or_else(|| first().filter(|_| self.flight.len() < window))
    }

    fn write_first(&mut self, at: usize, peer: Peer, cx: &mut Cx<'_>) {
        let Some(message) = self.queue.remove(at) else { return };
        let text = encode(&message.command, &message.id.to_string(), cx.now.wall).into();
        let now = cx.now.mono;
        self.remember(message.id);
        self.flight.push(InFlight {
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
        });
        self.write_again(self.flight.len() - 1, peer, cx);
    }

    /// Writes a frame past queue and deduplication. Its answer is told from the answers to messages by its place.
    pub(super) fn write_raw(&mut self, text: Arc<str>, origin: Origin, peer: Peer, cx: &mut Cx<'_>) {
        self.writes += 1;
        self.last_write = Some(cx.now.mono);
        if let Some(kind) = wire_type(&text) {
            self.owed.push(PendingReply { kind, write: self.writes, is_raw: true });
        }
        let (conn, purpose) = (peer.conn, FramePurpose::Raw(origin));
        log::frame_out(conn, &text);
        cx.actions.push_back(Action::Send { conn, text: text.clone() });
        cx.actions.push_back(Action::Emit(LinkEvent::FrameOut { conn, text, purpose, at: cx.now }));
    }

    fn write_again(&mut self, at: usize, peer: Peer, cx: &mut Cx<'_>) {
        self.writes += 1;
        self.last_write = Some(cx.now.mono);
        let flight = &mut self.flight[at];
        flight.attempt += 1;
        flight.last_write = cx.now.mono;
        flight.conn = Some(peer.conn);
        flight.write = self.writes;
        let (conn, text, id) = (peer.conn, flight.text.clone(), flight.message.id);
        let state = MessageState::Written { conn, attempt: flight.attempt };
        log::frame_out(conn, &text);
        cx.actions.push_back(Action::Send { conn, text: text.clone() });
        cx.actions.push_back(Action::Emit(LinkEvent::FrameOut {
            conn,
            text,
            purpose: FramePurpose::Message(id),
            at: cx.now,
        }));
        cx.actions.push_back(flight.message.status(state, cx.now));
    }
}

/// Whether a second copy cannot make the server act twice, as far as is known.
fn may_act_only_once(flight: &InFlight, peer: Peer) -> bool {
    // A server that has restarted does not know the first copy any more, nor one that has said too much since.
    let remembers =
        peer.run.is_some() && peer.run == flight.run && peer.seq.saturating_sub(flight.seq) < MAX_EVENTS_BETWEEN_COPIES;
    flight.message.command.is_safe_twice() || (peer.deduplicates && remembers)
}

/// Whether it is already certain that no second copy may be written.
fn is_beyond_retry(flight: &InFlight, peer: Option<Peer>) -> bool {
    let known = peer.filter(|peer| peer.run.is_some());
    flight.conn.is_none() && known.is_some_and(|peer| !may_act_only_once(flight, peer))
}

fn give_up_at(flight: &InFlight, echo_timeout: Duration) -> Instant {
    (flight.first_write + flight.retry_window()).max(flight.last_write + echo_timeout)
}
