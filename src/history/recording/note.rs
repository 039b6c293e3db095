//! Rows other than text frames, as recordings store them: message states, phases, notices.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::history::annotation::Annotation;
use crate::history::redact::{is_secret, redact_tokens};
use crate::history::row::{FrameClass, Row, RowKind, Severity};
use crate::history::shown::shown_text;
use crate::link::{ConnId, DisconnectReason, GapReport, MessageId, MessageState, MessageStatus, Origin, PhaseKind};
use crate::protocol::{Command, FieldError, Instant, Moment, from_value, or_default, utc_from_micros};

/// A row of the record that is not a text frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Microseconds since 1970-01-01 UTC, as in an entry.
    pub micros: i64,
    /// The page's monotonic clock.
    pub mono: Instant,
    /// Number of frames before it in the recording.
    pub after: usize,
    pub told: NoteBody,
    /// The user's bookmark and comment.
    pub annotation: Annotation,
}

/// The content of a note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum NoteBody {
    /// A message was created or changed its state.
    #[serde(with = "message_note")]
    Message(MessageStatus),
    /// The connection's phase changed.
    Phase {
        /// The new phase.
        phase: PhaseKind,
        /// The generation number of its socket, if it has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        conn: Option<ConnId>,
        /// Why there is no connection.
        #[serde(
            alias = "trouble",
            default,
            deserialize_with = "crate::history::recording::legacy::reason",
            skip_serializing_if = "Option::is_none"
        )]
        reason: Option<DisconnectReason>,
    },
    /// Missed events, reported after a reconnect or a gap within a connection.
    Resumed(GapReport),
    /// Queue gap, window and deduplication were turned off for an experiment, or on again.
    Protections {
        /// False during the experiment.
        on: bool,
    },
    /// A message of the page itself.
    Notice {
        level: Severity,
        /// Shown to the user.
        text: Box<str>,
    },
    /// An event that the user gave to the page, and Coda never sent.
    Synthetic {
        /// The event, as JSON.
        frame: Box<str>,
    },
    /// A binary frame arrived; its content is not kept.
    Binary {
        conn: ConnId,
        /// Size in bytes.
        bytes: usize,
    },
}

impl NoteBody {
    /// The note for a row; `None` if the row is a text frame.
    pub(in crate::history) fn of(row: &Row) -> Option<Self> {
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
            RowKind::Synthetic { .. } => Self::Synthetic { frame: shown_text(row).into() },
            RowKind::Notice { level, text } => Self::Notice { level: *level, text: text.clone() },
        })
    }
}

/// The fields of a note in a file, apart from its time and its place.
#[derive(Serialize, Deserialize)]
pub(in crate::history) struct NoteFields {
    mono: Instant,
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Annotation::is_empty")]
    annotation: Annotation,
    #[serde(flatten)]
    told: NoteBody,
}

impl From<&Note> for NoteFields {
    fn from(note: &Note) -> Self {
        Self { mono: note.mono, annotation: note.annotation.clone(), told: note.told.clone() }
    }
}

impl Note {
    /// Parses a note at this time, after `after` frames.
    pub(in crate::history) fn read(fields: Map<String, Value>, micros: i64, after: usize) -> Result<Self, FieldError> {
        let NoteFields { mono, annotation, mut told } = from_value(Value::Object(fields))?;
        if let NoteBody::Message(status) = &mut told {
            status.at = Moment { mono, wall: utc_from_micros(micros) };
        }
        Ok(Self { micros, mono, after, told, annotation })
    }
}

/// A message's state as a note, with its tokens redacted. Its time is the note's.
mod message_note {
    use serde::{Deserializer, Serializer};

    use super::{Command, Deserialize, MessageFields, MessageStatus, Moment, Origin, Serialize};

    pub(in crate::history) fn serialize<S: Serializer>(
        status: &MessageStatus,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        MessageFields::from(status).serialize(serializer)
    }

    pub(in crate::history) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<MessageStatus, D::Error> {
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
