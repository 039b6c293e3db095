//! Hand-written traces of link events.

use std::sync::Arc;

use coda_dashboard::analysis::{Analyzer, Finding, FindingKind};
use coda_dashboard::history::Recorder;
use coda_dashboard::link::{
    Acknowledgement, AuthStep, CloseInfo, ConnId, DisconnectReason, FramePurpose, GapReport, LinkEvent, MessageId,
    MessageState, MessageStatus, Origin, Outage, Phase,
};
use coda_dashboard::protocol::{Command, Instant};

use crate::world::{at, event, frame_in, last_frame, recorder};

pub const CONN: ConnId = ConnId(1);
pub const COMPOSER: Origin = Origin::new("composer", "press enter");
pub const SHORTCUT: Origin = Origin::new("shortcut", "press key");

/// A record that grows over time, and its analyzer.
pub struct Trace {
    pub now: u64,
    seq: u64,
    messages: u32,
    pub recorder: Recorder,
    pub analyzer: Analyzer,
}

impl Trace {
    pub fn new() -> Self {
        Self { now: 1_000, seq: 0, messages: 0, recorder: recorder(), analyzer: Analyzer::default() }
    }

    /// A trace with a regular connection.
    pub fn ready() -> Self {
        let mut trace = Self::new();
        trace.connect();
        trace
    }

    /// A trace whose echoes were fast and have become slow.
    pub fn slowed_down() -> Self {
        let mut trace = Self::ready();
        for number in 0..10 {
            trace.say(&number.to_string(), 3);
            trace.wait(1_000);
        }
        assert_eq!(trace.found(), []);
        for number in 0..3 {
            trace.say(&format!("slow {number}"), 400);
            trace.wait(1_000);
        }
        trace
    }

    pub fn connect(&mut self) {
        self.connect_as("me");
    }

    /// Connects and is assigned this client id.
    pub fn connect_as(&mut self, client_id: &str) {
        self.authenticating();
        self.wait(10);
        self.control(r#"{"type": "auth_challenge", "data": {"token": "a:1:b:c"}}"#);
        self.answer();
        self.control(&format!(r#"{{"type": "auth_result", "data": {{"success": true, "client_id": "{client_id}"}}}}"#));
        self.phase(Phase::Ready { conn: CONN, since: at(self.now), client_id: Some(client_id.into()) }, None);
    }

    pub fn authenticating(&mut self) {
        let later = Instant::from_millis(self.now + 10_000);
        self.phase(Phase::Opening { conn: CONN, give_up_at: later }, None);
        let step = AuthStep::AwaitingChallenge { probe_at: later };
        self.phase(Phase::Authenticating { conn: CONN, give_up_at: later, step }, None);
    }

    pub fn answer(&mut self) {
        let text = r#"{"type":"auth_response","data":{"token":"a:1:b:c"}}"#.into();
        self.tell(LinkEvent::FrameOut { conn: CONN, text, purpose: FramePurpose::ChallengeAnswer, at: at(self.now) });
    }

    /// The connection ends.
    pub fn lose(&mut self, reason: DisconnectReason) {
        let phase = Phase::Waiting { attempt: 0, retry_at: Instant::from_millis(self.now + 250) };
        self.phase(phase, Some(reason));
    }

    pub fn broken() -> DisconnectReason {
        DisconnectReason::Closed(CloseInfo { code: 1006, reason: String::new() })
    }

    pub fn phase(&mut self, phase: Phase, reason: Option<DisconnectReason>) {
        let outage = reason.map(|reason| Outage { reason, since: at(self.now) });
        self.tell(LinkEvent::Phase { phase, outage, at: at(self.now) });
    }

    pub fn resumed(&mut self, restarted: bool, missed: u64, recovered: u64) {
        let resumed = GapReport { epoch: 2, reconnected: true, restarted, missed, recovered, more_unknown: false };
        self.tell(LinkEvent::Resumed { resumed, at: at(self.now) });
    }

    pub fn control(&mut self, text: &str) {
        self.tell(frame_in(self.now, text));
    }

    /// Receives an event from a server whose clock reads `now` plus this many seconds.
    pub fn event_ahead(&mut self, kind: &str, data: &str, ahead: f64) {
        #[expect(clippy::cast_precision_loss)]
        let time = 2_886.0 + self.now as f64 / 1_000.0 + ahead;
        self.event_with(kind, data, &time.to_string());
    }

    /// Receives an event from a server that sends wall-clock times and whose clock is this many milliseconds ahead.
    pub fn event_by_wall_clock(&mut self, kind: &str, data: &str, ahead: i64) {
        let wall = at(self.now).wall.timestamp_millis() + ahead;
        self.event_with(kind, data, &wall.to_string());
    }

    fn event_with(&mut self, kind: &str, data: &str, timestamp: &str) {
        self.seq += 1;
        let text = event(self.seq, kind, data).replace("2886.0485", timestamp);
        self.tell(frame_in(self.now, &text));
    }

    pub fn event(&mut self, kind: &str, data: &str) {
        self.event_ahead(kind, data, 0.0);
    }

    pub fn new_message(&mut self) -> MessageId {
        self.messages += 1;
        MessageId::parse(&format!("00000000-0000-4000-8000-{:012}", self.messages)).unwrap()
    }

    pub fn message(&mut self, id: MessageId, text: &str, origin: Origin, state: MessageState) {
        let now = at(self.now);
        let command = Arc::new(Command::TextInput { text: text.into() });
        self.tell(LinkEvent::Message(MessageStatus {
            id,
            command,
            origin,
            created: now,
            resend_of: None,
            at: now,
            state,
        }));
    }

    /// Writes a message that is not answered yet.
    pub fn write(&mut self, text: &str) -> MessageId {
        let id = self.new_message();
        self.message(id, text, COMPOSER, MessageState::Queued);
        let frame = format!(r#"{{"type":"text_input","data":{{"text":"{text}","message_id":"{id}"}}}}"#);
        let purpose = FramePurpose::Message(id);
        self.tell(LinkEvent::FrameOut { conn: CONN, text: frame.into(), purpose, at: at(self.now) });
        self.message(id, text, COMPOSER, MessageState::Written { conn: CONN, attempt: 1 });
        id
    }

    /// Writes a frame that bypasses the queue.
    pub fn raw(&mut self, text: &str) {
        let purpose = FramePurpose::Raw(COMPOSER);
        self.tell(LinkEvent::FrameOut { conn: CONN, text: text.into(), purpose, at: at(self.now) });
    }

    /// Sends a message that is echoed after this many milliseconds.
    pub fn say(&mut self, text: &str, echo_after: u64) {
        let id = self.write(text);
        self.wait(echo_after);
        self.message(id, text, COMPOSER, MessageState::Delivered(Acknowledgement::Echo));
    }

    /// Receives the echo of a message, which delivers it.
    pub fn echo(&mut self, id: MessageId, text: &str, data: &str) {
        self.event("client_message", data);
        self.tell(LinkEvent::Reply { frame: last_frame(), message: id });
        self.message(id, text, COMPOSER, MessageState::Delivered(Acknowledgement::Echo));
    }

    /// Receives a frame with this number, whatever came before.
    pub fn numbered(&mut self, seq: u64, kind: &str, data: &str) {
        let before = std::mem::replace(&mut self.seq, seq - 1);
        self.event(kind, data);
        self.seq = before;
    }

    /// Receives an event with this time of the server, in seconds.
    pub fn event_at(&mut self, kind: &str, data: &str, time: f64) {
        self.event_with(kind, data, &time.to_string());
    }

    /// The server's time, in seconds.
    #[expect(clippy::cast_precision_loss)]
    pub fn server_time(&self) -> f64 {
        2_886.0 + self.now as f64 / 1_000.0
    }

    pub const fn last_number(&self) -> u64 {
        self.seq
    }

    /// Leaves numbers out, which later events may have.
    pub const fn skip(&mut self, numbers: u64) {
        self.seq += numbers;
    }

    /// Receives the echo of another client's message.
    pub fn other_client(&mut self, text: &str) {
        let data = format!(
            r#"{{"client_id": "someone-else", "message_type": "text_input", "message_data": {{"text": "{text}"}}}}"#
        );
        self.event("client_message", &data);
    }

    pub fn wait(&mut self, millis: u64) {
        self.now += millis;
    }

    /// Advances time, calling the analyzer once per second.
    pub fn watch(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.wait(1_000);
            self.analyzer.catch_up(&self.recorder);
            self.analyzer.tick(at(self.now));
        }
    }

    pub fn tell(&mut self, event: LinkEvent) {
        self.recorder.record(&event);
    }

    /// Returns the open findings.
    pub fn found(&mut self) -> Vec<Finding> {
        self.analyzer.catch_up(&self.recorder);
        self.analyzer.tick(at(self.now));
        self.analyzer.log().open().cloned().collect()
    }

    pub fn kinds(&mut self) -> Vec<FindingKind> {
        self.found().into_iter().map(|finding| finding.kind).collect()
    }

    /// Returns the only open finding.
    #[track_caller]
    pub fn only(&mut self) -> Finding {
        let found = self.found();
        assert_eq!(found.len(), 1, "{found:#?}");
        found.into_iter().next().unwrap()
    }
}
