//! Conversation and avatar as signals, one per entry.

use leptos::prelude::*;

use super::draft;
use super::page_signal::PageSignal;
use crate::model::{Beginning, Emotion, Mode, Speaking, Turn, TurnKey};

/// Key of an entry in the page's list. Includes the generation, because each conversation numbers its entries from 1
/// and a recording has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey {
    /// Generation of the conversation, as in [`super::DataStore::generation`].
    pub generation: u64,
    /// The entry within it.
    pub turn: TurnKey,
}

/// An entry of the conversation. Its content changes without a change of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnRow {
    pub key: RowKey,
    pub turn: ArcReadSignal<Turn>,
}

/// The state of the Talk page.
#[derive(Clone, Copy, Debug)]
pub struct TalkStore {
    /// All entries, oldest first.
    pub rows: PageSignal<Vec<TurnRow>>,
    /// Number of old entries evicted for newer ones.
    pub dropped: PageSignal<u64>,
    /// What has begun below the newest entry.
    pub begins: PageSignal<Option<Beginning>>,
    /// Coda's current activity.
    pub mode: PageSignal<Mode>,
    /// Whether Coda's voice can be heard.
    pub speaking: PageSignal<Speaking>,
    /// Coda's emotion, as shown by its face.
    pub emotion: PageSignal<Emotion>,
    /// The question for feedback that Coda has asked by speech, and that waits for an answer.
    pub feedback: PageSignal<Option<String>>,
    /// Unsent input. Survives changes of page, and reloads of this tab.
    pub draft: PageSignal<String>,
    /// Whether a reload would lose the draft because it is too long for the browser's storage.
    pub is_draft_unkept: PageSignal<bool>,
}

impl TalkStore {
    pub(super) fn new() -> Self {
        Self {
            rows: PageSignal::new(Vec::new()),
            dropped: PageSignal::new(0),
            begins: PageSignal::new(None),
            mode: PageSignal::new(Mode::Idle),
            speaking: PageSignal::new(Speaking::No),
            emotion: PageSignal::new(Emotion::default()),
            feedback: PageSignal::new(None),
            draft: PageSignal::new(draft::kept()),
            is_draft_unkept: PageSignal::new(false),
        }
    }

    /// Replaces the draft.
    pub fn set_draft(&self, text: String) {
        self.is_draft_unkept.set_if_changed(!draft::keep(&text));
        self.draft.set(text);
    }

    /// Returns an unsent text to the input, unless the user is writing another one.
    pub fn give_back(&self, text: &str) {
        if self.draft.with_untracked(|draft| draft.trim().is_empty()) {
            self.set_draft(text.to_owned());
        }
    }
}
