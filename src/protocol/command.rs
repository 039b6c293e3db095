//! Commands that the dashboard can send. docs/PROTOCOL.md has an example of each.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::shape::{from_value, to_object};

/// A command of Coda 0.1.2, or a custom message.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Runs a turn on a text. The server drops it during another turn.
    TextInput {
        /// The user's text.
        text: String,
    },
    /// Runs a turn on the server's fixed prompt.
    DemoFlow,
    /// Starts listening with the server's own microphone.
    SttStart(SttStart),
    /// Stops listening.
    SttStop,
    /// Stops speaking.
    TtsStop,
    /// Sent only for its echo: the server has no such command.
    Ping,
    /// Any other message, for example one typed in the debugger.
    Custom {
        /// Type on the wire.
        kind: String,
        /// `data` on the wire, without a message id.
        data: Map<String, Value>,
    },
}

/// Listening time of `stt_start`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "SttStartData", try_from = "SttStartData")]
pub enum SttStart {
    /// Until `stt_stop`.
    Continuous,
    /// For this many seconds.
    Seconds(f64),
}

/// Wire form of the `data` of `stt_start`.
#[derive(Serialize, Deserialize)]
struct SttStartData {
    mode: SttMode,
    #[serde(skip_serializing_if = "Option::is_none")]
    continuous: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SttMode {
    PushToTalk,
}

impl From<SttStart> for SttStartData {
    fn from(start: SttStart) -> Self {
        let (continuous, duration) = match start {
            SttStart::Continuous => (Some(true), None),
            SttStart::Seconds(seconds) => (None, Some(seconds)),
        };
        Self { mode: SttMode::PushToTalk, continuous, duration }
    }
}

impl TryFrom<SttStartData> for SttStart {
    type Error = &'static str;

    fn try_from(data: SttStartData) -> Result<Self, Self::Error> {
        match (data.continuous, data.duration) {
            (Some(true), None) => Ok(Self::Continuous),
            (None, Some(seconds)) => Ok(Self::Seconds(seconds)),
            _ => Err("expected either `continuous: true` or a `duration`"),
        }
    }
}

/// Wire form of the `data` of `text_input`.
#[derive(Serialize, Deserialize)]
struct TextInputData<T> {
    text: T,
}

impl Command {
    /// Builds the command with this type and `data`. Anything but the exact wire form of a known command
    /// becomes [`Command::Custom`].
    #[must_use]
    pub fn from_wire(kind: &str, data: Map<String, Value>) -> Self {
        let known = match kind {
            "text_input" => typed(&data).map(|TextInputData { text }| Self::TextInput { text }),
            "demo_flow" => Some(Self::DemoFlow),
            "stt_start" => typed(&data).map(Self::SttStart),
            "stt_stop" => Some(Self::SttStop),
            "tts_stop" => Some(Self::TtsStop),
            "ping" => Some(Self::Ping),
            _ => None,
        };
        let known = known.filter(|command| command.data() == data);
        known.unwrap_or(Self::Custom { kind: kind.to_owned(), data })
    }

    /// Returns the command's type on the wire.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::TextInput { .. } => "text_input",
            Self::DemoFlow => "demo_flow",
            Self::SttStart(_) => "stt_start",
            Self::SttStop => "stt_stop",
            Self::TtsStop => "tts_stop",
            Self::Ping => "ping",
            Self::Custom { kind, .. } => kind,
        }
    }

    /// Returns the command's `data`, without a message id.
    #[must_use]
    pub fn data(&self) -> Map<String, Value> {
        match self {
            Self::TextInput { text } => to_object(&TextInputData { text }),
            Self::SttStart(start) => to_object(start),
            Self::DemoFlow | Self::SttStop | Self::TtsStop | Self::Ping => Map::new(),
            Self::Custom { data, .. } => data.clone(),
        }
    }

    /// Returns the text of a `text_input`, `None` for other commands.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::TextInput { text } => Some(text),
            _ => None,
        }
    }
}

fn typed<T: serde::de::DeserializeOwned>(data: &Map<String, Value>) -> Option<T> {
    from_value(Value::Object(data.clone())).ok()
}
