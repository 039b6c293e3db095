//! Outgoing messages: origin, state, outcome, and the rules for each type.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use serde::{Deserialize, Serialize};

use super::ids::{ConnId, MessageId};
use crate::protocol::{Command, Moment};

/// The component and action that created a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// Name of the component, for example `composer`.
    pub component: Cow<'static, str>,
    /// Name of the action, for example `press enter`.
    pub action: Cow<'static, str>,
}

/// Upper bound on names from a recording, in characters.
const RECORDED_NAME_CHARS: usize = 80;

impl Origin {
    /// Creates an origin from names in this program.
    #[must_use]
    pub const fn new(component: &'static str, action: &'static str) -> Self {
        Self { component: Cow::Borrowed(component), action: Cow::Borrowed(action) }
    }

    /// Creates an origin from names in a file, truncated to 80 characters, which no name in this program exceeds.
    #[must_use]
    pub fn recorded(component: &str, action: &str) -> Self {
        let cut = |name: &str| Cow::Owned(name.chars().take(RECORDED_NAME_CHARS).collect());
        Self { component: cut(component), action: cut(action) }
    }
}

/// A command handed to the link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submission {
    /// The command to send.
    pub command: Command,
    /// The component and action that created it.
    pub origin: Origin,
    /// The message that the user resends with this one. Bypasses the deduplication, except for a second resend of the
    /// same.
    pub resend_of: Option<MessageId>,
}

/// An unsettled text, as stored to survive a reload of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersistedMessage {
    /// Id, kept across the reload.
    pub id: MessageId,
    /// The user's text.
    pub text: String,
    /// Address of the server that it is meant for. Empty if there was none yet.
    #[serde(default)]
    pub url: Arc<str>,
    /// Wall-clock time of creation; stored in epoch milliseconds.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub created: DateTime<Utc>,
    /// Whether it was written but not acknowledged, so the server may have read it.
    #[serde(rename = "written")]
    pub was_written: bool,
    /// Whether another tab may have sent it, so that the user must decide.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
}

/// State of a message, or its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum MessageState {
    /// Waits in the queue for its turn.
    Queued,
    /// Waits in the queue for something other than its turn.
    Held(Hold),
    /// Written to a socket and not acknowledged. The write itself proves nothing.
    Written {
        /// Generation of the socket.
        conn: ConnId,
        /// Number of writes of these bytes, from 1.
        attempt: u32,
    },
    /// Written, but whether the server read it is unknown, and resending could make the server act twice.
    Unconfirmed,
    /// The server has read it, as this acknowledgement shows.
    #[serde(with = "proof_field")]
    Delivered(Acknowledgement),
    /// Not sent: an equal message had just been submitted.
    Suppressed {
        /// The earlier message.
        original: MessageId,
    },
    /// Not sent: it waited too long to be of use.
    Expired,
    /// Not sent, for this reason.
    Failed(Failure),
    /// Not sent or no longer tracked, for this reason.
    Cancelled(Cancellation),
}

impl MessageState {
    /// Returns the state's name, as in queries and files.
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

    /// Whether this is an outcome, which never changes.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Queued | Self::Held(_) | Self::Written { .. } | Self::Unconfirmed)
    }

    /// Whether the message has not been written yet and may still be.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        matches!(self, Self::Queued | Self::Held(_))
    }
}

/// Why a message is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for")]
pub enum Hold {
    /// Coda is in a turn, during which it drops texts.
    #[serde(rename = "turn")]
    Turn,
    /// Another tab may have sent the text, so the user must decide.
    #[serde(rename = "user")]
    User,
    /// The message is meant for another address than the one in use.
    #[serde(rename = "address")]
    Address {
        /// Address that it is meant for.
        url: Arc<str>,
    },
}

/// Proof that the server has read a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acknowledgement {
    /// The echo arrived.
    Echo,
    /// A second copy was answered with `duplicate_message`.
    Duplicate,
    /// The server began a turn with its text.
    Turn,
}

/// An internally tagged variant cannot hold a unit enum, so the acknowledgement is stored as a field `proof`.
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

/// Why a message could not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "why")]
pub enum Failure {
    /// The queue has no room for another message.
    #[error("the queue is full ({limit} messages)")]
    #[serde(rename = "queue full")]
    QueueFull {
        /// Capacity in messages.
        limit: usize,
    },
    /// The queue has no room for the text.
    #[error("the queue is full ({} MB)", limit / 1_048_576)]
    #[serde(rename = "queue bytes")]
    QueueBytes {
        /// Capacity in bytes.
        limit: usize,
    },
    /// The frame would exceed the server's limit, above which it closes the connection.
    #[error("it is {:.1} MB, but Coda accepts {} MB at most", megabytes(*bytes), limit / 1_048_576)]
    #[serde(rename = "too large")]
    TooLarge {
        /// Size of the frame in bytes.
        bytes: usize,
        /// Largest size that the server accepts, in bytes.
        limit: usize,
    },
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1_048_576.0
}

/// Why a message was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why")]
pub enum Cancellation {
    /// The user cancelled it before it was written.
    #[serde(rename = "by user")]
    ByUser,
    /// The user dismissed it while its outcome was unknown.
    #[serde(rename = "left")]
    Left,
    /// It and an opposite message in the queue cancelled each other, as `stt_start` and `stt_stop` do.
    #[serde(rename = "undone")]
    Undone {
        /// The opposite message.
        by: MessageId,
    },
    /// The user resent it.
    #[serde(rename = "sent again")]
    SentAgain {
        /// The new message.
        by: MessageId,
    },
    /// It was a ping, and its connection ended.
    #[serde(rename = "connection ended")]
    ConnectionEnded,
    /// Its tab left the other tabs, which have it too and send it.
    #[serde(rename = "left to other tabs")]
    LeftToOthers,
    /// It was still waiting when its page was closed.
    #[serde(rename = "page closed")]
    PageClosed,
}

/// Full status of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageStatus {
    /// Id of the message.
    pub id: MessageId,
    /// The command.
    pub command: Arc<Command>,
    /// The component and action that created it.
    pub origin: Origin,
    /// Time of creation. For a restored message, `mono` is the time of the restore.
    pub created: Moment,
    /// The message that the user resent with this one.
    pub resend_of: Option<MessageId>,
    /// Time at which the state began.
    pub at: Moment,
    /// The current state.
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
            (
                MessageState::Cancelled(Cancellation::LeftToOthers),
                json!({ "name": "cancelled", "why": "left to other tabs" }),
            ),
            (MessageState::Cancelled(Cancellation::PageClosed), json!({ "name": "cancelled", "why": "page closed" })),
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
