//! From the text of a frame to its meaning, and from a command to the text of a frame.

use std::fmt;

use serde_json::{Map, Value, json};

use super::command::Command;
use super::event::Event;
use super::fields::{FieldError, Fields};
use super::server_clock::ServerTime;
use super::time::WallTime;

/// The largest frame that the server takes, in bytes of UTF-8: it closes the connection with 1009 above it.
pub const MAX_FRAME_BYTES: usize = 10 * 1024 * 1024;

/// What a frame from the server means.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// About this connection alone.
    Control(Control),
    /// A broadcast.
    Event(Envelope),
    /// What was kept for those who were away; each entry stands or falls by itself.
    Replay(Vec<Result<Envelope, DecodeError>>),
}

/// A frame about this connection alone; it carries no `seq`.
#[derive(Clone, Debug, PartialEq)]
pub enum Control {
    /// The server wants its token back before it listens to anything else.
    Challenge {
        /// To be sent back, once.
        token: Token,
    },
    /// What the server made of the answer.
    AuthResult {
        /// The name it gave us, or why it refused.
        result: Result<String, String>,
    },
    /// The server had read such a message within its window and did nothing.
    Duplicate {
        /// The message's type; its id is not told.
        original_type: String,
        /// How often it has come.
        count: u64,
    },
}

/// A secret of the server's. It is never shown: its `Debug` is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(•••)")
    }
}

/// A broadcast event with what the server wrote on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// Counts up by one per broadcast; starts at 1 when the server starts.
    pub seq: Option<u64>,
    /// When the server sent it.
    pub timestamp: Option<ServerTime>,
    /// What happened.
    pub event: Event,
}

/// Why a frame could not be read. The raw text stays with whoever has the frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// Not JSON, or nested too deeply.
    Syntax(String),
    /// JSON, but of the wrong shape.
    Shape {
        /// The frame's type, where it has one.
        kind: Option<String>,
        /// The broadcast's number, where it can be read.
        seq: Option<u64>,
        /// What is wrong with which field.
        error: FieldError,
    },
}

impl DecodeError {
    /// The number of a broadcast that came, but cannot be read.
    #[must_use]
    pub const fn seq(&self) -> Option<u64> {
        match self {
            Self::Syntax(_) => None,
            Self::Shape { seq, .. } => *seq,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => write!(f, "not readable as JSON: {error}"),
            Self::Shape { kind: Some(kind), error, .. } => write!(f, "`{kind}`: {error}"),
            Self::Shape { kind: None, error, .. } => write!(f, "{error}"),
        }
    }
}

/// Reads a frame. Never panics, whatever the text.
pub fn decode(text: &str) -> Result<Frame, DecodeError> {
    let value: Value = serde_json::from_str(text).map_err(|error| DecodeError::Syntax(error.to_string()))?;
    let without_kind = |error| DecodeError::Shape { kind: None, seq: None, error };
    let mut fields = Fields::new(value).map_err(without_kind)?;
    let kind: String = fields.take("type").map_err(without_kind)?;
    let with_kind = |error| DecodeError::Shape { kind: Some(kind.clone()), seq: None, error };
    match kind.as_str() {
        "auth_challenge" | "auth_result" | "duplicate_message" => {
            decode_control(&kind, &mut fields).map(Frame::Control).map_err(with_kind)
        }
        "replay" => {
            let events: Vec<Value> = fields.take("events").map_err(with_kind)?;
            Ok(Frame::Replay(events.into_iter().map(decode_replayed).collect()))
        }
        _ => decode_event(kind, &mut fields).map(Frame::Event),
    }
}

fn decode_control(kind: &str, fields: &mut Fields) -> Result<Control, FieldError> {
    let data = fields.take("data")?;
    read_control(kind, data).map_err(|error| error.inside("data"))
}

fn read_control(kind: &str, data: Value) -> Result<Control, FieldError> {
    let mut data = Fields::new(data)?;
    Ok(match kind {
        "auth_challenge" => Control::Challenge { token: Token(data.take("token")?) },
        "auth_result" if data.take::<bool>("success")? => {
            Control::AuthResult { result: Ok(data.take::<Option<String>>("client_id")?.unwrap_or_default()) }
        }
        "auth_result" => {
            let why = data.take::<Option<String>>("message")?;
            Control::AuthResult { result: Err(why.unwrap_or_else(|| "no reason given".to_owned())) }
        }
        _ => Control::Duplicate {
            original_type: data.take("original_type")?,
            count: data.take::<Option<u64>>("count")?.unwrap_or(2),
        },
    })
}

fn decode_event(kind: String, fields: &mut Fields) -> Result<Envelope, DecodeError> {
    let mut seq = None;
    read_event(&kind, &mut seq, fields).map_err(|error| DecodeError::Shape { kind: Some(kind), seq, error })
}

/// `seq` is set as soon as it is known, so that it is known of an event of which the rest cannot be read.
fn read_event(kind: &str, seq: &mut Option<u64>, fields: &mut Fields) -> Result<Envelope, FieldError> {
    *seq = fields.take("seq")?;
    let timestamp: Option<Value> = fields.take("timestamp")?;
    let data: Option<Value> = fields.take("data")?;
    // The one event whose `data` is free-form as a whole.
    let data = if kind == "system_info" { data.map(|info| json!({ "info": info })) } else { data };
    let event = Event::read(kind, data).map_err(|error| error.inside("data"))?;
    Ok(Envelope { seq: *seq, timestamp: timestamp.as_ref().and_then(ServerTime::from_value), event })
}

/// Reads an entry of a replay, which must be an event: a control frame or a replay in it means nothing.
fn decode_replayed(value: Value) -> Result<Envelope, DecodeError> {
    let without_kind = |error| DecodeError::Shape { kind: None, seq: None, error };
    let mut fields = Fields::new(value).map_err(without_kind)?;
    let kind: String = fields.take("type").map_err(without_kind)?;
    decode_event(kind, &mut fields)
}

/// The text of a command's frame. `message_id` goes inside `data`, where the server's deduplication sees it.
#[must_use]
pub fn encode(command: &Command, message_id: &str, now: WallTime) -> String {
    let mut data: Map<String, Value> = command.data();
    data.insert("message_id".to_owned(), message_id.into());
    encode_bare(command.kind(), data, now)
}

/// The text of a frame as it is, without a message's id.
#[must_use]
pub fn encode_bare(kind: &str, data: Map<String, Value>, now: WallTime) -> String {
    json!({ "type": kind, "data": data, "timestamp": now.to_string() }).to_string()
}

/// The type of a frame, whatever else is in it; `None` where the server would drop it.
#[must_use]
pub fn wire_type(text: &str) -> Option<String> {
    let frame: Value = serde_json::from_str(text).ok()?;
    frame.get("type")?.as_str().map(str::to_owned)
}

/// The answer to a challenge.
#[must_use]
pub(crate) fn encode_auth_response(token: &Token) -> String {
    json!({ "type": "auth_response", "data": { "token": token.0 } }).to_string()
}
