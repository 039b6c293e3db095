//! From the text of a frame to its meaning, and from a command to the text of a frame.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::command::Command;
use super::event::Event;
use super::server_clock::ServerTime;
use super::shape::{Count, FieldError, count, json_type, object, take, with_quotes};
use super::time::iso8601;

/// The largest frame that the server takes, in bytes of UTF-8: it closes the connection with 1009 above it.
pub const MAX_FRAME_BYTES: usize = 10 * 1024 * 1024;
/// The server drops what it was sent less than so long ago; each copy starts the time anew.
pub(crate) const REMEMBERED: Duration = Duration::from_secs(5);

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

impl Control {
    /// The name of its type on the wire.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Challenge { .. } => "auth_challenge",
            Self::AuthResult { .. } => "auth_result",
            Self::Duplicate { .. } => "duplicate_message",
        }
    }
}

/// A secret of the server's. It is never shown: its `Debug` is masked.
#[derive(Clone, PartialEq, Eq, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or nested too deeply.
    #[error("not readable as JSON: {0}")]
    Syntax(String),
    /// JSON, but of the wrong shape.
    #[error("{}{error}", in_front(.kind.as_deref()))]
    Shape {
        /// The frame's type, where it has one.
        kind: Option<String>,
        /// The broadcast's number, where it can be read.
        seq: Option<u64>,
        /// What is wrong with which field.
        error: FieldError,
    },
}

fn in_front(kind: Option<&str>) -> String {
    kind.map_or_else(String::new, |kind| format!("“{kind}”: "))
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

    /// What cannot be read: the frame's type and the path of the field. Errors at one place have one cause.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Syntax(_) => "JSON".to_owned(),
            Self::Shape { kind, error, .. } => match (kind, error.field.as_str()) {
                (Some(kind), "") => kind.clone(),
                (Some(kind), field) => format!("{kind}: {field}"),
                (None, field) => field.to_owned(),
            },
        }
    }

    const fn untyped(error: FieldError) -> Self {
        Self::Shape { kind: None, seq: None, error }
    }
}

#[derive(Deserialize)]
struct AuthChallenge {
    token: Token,
}

#[derive(Deserialize)]
struct AuthResult {
    success: bool,
    client_id: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct DuplicateMessage {
    original_type: String,
    #[serde(default, deserialize_with = "count")]
    count: Option<u64>,
}

/// Reads a frame. Never panics, whatever the text.
pub fn decode(text: &str) -> Result<Frame, DecodeError> {
    let value: Value = serde_json::from_str(text).map_err(|error| DecodeError::Syntax(with_quotes(&error)))?;
    let (kind, mut frame) = open(value)?;
    let with_kind = |error| DecodeError::Shape { kind: Some(kind.clone()), seq: None, error };
    match kind.as_str() {
        "auth_challenge" | "auth_result" | "duplicate_message" => {
            let data = frame.remove("data").unwrap_or_default();
            read_control(&kind, data).map(Frame::Control).map_err(|error| with_kind(error.inside("data")))
        }
        "replay" => {
            let events: Vec<Value> = take(&mut frame, "events").map_err(with_kind)?;
            Ok(Frame::Replay(events.into_iter().map(decode_replayed).collect()))
        }
        _ => decode_event(kind, frame).map(Frame::Event),
    }
}

/// A frame's type, and its other fields.
fn open(value: Value) -> Result<(String, Map<String, Value>), DecodeError> {
    let mut frame = match value {
        Value::Object(frame) => frame,
        other => {
            let problem = format!("expected an object, found {}", json_type(&other));
            return Err(DecodeError::untyped(FieldError::new("", problem)));
        }
    };
    let kind = take(&mut frame, "type").map_err(DecodeError::untyped)?;
    Ok((kind, frame))
}

fn read_control(kind: &str, data: Value) -> Result<Control, FieldError> {
    Ok(match kind {
        "auth_challenge" => {
            let AuthChallenge { token } = object(data)?;
            Control::Challenge { token }
        }
        "auth_result" => {
            let AuthResult { success, client_id, message } = object(data)?;
            let refused = || message.unwrap_or_else(|| "no reason given".to_owned());
            Control::AuthResult { result: if success { Ok(client_id.unwrap_or_default()) } else { Err(refused()) } }
        }
        _ => {
            let DuplicateMessage { original_type, count } = object(data)?;
            Control::Duplicate { original_type, count: count.unwrap_or(2) }
        }
    })
}

fn decode_event(kind: String, mut frame: Map<String, Value>) -> Result<Envelope, DecodeError> {
    let mut seq = None;
    read_event(&kind, &mut seq, &mut frame).map_err(|error| DecodeError::Shape { kind: Some(kind), seq, error })
}

/// `seq` is set as soon as it is known, so that it is known of an event of which the rest cannot be read.
fn read_event(kind: &str, seq: &mut Option<u64>, frame: &mut Map<String, Value>) -> Result<Envelope, FieldError> {
    *seq = take::<Option<Count>>(frame, "seq")?.map(|Count(seq)| seq);
    let timestamp = frame.get("timestamp").and_then(ServerTime::from_value);
    let data = frame.remove("data").unwrap_or_default();
    let event = Event::read(kind, data).map_err(|error| error.inside("data"))?;
    Ok(Envelope { seq: *seq, timestamp, event })
}

/// Reads an entry of a replay, which must be an event: a control frame or a replay in it means nothing.
fn decode_replayed(value: Value) -> Result<Envelope, DecodeError> {
    let (kind, frame) = open(value)?;
    decode_event(kind, frame)
}

/// A frame to the server.
#[derive(Serialize)]
struct OutgoingFrame<'a, D> {
    #[serde(rename = "type")]
    kind: &'a str,
    data: D,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
}

impl<D: Serialize> OutgoingFrame<'_, D> {
    fn write(&self) -> String {
        // Strings, numbers and maps with string keys always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The text of a command's frame. `message_id` goes inside `data`, where the server's deduplication sees it.
#[must_use]
pub fn encode(command: &Command, message_id: &str, now: DateTime<Utc>) -> String {
    let mut data: Map<String, Value> = command.data();
    data.insert("message_id".to_owned(), message_id.into());
    encode_bare(command.kind(), data, now)
}

/// The text of a frame as it is, without a message's id.
#[must_use]
pub fn encode_bare(kind: &str, data: Map<String, Value>, now: DateTime<Utc>) -> String {
    OutgoingFrame { kind, data, timestamp: Some(iso8601(now)) }.write()
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
    #[derive(Serialize)]
    struct AuthResponse<'a> {
        token: &'a str,
    }
    OutgoingFrame { kind: "auth_response", data: AuthResponse { token: &token.0 }, timestamp: None }.write()
}
