//! A kept part of the conversation: what was said to one server between two of its starts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::by_time;
use super::{KeyRange, Table, Write};

/// Id of a session, in the order of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(String);

impl SessionId {
    #[must_use]
    pub fn new(started: DateTime<Utc>, random: u32) -> Self {
        Self(by_time(started, random))
    }

    /// An id from the address bar, which need not exist.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_valid = !text.is_empty() && text.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-');
        is_valid.then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Key of an entry, by its number in the session.
    pub(super) fn turn_key(&self, number: u32) -> String {
        format!("{}/{number:08x}", self.0)
    }

    /// Keys of the entries with numbers from `from` on and below `to`.
    pub(super) fn turn_keys(&self, from: u32, to: u32) -> KeyRange {
        KeyRange { from: self.turn_key(from), to: self.turn_key(to) }
    }

    /// Keys of all entries.
    pub(super) fn all_turn_keys(&self) -> KeyRange {
        KeyRange::prefix(&format!("{}/", self.0))
    }
}

/// A session, without its entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub id: SessionId,
    /// Address of the server.
    pub url: String,
    /// Time of the first entry.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub started: DateTime<Utc>,
    /// Time of the newest entry.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub last: DateTime<Utc>,
    /// Name given by the user. It has a table of its own, since any tab may change it while another one writes the
    /// session.
    #[serde(skip)]
    pub name: Option<String>,
    /// Beginning of the first text.
    #[serde(default)]
    pub title: String,
    /// Number of the first entry that is kept, and of the first that does not exist yet.
    pub first: u32,
    pub end: u32,
    /// Size of its entries in bytes.
    pub bytes: u64,
}

impl Session {
    /// Characters of the first text that serve as title.
    const TITLE_CHARS: usize = 80;

    pub(super) fn new(id: SessionId, url: &str, started: DateTime<Utc>) -> Self {
        let (name, title) = (None, String::new());
        Self { id, url: url.to_owned(), started, last: started, name, title, first: 0, end: 0, bytes: 0 }
    }

    /// Number of entries.
    #[must_use]
    pub const fn turns(&self) -> u32 {
        self.end.saturating_sub(self.first)
    }

    pub(super) fn set_title(&mut self, text: &str) {
        if self.title.is_empty() {
            let line = text.trim().lines().next().unwrap_or_default();
            self.title = line.chars().take(Self::TITLE_CHARS).collect();
        }
    }

    pub(super) fn key(&self) -> String {
        format!("{}\n{}", self.url, self.id.as_str())
    }

    pub(super) fn keys_of(url: &str) -> KeyRange {
        KeyRange::prefix(&format!("{url}\n"))
    }

    pub(super) fn put(&self) -> Write {
        // Cannot fail: strings, numbers and structures always have a JSON form.
        let value = serde_json::to_string(self).unwrap_or_default();
        Write::Put { table: Table::Sessions, key: self.key(), value }
    }

    /// Deletes the session and its entries.
    pub(super) fn delete(&self) -> Vec<Write> {
        vec![
            Write::delete(Table::Sessions, &self.key()),
            Write::delete(Table::Names, self.id.as_str()),
            Write::Delete { table: Table::Turns, range: self.id.all_turn_keys() },
        ]
    }
}
