//! The assistant: accepts commands, queues turns, and performs their scripts in time.

use std::collections::VecDeque;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::config::{ServerConfig, Speed};
use super::microphone::Microphone;
use super::outgoing_event::OutgoingEvent;
use super::turn::{Request, ScriptStep, ScriptWriter};
use crate::protocol::{Instant, Moment};

/// The prompt of `demo_flow`.
const DEMO_PROMPT: &str = "What is the weather in Rabat today?";

/// The assistant during one run of the server. It listens and replies concurrently, and performs one turn at a time.
#[derive(Debug)]
pub(super) struct Assistant {
    writer: ScriptWriter,
    welcomed: bool,
    /// How often the microphone was opened; selects the phrase.
    listened: usize,
    microphone: Option<Microphone>,
    requests: VecDeque<Request>,
    /// Remaining steps of the running turn.
    script: VecDeque<ScriptStep>,
    /// Due time of the script's last performed step.
    script_clock: Instant,
    /// Events to send at once.
    outbox: VecDeque<OutgoingEvent>,
}

impl Assistant {
    pub(super) fn new(rng: Rng) -> Self {
        Self {
            writer: ScriptWriter::new(rng),
            welcomed: false,
            listened: 0,
            microphone: None,
            requests: VecDeque::new(),
            script: VecDeque::new(),
            script_clock: Instant::ZERO,
            outbox: VecDeque::new(),
        }
    }

    /// Opens the conversation. Idempotent.
    pub(super) fn welcome(&mut self, greeting: bool) {
        if !self.welcomed {
            self.welcomed = true;
            self.requests.push_front(Request::Welcome { greeting });
        }
    }

    /// Executes a message. Most types have no effect.
    pub(super) fn command(&mut self, kind: &str, data: &Value, now: Moment) {
        let Value::Object(data) = data else { return };
        match kind {
            "text_input" => {
                let text = data.get("text").and_then(Value::as_str).unwrap_or_default().trim();
                if !text.is_empty() {
                    self.requests.push_back(Request::Text(text.to_owned()));
                }
            }
            "demo_flow" => self.requests.push_back(Request::Text(DEMO_PROMPT.to_owned())),
            "stt_start" => self.listen(data, now),
            "stt_stop" => self.stop_listening(now.mono),
            "tts_stop" => self.stop_speaking(),
            _ => {}
        }
    }

    /// Returns when the next event is due.
    pub(super) fn next_due(&self, config: &ServerConfig) -> Option<Instant> {
        let heard = self.microphone.as_ref().and_then(|microphone| microphone.due(config.speed));
        heard.into_iter().chain(self.script_due(config)).min()
    }

    /// Returns the next event that is due by `now`; drain to `None`.
    pub(super) fn poll(&mut self, now: Moment, config: &ServerConfig) -> Option<OutgoingEvent> {
        loop {
            let outgoing = self.outbox.pop_front();
            let outgoing = outgoing.or_else(|| self.poll_microphone(now.mono, config.speed));
            let outgoing = outgoing.or_else(|| self.poll_script(now.mono, config));
            if outgoing.is_some() || !self.script.is_empty() {
                return outgoing;
            }
            let request = self.requests.pop_front()?;
            self.script = self.writer.perform(request, now, config.error_every);
            self.script_clock = now.mono;
        }
    }

    /// Whether the simulated machine is computing, which shows in its metrics.
    pub(super) fn is_busy(&self) -> bool {
        self.microphone.is_some() || !self.script.is_empty()
    }

    fn listen(&mut self, data: &Map<String, Value>, now: Moment) {
        let mode = data.get("mode").and_then(Value::as_str).unwrap_or("push_to_talk");
        if mode == "push_to_talk" && self.microphone.is_none() {
            self.microphone = Some(Microphone::open(data, self.listened, now.mono));
            self.listened += 1;
            self.outbox.push_back(OutgoingEvent::new("stt_start", json!({ "mode": mode })));
        }
    }

    fn stop_listening(&mut self, now: Instant) {
        let Some(microphone) = self.microphone.take() else { return };
        let is_continuous = microphone.is_continuous();
        let heard = microphone.close(now);
        if heard.text.is_empty() {
            // Coda's continuous listening ends without any event if it heard nothing.
            if !is_continuous {
                self.outbox
                    .push_back(OutgoingEvent::new("stt_error", json!({ "message": "No speech was recognized" })));
            }
            return;
        }
        let recognition = self.writer.recognition_time();
        let result = json!({
            "text": heard.text,
            "confidence": 0.94,
            "duration_seconds": recognition.as_secs_f64(),
            "language": "en",
        });
        self.outbox.push_back(OutgoingEvent::new("stt_result", result));
        self.requests.push_back(Request::Voice { text: heard.text, audio: heard.audio, recognition });
    }

    /// Drops the rest of the speech, if it has started.
    fn stop_speaking(&mut self) {
        if self.script.front().is_some_and(|step| step.spoken) {
            self.script.retain(|step| !step.spoken);
            self.outbox.push_back(OutgoingEvent::new("tts_stop", json!({ "reason": "user request" })));
        }
    }

    fn poll_microphone(&mut self, now: Instant, speed: Speed) -> Option<OutgoingEvent> {
        let microphone = self.microphone.as_mut()?;
        if let Some(outgoing) = microphone.poll(now, speed) {
            return Some(outgoing);
        }
        if microphone.is_over(now, speed) {
            self.stop_listening(now);
        }
        self.outbox.pop_front()
    }

    fn poll_script(&mut self, now: Instant, config: &ServerConfig) -> Option<OutgoingEvent> {
        let due = self.script_due(config).filter(|due| *due <= now)?;
        self.script_clock = due;
        self.script.pop_front().map(|step| step.outgoing)
    }

    /// Returns when the next step of the script is due; `None` without one, or if it hangs.
    fn script_due(&self, config: &ServerConfig) -> Option<Instant> {
        let step = self.script.front()?;
        let delay = config.illness.delay(step.outgoing.kind)?;
        Some(self.script_clock + config.speed.scale(step.wait) + delay)
    }
}
