//! What the page keeps in the browser for later visits: conversations, the records of visits, and saved recordings.
//!
//! Everything goes through [`Store`], a small ordered key-value interface. [`MemoryStore`] implements it for tests,
//! `browser::IndexedDb` for the page.

pub mod conversations;
mod id;
mod limits;
mod memory;
mod page_keeper;
mod record_keeper;
pub mod recordings;
mod schema;
mod session;
pub mod visits;

use std::future::Future;

use serde::{Deserialize, Serialize};

pub use limits::{KeptLimits, Removed};
pub use memory::MemoryStore;
pub use page_keeper::{PageKeeper, Unconfirmed};
pub use record_keeper::RecordKeeper;
pub use recordings::{RecordingId, SavedRecording};
pub use schema::{SCHEMA_VERSION, Table, tables_added_in};
pub use session::{Session, SessionId};
pub use visits::{Visit, VisitId};

/// A range of keys, from the first inclusive to the second exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRange {
    pub from: String,
    pub to: String,
}

impl KeyRange {
    /// All keys.
    #[must_use]
    pub fn all() -> Self {
        Self { from: String::new(), to: char::MAX.to_string() }
    }

    /// All keys that begin with `prefix`.
    #[must_use]
    pub fn prefix(prefix: &str) -> Self {
        Self { from: prefix.to_owned(), to: format!("{prefix}{}", char::MAX) }
    }
}

/// One change of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Write {
    Put { table: Table, key: String, value: String },
    Delete { table: Table, range: KeyRange },
}

impl Write {
    /// Deletes one key.
    #[must_use]
    pub fn delete(table: Table, key: &str) -> Self {
        // Nothing lies between a key and the same key with a zero character after it.
        Self::Delete { table, range: KeyRange { from: key.to_owned(), to: format!("{key}\0") } }
    }

    #[must_use]
    pub const fn table(&self) -> Table {
        match self {
            Self::Put { table, .. } | Self::Delete { table, .. } => *table,
        }
    }
}

/// Tables of texts, ordered by their keys.
pub trait Store {
    /// Returns the value of a key.
    fn get(&self, table: Table, key: &str) -> impl Future<Output = Result<Option<String>, StoreError>>;

    /// Returns the keys of a range in ascending order.
    fn keys(&self, table: Table, range: &KeyRange) -> impl Future<Output = Result<Vec<String>, StoreError>>;

    /// Returns up to `limit` entries of a range in ascending order of their keys.
    fn range(
        &self,
        table: Table,
        range: &KeyRange,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(String, String)>, StoreError>>;

    /// Carries out all of these changes, in order, or none.
    fn write(&self, writes: Vec<Write>) -> impl Future<Output = Result<(), StoreError>>;
}

/// Why nothing can be kept or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The browser has no store for this page, as in some private windows.
    #[error("the browser cannot store data for this page")]
    Unavailable,
    /// Another tab holds a store of an older dashboard open.
    #[error("another tab has an older version of this page. Close or reload it")]
    Blocked,
    /// A newer dashboard wrote the store.
    #[error("a newer version of this page wrote the stored data. Reload the page to get that version")]
    Newer,
    /// There is no room left.
    #[error("the browser has no storage space left for this page")]
    Full,
    /// Anything else, in the browser's words.
    #[error("the browser's store failed: {0}")]
    Failed(String),
}
