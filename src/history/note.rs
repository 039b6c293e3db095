//! What a record holds beside its frames, as it is written into recordings: messages' states, phases, notices.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::jsonl::wall;
use super::redact::{is_secret, redact_tokens};
use super::row::{FrameClass, Row, RowKind, Severity};
use crate::link::{ConnId, DisconnectReason, GapReport, MessageId, MessageState, MessageStatus, Origin, PhaseKind};
use crate::protocol::{Command, FieldError, Instant, Moment, from_value};

/// A row of a record that is no frame of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// When: microseconds since 1970-01-01 UTC, as in an entry.
    pub micros: i64,
    /// The page's monotonic clock then.
    pub mono: Instant,
    /// How many of the recording's frames come before it.
    pub after: usize,
    /// What it tells.
    pub told: NoteBody,
}

/// What a note tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum NoteBody {
    /// A message was created or changed its state.
    #[serde(with = "message_note")]
    Message(MessageStatus),
    /// The connection's phase changed.
    Phase {
        /// The new one.
        phase: PhaseKind,
        /// Its socket, where it has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        conn: Option<ConnId>,
        /// Why there is no connection.
        #[serde(
            alias = "trouble",
            default,
            deserialize_with = "super::legacy::reason",
            skip_serializing_if = "Option::is_none"
        )]
        reason: Option<DisconnectReason>,
    },
    /// What the connection's new beginning showed.
    Resumed(GapReport),
    /// The protections were turned off for an experiment, or on again.
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
    /// A binary frame came, whose content is not kept.
    Binary {
        /// From this connection.
        conn: ConnId,
        /// How long it was.
        bytes: usize,
    },
}

impl NoteBody {
    /// What a row tells, where it is no frame of text.
    pub(super) fn of(row: &Row) -> Option<Self> {
        Some(match &row.kind {
            RowKind::FrameIn { conn, class: FrameClass::Binary(bytes), .. } => {
                Self::Binary { conn: *conn, bytes: *bytes }
            }
            RowKind::FrameIn { .. } | RowKind::FrameOut { .. } => return None,
            RowKind::Message { id, command, origin, created, state, resend_of, .. } => Self::Message(MessageStatus {
                id: *id,
                command: command.clone(),
                origin: origin.clone(),
                created: *created,
                resend_of: *resend_of,
                at: row.at,
                state: state.clone(),
            }),
            RowKind::Phase { phase, conn, reason } => {
                Self::Phase { phase: *phase, conn: *conn, reason: reason.clone() }
            }
            RowKind::Resumed(resumed) => Self::Resumed(*resumed),
            RowKind::Protections { on } => Self::Protections { on: *on },
            RowKind::Notice { level, text } => Self::Notice { level: *level, text: text.clone() },
        })
    }
}

/// A note as it is written in a file, beside its time of day and its place.
#[derive(Serialize, Deserialize)]
pub(super) struct NoteFields {
    mono: Instant,
    #[serde(flatten)]
    told: NoteBody,
}

impl From<&Note> for NoteFields {
    fn from(note: &Note) -> Self {
        Self { mono: note.mono, told: note.told.clone() }
    }
}

impl Note {
    /// Reads the note of this time, which comes after so many frames.
    pub(super) fn read(fields: Map<String, Value>, micros: i64, after: usize) -> Result<Self, FieldError> {
        let NoteFields { mono, mut told } = from_value(Value::Object(fields))?;
        if let NoteBody::Message(status) = &mut told {
            status.at = Moment { mono, wall: wall(micros) };
        }
        Ok(Self { micros, mono, after, told })
    }
}

/// A message's state as a note: with its tokens hidden, and without its time, which the note has.
mod message_note {
    use serde::{Deserializer, Serializer};

    use super::{Command, Deserialize, MessageFields, MessageStatus, Moment, Origin, Serialize};

    pub(super) fn serialize<S: Serializer>(status: &MessageStatus, serializer: S) -> Result<S::Ok, S::Error> {
        MessageFields::from(status).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MessageStatus, D::Error> {
        let fields = MessageFields::deserialize(deserializer)?;
        Ok(MessageStatus {
            id: fields.message,
            command: Command::from_wire(&fields.kind, fields.data).into(),
            origin: Origin::recorded(&fields.component, &fields.action),
            created: Moment { mono: fields.created_mono, wall: fields.created },
            resend_of: fields.resend_of,
            at: Moment::default(),
            state: fields.state,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct MessageFields {
    message: MessageId,
    #[serde(rename = "type")]
    kind: String,
    data: Map<String, Value>,
    component: String,
    action: String,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    created: DateTime<Utc>,
    created_mono: Instant,
    #[serde(rename = "again", skip_serializing_if = "Option::is_none")]
    resend_of: Option<MessageId>,
    state: MessageState,
}

impl From<&MessageStatus> for MessageFields {
    fn from(status: &MessageStatus) -> Self {
        Self {
            message: status.id,
            kind: status.command.kind().to_owned(),
            data: shown_data(&status.command),
            component: status.origin.component.to_string(),
            action: status.origin.action.to_string(),
            created: status.created.wall,
            created_mono: status.created.mono,
            resend_of: status.resend_of,
            state: status.state.clone(),
        }
    }
}

fn shown_data(command: &Command) -> Map<String, Value> {
    let data = command.data();
    if !is_secret(command.kind()) {
        return data;
    }
    serde_json::from_str(&redact_tokens(&Value::Object(data).to_string())).unwrap_or_default()
}
