//! What a page shows, for the page of another tab that joins it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::models::Models;
use crate::model::{Avatar, Conversation};
use crate::store::PageKeeper;

/// What the page shows, and where its conversation is kept.
#[derive(Deserialize)]
pub(super) struct Snapshot {
    conversation: Conversation,
    avatar: Avatar,
    data: Vec<Box<RawValue>>,
    keeper: PageKeeper,
}

/// The same, borrowed for writing.
#[derive(Serialize)]
struct SnapshotRef<'a> {
    conversation: &'a Conversation,
    avatar: &'a Avatar,
    data: Vec<Box<RawValue>>,
    keeper: &'a PageKeeper,
}

impl Snapshot {
    /// Writes the live models.
    pub(super) fn write(models: &mut Models, keeper: &PageKeeper) -> Option<String> {
        let mut text = None;
        models.with_live(|models| {
            let (conversation, avatar, data) = (&models.conversation, &models.avatar, models.data().to_json());
            text = serde_json::to_string(&SnapshotRef { conversation, avatar, data, keeper }).ok();
        });
        text
    }

    /// Returns `None` if the text is of another build of the page.
    pub(super) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Replaces the live models. Returns the keeper that goes with them.
    pub(super) fn into_models(self, models: &mut Models) -> PageKeeper {
        let Self { conversation, avatar, data, keeper } = self;
        models.with_live(|models| {
            models.conversation = conversation;
            models.avatar = avatar;
            models.data().set_from_json(&data);
        });
        keeper
    }
}
