//! The simulated microphone: hears a phrase word by word until it is closed.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::config::Speed;
use super::outgoing_event::OutgoingEvent;
use crate::protocol::Instant;

/// Interval between words of an unhurried speaker.
const PACE: Duration = Duration::from_millis(280);
/// Listening time when the command gives none, in seconds.
const DEFAULT_SECONDS: f64 = 5.0;

/// Phrases that the simulated user says, in rotation.
const PHRASES: [&str; 6] = [
    "what is the weather in Rabat today",
    "show me some code that sorts files by size",
    "remember that I like jazz in the evening",
    "what can you do for me",
    "what time is it",
    "tell me a joke please",
];

#[derive(Debug)]
pub(super) struct Microphone {
    opened: Instant,
    phrase: &'static str,
    /// Words heard so far.
    heard: u32,
    /// Words in the phrase.
    words: u32,
    pace: Duration,
    /// Listening time; `None` until told to stop.
    duration: Option<Duration>,
}

/// The outcome of listening.
#[derive(Debug)]
pub(super) struct Heard {
    /// The transcript; empty if nothing was said.
    pub text: String,
    /// How long the microphone was open.
    pub audio: Duration,
}

impl Microphone {
    /// Opens the microphone according to the `data` of an `stt_start`, to hear the `number`-th phrase.
    pub(super) fn open(data: &Map<String, Value>, number: usize, now: Instant) -> Self {
        let phrase = PHRASES[number % PHRASES.len()];
        let words = phrase.split(' ').map(|_| 1).sum();
        let continuous = data.get("continuous").and_then(Value::as_bool).unwrap_or(false);
        let seconds = data.get("duration").and_then(Value::as_f64).unwrap_or(DEFAULT_SECONDS);
        let duration = (!continuous).then(|| Duration::from_secs_f64(seconds.clamp(0.1, 60.0)));
        let pace = duration.map_or(PACE, |duration| PACE.min(duration / (words + 1)));
        Self { opened: now, phrase, heard: 0, words, pace, duration }
    }

    /// Whether it stays open until told to stop.
    pub(super) const fn is_continuous(&self) -> bool {
        self.duration.is_none()
    }

    /// Returns when the next word is heard or the microphone closes by itself, whichever is first.
    pub(super) fn due(&self, speed: Speed) -> Option<Instant> {
        self.next_word(speed).into_iter().chain(self.end(speed)).min()
    }

    fn next_word(&self, speed: Speed) -> Option<Instant> {
        (self.heard < self.words).then(|| self.opened + speed.scale(self.pace * (self.heard + 1)))
    }

    fn end(&self, speed: Speed) -> Option<Instant> {
        self.duration.map(|duration| self.opened + speed.scale(duration))
    }

    /// Whether the listening time is over.
    pub(super) fn is_over(&self, now: Instant, speed: Speed) -> bool {
        self.end(speed).is_some_and(|end| end <= now)
    }

    /// Hears the next word, if it is due.
    pub(super) fn poll(&mut self, now: Instant, speed: Speed) -> Option<OutgoingEvent> {
        self.next_word(speed).filter(|due| *due <= now)?;
        self.heard += 1;
        let confidence = 0.65 + 0.25 * f64::from(self.heard) / f64::from(self.words);
        Some(OutgoingEvent::new("stt_interim", json!({ "text": self.text(), "confidence": confidence })))
    }

    /// Closes the microphone and returns what it heard.
    pub(super) fn close(self, now: Instant) -> Heard {
        Heard { text: self.text(), audio: now.duration_since(self.opened) }
    }

    fn text(&self) -> String {
        let words: Vec<&str> = self.phrase.split(' ').take(self.heard as usize).collect();
        words.join(" ")
    }
}
