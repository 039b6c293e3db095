//! The simulated server: authenticates clients, handles their frames, and acts on its own timers.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

use super::assistant::Assistant;
use super::auth::{AUTH_DEADLINE, Tokens, new_client_id};
use super::broadcast::Broadcaster;
use super::config::{Challenge, ServerConfig};
use super::dedup::Dedup;
use super::io::{PeerId, ServerInput, ServerOutput};
use super::metrics::Metrics;
use super::outgoing_event::OutgoingEvent;
use super::received::{Received, ReceivedLog};
use crate::protocol::{Instant, MAX_FRAME_BYTES, Moment};

#[derive(Debug)]
enum Peer {
    Authenticating { give_up_at: Instant },
    Authenticated { client_id: String },
}

/// A simulated Coda server.
#[derive(Debug)]
pub struct Server {
    config: ServerConfig,
    rng: Rng,
    peers: BTreeMap<PeerId, Peer>,
    received: ReceivedLog,
    tokens: Tokens,
    dedup: Dedup,
    broadcaster: Broadcaster,
    assistant: Assistant,
    /// `None` until the first input provides the time.
    metrics: Option<Metrics>,
}

impl Server {
    /// Creates a server that starts at its first input. All randomness comes from `seed`.
    #[must_use]
    pub fn new(config: ServerConfig, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let assistant = Assistant::new(rng.fork());
        Self {
            config,
            rng,
            peers: BTreeMap::new(),
            received: ReceivedLog::default(),
            tokens: Tokens::default(),
            dedup: Dedup::default(),
            broadcaster: Broadcaster::default(),
            assistant,
            metrics: None,
        }
    }

    /// Handles one input, after doing everything that was due by `now`. Inputs of unknown peers are ignored.
    pub fn handle(&mut self, now: Moment, input: ServerInput) {
        self.catch_up(now);
        match input {
            ServerInput::Connected(peer) => self.connect(now, peer),
            ServerInput::Frame(peer, text) => self.frame(now, peer, &text),
            ServerInput::Disconnected(peer) => self.forget(peer),
            ServerInput::Tick => {}
        }
        self.catch_up(now);
    }

    /// Returns the next output; drain to `None`.
    pub fn poll_output(&mut self) -> Option<ServerOutput> {
        self.broadcaster.poll_output()
    }

    /// Returns when the server next acts by itself. Always later than the `now` of the last input.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Instant> {
        let deadlines = self.peers.values().filter_map(|peer| match peer {
            Peer::Authenticating { give_up_at } => Some(*give_up_at),
            Peer::Authenticated { .. } => None,
        });
        let metrics = self.metrics.as_ref().and_then(|metrics| metrics.due(self.config.metrics_interval));
        deadlines.chain(metrics).chain(self.assistant.next_due(&self.config)).min()
    }

    /// Returns the configuration for changes at any time. They take effect with the next input.
    pub fn config_mut(&mut self) -> &mut ServerConfig {
        &mut self.config
    }

    /// Restarts the server: all connections are closed with 1001, sequence numbers start at 1 again, and the
    /// deduplication cache, the replay buffer, planned events and outputs not yet polled are lost. The log
    /// of received messages stays.
    pub fn restart(&mut self, now: Moment) {
        let mut fresh = Self::new(self.config.clone(), self.rng.u64(..));
        fresh.received = std::mem::take(&mut self.received);
        fresh.metrics = Some(Metrics::new(now.mono));
        for peer in self.peers.keys() {
            fresh.broadcaster.close(*peer, 1001, "");
        }
        *self = fresh;
    }

    /// Returns the messages received since the server was created, across restarts: at least the
    /// newest 10,000, oldest first.
    #[must_use]
    pub fn received(&self) -> &[Received] {
        self.received.as_slice()
    }

    fn catch_up(&mut self, now: Moment) {
        let late = |peer: &Peer| matches!(peer, Peer::Authenticating { give_up_at } if *give_up_at <= now.mono);
        let late: Vec<PeerId> = self.peers.iter().filter(|(_, peer)| late(peer)).map(|(id, _)| *id).collect();
        for peer in late {
            self.refuse(peer, "Authentication timeout");
            self.close(peer, 1000, "");
        }
        let busy = self.assistant.is_busy();
        let metrics = self.metrics.get_or_insert_with(|| Metrics::new(now.mono));
        if metrics.due(self.config.metrics_interval).is_some_and(|due| due <= now.mono) {
            let measured = metrics.measure(now.mono, busy, &self.config.illness, &mut self.rng);
            self.broadcast(now, &measured);
        }
        while let Some(outgoing) = self.assistant.poll(now, &self.config) {
            self.broadcast(now, &outgoing);
        }
    }

    fn connect(&mut self, now: Moment, peer: PeerId) {
        if self.config.challenge == Challenge::None {
            let client_id = new_client_id(&mut self.rng);
            self.let_in(peer, client_id);
        } else {
            let token = self.tokens.issue(now, &mut self.rng);
            self.peers.insert(peer, Peer::Authenticating { give_up_at: now.mono + AUTH_DEADLINE });
            let data = json!({ "token": token, "message": "Please authenticate with this token" });
            self.broadcaster.send(peer, &json!({ "type": "auth_challenge", "data": data }));
        }
    }

    fn frame(&mut self, now: Moment, peer: PeerId, text: &str) {
        let Some(state) = self.peers.get(&peer) else { return };
        if text.len() > MAX_FRAME_BYTES {
            return self.close(peer, 1009, "");
        }
        let Ok(Value::Object(mut message)) = serde_json::from_str(text) else { return };
        let Some(Value::String(kind)) = message.remove("type") else { return };
        let data = message.remove("data").unwrap_or_else(|| json!({}));
        match state {
            Peer::Authenticated { client_id } => {
                let client_id = client_id.clone();
                self.message(now, peer, &client_id, kind, data);
            }
            Peer::Authenticating { .. } if kind == "auth_response" => self.auth_response(now, peer, &data),
            Peer::Authenticating { .. } => {}
        }
    }

    fn auth_response(&mut self, now: Moment, peer: PeerId, data: &Value) {
        let Some(token) = data.get("token").and_then(Value::as_str).filter(|token| !token.is_empty()) else { return };
        let client_id = match self.config.challenge {
            Challenge::Stall => return,
            Challenge::Refuse => None,
            Challenge::Normal | Challenge::None => self.tokens.client_id(token, now),
        };
        match client_id {
            None => self.refuse(peer, "Invalid authentication token"),
            Some(client_id) => {
                let data = json!({ "success": true, "client_id": client_id });
                self.broadcaster.send(peer, &json!({ "type": "auth_result", "data": data }));
                self.let_in(peer, client_id);
            }
        }
    }

    fn refuse(&mut self, peer: PeerId, message: &str) {
        let data = json!({ "success": false, "message": message });
        self.broadcaster.send(peer, &json!({ "type": "auth_result", "data": data }));
    }

    fn let_in(&mut self, peer: PeerId, client_id: String) {
        self.peers.insert(peer, Peer::Authenticated { client_id: client_id.clone() });
        self.broadcaster.register(client_id, peer);
        if self.config.assistant {
            self.assistant.welcome(self.config.greeting);
        }
    }

    /// Handles a message of an authenticated client.
    fn message(&mut self, now: Moment, peer: PeerId, client_id: &str, kind: String, data: Value) {
        let count = if self.config.challenge.deduplicates() { self.dedup.note(&kind, &data, now.mono) } else { 1 };
        let acted = count == 1;
        let id = data.get("message_id").and_then(Value::as_str).map(str::to_owned);
        if acted {
            let echo = json!({ "client_id": client_id, "message_type": kind, "message_data": data });
            self.echo(now, &OutgoingEvent::new("client_message", echo));
            if self.config.assistant {
                self.assistant.command(&kind, &data, now);
            }
        } else {
            let answer = json!({ "original_type": kind, "count": count });
            self.broadcaster.send(peer, &json!({ "type": "duplicate_message", "data": answer }));
        }
        self.received.push(Received { id, kind, data, acted, at: now.mono, peer });
    }

    fn echo(&mut self, now: Moment, echo: &OutgoingEvent) {
        if self.config.echo.swallows() {
            self.broadcaster.lose(echo, now.mono);
        } else {
            self.broadcast(now, echo);
        }
    }

    fn broadcast(&mut self, now: Moment, outgoing: &OutgoingEvent) {
        if self.broadcaster.has_listeners() {
            self.dedup.note(outgoing.kind, &outgoing.data, now.mono);
            self.broadcaster.broadcast(outgoing, now.mono, &self.config.illness);
        }
    }

    fn close(&mut self, peer: PeerId, code: u16, reason: &str) {
        self.forget(peer);
        self.broadcaster.close(peer, code, reason);
    }

    fn forget(&mut self, peer: PeerId) {
        if let Some(Peer::Authenticated { client_id }) = self.peers.remove(&peer) {
            self.broadcaster.unregister(&client_id);
        }
    }
}
