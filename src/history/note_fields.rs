//! The fields of notes, and a message's state as fields. Whatever is not as it should be is named.

use serde_json::{Map, Value, json};

use super::shown::state_name;
use crate::link::{Cancellation, ConnId, Failure, MessageId, MessageState, Proof};

/// An object of a file.
pub(super) struct Fields<'a>(pub(super) &'a Value);

impl<'a> Fields<'a> {
    fn read<T>(&self, name: &str, expected: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Result<T, String> {
        self.0.get(name).and_then(read).ok_or_else(|| format!("field `{name}`: expected {expected}"))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Result<&'a str, String> {
        self.read(name, "text", Value::as_str)
    }

    pub(super) fn object(&self, name: &str) -> Result<Map<String, Value>, String> {
        self.read(name, "an object", |value| value.as_object().cloned())
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, String> {
        self.read(name, "true or false", Value::as_bool)
    }

    pub(super) fn integer(&self, name: &str) -> Result<i64, String> {
        self.read(name, "a whole number", Value::as_i64)
    }

    pub(super) fn count(&self, name: &str) -> Result<u64, String> {
        self.read(name, "a count", Value::as_u64)
    }

    /// A count that fits.
    pub(super) fn number<T: TryFrom<u64>>(&self, name: &str) -> Result<T, String> {
        self.read(name, "a count", |value| value.as_u64().and_then(|count| T::try_from(count).ok()))
    }

    pub(super) fn id(&self, name: &str) -> Result<MessageId, String> {
        self.read(name, "a message's id", |value| value.as_str().and_then(MessageId::parse))
    }

    pub(super) fn conn(&self, name: &str) -> Result<ConnId, String> {
        self.number(name).map(ConnId)
    }

    pub(super) fn one_of<T: Copy>(
        &self,
        name: &str,
        all: impl IntoIterator<Item = T>,
        name_of: impl Fn(T) -> &'static str,
    ) -> Result<T, String> {
        let found = self.text(name)?;
        let unknown = || format!("field `{name}`: `{found}` is not known");
        all.into_iter().find(|value| name_of(*value) == found).ok_or_else(unknown)
    }
}

const PROOFS: [Proof; 3] = [Proof::Echo, Proof::Duplicate, Proof::Turn];

const fn proof_name(proof: Proof) -> &'static str {
    match proof {
        Proof::Echo => "echo",
        Proof::Duplicate => "duplicate",
        Proof::Turn => "turn",
    }
}

/// A state with all that it holds.
pub(super) fn write_state(state: &MessageState) -> Value {
    let mut fields = match state {
        MessageState::Queued | MessageState::Unconfirmed | MessageState::Expired => json!({}),
        MessageState::Written { conn, attempt } => json!({ "conn": conn.0, "attempt": attempt }),
        MessageState::Delivered(proof) => json!({ "proof": proof_name(*proof) }),
        MessageState::Suppressed { original } => json!({ "original": original.to_string() }),
        MessageState::Failed(Failure::QueueFull { limit }) => json!({ "why": "queue full", "limit": limit }),
        MessageState::Failed(Failure::QueueBytes { limit }) => json!({ "why": "queue bytes", "limit": limit }),
        MessageState::Failed(Failure::TooLarge { bytes, limit }) => {
            json!({ "why": "too large", "bytes": bytes, "limit": limit })
        }
        MessageState::Cancelled(Cancellation::ByUser) => json!({ "why": "by user" }),
        MessageState::Cancelled(Cancellation::Left) => json!({ "why": "left" }),
        MessageState::Cancelled(Cancellation::Undone { by }) => json!({ "why": "undone", "by": by.to_string() }),
        MessageState::Cancelled(Cancellation::SentAgain { by }) => json!({ "why": "sent again", "by": by.to_string() }),
        MessageState::Cancelled(Cancellation::ConnectionEnded) => json!({ "why": "connection ended" }),
    };
    if let Value::Object(fields) = &mut fields {
        fields.insert("name".to_owned(), state_name(state).into());
    }
    fields
}

pub(super) fn read_state(fields: &Fields<'_>) -> Result<MessageState, String> {
    match fields.text("name")? {
        "queued" => Ok(MessageState::Queued),
        "unconfirmed" => Ok(MessageState::Unconfirmed),
        "expired" => Ok(MessageState::Expired),
        "written" => Ok(MessageState::Written { conn: fields.conn("conn")?, attempt: fields.number("attempt")? }),
        "delivered" => Ok(MessageState::Delivered(fields.one_of("proof", PROOFS, proof_name)?)),
        "suppressed" => Ok(MessageState::Suppressed { original: fields.id("original")? }),
        "failed" => Ok(MessageState::Failed(match fields.text("why")? {
            "queue full" => Failure::QueueFull { limit: fields.number("limit")? },
            "queue bytes" => Failure::QueueBytes { limit: fields.number("limit")? },
            "too large" => Failure::TooLarge { bytes: fields.number("bytes")?, limit: fields.number("limit")? },
            other => return Err(format!("field `why`: `{other}` is not known")),
        })),
        "cancelled" => Ok(MessageState::Cancelled(match fields.text("why")? {
            "by user" => Cancellation::ByUser,
            "left" => Cancellation::Left,
            "undone" => Cancellation::Undone { by: fields.id("by")? },
            "sent again" => Cancellation::SentAgain { by: fields.id("by")? },
            "connection ended" => Cancellation::ConnectionEnded,
            other => return Err(format!("field `why`: `{other}` is not known")),
        })),
        other => Err(format!("field `name`: `{other}` is no state that is known")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_comes_back() {
        let id = MessageId::parse("00000000-0000-4000-8000-000000000001").expect("an id");
        let mut states = vec![
            MessageState::Queued,
            MessageState::Written { conn: ConnId(3), attempt: 2 },
            MessageState::Unconfirmed,
            MessageState::Suppressed { original: id },
            MessageState::Expired,
            MessageState::Failed(Failure::QueueFull { limit: 5 }),
            MessageState::Failed(Failure::QueueBytes { limit: 6 }),
            MessageState::Failed(Failure::TooLarge { bytes: 8, limit: 7 }),
            MessageState::Cancelled(Cancellation::ByUser),
            MessageState::Cancelled(Cancellation::Left),
            MessageState::Cancelled(Cancellation::Undone { by: id }),
            MessageState::Cancelled(Cancellation::SentAgain { by: id }),
            MessageState::Cancelled(Cancellation::ConnectionEnded),
        ];
        states.extend(PROOFS.map(MessageState::Delivered));
        for state in states {
            assert_eq!(read_state(&Fields(&write_state(&state))), Ok(state));
        }
    }

    #[test]
    fn what_is_not_as_it_should_be_is_named() {
        let read = |value: Value| read_state(&Fields(&value)).unwrap_err();
        assert_eq!(read(json!({ "name": "written", "conn": 1 })), "field `attempt`: expected a count");
        assert_eq!(read(json!({ "name": "written", "conn": -1 })), "field `conn`: expected a count");
        assert_eq!(read(json!({ "name": "gone" })), "field `name`: `gone` is no state that is known");
        assert_eq!(read(json!(null)), "field `name`: expected text");
    }
}
