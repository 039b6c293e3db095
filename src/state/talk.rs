//! The conversation and the avatar as the components see them: a signal per entry.

use leptos::prelude::*;

use super::{draft, lasting};
use crate::model::{Emotion, Mode, Turn, TurnKey};

/// Names an entry of the page's list. Each conversation counts its entries from 1, and a recording that is played back is
/// another one than the live one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey {
    /// Which conversation: see [`super::DataStore::showing`].
    pub showing: u64,
    /// Which of its entries.
    pub turn: TurnKey,
}

/// An entry of the conversation; its content changes without the list's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The entry's name.
    pub key: RowKey,
    /// Its content.
    pub turn: ArcRwSignal<Turn>,
}

/// What the talk page shows.
#[derive(Clone, Copy, Debug)]
pub struct TalkStore {
    /// All entries, oldest first.
    pub rows: RwSignal<Vec<Row>>,
    /// How many old entries had to go for newer ones.
    pub dropped: RwSignal<u64>,
    /// What Coda is doing.
    pub mode: RwSignal<Mode>,
    /// How Coda feels, as far as its face shows.
    pub emotion: RwSignal<Emotion>,
    /// What is typed and not sent. No change of page loses it, and no reload in this tab.
    pub draft: RwSignal<String>,
}

impl TalkStore {
    pub(super) fn new() -> Self {
        Self {
            rows: lasting::signal(Vec::new()),
            dropped: lasting::signal(0),
            mode: lasting::signal(Mode::Idle),
            emotion: lasting::signal(Emotion::default()),
            draft: lasting::signal(draft::kept()),
        }
    }

    /// Puts another text in place of what is typed.
    pub fn set_draft(&self, text: String) {
        draft::keep(&text);
        self.draft.set(text);
    }
}
