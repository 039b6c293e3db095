//! A row of the record: one thing that the link told, as it was told.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::shown::state_name;
use crate::link::{ConnId, DisconnectReason, FramePurpose, GapReport, MessageId, MessageState, Origin, PhaseKind};
use crate::protocol::{Command, Control, DecodeError, Moment};

/// The wire type of an answer's tokens.
pub(super) const TOKEN: &str = "llm_token";

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Counts up by one, from 1, and is never given again.
    pub number: u64,
    /// When it happened.
    pub at: Moment,
    /// What happened.
    pub kind: RowKind,
}

/// What a row tells of.
#[derive(Clone, Debug, PartialEq)]
pub enum RowKind {
    /// A frame came.
    FrameIn {
        /// From this connection.
        conn: ConnId,
        /// The frame; empty for a binary one.
        text: Arc<str>,
        /// Its wire type; empty where it has none.
        kind: Arc<str>,
        /// The server's number of it.
        seq: Option<u64>,
        /// What it turned out to be.
        class: FrameClass,
        /// The message of ours that it answers, as its echo or as `duplicate_message`.
        answers: Option<MessageId>,
        /// Whether it is the first token of an answer.
        begins_answer: bool,
    },
    /// A frame was written.
    FrameOut {
        /// To this connection.
        conn: ConnId,
        /// The frame.
        text: Arc<str>,
        /// Its wire type.
        kind: Arc<str>,
        /// What it is there for.
        purpose: FramePurpose,
    },
    /// A message was created or changed its state.
    Message {
        /// The message.
        id: MessageId,
        /// Its wire type.
        kind: Arc<str>,
        /// What it says.
        command: Arc<Command>,
        /// What in the page it came from.
        origin: Origin,
        /// When it was created.
        created: Moment,
        /// Its new state.
        state: MessageState,
        /// The message that the user had sent again by this one.
        resend_of: Option<MessageId>,
    },
    /// The connection's phase changed.
    Phase {
        /// The new one.
        phase: PhaseKind,
        /// Its socket, where it has one.
        conn: Option<ConnId>,
        /// Why there is no connection.
        reason: Option<DisconnectReason>,
    },
    /// What the numbers of the events show to be missing.
    Resumed(GapReport),
    /// Queue gap, window and deduplication were turned off for an experiment, or on again.
    Protections {
        /// Whether they are on.
        on: bool,
    },
    /// A word of the page's own.
    Notice {
        /// How bad it is.
        level: Severity,
        /// For people.
        text: Box<str>,
    },
}

/// What a frame that came in turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum FrameClass {
    /// About the connection.
    Control(Box<Control>),
    /// A broadcast of the server's.
    Event,
    /// Broadcasts that had been kept for those who were away.
    Replay,
    /// Not readable, for this reason.
    Unreadable(Box<DecodeError>),
    /// From a connection that is no longer ours.
    Stale,
    /// Binary, of this many bytes.
    Binary(usize),
}

/// How bad a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Something may have gone wrong.
    Warn,
    /// Something has gone wrong.
    Error,
}

impl Severity {
    /// Its name, as in the page's `data-level`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Which way a frame went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the server to the page.
    In,
    /// From the page to the server.
    Out,
}

impl Direction {
    /// Its name in queries and recordings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

impl Row {
    /// The frame's text, unmasked; `None` where the row is no frame.
    #[must_use]
    pub const fn frame(&self) -> Option<&Arc<str>> {
        match &self.kind {
            RowKind::FrameIn { text, .. } | RowKind::FrameOut { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Which way its frame went.
    #[must_use]
    pub const fn direction(&self) -> Option<Direction> {
        match &self.kind {
            RowKind::FrameIn { .. } => Some(Direction::In),
            RowKind::FrameOut { .. } => Some(Direction::Out),
            _ => None,
        }
    }

    /// The wire type of its frame or message.
    #[must_use]
    pub const fn wire_type(&self) -> Option<&Arc<str>> {
        match &self.kind {
            RowKind::FrameIn { kind, .. } | RowKind::FrameOut { kind, .. } | RowKind::Message { kind, .. } => {
                Some(kind)
            }
            _ => None,
        }
    }

    /// The frame's size in bytes.
    #[must_use]
    pub fn size(&self) -> Option<usize> {
        match &self.kind {
            RowKind::FrameIn { class: FrameClass::Binary(bytes), .. } => Some(*bytes),
            _ => self.frame().map(|text| text.len()),
        }
    }

    /// The connection that it belongs to.
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

    /// The message of ours that it is about.
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

    /// Whether something went wrong: an unreadable frame, an event of an error, a message that failed.
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

    /// What a search looks through beside the frame: the names and words of the row.
    pub(super) fn any_word(&self, mut is_it: impl FnMut(&str) -> bool) -> bool {
        match &self.kind {
            RowKind::FrameIn { class: FrameClass::Unreadable(error), .. } => is_it(&error.to_string()),
            RowKind::FrameOut { purpose: FramePurpose::Raw(origin), .. } => {
                is_it("raw") || is_it(&origin.component) || is_it(&origin.action)
            }
            RowKind::FrameIn { .. } | RowKind::FrameOut { .. } => false,
            RowKind::Message { kind, state, origin, command, .. } => {
                is_it(kind)
                    || is_it(state_name(state))
                    || is_it(&origin.component)
                    || is_it(&origin.action)
                    || command.text().is_some_and(is_it)
            }
            RowKind::Phase { phase, reason, .. } => {
                is_it(phase.name()) || reason.as_ref().is_some_and(|reason| is_it(&reason.to_string()))
            }
            RowKind::Resumed(resumed) => is_it("resumed") || (resumed.restarted && is_it("restarted")),
            RowKind::Protections { on } => is_it("protections") || is_it(if *on { "on" } else { "off" }),
            RowKind::Notice { text, .. } => is_it(text),
        }
    }

    /// How many bytes it holds beside itself, or shares with others.
    pub(super) fn heap_bytes(&self) -> usize {
        let words = match &self.kind {
            RowKind::FrameIn { class: FrameClass::Unreadable(_), .. } => size_of::<DecodeError>() + UNREADABLE_BYTES,
            RowKind::Notice { text, .. } => text.len(),
            RowKind::Message { command, .. } => command_bytes(command),
            _ => 0,
        };
        words + self.wire_type().map_or(0, |kind| kind.len())
    }
}

/// What the words of a decoding error take at most, as far as the record's bound counts them.
const UNREADABLE_BYTES: usize = 256;

fn command_bytes(command: &Command) -> usize {
    match command {
        Command::Custom { kind, data } => {
            kind.len() + data.iter().map(|(key, item)| key.len() + bytes_of(item)).sum::<usize>()
        }
        command => command.text().map_or(0, str::len),
    }
}

fn bytes_of(value: &Value) -> usize {
    let inside = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(bytes_of).sum(),
        Value::Object(map) => map.iter().map(|(key, item)| key.len() + bytes_of(item)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    inside + size_of::<Value>()
}
