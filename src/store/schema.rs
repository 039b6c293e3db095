//! The tables and the versions that added them.

use serde::{Deserialize, Serialize};

/// A table of the store. Values are JSON unless stated otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Table {
    /// [`super::Session`]s by address and id.
    Sessions,
    /// Names given to sessions, as plain text, by the session's id.
    Names,
    /// Entries of the conversation by session and number.
    Turns,
    /// What a visit needs to continue the last one, by address.
    State,
    /// [`super::Visit`]s by id.
    Visits,
    /// Parts of the records of visits as JSON Lines, by visit and number.
    Chunks,
    /// [`super::SavedRecording`]s by id.
    Recordings,
    /// Their content as JSON Lines, by id.
    RecordingTexts,
}

impl Table {
    pub const ALL: &'static [Self] = &[
        Self::Sessions,
        Self::Names,
        Self::Turns,
        Self::State,
        Self::Visits,
        Self::Chunks,
        Self::Recordings,
        Self::RecordingTexts,
    ];

    /// Name in the browser's store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Names => "names",
            Self::Turns => "turns",
            Self::State => "state",
            Self::Visits => "visits",
            Self::Chunks => "chunks",
            Self::Recordings => "recordings",
            Self::RecordingTexts => "recording-texts",
        }
    }

    /// The version of the schema that added the table.
    const fn since(self) -> u32 {
        match self {
            Self::Sessions | Self::Names | Self::Turns | Self::State => 1,
            Self::Visits | Self::Chunks => 2,
            Self::Recordings | Self::RecordingTexts => 3,
        }
    }
}

/// The version that this dashboard reads and writes.
pub const SCHEMA_VERSION: u32 = 3;

/// Returns the tables to add when a store of version `from` (0 for a new one) is opened by this dashboard.
pub fn tables_added_in(from: u32) -> impl Iterator<Item = Table> {
    Table::ALL.iter().copied().filter(move |table| table.since() > from)
}
