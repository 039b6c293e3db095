//! A world of one server, a virtual clock, and clients that write down all they are sent.

mod answers;
mod assistant;
mod connection;
mod messages;
mod network;
mod voice;

use std::time::Duration;

use serde_json::{Value, json};

use super::{PeerId, Server, ServerConfig, ServerInput, ServerOutput};
use crate::protocol::{Frame, Instant, Moment, decode, utc_from_millis};

/// The world's first moment: 2026-11-22T19:09:26.500Z.
const BEGINNING: Moment = Moment { mono: Instant::ZERO, wall: utc_from_millis(1_795_374_566_500) };

struct World {
    server: Server,
    now: Moment,
    peers: u64,
    /// Everything that was sent: when, to whom, what.
    sent: Vec<(Instant, PeerId, Value)>,
    closed: Vec<(PeerId, u16)>,
}

impl World {
    fn new(config: ServerConfig) -> Self {
        Self { server: Server::new(config, 7), now: BEGINNING, peers: 0, sent: Vec::new(), closed: Vec::new() }
    }

    fn quiet() -> Self {
        Self::new(ServerConfig::quiet())
    }

    /// A world with an assistant that makes no mistakes and measures nothing, and one client.
    fn with_assistant() -> (Self, PeerId) {
        let config = ServerConfig { metrics_interval: None, error_every: None, ..ServerConfig::default() };
        let mut world = Self::new(config);
        let peer = world.join();
        world.run(Duration::from_secs(1));
        (world, peer)
    }

    /// Hands the server an input and takes what it does. Every frame that it sends must be readable.
    fn input(&mut self, input: ServerInput) {
        self.server.handle(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.server.poll_output() {
            match output {
                ServerOutput::Send(peer, text) => {
                    match decode(&text) {
                        Ok(Frame::Replay(events)) => assert!(events.iter().all(Result::is_ok), "{text}"),
                        Ok(_) => {}
                        Err(error) => panic!("{error}: {text}"),
                    }
                    self.sent.push((self.now.mono, peer, serde_json::from_str(&text).expect("it was decoded")));
                }
                ServerOutput::Close(peer, code, _) => self.closed.push((peer, code)),
            }
        }
    }

    /// Opens a connection.
    fn connect(&mut self) -> PeerId {
        self.peers += 1;
        let peer = PeerId(self.peers);
        self.input(ServerInput::Connected(peer));
        peer
    }

    /// Opens a connection and answers its challenge.
    fn join(&mut self) -> PeerId {
        let peer = self.connect();
        let token = self.token(peer);
        self.authenticate(peer, &token);
        peer
    }

    fn token(&self, peer: PeerId) -> String {
        self.frames(peer)[0]["data"]["token"].as_str().expect("a challenge comes first").to_owned()
    }

    fn authenticate(&mut self, peer: PeerId, token: &str) {
        self.send(peer, &json!({ "type": "auth_response", "data": { "token": token } }));
    }

    fn send(&mut self, peer: PeerId, frame: &Value) {
        self.input(ServerInput::Frame(peer, frame.to_string()));
    }

    fn command(&mut self, peer: PeerId, kind: &str, data: &Value) {
        self.send(peer, &json!({ "type": kind, "data": data }));
    }

    fn leave(&mut self, peer: PeerId) {
        self.input(ServerInput::Disconnected(peer));
    }

    fn restart(&mut self) {
        self.server.restart(self.now);
        self.drain();
    }

    /// Lets time pass, from wakeup to wakeup.
    fn run(&mut self, span: Duration) {
        let end = self.now.mono + span;
        while let Some(wakeup) = self.server.next_wakeup().filter(|wakeup| *wakeup <= end) {
            self.tick_at(wakeup);
            assert!(self.server.next_wakeup().is_none_or(|next| next > wakeup), "a wakeup must lie ahead");
        }
        self.tick_at(end);
    }

    fn tick_at(&mut self, at: Instant) {
        let passed = at.duration_since(self.now.mono);
        let millis = i64::try_from(passed.as_millis()).expect("no test takes that long");
        self.now = Moment { mono: at, wall: utc_from_millis(self.now.wall.timestamp_millis() + millis) };
        self.input(ServerInput::Tick);
    }

    /// The frames that a client was sent.
    fn frames(&self, peer: PeerId) -> Vec<&Value> {
        self.sent.iter().filter(|(_, to, _)| *to == peer).map(|(_, _, frame)| frame).collect()
    }

    /// The types of the frames that a client was sent.
    fn kinds(&self, peer: PeerId) -> Vec<&str> {
        self.frames(peer).into_iter().filter_map(|frame| frame["type"].as_str()).collect()
    }

    /// The `data` of the frames of one type that a client was sent.
    fn data(&self, peer: PeerId, kind: &str) -> Vec<&Value> {
        self.frames(peer).into_iter().filter(|frame| frame["type"] == kind).map(|frame| &frame["data"]).collect()
    }

    /// When a client was sent the frames of one type.
    fn times(&self, peer: PeerId, kind: &str) -> Vec<Instant> {
        let wanted = self.sent.iter().filter(|(_, to, frame)| *to == peer && frame["type"] == kind);
        wanted.map(|(at, _, _)| *at).collect()
    }

    /// Forgets what was sent so far.
    fn clear(&mut self) {
        self.sent.clear();
    }
}

/// The numbers of some frames.
fn seqs(frames: &[&Value]) -> Vec<u64> {
    frames.iter().filter_map(|frame| frame["seq"].as_u64()).collect()
}

const SECOND: Duration = Duration::from_secs(1);

/// What a fresh assistant says to some texts, one after the other.
fn asked(texts: &[&str]) -> (World, PeerId) {
    let (mut world, peer) = World::with_assistant();
    world.clear();
    for text in texts {
        world.command(peer, "text_input", &json!({ "text": text }));
        world.run(40 * SECOND);
    }
    (world, peer)
}
