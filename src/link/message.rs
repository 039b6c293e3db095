//! A message on its way: who sent it, what became of it, and the rules of its kind.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use serde::{Deserialize, Serialize};

use super::ids::{ConnId, MessageId};
use crate::protocol::{Command, Moment};

/// What in the page a message came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// For example `composer`.
    pub component: Cow<'static, str>,
    /// For example `press enter`.
    pub action: Cow<'static, str>,
}

/// Longest name that a recording may bring along, in characters.
const RECORDED_NAME_CHARS: usize = 80;

impl Origin {
    /// An origin in this program.
    #[must_use]
    pub const fn new(component: &'static str, action: &'static str) -> Self {
        Self { component: Cow::Borrowed(component), action: Cow::Borrowed(action) }
    }

    /// An origin that a file names, cut where a name is longer than any of ours.
    #[must_use]
    pub fn recorded(component: &str, action: &str) -> Self {
        let cut = |name: &str| Cow::Owned(name.chars().take(RECORDED_NAME_CHARS).collect());
        Self { component: cut(component), action: cut(action) }
    }
}

/// A command handed to the link.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// What to send.
    pub command: Command,
    /// Where it came from.
    pub origin: Origin,
    /// The message that the user wants sent again by this one. It passes the deduplication.
    pub resend_of: Option<MessageId>,
}

/// A text that is not settled, in the shape in which it outlives a reload of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersistedMessage {
    /// The message.
    pub id: MessageId,
    /// What the user wrote.
    pub text: String,
    /// The address of the server that it is meant for.
    #[serde(default)]
    pub url: Arc<str>,
    /// When it was created.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub created: DateTime<Utc>,
    /// It was written and not answered: the server may have read it.
    #[serde(rename = "written")]
    pub was_written: bool,
    /// Another tab may have sent it, so only the user may.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
}

/// Where a message is, or how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum MessageState {
    /// Waits for its turn.
    Queued,
    /// Waits for something that may take long, or for the user.
    Held(Hold),
    /// Written to a socket, which proves nothing; waits for its echo.
    Written {
        /// The connection.
        conn: ConnId,
        /// The how-manieth write of the same bytes, from 1.
        attempt: u32,
    },
    /// Whether the server has read it is not known, and finding out by itself could make it act twice.
    Unconfirmed,
    /// The server has read it.
    #[serde(with = "proof_field")]
    Delivered(Acknowledgement),
    /// Not sent: the same had just been sent.
    Suppressed {
        /// The first one.
        original: MessageId,
    },
    /// Not sent: it had waited so long that nobody can still want it.
    Expired,
    /// Not sent.
    Failed(Failure),
    /// Not sent, or no longer of interest.
    Cancelled(Cancellation),
}

impl MessageState {
    /// Its name, in queries and files.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Held(_) => "held",
            Self::Written { .. } => "written",
            Self::Unconfirmed => "unconfirmed",
            Self::Delivered(_) => "delivered",
            Self::Suppressed { .. } => "suppressed",
            Self::Expired => "expired",
            Self::Failed(_) => "failed",
            Self::Cancelled(_) => "cancelled",
        }
    }

    /// Whether nothing can follow.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Queued | Self::Held(_) | Self::Written { .. } | Self::Unconfirmed)
    }

    /// Whether it has not been written yet and may be.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self, Self::Queued | Self::Held(_))
    }
}

/// What a message waits for that its turn in the queue does not bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for")]
pub enum Hold {
    /// The end of Coda's turn: Coda drops texts that come meanwhile.
    #[serde(rename = "turn")]
    Turn,
    /// The user: another tab may have sent the text.
    #[serde(rename = "user")]
    User,
    /// A connection to the address that it was meant for; the one in use is another.
    #[serde(rename = "address")]
    Address {
        /// The address.
        url: Arc<str>,
    },
}

/// How we know that the server has read a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acknowledgement {
    /// Its echo came.
    Echo,
    /// A second copy was answered with `duplicate_message`.
    Duplicate,
    /// The server began a turn with its text.
    Turn,
}

/// A variant with a tag inside holds fields, so the proof becomes one.
mod proof_field {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Acknowledgement;

    #[derive(Serialize, Deserialize)]
    struct Fields {
        proof: Acknowledgement,
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(proof: &Acknowledgement, serializer: S) -> Result<S::Ok, S::Error> {
        Fields { proof: *proof }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Acknowledgement, D::Error> {
        Fields::deserialize(deserializer).map(|fields| fields.proof)
    }
}

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "why")]
pub enum Failure {
    /// Too many messages wait.
    #[error("{limit} messages are waiting already, which is the limit")]
    #[serde(rename = "queue full")]
    QueueFull {
        /// How many may.
        limit: usize,
    },
    /// Too much text waits.
    #[error("the waiting messages hold {} MB already, which is the limit", limit / 1_048_576)]
    #[serde(rename = "queue bytes")]
    QueueBytes {
        /// How many bytes may.
        limit: usize,
    },
    /// The server closes the connection on frames of this size.
    #[error("it is {:.1} MB long, and Coda takes {} MB at most", megabytes(*bytes), limit / 1_048_576)]
    #[serde(rename = "too large")]
    TooLarge {
        /// The frame's size in bytes.
        bytes: usize,
        /// The largest that the server takes.
        limit: usize,
    },
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1_048_576.0
}

/// Why a message is no longer wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why")]
pub enum Cancellation {
    /// The user took it back before it was sent.
    #[serde(rename = "by user")]
    ByUser,
    /// The user does not want to know whether it arrived.
    #[serde(rename = "left")]
    Left,
    /// Another message undid it before it was sent.
    #[serde(rename = "undone")]
    Undone {
        /// The other one.
        by: MessageId,
    },
    /// The user sent it again.
    #[serde(rename = "sent again")]
    SentAgain {
        /// The new one.
        by: MessageId,
    },
    /// A ping whose connection ended.
    #[serde(rename = "connection ended")]
    ConnectionEnded,
}

/// All that is to be said of a message at this moment.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageStatus {
    /// The message.
    pub id: MessageId,
    /// What it says.
    pub command: Arc<Command>,
    /// Where it came from.
    pub origin: Origin,
    /// When it was created.
    pub created: Moment,
    /// The message that the user had sent again by this one.
    pub resend_of: Option<MessageId>,
    /// When this state began.
    pub at: Moment,
    /// Where it is.
    pub state: MessageState,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn every_state_survives_being_written_and_read() {
        let id = MessageId::parse("00000000-0000-4000-8000-000000000001").expect("an id");
        for (state, written) in [
            (MessageState::Queued, json!({ "name": "queued" })),
            (
                MessageState::Written { conn: ConnId(3), attempt: 2 },
                json!({ "name": "written", "conn": 3, "attempt": 2 }),
            ),
            (MessageState::Held(Hold::Turn), json!({ "name": "held", "for": "turn" })),
            (
                MessageState::Held(Hold::Address { url: "ws://a".into() }),
                json!({ "name": "held", "for": "address", "url": "ws://a" }),
            ),
            (MessageState::Unconfirmed, json!({ "name": "unconfirmed" })),
            (MessageState::Delivered(Acknowledgement::Echo), json!({ "name": "delivered", "proof": "echo" })),
            (MessageState::Delivered(Acknowledgement::Duplicate), json!({ "name": "delivered", "proof": "duplicate" })),
            (MessageState::Delivered(Acknowledgement::Turn), json!({ "name": "delivered", "proof": "turn" })),
            (MessageState::Suppressed { original: id }, json!({ "name": "suppressed", "original": id })),
            (MessageState::Expired, json!({ "name": "expired" })),
            (
                MessageState::Failed(Failure::QueueFull { limit: 5 }),
                json!({ "name": "failed", "why": "queue full", "limit": 5 }),
            ),
            (
                MessageState::Failed(Failure::QueueBytes { limit: 6 }),
                json!({ "name": "failed", "why": "queue bytes", "limit": 6 }),
            ),
            (
                MessageState::Failed(Failure::TooLarge { bytes: 8, limit: 7 }),
                json!({ "name": "failed", "why": "too large", "bytes": 8, "limit": 7 }),
            ),
            (MessageState::Cancelled(Cancellation::ByUser), json!({ "name": "cancelled", "why": "by user" })),
            (MessageState::Cancelled(Cancellation::Left), json!({ "name": "cancelled", "why": "left" })),
            (
                MessageState::Cancelled(Cancellation::Undone { by: id }),
                json!({ "name": "cancelled", "why": "undone", "by": id }),
            ),
            (
                MessageState::Cancelled(Cancellation::SentAgain { by: id }),
                json!({ "name": "cancelled", "why": "sent again", "by": id }),
            ),
            (
                MessageState::Cancelled(Cancellation::ConnectionEnded),
                json!({ "name": "cancelled", "why": "connection ended" }),
            ),
        ] {
            assert_eq!(serde_json::to_value(&state).expect("written"), written);
            assert_eq!(serde_json::from_value::<MessageState>(written).expect("read"), state);
        }
    }

    #[test]
    fn what_is_wrong_with_a_state_is_named() {
        let read = |value: Value| serde_json::from_value::<MessageState>(value).expect_err("unreadable").to_string();
        assert_eq!(read(json!({ "name": "written", "conn": 1 })), "missing field `attempt`");
        assert!(read(json!({ "name": "written", "conn": -1, "attempt": 1 })).contains("invalid value"));
        assert!(read(json!({ "name": "gone" })).contains("unknown variant `gone`"));
    }
}
