//! Ids of connections, frames and messages.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Generation number of a socket, from 1. Input from an older generation has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnId(pub u32);

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Number of a received frame within its link, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FrameId(pub u64);

/// Id of a message (a UUID): in the page, in the log and inside `data` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(Uuid);

impl MessageId {
    pub(crate) fn random(rng: &mut fastrand::Rng) -> Self {
        Self(uuid::Builder::from_random_bytes(rng.u128(..).to_le_bytes()).into_uuid())
    }

    /// Returns a synthetic id for the `number`-th recorded message without one.
    #[must_use]
    pub(crate) const fn numbered(number: u64) -> Self {
        Self(Uuid::from_u64_pair(0x4000, 0x8000_0000_0000_0000 | number))
    }

    /// Parses an id from the wire. Returns `None` if it is not a UUID, so not an id of this program.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
