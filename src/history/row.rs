//! Rows of the record: one event of the link each, unchanged.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::link::{ConnId, DisconnectReason, FramePurpose, GapReport, MessageId, MessageState, Origin, PhaseKind};
use crate::protocol::{Command, Control, DecodeError, Event, Frame, Moment, decode};

/// Wire type of an answer's tokens.
pub(super) const TOKEN: &str = "llm_token";

/// One entry of the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Counts up from 1 by one; never reused.
    pub number: u64,
    pub at: Moment,
    pub kind: RowKind,
}

/// The content of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum RowKind {
    /// A frame arrived.
    FrameIn {
        conn: ConnId,
        /// Empty for a binary frame.
        text: Arc<str>,
        /// Wire type; empty if it has none.
        kind: Arc<str>,
        /// The server's event number.
        seq: Option<u64>,
        class: FrameClass,
        /// The message of this page that it answers, as its echo or as `duplicate_message`.
        answers: Option<MessageId>,
        /// Whether it is the first token of an answer.
        begins_answer: bool,
    },
    /// A frame was written.
    FrameOut {
        conn: ConnId,
        text: Arc<str>,
        kind: Arc<str>,
        /// Why it was written.
        purpose: FramePurpose,
    },
    /// A message was created or changed its state.
    Message {
        id: MessageId,
        kind: Arc<str>,
        command: Arc<Command>,
        /// The component and action that created it.
        origin: Origin,
        created: Moment,
        /// Its new state.
        state: MessageState,
        /// The message that the user resent as this one.
        resend_of: Option<MessageId>,
    },
    /// The connection's phase changed.
    Phase {
        /// The new phase.
        phase: PhaseKind,
        /// The generation number of its socket, if it has one.
        conn: Option<ConnId>,
        /// Why there is no connection.
        reason: Option<DisconnectReason>,
    },
    /// Missed events, reported after a reconnect or a gap within a connection.
    Resumed(GapReport),
    /// Queue gap, window and deduplication were turned off for an experiment, or on again.
    Protections {
        /// False during the experiment.
        on: bool,
    },
    /// An event that the user gave to the page, and Coda never sent.
    Synthetic { kind: Arc<str>, text: Arc<str> },
    /// A message of the page itself.
    Notice {
        level: Severity,
        /// Shown to the user.
        text: Box<str>,
    },
}

/// Classification of a received frame.
#[derive(Clone, Debug, PartialEq)]
pub enum FrameClass {
    /// A frame about the connection.
    Control(Box<Control>),
    /// A broadcast.
    Event,
    /// Broadcasts that the server kept for absent clients.
    Replay,
    /// Not readable, with the reason.
    Unreadable(Box<DecodeError>),
    /// From a connection that had already been given up.
    Stale,
    /// Binary, with its size in bytes.
    Binary(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// For information only.
    Info,
    /// Something may have gone wrong.
    Warn,
    /// Something has gone wrong.
    Error,
}

impl Severity {
    /// Value of `data-level` in the page.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the server to the page.
    In,
    /// From the page to the server.
    Out,
}

impl Direction {
    /// Name in queries and recordings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

impl Row {
    /// The frame's text, not redacted; `None` for other rows.
    #[must_use]
    pub const fn frame(&self) -> Option<&Arc<str>> {
        match &self.kind {
            RowKind::FrameIn { text, .. } | RowKind::FrameOut { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Decodes the broadcast that the row is about; `None` for other rows.
    #[must_use]
    pub fn event(&self) -> Option<Event> {
        let RowKind::FrameIn { text, class: FrameClass::Event, .. } = &self.kind else { return None };
        match decode(text) {
            Ok(Frame::Event(envelope)) => Some(envelope.event),
            _ => None,
        }
    }

    #[must_use]
    pub const fn direction(&self) -> Option<Direction> {
        match &self.kind {
            RowKind::FrameIn { .. } => Some(Direction::In),
            RowKind::FrameOut { .. } => Some(Direction::Out),
            _ => None,
        }
    }

    /// The text of an event that Coda never sent; `None` for other rows.
    #[must_use]
    pub const fn synthetic(&self) -> Option<&Arc<str>> {
        match &self.kind {
            RowKind::Synthetic { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Wire type of the frame or message.
    #[must_use]
    pub const fn wire_type(&self) -> Option<&Arc<str>> {
        match &self.kind {
            RowKind::FrameIn { kind, .. }
            | RowKind::FrameOut { kind, .. }
            | RowKind::Message { kind, .. }
            | RowKind::Synthetic { kind, .. } => Some(kind),
            _ => None,
        }
    }

    /// Frame size in bytes.
    #[must_use]
    pub fn size(&self) -> Option<usize> {
        match &self.kind {
            RowKind::FrameIn { class: FrameClass::Binary(bytes), .. } => Some(*bytes),
            _ => self.frame().map(|text| text.len()),
        }
    }

    #[must_use]
    pub const fn conn(&self) -> Option<ConnId> {
        match &self.kind {
            RowKind::FrameIn { conn, .. }
            | RowKind::FrameOut { conn, .. }
            | RowKind::Phase { conn: Some(conn), .. }
            | RowKind::Message { state: MessageState::Written { conn, .. }, .. } => Some(*conn),
            _ => None,
        }
    }

    /// The message of this page that the row is about.
    #[must_use]
    pub const fn message(&self) -> Option<MessageId> {
        match &self.kind {
            RowKind::FrameIn { answers, .. } => *answers,
            RowKind::FrameOut { purpose, .. } => purpose.message(),
            RowKind::Message { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// Whether it is a token of an answer.
    #[must_use]
    pub fn is_token(&self) -> bool {
        matches!(&self.kind, RowKind::FrameIn { kind, class: FrameClass::Event, .. } if &**kind == TOKEN)
    }

    /// Whether something went wrong: an unreadable frame, an error event, a failed message, a notice of an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        match &self.kind {
            RowKind::FrameIn { class: FrameClass::Unreadable(_), .. }
            | RowKind::Message { state: MessageState::Failed(_), .. }
            | RowKind::Notice { level: Severity::Error, .. } => true,
            RowKind::FrameIn { kind, .. } => kind.ends_with("_error"),
            _ => false,
        }
    }

    /// Whether `is_it` accepts any searchable text of the row besides its frame.
    pub(super) fn any_text(&self, mut is_it: impl FnMut(&str) -> bool) -> bool {
        match &self.kind {
            RowKind::FrameIn { class: FrameClass::Unreadable(error), .. } => is_it(&error.to_string()),
            RowKind::FrameOut { purpose: FramePurpose::Raw(origin), .. } => {
                is_it("raw") || is_it(&origin.component) || is_it(&origin.action)
            }
            RowKind::FrameIn { .. } | RowKind::FrameOut { .. } => false,
            RowKind::Message { kind, state, origin, command, .. } => {
                is_it(kind)
                    || is_it(state.name())
                    || is_it(&origin.component)
                    || is_it(&origin.action)
                    || command.text().is_some_and(is_it)
            }
            RowKind::Phase { phase, reason, .. } => {
                is_it(phase.name()) || reason.as_ref().is_some_and(|reason| is_it(&reason.to_string()))
            }
            RowKind::Resumed(resumed) => is_it("resumed") || (resumed.restarted && is_it("restarted")),
            RowKind::Protections { on } => is_it("protections") || is_it(if *on { "on" } else { "off" }),
            RowKind::Synthetic { text, .. } => is_it("synthetic") || is_it(text),
            RowKind::Notice { text, .. } => is_it(text),
        }
    }

    /// Heap bytes that it owns or shares with other rows, without the frame's text.
    pub(super) fn heap_bytes(&self) -> usize {
        let words = match &self.kind {
            RowKind::FrameIn { class: FrameClass::Unreadable(_), .. } => size_of::<DecodeError>() + UNREADABLE_BYTES,
            RowKind::Notice { text, .. } => text.len(),
            RowKind::Synthetic { text, .. } => text.len(),
            RowKind::Message { command, .. } => command_bytes(command),
            _ => 0,
        };
        words + self.wire_type().map_or(0, |kind| kind.len())
    }
}

/// Assumed size of a decoding error's strings when rows are measured.
const UNREADABLE_BYTES: usize = 256;

fn command_bytes(command: &Command) -> usize {
    match command {
        Command::Custom { kind, data } => {
            kind.len() + data.iter().map(|(key, item)| key.len() + value_bytes(item)).sum::<usize>()
        }
        command => command.text().map_or(0, str::len),
    }
}

fn value_bytes(value: &Value) -> usize {
    let inside = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(value_bytes).sum(),
        Value::Object(map) => map.iter().map(|(key, item)| key.len() + value_bytes(item)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    inside + size_of::<Value>()
}
