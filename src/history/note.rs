//! What a record holds beside its frames, as it is written into recordings: messages' states, phases, notices.

use serde_json::{Map, Value, json};

use super::mask::{is_secret, mask_tokens};
use super::note_fields::{Fields, read_state, write_state};
use super::row::{Level, Row, RowKind, What};
use crate::link::{ConnId, MessageStatus, PhaseKind, Resumed};
use crate::protocol::{Command, Now, Timestamp, WallTime};

/// A row of a record that is no frame of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// When: microseconds since 1970-01-01 UTC, as in an entry.
    pub micros: i64,
    /// The page's monotonic clock then.
    pub mono: Timestamp,
    /// How many of the recording's frames come before it.
    pub after: usize,
    /// What it tells.
    pub told: Told,
}

/// What a note tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A message was created or changed its state.
    Message(MessageStatus),
    /// The connection's phase changed.
    Phase {
        /// The new one.
        phase: PhaseKind,
        /// Its socket, where it has one.
        conn: Option<ConnId>,
        /// What is wrong, in few words.
        trouble: Option<Box<str>>,
    },
    /// What the connection's new beginning showed.
    Resumed(Resumed),
    /// The protections were turned off for an experiment, or on again.
    Protections {
        /// Whether they are on.
        on: bool,
    },
    /// A word of the page's own.
    Notice {
        /// How bad it is.
        level: Level,
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

impl Told {
    /// What a row tells, where it is no frame of text.
    pub(super) fn of(row: &Row) -> Option<Self> {
        Some(match &row.kind {
            RowKind::FrameIn { conn, what: What::Binary(bytes), .. } => Self::Binary { conn: *conn, bytes: *bytes },
            RowKind::FrameIn { .. } | RowKind::FrameOut { .. } => return None,
            RowKind::Message { id, command, origin, created, state, again, .. } => Self::Message(MessageStatus {
                id: *id,
                command: command.clone(),
                origin: *origin,
                created: *created,
                again: *again,
                at: row.at,
                state: state.clone(),
            }),
            RowKind::Phase { phase, conn, trouble } => {
                Self::Phase { phase: *phase, conn: *conn, trouble: trouble.clone() }
            }
            RowKind::Resumed(resumed) => Self::Resumed(*resumed),
            RowKind::Protections { on } => Self::Protections { on: *on },
            RowKind::Notice { level, text } => Self::Notice { level: *level, text: text.clone() },
        })
    }

    /// The fields of what is told, its name first; tokens are hidden.
    pub(super) fn write(&self) -> Map<String, Value> {
        let fields = match self {
            Self::Message(status) => json!({
                "note": "message",
                "message": status.id.to_string(),
                "type": status.command.kind(),
                "data": shown_data(&status.command),
                "component": status.origin.component,
                "action": status.origin.action,
                "created": status.created.wall.unix_millis(),
                "created_mono": status.created.mono.as_micros(),
                "again": status.again.map(|id| id.to_string()),
                "state": write_state(&status.state),
            }),
            Self::Phase { phase, conn, trouble } => json!({
                "note": "phase",
                "phase": phase.name(),
                "conn": conn.map(|conn| conn.0),
                "trouble": trouble,
            }),
            Self::Resumed(resumed) => json!({
                "note": "resumed",
                "run": resumed.epoch,
                "reconnected": resumed.reconnected,
                "restarted": resumed.restarted,
                "missed": resumed.missed,
                "recovered": resumed.recovered,
                "more_unknown": resumed.more_unknown,
            }),
            Self::Protections { on } => json!({ "note": "protections", "on": on }),
            Self::Notice { level, text } => json!({ "note": "notice", "level": level.name(), "text": text }),
            Self::Binary { conn, bytes } => json!({ "note": "binary", "conn": conn.0, "bytes": bytes }),
        };
        let Value::Object(mut fields) = fields else { return Map::new() };
        fields.retain(|_, value| !value.is_null());
        fields
    }

    /// Reads what was told at `at`.
    pub(super) fn read(value: &Value, at: Now) -> Result<Self, String> {
        let fields = Fields(value);
        Ok(match fields.text("note")? {
            "message" => Self::Message(MessageStatus {
                id: fields.id("message")?,
                command: Command::from_wire(fields.text("type")?, fields.object("data")?).into(),
                origin: super::names::origin(fields.text("component")?, fields.text("action")?),
                created: Now {
                    mono: Timestamp::from_micros(fields.count("created_mono")?),
                    wall: WallTime::from_unix_millis(fields.integer("created")?),
                },
                again: fields.has("again").then(|| fields.id("again")).transpose()?,
                at,
                state: read_state(&Fields(value.get("state").unwrap_or(&Value::Null)))?,
            }),
            "phase" => Self::Phase {
                phase: fields.one_of("phase", PhaseKind::ALL.iter().copied(), PhaseKind::name)?,
                conn: fields.has("conn").then(|| fields.conn("conn")).transpose()?,
                trouble: fields.has("trouble").then(|| fields.text("trouble")).transpose()?.map(Into::into),
            },
            "resumed" => Self::Resumed(Resumed {
                epoch: fields.number("run")?,
                reconnected: fields.flag("reconnected")?,
                restarted: fields.flag("restarted")?,
                missed: fields.count("missed")?,
                recovered: fields.count("recovered")?,
                more_unknown: fields.flag("more_unknown")?,
            }),
            "protections" => Self::Protections { on: fields.flag("on")? },
            "notice" => Self::Notice {
                level: fields.one_of("level", [Level::Info, Level::Warn, Level::Error], Level::name)?,
                text: fields.text("text")?.into(),
            },
            "binary" => Self::Binary { conn: fields.conn("conn")?, bytes: fields.number("bytes")? },
            other => return Err(format!("`{other}` is no note that is known")),
        })
    }
}

fn shown_data(command: &Command) -> Value {
    let data = Value::Object(command.data());
    if !is_secret(command.kind()) {
        return data;
    }
    serde_json::from_str(&mask_tokens(&data.to_string())).unwrap_or_default()
}
