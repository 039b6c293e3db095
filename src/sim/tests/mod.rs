//! Test world: one server, a virtual clock, and clients that log everything they receive.

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

/// Start time of the world: 2026-11-22T19:09:26.500Z.
const BEGINNING: Moment = Moment { mono: Instant::ZERO, wall: utc_from_millis(1_795_374_566_500) };

struct World {
    server: Server,
    now: Moment,
    peers: u64,
    /// Every sent frame: time, recipient, content.
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

    /// A world with one client and an assistant without faults and metrics.
    fn with_assistant() -> (Self, PeerId) {
        let config = ServerConfig { metrics_interval: None, error_every: None, ..ServerConfig::default() };
        let mut world = Self::new(config);
        let peer = world.join();
        world.run(Duration::from_secs(1));
        (world, peer)
    }

    /// Passes an input to the server and collects its outputs. Every frame must be decodable.
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

    /// Advances time, from wakeup to wakeup.
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

    /// Returns the frames sent to a client.
    fn frames(&self, peer: PeerId) -> Vec<&Value> {
        self.sent.iter().filter(|(_, to, _)| *to == peer).map(|(_, _, frame)| frame).collect()
    }

    /// Returns the types of the frames sent to a client.
    fn kinds(&self, peer: PeerId) -> Vec<&str> {
        self.frames(peer).into_iter().filter_map(|frame| frame["type"].as_str()).collect()
    }

    /// Returns the `data` of all frames of one type sent to a client.
    fn data(&self, peer: PeerId, kind: &str) -> Vec<&Value> {
        self.frames(peer).into_iter().filter(|frame| frame["type"] == kind).map(|frame| &frame["data"]).collect()
    }

    /// Returns when frames of one type were sent to a client.
    fn times(&self, peer: PeerId, kind: &str) -> Vec<Instant> {
        let wanted = self.sent.iter().filter(|(_, to, frame)| *to == peer && frame["type"] == kind);
        wanted.map(|(at, _, _)| *at).collect()
    }

    fn clear(&mut self) {
        self.sent.clear();
    }
}

fn seqs(frames: &[&Value]) -> Vec<u64> {
    frames.iter().filter_map(|frame| frame["seq"].as_u64()).collect()
}

const SECOND: Duration = Duration::from_secs(1);

/// Sends texts to a fresh assistant, one after the other, and returns the world after the last reply.
fn asked(texts: &[&str]) -> (World, PeerId) {
    let (mut world, peer) = World::with_assistant();
    world.clear();
    for text in texts {
        world.command(peer, "text_input", &json!({ "text": text }));
        world.run(40 * SECOND);
    }
    (world, peer)
}
