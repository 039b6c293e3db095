//! The assistant: takes commands, keeps turns in line, and performs their scripts in time.

use std::collections::VecDeque;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::config::{ServerConfig, Speed};
use super::draft::Draft;
use super::ear::Ear;
use super::turn::{Mind, Request, Step};
use crate::protocol::{Now, Timestamp};

/// The prompt of `demo_flow`.
const DEMO_PROMPT: &str = "What is the weather in Rabat today?";

/// The assistant of one run of the server. It listens and answers at the same time, and answers one by one.
#[derive(Debug)]
pub(super) struct Assistant {
    mind: Mind,
    welcomed: bool,
    /// How often the microphone has been opened.
    listened: usize,
    ear: Option<Ear>,
    requests: VecDeque<Request>,
    /// What is left of the running turn.
    script: VecDeque<Step>,
    /// When the last step of the script was due.
    script_clock: Timestamp,
    /// What happens at once.
    outbox: VecDeque<Draft>,
}

impl Assistant {
    pub(super) fn new(rng: Rng) -> Self {
        Self {
            mind: Mind::new(rng),
            welcomed: false,
            listened: 0,
            ear: None,
            requests: VecDeque::new(),
            script: VecDeque::new(),
            script_clock: Timestamp::ZERO,
            outbox: VecDeque::new(),
        }
    }

    /// Opens the conversation, once.
    pub(super) fn welcome(&mut self, greeting: bool) {
        if !self.welcomed {
            self.welcomed = true;
            self.requests.push_front(Request::Welcome { greeting });
        }
    }

    /// Does what a message asks for; most types ask for nothing.
    pub(super) fn command(&mut self, kind: &str, data: &Value, now: Now) {
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

    /// When something happens next.
    pub(super) fn next_due(&self, speed: Speed) -> Option<Timestamp> {
        let heard = self.ear.as_ref().and_then(|ear| ear.due(speed));
        heard.into_iter().chain(self.script_due(speed)).min()
    }

    /// What has happened by now, event by event, until `None`.
    pub(super) fn poll(&mut self, now: Now, config: &ServerConfig) -> Option<Draft> {
        loop {
            let draft = self.outbox.pop_front();
            let draft = draft.or_else(|| self.poll_ear(now.mono, config.speed));
            let draft = draft.or_else(|| self.poll_script(now.mono, config.speed));
            if draft.is_some() || !self.script.is_empty() {
                return draft;
            }
            let request = self.requests.pop_front()?;
            self.script = self.mind.perform(request, now, config.error_every);
            self.script_clock = now.mono;
        }
    }

    /// Whether the machine has something to compute.
    pub(super) fn is_busy(&self) -> bool {
        self.ear.is_some() || !self.script.is_empty()
    }

    fn listen(&mut self, data: &Map<String, Value>, now: Now) {
        let mode = data.get("mode").and_then(Value::as_str).unwrap_or("push_to_talk");
        if mode == "push_to_talk" && self.ear.is_none() {
            self.ear = Some(Ear::open(data, self.listened, now.mono));
            self.listened += 1;
            self.outbox.push_back(Draft::new("stt_start", json!({ "mode": mode })));
        }
    }

    fn stop_listening(&mut self, now: Timestamp) {
        let Some(ear) = self.ear.take() else { return };
        let is_continuous = ear.is_continuous();
        let heard = ear.close(now);
        if heard.text.is_empty() {
            // Coda's continuous listening ends without a word when it heard nothing.
            if !is_continuous {
                self.outbox.push_back(Draft::new("stt_error", json!({ "message": "No speech was recognized" })));
            }
            return;
        }
        let recognition = self.mind.recognition_time();
        let result = json!({
            "text": heard.text,
            "confidence": 0.94,
            "duration_seconds": recognition.as_secs_f64(),
            "language": "en",
        });
        self.outbox.push_back(Draft::new("stt_result", result));
        self.requests.push_back(Request::Voice { text: heard.text, audio: heard.audio, recognition });
    }

    /// Leaves out what is left of the speech, if it has begun.
    fn stop_speaking(&mut self) {
        if self.script.front().is_some_and(|step| step.spoken) {
            self.script.retain(|step| !step.spoken);
            self.outbox.push_back(Draft::new("tts_stop", json!({ "reason": "user request" })));
        }
    }

    fn poll_ear(&mut self, now: Timestamp, speed: Speed) -> Option<Draft> {
        let ear = self.ear.as_mut()?;
        if let Some(draft) = ear.poll(now, speed) {
            return Some(draft);
        }
        if ear.is_over(now, speed) {
            self.stop_listening(now);
        }
        self.outbox.pop_front()
    }

    fn poll_script(&mut self, now: Timestamp, speed: Speed) -> Option<Draft> {
        let due = self.script_due(speed).filter(|due| *due <= now)?;
        self.script_clock = due;
        self.script.pop_front().map(|step| step.draft)
    }

    fn script_due(&self, speed: Speed) -> Option<Timestamp> {
        self.script.front().map(|step| self.script_clock + speed.scale(step.wait))
    }
}
