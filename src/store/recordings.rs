//! The library of recordings: parts of records that the user saved under a name.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::by_time;
use super::{Store, StoreError, Table, Write};
use crate::store::KeyRange;

/// Id of a saved recording, in the order of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordingId(String);

impl RecordingId {
    #[must_use]
    pub fn new(saved: DateTime<Utc>, random: u32) -> Self {
        Self(by_time(saved, random))
    }
}

/// A saved recording, without its content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedRecording {
    pub id: RecordingId,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub saved: DateTime<Utc>,
    pub name: String,
    /// What the user says about it.
    #[serde(default)]
    pub note: String,
    /// Number of frames.
    pub frames: u64,
    /// Size in bytes.
    pub bytes: u64,
}

impl SavedRecording {
    fn put(&self) -> Write {
        // Cannot fail: strings, numbers and structures always have a JSON form.
        let value = serde_json::to_string(self).unwrap_or_default();
        Write::Put { table: Table::Recordings, key: self.id.0.clone(), value }
    }
}

/// Saves a recording with its content as JSON Lines.
pub async fn save(store: &impl Store, recording: &SavedRecording, text: String) -> Result<(), StoreError> {
    let content = Write::Put { table: Table::RecordingTexts, key: recording.id.0.clone(), value: text };
    store.write(vec![recording.put(), content]).await
}

/// Changes the name and the note of a saved recording.
pub async fn describe(store: &impl Store, recording: &SavedRecording) -> Result<(), StoreError> {
    store.write(vec![recording.put()]).await
}

/// Loads all saved recordings without their content, newest first.
pub async fn recordings(store: &impl Store) -> Result<Vec<SavedRecording>, StoreError> {
    let values = store.range(Table::Recordings, &KeyRange::all(), usize::MAX).await?;
    Ok(values.into_iter().rev().filter_map(|(_, value)| serde_json::from_str(&value).ok()).collect())
}

/// Loads the content of a saved recording.
pub async fn text(store: &impl Store, id: &RecordingId) -> Result<String, StoreError> {
    Ok(store.get(Table::RecordingTexts, &id.0).await?.unwrap_or_default())
}

/// Deletes a saved recording.
pub async fn delete(store: &impl Store, id: &RecordingId) -> Result<(), StoreError> {
    store.write(vec![Write::delete(Table::Recordings, &id.0), Write::delete(Table::RecordingTexts, &id.0)]).await
}
