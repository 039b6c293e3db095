//! The connection to Coda as a pure state machine, without clock, randomness or I/O of its own.
//!
//! After each [`Link::handle`], drain [`Link::poll_action`] until it returns `None`, then arm one timer for
//! [`Link::next_wakeup`].

mod backoff;
mod close;
mod config;
mod connection;
mod dedup;
mod heartbeat;
mod ids;
mod inbound;
mod io;
mod log;
mod message;
mod metrics;
mod outbox;
mod phase;
mod received_events;
pub(crate) mod receiver;
mod status;
mod turn_tracker;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use close::{CloseInfo, DisconnectReason, ForeignServer};
pub use config::LinkConfig;
pub use ids::{ConnId, FrameId, MessageId};
pub use io::{Action, FrameKind, FramePurpose, GapReport, Input, LinkEvent, PageHint, ServerEvent, WakeReason, Wakeup};
pub use message::{
    Acknowledgement, Cancellation, Failure, Hold, MessageState, MessageStatus, Origin, PersistedMessage, Submission,
};
pub use metrics::{Metrics, OutcomeCounts, Percentiles};
pub use phase::{AuthStep, ConnectionEvent, Outage, Phase, PhaseKind, Transition, transition};
pub use status::{Counters, LinkStatus};

use connection::{Connection, Context, StepResult};
use dedup::Dedup;
use heartbeat::{Heartbeat, HeartbeatAction};
pub(crate) use inbound::OrderedEvents;
use metrics::MetricsRecorder;
use outbox::{HoldPolicy, Outbox, OutgoingMessage, Peer};
pub use received_events::ReceivedEvents;
use receiver::{Incoming, Receiver, echoed_id};
use turn_tracker::TurnTracker;

use crate::bounded::push_bounded;
use crate::protocol::{Command, Control, Effect, Event, Moment};

/// A wakeup later than this means that the machine was asleep.
const SLEEP_THRESHOLD: Duration = Duration::from_secs(2);
/// Number of messages from other clients whose ids are remembered. A tab holds at most a few hundred texts.
const MAX_SENT_ELSEWHERE: usize = 512;

/// The connection of a page, of which there is one: queue, deduplication, heartbeat and event order.
///
/// A link that is serialized and read back between two inputs, with no action left to poll, goes on exactly like the
/// original. The text may contain messages and frames, so it must not leave the browser.
#[derive(Debug, Serialize, Deserialize)]
pub struct Link {
    config: LinkConfig,
    #[serde(with = "seed")]
    rng: fastrand::Rng,
    connection: Connection,
    /// `Some` exactly while the connection is ready.
    heartbeat: Option<Heartbeat>,
    dedup: Dedup,
    outbox: Outbox,
    /// The connection that the outbox writes to: the ready one, or the one being probed.
    peer: Option<ConnId>,
    /// Address of the server that new messages are meant for. Empty before the first [`Input::Connect`].
    url: Arc<str>,
    /// Client ids of this page on all its connections, since an echo may arrive on a later connection.
    own_client_ids: BTreeSet<String>,
    /// Ids of messages that other clients sent, oldest first.
    sent_elsewhere: VecDeque<MessageId>,
    receiver: Receiver,
    /// What an earlier visit has received from the server at an address, until that is connected to.
    recalled: Option<(String, ReceivedEvents)>,
    turn: TurnTracker,
    counters: Counters,
    meter: MetricsRecorder,
    /// Computed at the end of each [`Link::handle`].
    wakeup: Option<Wakeup>,
    /// Empty between two inputs.
    #[serde(skip)]
    actions: VecDeque<Action>,
}

/// Stores the random generator by its state.
mod seed {
    use fastrand::Rng;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(rng: &Rng, serializer: S) -> Result<S::Ok, S::Error> {
        rng.get_seed().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rng, D::Error> {
        u64::deserialize(deserializer).map(Rng::with_seed)
    }
}

impl Link {
    /// Creates an offline link. `seed` determines its ids and backoff: equal seeds and inputs give equal actions.
    #[must_use]
    pub fn new(config: LinkConfig, seed: u64) -> Self {
        Self {
            config,
            rng: fastrand::Rng::with_seed(seed),
            connection: Connection::new(),
            heartbeat: None,
            dedup: Dedup::default(),
            outbox: Outbox::default(),
            peer: None,
            url: "".into(),
            own_client_ids: BTreeSet::new(),
            sent_elsewhere: VecDeque::new(),
            receiver: Receiver::new(),
            recalled: None,
            turn: TurnTracker::default(),
            counters: Counters::default(),
            meter: MetricsRecorder::new(),
            wakeup: None,
            actions: VecDeque::new(),
        }
    }

    /// Processes an input. Drain [`Self::poll_action`] afterwards. Input from a replaced socket has no effect; its
    /// frames are emitted as [`FrameKind::Stale`].
    pub fn handle(&mut self, now: Moment, input: Input) {
        self.process(now, input, None);
    }

    /// Like [`Self::handle`], but the message that an [`Input::Submit`] or [`Input::Replay`] creates gets this id. An
    /// input that may have to be repeated to another link is the same message to the server then.
    pub fn handle_as(&mut self, now: Moment, id: MessageId, input: Input) {
        self.process(now, input, Some(id));
    }

    fn process(&mut self, now: Moment, input: Input, id: Option<MessageId>) {
        if self.wakeup.is_some_and(|wakeup| now.mono.duration_since(wakeup.at) > SLEEP_THRESHOLD) {
            self.require_liveness(now);
        }
        match input {
            Input::Recall { url, received } => self.recalled = Some((url, received)),
            Input::Connect { url } => {
                self.change_server(now, &url);
                self.step(now, ConnectionEvent::Connect(url));
            }
            Input::Disconnect => self.step(now, ConnectionEvent::Disconnect),
            Input::RetryNow => self.step(now, ConnectionEvent::Retry),
            Input::Submit(submission) => self.submit(now, submission, id),
            Input::Replay(submission) => self.replay(now, submission, id),
            Input::Restore { waiting, ask } => self.restore(now, waiting, ask),
            Input::Cancel(id) => self.cancel(now, id),
            Input::SendNow(id) => self.outbox.send_now(id, &self.url),
            Input::Configure(config) => self.configure(now, config),
            Input::Raw { text, origin } => self.raw(now, text, origin),
            Input::Opened(conn) if self.is_live(conn) => self.step(now, ConnectionEvent::Opened),
            Input::Frame(conn, text) => self.frame(now, conn, text),
            Input::Binary(conn, bytes) => self.binary(now, conn, bytes),
            Input::Closed(conn, info) if self.is_live(conn) => self.step(now, ConnectionEvent::Closed(info)),
            Input::Abandoned(conn) if self.is_live(conn) => self.step(now, ConnectionEvent::Abandoned),
            Input::Doubt => self.doubt(now),
            Input::LeaveToOthers => self.leave_to_others(now),
            Input::Buffered(conn, bytes) if self.is_live(conn) => self.outbox.buffered = bytes,
            Input::HttpAnswered(answered) => self.connection.http_answered(answered),
            Input::Hint(hint) => self.hint(now, hint),
            // A late event of a replaced socket.
            Input::Opened(_) | Input::Closed(..) | Input::Abandoned(_) | Input::Buffered(..) | Input::Tick => {}
        }
        self.advance(now);
        self.wakeup = self.plan_wakeup(now);
    }

    /// Returns the next action to carry out. Call until it returns `None`.
    pub fn poll_action(&mut self) -> Option<Action> {
        let action = self.actions.pop_front();
        match &action {
            Some(Action::Send { .. }) => self.counters.frames_out += 1,
            Some(Action::Emit(event)) => self.meter.observe(event),
            _ => {}
        }
        action
    }

    /// Returns when to send [`Input::Tick`], and why; `None` if only an input can change anything. Valid until the next
    /// [`Self::handle`].
    #[must_use]
    pub const fn next_wakeup(&self) -> Option<Wakeup> {
        self.wakeup
    }

    fn plan_wakeup(&self, now: Moment) -> Option<Wakeup> {
        let turn = self.turn.next_wakeup(now.mono).filter(|_| self.outbox.waits_for_turn());
        let heartbeat = self.heartbeat.as_ref().map(|heartbeat| heartbeat.next_wakeup(&self.outbox, &self.config));
        [
            (self.connection.next_wakeup(), WakeReason::Connection),
            (heartbeat, WakeReason::Heartbeat),
            (self.outbox.next_wakeup(self.peer(), now.mono, &self.config), WakeReason::Outbox),
            (turn, WakeReason::Outbox),
            (self.receiver.next_wakeup(), WakeReason::Events),
        ]
        .into_iter()
        .filter_map(|(at, reason)| at.map(|at| Wakeup { at, reason }))
        .min()
    }

    /// Returns a snapshot of the link's state.
    #[must_use]
    pub fn status(&self) -> LinkStatus {
        LinkStatus {
            phase: self.connection.phase().clone(),
            outage: self.connection.outage().cloned(),
            url: self.connection.url().map(str::to_owned),
            queued: self.outbox.queued(),
            in_flight: self.outbox.in_flight(),
            counters: self.counters,
        }
    }

    /// Returns the live socket.
    pub(crate) const fn live_conn(&self) -> Option<ConnId> {
        self.connection.phase().conn()
    }

    /// Whether the message is unsettled, or was written by this link.
    pub(crate) fn knows(&self, id: MessageId) -> bool {
        self.outbox.knows(id)
    }

    /// Returns the unsettled texts for [`Input::Restore`] after a reload, those already written first.
    #[must_use]
    pub fn waiting(&self) -> Vec<PersistedMessage> {
        self.outbox.waiting()
    }

    /// Returns which events of the server have arrived, for [`Input::Recall`] in a later visit.
    #[must_use]
    pub fn received(&self) -> ReceivedEvents {
        self.receiver.received()
    }

    /// Returns the metrics since the link was created.
    #[must_use]
    pub fn metrics(&self, now: Moment) -> Metrics {
        self.meter.read(now.mono, self.counters.unreadable)
    }

    /// Returns the configuration in force.
    #[must_use]
    pub const fn config(&self) -> &LinkConfig {
        &self.config
    }

    // ------------------------------------------------------------ messages

    fn submit(&mut self, now: Moment, submission: Submission, id: Option<MessageId>) {
        let Submission { command, origin, resend_of } = submission;
        let id = id.unwrap_or_else(|| MessageId::random(&mut self.rng));
        // A resent message is still meant for the server of the first one.
        let url = resend_of.and_then(|id| self.outbox.address_of(id)).unwrap_or_else(|| self.url.clone());
        if let Some(resend_of) = resend_of {
            let (outbox, mut cx) = self.outbox_and_cx(now);
            outbox.cancel(resend_of, Cancellation::SentAgain { by: id }, &mut cx);
        }
        let checked = self.dedup.check(now.mono, id, &command, resend_of, &self.config);
        let message = OutgoingMessage { url, ..self.pending(id, Arc::new(command), origin, now, resend_of) };
        if let Err(original) = checked {
            self.counters.suppressed += 1;
            self.actions.push_back(message.status(MessageState::Suppressed { original }, now));
            return;
        }
        let (outbox, mut cx) = self.outbox_and_cx(now);
        if !outbox.submit(message, &mut cx) {
            self.dedup.forget(id);
        }
    }

    fn replay(&mut self, now: Moment, submission: Submission, id: Option<MessageId>) {
        let Submission { command, origin, resend_of } = submission;
        let id = id.unwrap_or_else(|| MessageId::random(&mut self.rng));
        // A recorded message keeps its recorded time, so nothing holds it.
        let message =
            OutgoingMessage { sends_now: true, ..self.pending(id, Arc::new(command), origin, now, resend_of) };
        let (outbox, mut cx) = self.outbox_and_cx(now);
        outbox.submit(message, &mut cx);
    }

    fn pending(
        &self,
        id: MessageId,
        command: Arc<Command>,
        origin: Origin,
        created: Moment,
        resend_of: Option<MessageId>,
    ) -> OutgoingMessage {
        OutgoingMessage {
            id,
            command,
            origin,
            created,
            resend_of,
            url: self.url.clone(),
            hold: None,
            sends_now: false,
            asks: false,
        }
    }

    /// Drops the frame without a ready connection: the server would silently ignore it.
    fn raw(&mut self, now: Moment, text: Arc<str>, origin: Origin) {
        if let Some(peer) = self.peer().filter(|_| self.connection.ready().is_some()) {
            let (outbox, mut cx) = self.outbox_and_cx(now);
            outbox.write_raw(text, origin, peer, &mut cx);
        }
    }

    fn configure(&mut self, now: Moment, config: LinkConfig) {
        let on = !config.is_unprotected;
        if on == self.config.is_unprotected {
            log::protections(on);
            self.emit(LinkEvent::Protections { on, at: now });
        }
        self.config = config;
    }

    fn restore(&mut self, now: Moment, waiting: Vec<PersistedMessage>, asks: bool) {
        let origin = Origin::new("composer", "before the reload");
        for PersistedMessage { id, text, url, created, was_written, asks: asked } in waiting {
            if self.sent_elsewhere.contains(&id) || self.outbox.knows(id) {
                continue;
            }
            let url = if url.is_empty() { self.url.clone() } else { url };
            let asks = asks || asked;
            let command = Arc::new(Command::TextInput { text });
            let created = Moment { wall: created, ..now };
            let message = OutgoingMessage { url, asks, ..self.pending(id, command, origin.clone(), created, None) };
            let (outbox, mut cx) = self.outbox_and_cx(now);
            outbox.restore(message, was_written, &mut cx);
        }
    }

    fn doubt(&mut self, now: Moment) {
        let (outbox, mut cx) = self.outbox_and_cx(now);
        outbox.doubt(&mut cx);
    }

    fn leave_to_others(&mut self, now: Moment) {
        let url = self.url.clone();
        let (outbox, mut cx) = self.outbox_and_cx(now);
        outbox.leave_to_others(&url, &mut cx);
    }

    fn cancel(&mut self, now: Moment, id: MessageId) {
        let (outbox, mut cx) = self.outbox_and_cx(now);
        if outbox.cancel(id, Cancellation::ByUser, &mut cx) {
            self.dedup.forget(id);
        }
    }

    fn ping(&mut self, now: Moment, is_probe: bool, action: &'static str) {
        let id = MessageId::random(&mut self.rng);
        let origin = Origin::new("heartbeat", action);
        let message = self.pending(id, Arc::new(Command::Ping), origin, now, None);
        let (outbox, mut cx) = self.outbox_and_cx(now);
        outbox.submit_ping(message, is_probe, &mut cx);
    }

    // ------------------------------------------------------------ connection

    /// Waiting messages, and everything known about the server, belong to one address.
    fn change_server(&mut self, now: Moment, url: &str) {
        if *self.url == *url {
            return;
        }
        let is_first = self.url.is_empty();
        self.url = url.into();
        let url = self.url.clone();
        let recalled = self.recalled.take().filter(|(of, _)| **of == *url).map(|(_, received)| received);
        if is_first {
            if let Some(received) = recalled {
                self.receiver.recall(received);
            }
            self.outbox.assign_address(&url);
            return;
        }
        self.receiver.change_server();
        if let Some(received) = recalled {
            self.receiver.recall_as_next(received);
        }
        self.turn.forget();
        let (outbox, mut cx) = self.outbox_and_cx(now);
        outbox.abandon_other_servers(&url, &mut cx);
    }

    fn is_live(&self, conn: ConnId) -> bool {
        self.connection.phase().conn() == Some(conn)
    }

    fn step(&mut self, now: Moment, event: ConnectionEvent) {
        self.connection.has_message_in_flight = self.outbox.has_message_in_flight();
        let mut cx = Context { now, config: &self.config, rng: &mut self.rng, actions: &mut self.actions };
        let outcome = self.connection.step(event, &mut cx);
        let wanted = match outcome {
            StepResult::SendProbe => self.connection.phase().conn(),
            StepResult::Nothing if self.connection.awaits_proof() => self.peer.filter(|peer| self.is_live(*peer)),
            StepResult::Nothing => self.connection.ready(),
        };
        if wanted == self.peer {
            self.update_heartbeat(now);
            return;
        }
        if self.peer.take().is_some() {
            let (outbox, mut cx) = self.outbox_and_cx(now);
            outbox.connection_lost(&mut cx);
        }
        self.peer = wanted;
        if wanted.is_some() {
            self.receiver.begin_connection();
            self.turn.reconnected(now.mono);
            self.ping(now, true, "begin a connection");
        }
        self.update_heartbeat(now);
    }

    /// Starts or stops the heartbeat: only a ready connection has one.
    fn update_heartbeat(&mut self, now: Moment) {
        match (self.connection.ready(), &self.heartbeat) {
            (Some(_), None) => self.heartbeat = Some(Heartbeat::new(now.mono, &self.config)),
            (None, Some(_)) => self.heartbeat = None,
            _ => {}
        }
    }

    fn hint(&mut self, now: Moment, hint: PageHint) {
        match hint {
            PageHint::Hidden => self.connection.hidden = true,
            PageHint::Visible | PageHint::Online => {
                self.connection.hidden &= hint != PageHint::Visible;
                self.require_liveness(now);
            }
        }
    }

    /// Requires a proof of life soon, because time may have passed unnoticed.
    fn require_liveness(&mut self, now: Moment) {
        self.step(now, ConnectionEvent::Woken);
        let Some(heartbeat) = &mut self.heartbeat else { return };
        heartbeat.woken(now.mono, &self.config);
        if self.outbox.is_idle() {
            self.ping(now, false, "look again after a pause");
        }
    }

    /// Performs everything that is due.
    fn advance(&mut self, now: Moment) {
        if let Some(event) = self.connection.due(now.mono) {
            self.step(now, event);
        }
        let accepted = self.receiver.tick(now);
        self.deliver(now, accepted);
        let peer = self.peer();
        let (outbox, mut cx) = self.outbox_and_cx(now);
        outbox.expire(peer, &mut cx);
        // After the expiries, which may leave the outbox idle, and before the writes, because it may add a ping.
        self.beat(now);
        self.hold(now);
        if let Some(peer) = self.peer() {
            let (outbox, mut cx) = self.outbox_and_cx(now);
            outbox.flush(peer, &mut cx);
        }
    }

    fn hold(&mut self, now: Moment) {
        let waits = self.config.hold_texts && !self.config.is_unprotected && self.peer.is_some();
        let url = self.url.clone();
        let gate = HoldPolicy { url: &url, is_closed: waits && self.turn.is_busy(now.mono) };
        let (outbox, mut cx) = self.outbox_and_cx(now);
        outbox.hold(gate, &mut cx);
    }

    fn beat(&mut self, now: Moment) {
        let Some(heartbeat) = &mut self.heartbeat else { return };
        match heartbeat.beat(now.mono, &self.outbox, &self.config) {
            HeartbeatAction::Nothing => {}
            HeartbeatAction::Ping => self.ping(now, false, "keep alive"),
            HeartbeatAction::Dead(why) => self.step(now, ConnectionEvent::Dead(why)),
        }
    }

    fn peer(&self) -> Option<Peer> {
        self.peer.map(|conn| Peer {
            conn,
            deduplicates: self.connection.is_authenticated(),
            run: self.receiver.run(),
            seq: self.receiver.last_seq(),
        })
    }

    fn outbox_and_cx(&mut self, now: Moment) -> (&mut Outbox, Context<'_>) {
        (&mut self.outbox, Context { now, config: &self.config, rng: &mut self.rng, actions: &mut self.actions })
    }

    // ------------------------------------------------------------ frames

    fn emit(&mut self, event: LinkEvent) {
        self.actions.push_back(Action::Emit(event));
    }

    fn binary(&mut self, now: Moment, conn: ConnId, bytes: usize) {
        let kind = if self.is_live(conn) { FrameKind::Binary(bytes) } else { FrameKind::Stale };
        let event = self.receiver.skip(conn, "".into(), kind, now);
        self.emit(event);
    }

    fn frame(&mut self, now: Moment, conn: ConnId, text: Arc<str>) {
        self.counters.frames_in += 1;
        log::frame_in(conn, &text);
        if !self.is_live(conn) {
            let event = self.receiver.skip(conn, text, FrameKind::Stale, now);
            self.emit(event);
            return;
        }
        if let Some(heartbeat) = &mut self.heartbeat {
            heartbeat.heard(now.mono);
        }
        let incoming = self.receiver.read(conn, text.clone(), now, |event| {
            if let LinkEvent::FrameIn { kind: FrameKind::Unreadable(error), .. } = &event {
                self.counters.unreadable += 1;
                log::unreadable(conn, &text, error);
            }
            self.actions.push_back(Action::Emit(event));
        });
        let answers = match &incoming {
            Incoming::Control(frame, control) => return self.control(now, *frame, control.clone()),
            Incoming::Event(frame, envelope) => self.event(now, *frame, &text, &envelope.event),
            Incoming::Unreadable(..) => {
                self.note_foreign_evidence(&text, None);
                None
            }
            Incoming::Replay(_) => None,
        };
        let delivery = self.receiver.take(now, incoming, answers);
        self.deliver(now, delivery);
        if let Some(id) = answers {
            self.echoed(now, id);
        }
        self.disconnect_if_foreign(now);
    }

    /// Handles a broadcast before it is ordered. Returns the message that it echoes.
    fn event(&mut self, now: Moment, frame: FrameId, text: &str, event: &Event) -> Option<MessageId> {
        let answers = self.match_echo(now, event);
        if let Some(message) = answers {
            self.emit(LinkEvent::Reply { frame, message });
            self.on_probe_echo(now);
        } else {
            self.note_foreign_evidence(text, Some(event));
        }
        if let Event::ClientMessage(echo) = event {
            self.on_message_read(now, &echo.message_type);
        }
        answers
    }

    /// Records evidence against Coda, as long as the server has not proved itself.
    fn note_foreign_evidence(&mut self, text: &str, event: Option<&Event>) {
        if self.connection.awaits_proof() {
            self.connection.foreign = self.connection.foreign.take().or_else(|| ForeignServer::of(text, event));
        }
    }

    /// Disconnects if it is certain that this is not Coda. Weaker evidence waits for the timeout.
    fn disconnect_if_foreign(&mut self, now: Moment) {
        let certain = self.connection.foreign.as_ref().filter(|foreign| foreign.is_certain()).cloned();
        if let Some(foreign) = certain.filter(|_| self.connection.awaits_proof()) {
            self.step(now, ConnectionEvent::Dead(DisconnectReason::NotCoda(foreign)));
        }
    }

    /// Notes that Coda read a message of this type, whoever sent it.
    fn on_message_read(&mut self, now: Moment, kind: &str) {
        if Command::effect_of(kind) == Effect::Turn {
            self.turn.read(now.mono);
        }
    }

    /// Only Coda echoes our message in an event of its own, so the echo proves that it treats us as a client.
    fn on_probe_echo(&mut self, now: Moment) {
        if self.connection.awaits_proof() {
            self.step(now, ConnectionEvent::Proven);
        }
    }

    fn control(&mut self, now: Moment, frame: FrameId, control: Control) {
        match control {
            Control::Challenge { token } => self.step(now, ConnectionEvent::Challenged(token)),
            Control::AuthResult { result: Ok(client_id) } => {
                self.own_client_ids.insert(client_id.clone());
                self.step(now, ConnectionEvent::Accepted(client_id));
            }
            Control::AuthResult { result: Err(reason) } => {
                let rejection = self.connection.rejection(reason);
                self.step(now, rejection);
            }
            Control::Duplicate { original_type, .. } => {
                self.on_message_read(now, &original_type);
                let (outbox, mut cx) = self.outbox_and_cx(now);
                let settled = outbox.duplicate(frame, &original_type, &mut cx);
                if settled && let Some(heartbeat) = &mut self.heartbeat {
                    heartbeat.suspect(now.mono);
                }
            }
        }
    }

    /// Returns our message that an echo belongs to, and takes note of other clients' messages.
    fn match_echo(&mut self, now: Moment, event: &Event) -> Option<MessageId> {
        let Event::ClientMessage(echo) = event else { return None };
        let echoed = echoed_id(event);
        let id = echoed.filter(|id| self.outbox.is_ours(*id));
        if let Some(echoed) = echoed.filter(|_| id.is_none()) {
            self.sent_elsewhere(now, echoed);
        }
        let is_from_here = self.connection.is_own_client_id(&echo.client_id.0);
        if is_from_here && !id.is_some_and(|id| self.outbox.awaits(id)) {
            self.outbox.raw_echo(&echo.message_type);
        }
        if id.is_some() {
            return id;
        }
        // Without authentication, the page does not know its own client id.
        if !self.own_client_ids.is_empty() && !self.own_client_ids.contains(&echo.client_id.0) {
            self.receiver.other_client_seen();
        }
        if let Some(text) = echo.message_data.get("text").and_then(serde_json::Value::as_str) {
            self.outbox.expect_turn(text.to_owned());
        }
        None
    }

    /// Notes that another client sent the message `id`. A duplicated tab may hold the same message, or take it over
    /// later.
    fn sent_elsewhere(&mut self, now: Moment, id: MessageId) {
        push_bounded(&mut self.sent_elsewhere, id, MAX_SENT_ELSEWHERE);
        let (outbox, mut cx) = self.outbox_and_cx(now);
        outbox.sent_elsewhere(id, &mut cx);
    }

    fn echoed(&mut self, now: Moment, id: MessageId) {
        if let Some(heartbeat) = &mut self.heartbeat {
            heartbeat.echoed(now.mono, &self.config);
        }
        let (outbox, mut cx) = self.outbox_and_cx(now);
        if let Some(round_trip) = outbox.echo(id, &mut cx) {
            self.counters.measure(round_trip);
        }
    }

    fn deliver(&mut self, now: Moment, accepted: OrderedEvents) {
        if accepted.resumed.iter().any(|resumed| resumed.restarted) {
            self.turn.forget();
        }
        for resumed in accepted.resumed {
            log::resumed(&resumed);
            self.emit(LinkEvent::Resumed { resumed, at: now });
        }
        for event in accepted.events {
            if !event.replayed {
                self.turn.observe(&event.event, now.mono, &self.config);
            }
            if let Event::ConversationTurn(turn) = &event.event
                && turn.role == "user"
            {
                let url = self.url.clone();
                let (outbox, mut cx) = self.outbox_and_cx(now);
                outbox.user_turn(&turn.content, &url, &mut cx);
            }
            self.emit(LinkEvent::Event(event));
        }
    }
}
