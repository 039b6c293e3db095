//! Registered clients and broadcasts to them: sequence numbers, envelopes and the replay buffer.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::illness::Illness;
use super::io::{PeerId, ServerOutput};
use super::outgoing_event::OutgoingEvent;
use crate::bounded::push_bounded;
use crate::protocol::Instant;

/// Number of events kept for replay.
const REPLAY_CAPACITY: usize = 50;
/// Reading of the server's monotonic clock at our clock's origin, in seconds: the machine had
/// already been up for a while.
const CLOCK_ORIGIN_SECONDS: f64 = 2_885.846_590_663;

#[derive(Debug, Default)]
pub(super) struct Broadcaster {
    clients: BTreeMap<String, PeerId>,
    last_seq: u64,
    replay: VecDeque<Value>,
    outbox: VecDeque<ServerOutput>,
    /// When the clock stopped, while it stands still.
    stood_at: Option<Instant>,
}

impl Broadcaster {
    /// Registers a client and sends it the replay. A client id that is in use passes to the new connection.
    pub(super) fn register(&mut self, client_id: String, peer: PeerId) {
        self.clients.insert(client_id, peer);
        if !self.replay.is_empty() {
            self.send(peer, &json!({ "type": "replay", "events": self.replay }));
        }
    }

    /// Removes a client id, even if a newer connection holds it by now.
    pub(super) fn unregister(&mut self, client_id: &str) {
        self.clients.remove(client_id);
    }

    pub(super) fn has_listeners(&self) -> bool {
        !self.clients.is_empty()
    }

    /// Sends an event to all clients. Without clients the event is dropped before it gets a number.
    pub(super) fn broadcast(&mut self, outgoing: &OutgoingEvent, at: Instant, illness: &Illness) {
        if illness.loses.contains(&outgoing.kind) {
            return;
        }
        self.stood_at = illness.clock_stands.then(|| self.stood_at.unwrap_or(at));
        if let Some(mut envelope) = self.envelop(outgoing, self.stood_at.unwrap_or(at)) {
            for (kind, field) in &illness.without {
                if let Some(data) = envelope["data"].as_object_mut().filter(|_| *kind == outgoing.kind) {
                    data.remove(*field);
                }
            }
            let text = envelope.to_string();
            let copies = if illness.twice.contains(&outgoing.kind) { 2 } else { 1 };
            for peer in self.clients.values() {
                let sends = (0..copies).map(|_| ServerOutput::Send(*peer, text.clone()));
                self.outbox.extend(sends);
            }
        }
    }

    /// Numbers an event and then drops it, as if lost in transit.
    pub(super) fn lose(&mut self, outgoing: &OutgoingEvent, at: Instant) {
        self.envelop(outgoing, at);
    }

    fn envelop(&mut self, outgoing: &OutgoingEvent, at: Instant) -> Option<Value> {
        if !self.has_listeners() {
            return None;
        }
        self.last_seq += 1;
        let high_priority = outgoing.is_high_priority();
        let envelope = json!({
            "version": "1.0",
            "seq": self.last_seq,
            "timestamp": CLOCK_ORIGIN_SECONDS + at.duration_since(Instant::ZERO).as_secs_f64(),
            "type": outgoing.kind,
            "data": outgoing.data,
        });
        if high_priority {
            push_bounded(&mut self.replay, envelope.clone(), REPLAY_CAPACITY);
        }
        Some(envelope)
    }

    /// Sends a frame to one connection, registered or not.
    pub(super) fn send(&mut self, peer: PeerId, frame: &Value) {
        self.outbox.push_back(ServerOutput::Send(peer, frame.to_string()));
    }

    pub(super) fn close(&mut self, peer: PeerId, code: u16, reason: &str) {
        self.outbox.push_back(ServerOutput::Close(peer, code, reason.to_owned()));
    }

    pub(super) fn poll_output(&mut self) -> Option<ServerOutput> {
        self.outbox.pop_front()
    }
}
