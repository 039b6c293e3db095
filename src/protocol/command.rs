//! What the dashboard can ask of the server.

use serde_json::{Map, Value, json};

/// A command of Coda 0.1.2, or one made by hand.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Run a turn on this text.
    TextInput {
        /// What the user wrote.
        text: String,
    },
    /// Run a turn on the server's fixed prompt.
    DemoFlow,
    /// Listen with the server's microphone.
    SttStart(SttStart),
    /// Stop listening.
    SttStop,
    /// Stop speaking.
    TtsStop,
    /// Only to see whether an echo comes: the server handles no such command.
    Ping,
    /// Anything else, for the debugger.
    Custom {
        /// The wire name.
        kind: String,
        /// What goes with it.
        data: Map<String, Value>,
    },
}

/// How to listen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SttStart {
    /// Until `stt_stop`.
    Continuous,
    /// For so many seconds.
    Seconds(f64),
}

impl Command {
    /// The command of this type with this data; one of Coda's own where it says exactly that.
    #[must_use]
    pub fn from_wire(kind: &str, data: Map<String, Value>) -> Self {
        let text = || data.get("text").and_then(Value::as_str).map(|text| Self::TextInput { text: text.to_owned() });
        let seconds = || {
            let seconds = data.get("duration").and_then(Value::as_f64);
            Self::SttStart(seconds.map_or(SttStart::Continuous, SttStart::Seconds))
        };
        let own = match kind {
            "text_input" => text(),
            "demo_flow" => Some(Self::DemoFlow),
            "stt_start" => Some(seconds()),
            "stt_stop" => Some(Self::SttStop),
            "tts_stop" => Some(Self::TtsStop),
            "ping" => Some(Self::Ping),
            _ => None,
        };
        let own = own.filter(|command| command.data() == data);
        own.unwrap_or(Self::Custom { kind: kind.to_owned(), data })
    }

    /// The name of the command's type on the wire.
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

    /// The command's `data`, without a message id.
    #[must_use]
    pub fn data(&self) -> Map<String, Value> {
        let data = match self {
            Self::TextInput { text } => json!({ "text": text }),
            Self::SttStart(SttStart::Continuous) => json!({ "mode": "push_to_talk", "continuous": true }),
            Self::SttStart(SttStart::Seconds(seconds)) => json!({ "mode": "push_to_talk", "duration": seconds }),
            Self::DemoFlow | Self::SttStop | Self::TtsStop | Self::Ping => json!({}),
            Self::Custom { data, .. } => return data.clone(),
        };
        match data {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    /// The text of a `text_input`.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::TextInput { text } => Some(text),
            _ => None,
        }
    }
}
