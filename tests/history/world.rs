//! A recorder with something to record: by hand, or from a link that talks to the simulated server.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use coda_dashboard::history::{Limits, Recorder, Row, RowKind};
use coda_dashboard::link::{
    Action, CloseInfo, ConnId, FrameId, FrameKind, FramePurpose, Input, Link, LinkConfig, LinkEvent, MessageId, Origin,
    ServerEvent, Submission,
};
use coda_dashboard::protocol::{Command, Envelope, Frame, Instant, Moment, decode, utc_from_millis};
use coda_dashboard::sim::{PeerId, Server, ServerConfig, ServerInput, ServerOutput};

/// Wall-clock time at the start: 19:09:27.000 UTC.
pub const START: i64 = 1_795_374_567_000;
const LATENCY: Duration = Duration::from_millis(1);

pub fn at(millis: u64) -> Moment {
    let wall = START + i64::try_from(millis).unwrap();
    Moment { mono: Instant::from_millis(millis), wall: utc_from_millis(wall) }
}

thread_local! {
    /// Each test has a thread, and with it frames of its own.
    static FRAMES: Cell<u64> = const { Cell::new(0) };
}

pub fn last_frame() -> FrameId {
    FrameId(FRAMES.get())
}

/// A frame of this kind from a connection.
pub fn frame_of(conn: ConnId, text: impl Into<Arc<str>>, kind: FrameKind, at: Moment) -> LinkEvent {
    FRAMES.set(FRAMES.get() + 1);
    LinkEvent::FrameIn { conn, frame: last_frame(), text: text.into(), kind, at }
}

/// What the link tells of a frame that came after so many milliseconds.
pub fn frame_in(millis: u64, text: &str) -> LinkEvent {
    let kind = match decode(text) {
        Ok(Frame::Control(control)) => FrameKind::Control(control),
        Ok(Frame::Event(envelope)) => {
            FrameKind::Event { kind: envelope.event.kind().to_owned().into(), seq: envelope.seq }
        }
        Ok(Frame::Replay(_)) => FrameKind::Replay,
        Err(error) => FrameKind::Unreadable(error),
    };
    frame_of(ConnId(1), text, kind, at(millis))
}

pub fn frame_out(millis: u64, text: &str, message: Option<MessageId>) -> LinkEvent {
    let purpose = match message {
        Some(id) => FramePurpose::Message(id),
        None if text.contains("auth_response") => FramePurpose::ChallengeAnswer,
        None => FramePurpose::Raw(Origin::new("debugger", "send raw")),
    };
    LinkEvent::FrameOut { conn: ConnId(1), text: text.into(), purpose, at: at(millis) }
}

pub fn recorder() -> Recorder {
    Recorder::new(Limits::default())
}

/// A record of frames with the events in them.
pub fn recorded(events: &[LinkEvent]) -> Recorder {
    let mut recorder = recorder();
    for event in events {
        recorder.record(event);
        if let LinkEvent::FrameIn { frame, text, kind: FrameKind::Event { .. }, at, .. } = event
            && let Ok(Frame::Event(Envelope { seq, event, .. })) = decode(text)
        {
            let (frame, at) = (*frame, *at);
            let time = at.wall;
            let event = ServerEvent { frame, epoch: 1, seq, time, at, replayed: false, answers: None, event };
            recorder.record(&LinkEvent::Event(event));
        }
    }
    recorder
}

/// An event as Python serializes it.
pub fn event(seq: u64, kind: &str, data: &str) -> String {
    format!(r#"{{"version": "1.0", "seq": {seq}, "timestamp": 2886.0485, "type": "{kind}", "data": {data}}}"#)
}

enum Transit {
    ToLink(Input),
    ToServer(ServerInput),
}

/// One link, one server, and a recorder of every event.
pub struct World {
    link: Link,
    pub server: Server,
    now: Instant,
    open: Option<ConnId>,
    transit: BTreeMap<(Instant, u64), Transit>,
    counter: u64,
    pub recorder: Recorder,
    /// Every event of the link.
    pub told: Vec<LinkEvent>,
}

impl World {
    /// A world whose link is connected and idle.
    pub fn ready(config: ServerConfig) -> Self {
        let mut world = Self {
            link: Link::new(LinkConfig::default(), 7),
            server: Server::new(config, 7),
            now: Instant::from_millis(1_000),
            open: None,
            transit: BTreeMap::new(),
            counter: 0,
            recorder: recorder(),
            told: Vec::new(),
        };
        world.input(Input::Connect { url: "ws://localhost:8765".into() });
        world.run_for(Duration::from_millis(200));
        world
    }

    pub fn send(&mut self, command: Command, resend_of: Option<MessageId>) -> MessageId {
        let origin = Origin::new("composer", "press enter");
        self.input(Input::Submit(Submission { command, origin, resend_of }));
        let own = |row: &Row| match &row.kind {
            RowKind::Message { id, origin, .. } if origin.component == "composer" => Some(*id),
            _ => None,
        };
        self.recorder.rows(..).rev().find_map(own).expect("a message was sent")
    }

    pub fn say(&mut self, text: &str) -> MessageId {
        self.send(Command::TextInput { text: text.into() }, None)
    }

    /// Breaks the connection, and optionally restarts the server.
    pub fn drop_connection(&mut self, restart: bool) {
        self.transit.clear();
        if let Some(conn) = self.open.take() {
            let now = self.clock();
            self.server.handle(now, ServerInput::Disconnected(PeerId(conn.0.into())));
            if restart {
                self.server.restart(now);
            }
            self.input(Input::Closed(conn, CloseInfo { code: 1006, reason: String::new() }));
        }
    }

    pub fn run_for(&mut self, span: Duration) {
        let until = self.now + span;
        loop {
            let transit = self.transit.keys().next().map(|(at, _)| *at);
            let link = self.link.next_wakeup().map(|wakeup| wakeup.at);
            let server = self.server.next_wakeup();
            let Some(next) = [transit, link, server].into_iter().flatten().min().filter(|at| *at <= until) else {
                break;
            };
            self.now = self.now.max(next);
            if transit == Some(next) {
                match self.transit.pop_first() {
                    Some((_, Transit::ToLink(input))) => self.input(input),
                    Some((_, Transit::ToServer(input))) => self.serve(input),
                    None => {}
                }
            } else if server == Some(next) {
                self.serve(ServerInput::Tick);
            } else {
                self.input(Input::Tick);
            }
        }
        self.now = until;
    }

    pub fn clock(&self) -> Moment {
        Moment { mono: self.now, ..at(self.now.as_micros() / 1_000) }
    }

    pub fn input(&mut self, input: Input) {
        self.link.handle(self.clock(), input);
        while let Some(action) = self.link.poll_action() {
            match action {
                Action::Open { conn, .. } => {
                    self.open = Some(conn);
                    self.send_later(Transit::ToServer(ServerInput::Connected(PeerId(conn.0.into()))));
                    self.send_later(Transit::ToLink(Input::Opened(conn)));
                }
                Action::Send { conn, text } => {
                    self.send_later(Transit::ToServer(ServerInput::Frame(PeerId(conn.0.into()), text.to_string())));
                }
                Action::Close { .. } => self.open = None,
                Action::Emit(event) => {
                    self.recorder.record(&event);
                    self.told.push(event);
                }
            }
        }
    }

    fn serve(&mut self, input: ServerInput) {
        self.server.handle(self.clock(), input);
        while let Some(output) = self.server.poll_output() {
            if let (ServerOutput::Send(_, text), Some(conn)) = (output, self.open) {
                self.send_later(Transit::ToLink(Input::Frame(conn, text.into())));
            }
        }
    }

    fn send_later(&mut self, class: Transit) {
        self.counter += 1;
        self.transit.insert((self.now + LATENCY, self.counter), class);
    }
}
