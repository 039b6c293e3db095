//! The names by which connections, frames and messages are referred to.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A generation number of sockets: whatever comes from an older one can do nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnId(pub u32);

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Numbers the frames that one link has received, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub u64);

/// Names a message everywhere: in the page, in the log, and inside its `data` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(Uuid);

impl MessageId {
    pub(super) fn random(rng: &mut fastrand::Rng) -> Self {
        Self(uuid::Builder::from_random_bytes(rng.u128(..).to_le_bytes()).into_uuid())
    }

    /// The id of a recorded message that had none: the how-manieth of them it is.
    #[must_use]
    pub(crate) const fn numbered(number: u64) -> Self {
        Self(Uuid::from_u64_pair(0x4000, 0x8000_0000_0000_0000 | number))
    }

    /// Reads an id as it stands on the wire.
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
