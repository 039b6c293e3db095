//! Decodes the server's frames and encodes frames for it.

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

/// Largest frame that the server accepts, in bytes of UTF-8. It closes the connection with 1009 above that.
pub const MAX_FRAME_BYTES: usize = 10 * 1024 * 1024;
/// Time for which the server remembers a message in order to drop copies of it. Each copy restarts it.
pub(crate) const DEDUP_WINDOW: Duration = Duration::from_secs(5);

/// A decoded frame from the server.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// Concerns this connection only.
    Control(Control),
    /// A broadcast event.
    Event(Envelope),
    /// Past events, sent after authentication. Each entry is decoded separately, so a damaged one does not affect the
    /// others.
    Replay(Vec<Result<Envelope, DecodeError>>),
}

/// A frame that concerns this connection only. It carries no `seq`.
#[derive(Clone, Debug, PartialEq)]
pub enum Control {
    /// Requires the token back. The server ignores everything else until then.
    Challenge {
        /// The token to send back, once.
        token: Token,
    },
    /// Accepts or refuses the answer to the challenge.
    AuthResult {
        /// The client id assigned by the server, or its reason for the refusal.
        result: Result<String, String>,
    },
    /// Reports a dropped message: an equal one arrived within the server's deduplication window.
    Duplicate {
        /// Type of the dropped message. The server does not report its id.
        original_type: String,
        /// Copies received within the window, including the first; 2 if the server does not report it.
        count: u64,
    },
}

impl Control {
    /// Returns the frame's type on the wire.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Challenge { .. } => "auth_challenge",
            Self::AuthResult { .. } => "auth_result",
            Self::Duplicate { .. } => "duplicate_message",
        }
    }
}

/// An authentication token of the server. It is a secret, so its `Debug` output is masked.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(•••)")
    }
}

/// A broadcast event with its envelope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Sequence number: 1 for the first broadcast after the server's start, then incremented by one with each. `None`
    /// if missing.
    pub seq: Option<u64>,
    /// Send time by the server's clock. `None` if missing or not a valid time.
    pub timestamp: Option<ServerTime>,
    /// Type and data of the event.
    pub event: Event,
}

/// Reason why a frame could not be decoded. Does not contain the frame's text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or nested too deeply.
    #[error("not readable as JSON: {0}")]
    Syntax(String),
    /// Valid JSON of the wrong shape.
    #[error("{}{error}", in_front(.kind.as_deref()))]
    Shape {
        /// The frame's type, if readable.
        kind: Option<String>,
        /// The frame's sequence number, if readable.
        seq: Option<u64>,
        /// The field and the problem.
        error: FieldError,
    },
}

fn in_front(kind: Option<&str>) -> String {
    kind.map_or_else(String::new, |kind| format!("“{kind}”: "))
}

impl DecodeError {
    /// Returns the sequence number of a broadcast that arrived but could not be decoded.
    #[must_use]
    pub const fn seq(&self) -> Option<u64> {
        match self {
            Self::Syntax(_) => None,
            Self::Shape { seq, .. } => *seq,
        }
    }

    /// Returns the location of the error: the frame's type and the path of the field. Errors at one location have one
    /// cause.
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

/// Decodes a frame. Never panics.
///
/// # Errors
/// Fails if the text is not JSON or has no type, or if a field of a known type is missing or of the wrong type. An
/// unknown type is not an error, and neither is a damaged entry of a replay, which carries its own.
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

/// Splits a frame into its type and its other fields.
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

/// Sets `seq` as soon as it is read, so that the error for a damaged event still carries its number.
fn read_event(kind: &str, seq: &mut Option<u64>, frame: &mut Map<String, Value>) -> Result<Envelope, FieldError> {
    *seq = take::<Option<Count>>(frame, "seq")?.map(|Count(seq)| seq);
    let timestamp = frame.get("timestamp").and_then(ServerTime::from_value);
    let data = frame.remove("data").unwrap_or_default();
    let event = Event::read(kind, data).map_err(|error| error.inside("data"))?;
    Ok(Envelope { seq: *seq, timestamp, event })
}

/// Decodes an entry of a replay. Only events are valid there, so control frames and nested
/// replays become unknown events.
fn decode_replayed(value: Value) -> Result<Envelope, DecodeError> {
    let (kind, frame) = open(value)?;
    decode_event(kind, frame)
}

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
        // Cannot fail: strings, numbers and maps with string keys always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Encodes a command as a frame. `message_id` goes inside `data`, where it makes the message distinct for the server's
/// deduplication.
#[must_use]
pub fn encode(command: &Command, message_id: &str, now: DateTime<Utc>) -> String {
    let mut data: Map<String, Value> = command.data();
    data.insert("message_id".to_owned(), message_id.into());
    encode_bare(command.kind(), data, now)
}

/// Encodes a frame without adding a message id.
#[must_use]
pub fn encode_bare(kind: &str, data: Map<String, Value>, now: DateTime<Utc>) -> String {
    OutgoingFrame { kind, data, timestamp: Some(iso8601(now)) }.write()
}

/// Returns only the type of a frame, or `None` if there is none, in which case the server drops the frame.
#[must_use]
pub fn wire_type(text: &str) -> Option<String> {
    let frame: Value = serde_json::from_str(text).ok()?;
    frame.get("type")?.as_str().map(str::to_owned)
}

/// Encodes the answer to a challenge.
#[must_use]
pub(crate) fn encode_auth_response(token: &Token) -> String {
    #[derive(Serialize)]
    struct AuthResponse<'a> {
        token: &'a str,
    }
    OutgoingFrame { kind: "auth_response", data: AuthResponse { token: &token.0 }, timestamp: None }.write()
}
