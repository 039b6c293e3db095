//! The records of visits: what the flight recorder held, so that it can be looked at after a reload or a crash.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::by_time;
use super::{KeptLimits, KeyRange, Removed, Store, StoreError, Table, Write};

/// Id of a visit, in the order of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VisitId(String);

impl VisitId {
    #[must_use]
    pub fn new(started: DateTime<Utc>, random: u32) -> Self {
        Self(by_time(started, random))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn chunk_key(&self, number: u32) -> String {
        format!("{}/{number:08x}", self.0)
    }

    fn delete(&self) -> [Write; 2] {
        [Write::delete(Table::Visits, &self.0), Write::Delete { table: Table::Chunks, range: self.chunk_keys() }]
    }

    fn chunk_keys(&self) -> KeyRange {
        KeyRange::prefix(&format!("{}/", self.0))
    }
}

/// A visit whose record is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    pub id: VisitId,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub started: DateTime<Utc>,
    /// Time of the newest row.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub last: DateTime<Utc>,
    /// Addresses of the servers.
    pub urls: Vec<String>,
    /// Number of rows.
    pub rows: u64,
    /// Size of the kept record in bytes.
    pub bytes: u64,
    /// Version of the dashboard.
    pub version: String,
    /// Whether the oldest part was dropped to stay within the limit.
    #[serde(default)]
    pub is_cut: bool,
}

impl Visit {
    pub(super) fn put(&self) -> Write {
        // Cannot fail: strings, numbers and structures always have a JSON form.
        let value = serde_json::to_string(self).unwrap_or_default();
        Write::Put { table: Table::Visits, key: self.id.0.clone(), value }
    }
}

/// Loads all visits, newest first.
pub async fn visits(store: &impl Store) -> Result<Vec<Visit>, StoreError> {
    let values = store.range(Table::Visits, &KeyRange::all(), usize::MAX).await?;
    Ok(values.into_iter().rev().filter_map(|(_, value)| serde_json::from_str(&value).ok()).collect())
}

/// Loads the record of a visit as JSON Lines.
pub async fn record(store: &impl Store, visit: &VisitId) -> Result<String, StoreError> {
    let chunks = store.range(Table::Chunks, &visit.chunk_keys(), usize::MAX).await?;
    Ok(chunks.into_iter().map(|(_, chunk)| chunk).collect())
}

/// Deletes the record of a visit.
pub async fn delete(store: &impl Store, visit: &VisitId) -> Result<(), StoreError> {
    store.write(visit.delete().into()).await
}

/// Deletes the oldest records until all are within the limits. That of the visit in progress, `current`, stays.
pub async fn trim(
    store: &impl Store,
    limits: KeptLimits,
    now: DateTime<Utc>,
    current: Option<&VisitId>,
) -> Result<Removed, StoreError> {
    let (mut removed, mut writes) = (Removed::default(), Vec::new());
    for visit in limits.beyond(now, visits(store).await?, |visit| (visit.last, visit.bytes)) {
        if current != Some(&visit.id) {
            removed.things += 1;
            removed.bytes += visit.bytes;
            writes.extend(visit.id.delete());
        }
    }
    if !writes.is_empty() {
        store.write(writes).await?;
    }
    Ok(removed)
}
