//! The conversation and the avatar as the components see them: a signal per entry.

use leptos::prelude::*;

use super::{draft, page_signal};
use crate::model::{Emotion, Mode, Turn, TurnKey};

/// Names an entry of the page's list. Each conversation counts its entries from 1, and a recording that is played back is
/// another one than the live one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey {
    /// Which conversation: see [`super::DataStore::generation`].
    pub generation: u64,
    /// Which of its entries.
    pub turn: TurnKey,
}

/// An entry of the conversation; its content changes without the list's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnRow {
    /// The entry's name.
    pub key: RowKey,
    /// Its content.
    pub turn: ArcRwSignal<Turn>,
}

/// What the talk page shows.
#[derive(Clone, Copy, Debug)]
pub struct TalkStore {
    /// All entries, oldest first.
    pub rows: RwSignal<Vec<TurnRow>>,
    /// How many old entries had to go for newer ones.
    pub dropped: RwSignal<u64>,
    /// What Coda is doing.
    pub mode: RwSignal<Mode>,
    /// How Coda feels, as far as its face shows.
    pub emotion: RwSignal<Emotion>,
    /// What is typed and not sent. No change of page loses it, and no reload in this tab.
    pub draft: RwSignal<String>,
    /// Whether a reload would lose the draft: it is too long for the browser's storage.
    pub is_draft_unkept: RwSignal<bool>,
}

impl TalkStore {
    pub(super) fn new() -> Self {
        Self {
            rows: page_signal::signal(Vec::new()),
            dropped: page_signal::signal(0),
            mode: page_signal::signal(Mode::Idle),
            emotion: page_signal::signal(Emotion::default()),
            draft: page_signal::signal(draft::kept()),
            is_draft_unkept: page_signal::signal(false),
        }
    }

    /// Puts another text in place of what is typed.
    pub fn set_draft(&self, text: String) {
        let is_unkept = !draft::keep(&text);
        if is_unkept != self.is_draft_unkept.get_untracked() {
            self.is_draft_unkept.set(is_unkept);
        }
        self.draft.set(text);
    }

    /// Gives a text that was not sent back to who wrote it, unless another one is being written.
    pub fn give_back(&self, text: &str) {
        if self.draft.with_untracked(|draft| draft.trim().is_empty()) {
            self.set_draft(text.to_owned());
        }
    }
}
