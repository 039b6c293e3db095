//! What of a recording can be sent again.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::history::{Direction, Entry, scan};
use crate::protocol::{Command, with_quotes};

/// The messages of a recording, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// What can be sent.
    pub steps: Vec<PlanStep>,
    /// What cannot, or need not.
    pub skipped: Skipped,
}

/// A message to send.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanStep {
    /// When it was written, after the first of the plan.
    pub offset: Duration,
    /// What it says, without a message id.
    pub command: Command,
    /// Its bytes as they were.
    pub text: Arc<str>,
    /// What the server knows it by: its type and data.
    pub(super) key: String,
}

/// What is not sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Answers to challenges: each is good for its own connection only.
    pub answers: usize,
    /// Pings of the heartbeat.
    pub pings: usize,
    /// Frames that the server would drop, with the reason and their place in the recording, from 1.
    pub unreadable: Vec<(usize, String)>,
}

/// What the server does on a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Coda answers, with tools and voice as it likes.
    Turn,
    /// The microphone listens.
    Microphone,
    /// Something stops.
    Stop,
    /// None that is known.
    None,
}

impl Effect {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Turn => "Coda answers",
            Self::Microphone => "the microphone listens",
            Self::Stop => "something stops",
            Self::None => "no effect that is known",
        }
    }
}

impl PlanStep {
    /// What the server does on it.
    #[must_use]
    pub const fn effect(&self) -> Effect {
        match &self.command {
            Command::TextInput { .. } | Command::DemoFlow => Effect::Turn,
            Command::SttStart(_) => Effect::Microphone,
            Command::SttStop | Command::TtsStop => Effect::Stop,
            Command::Ping => Effect::None,
            Command::Custom { kind, .. } => effect_of_odd(kind.as_str()),
        }
    }
}

/// A command of Coda's with other data than this page gives it does the same.
const fn effect_of_odd(kind: &str) -> Effect {
    match kind.as_bytes() {
        b"text_input" | b"demo_flow" => Effect::Turn,
        b"stt_start" => Effect::Microphone,
        b"stt_stop" | b"tts_stop" => Effect::Stop,
        _ => Effect::None,
    }
}

impl Plan {
    /// What of these frames can be sent again.
    #[must_use]
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut plan = Self::default();
        let mut first = None;
        for (place, entry) in entries.into_iter().enumerate() {
            if entry.direction != Direction::Out {
                continue;
            }
            match read(&entry.text) {
                Err(why) => plan.skipped.unreadable.push((place + 1, why)),
                Ok((kind, _)) if kind == "auth_response" => plan.skipped.answers += 1,
                Ok((kind, _)) if kind == "ping" => plan.skipped.pings += 1,
                Ok((kind, mut data)) => {
                    let key = key_of(&entry.text);
                    data.remove("message_id");
                    let start = *first.get_or_insert(entry.micros);
                    let passed = u64::try_from(entry.micros.saturating_sub(start)).unwrap_or_default();
                    plan.steps.push(PlanStep {
                        offset: Duration::from_micros(passed),
                        command: Command::from_wire(&kind, data),
                        text: entry.text.as_str().into(),
                        key,
                    });
                }
            }
        }
        // A recording from elsewhere may not be in order.
        plan.steps.sort_by_key(|step| step.offset);
        plan
    }
}

fn read(text: &str) -> Result<(String, Map<String, Value>), String> {
    let Value::Object(mut frame) =
        serde_json::from_str(text).map_err(|error| format!("not readable as JSON: {}", with_quotes(&error)))?
    else {
        return Err("no JSON object".to_owned());
    };
    let Some(Value::String(kind)) = frame.remove("type") else { return Err("it has no type".to_owned()) };
    match frame.remove("data") {
        Some(Value::Object(data)) => Ok((kind, data)),
        None => Ok((kind, Map::new())),
        Some(_) => Err("its data is no object".to_owned()),
    }
}

/// What Coda 0.1.2 knows a message by: its type and its data in the order in which it stands there.
pub(super) fn key_of(text: &str) -> String {
    let kind = scan::head(text).kind.unwrap_or_default();
    let data = scan::member(text, "data").unwrap_or("{}");
    let (mut is_string, mut is_escaped) = (false, false);
    let kept = data.chars().filter(|letter| {
        let is_kept = is_string || !letter.is_whitespace();
        if !is_escaped && *letter == '"' {
            is_string = !is_string;
        }
        is_escaped = is_string && !is_escaped && *letter == '\\';
        is_kept
    });
    kind.chars().chain([':']).chain(kept).collect()
}
