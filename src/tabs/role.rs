//! A tab and what it is to the others.

use serde::{Deserialize, Serialize};

/// A random number that identifies a tab from its start to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TabId(pub u64);

/// What a tab is to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It neither holds the connection nor knows its state. Its user's messages wait.
    Joining,
    /// It holds the connection.
    Owner,
    /// It shows the connection that another tab holds.
    Follower,
    /// A tab of another version of the program holds the connection. This one can do nothing until that is closed.
    Incompatible {
        /// That version, as in the envelope of its messages.
        version: u32,
    },
}

/// Which other tabs a tab has ever heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Met {
    Nobody,
    /// Tabs that knew no more than this one.
    Joiners,
    /// Tabs that may have known the link's state.
    Members,
}
