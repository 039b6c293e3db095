//! The list of Coda's mini-commands above the composer, while the text begins with `#`.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::model::{MiniCompletion, mini_completions};
use crate::state::TalkStore;

/// Completes the draft.
#[derive(Clone, Copy)]
pub(super) struct MiniCommands {
    talk: TalkStore,
    completions: Memo<Vec<MiniCompletion>>,
    /// The active one.
    active: RwSignal<usize>,
    /// The text for which the list was closed.
    dismissed: RwSignal<Option<String>>,
    pub(super) is_open: Memo<bool>,
}

impl MiniCommands {
    pub(super) fn new(talk: TalkStore, is_past: Memo<bool>) -> Self {
        let completions = Memo::new(move |_| talk.draft.with(|draft| mini_completions(draft)));
        let dismissed = RwSignal::new(None::<String>);
        let is_open = Memo::new(move |_| {
            let is_dismissed = talk.draft.with(|draft| dismissed.with(|text| text.as_ref() == Some(draft)));
            !is_dismissed && !is_past.get() && completions.with(|all| !all.is_empty())
        });
        Self { talk, completions, active: RwSignal::new(0), dismissed, is_open }
    }

    /// The first completion of a new text is active.
    pub(super) fn reset(self) {
        self.active.set(0);
    }

    pub(super) fn active_id(self) -> Option<String> {
        self.is_open.get().then(|| option_id(self.active.get()))
    }

    fn choose(self, place: usize) {
        let Some(completion) = self.completions.with_untracked(|all| all.get(place).cloned()) else { return };
        self.reset();
        if !completion.continues {
            self.dismissed.set(Some(completion.text.clone()));
        }
        self.talk.set_draft(completion.text);
    }

    /// Handles a key while the list is open. Returns whether it did.
    pub(super) fn on_key(self, event: &KeyboardEvent) -> bool {
        if !self.is_open.get_untracked() || event.is_composing() || event.shift_key() {
            return false;
        }
        let count = self.completions.with_untracked(Vec::len).max(1);
        let place = self.active.get_untracked().min(count - 1);
        match event.key().as_str() {
            "ArrowDown" => self.active.set((place + 1) % count),
            "ArrowUp" => self.active.set((place + count - 1) % count),
            "Tab" | "Enter" => self.choose(place),
            "Escape" => self.dismissed.set(Some(self.talk.draft.get_untracked())),
            _ => return false,
        }
        event.prevent_default();
        true
    }
}

fn option_id(place: usize) -> String {
    format!("mini-command-{place}")
}

#[component]
pub(super) fn MiniCommandList(commands: MiniCommands) -> impl IntoView {
    let option = move |(place, completion): (usize, MiniCompletion)| {
        view! {
            <li
                id=option_id(place)
                role="option"
                data-testid="mini-command"
                aria-selected=move || (commands.active.get() == place).to_string()
                // Keeps the focus in the field.
                on:mousedown=|event| event.prevent_default()
                on:click=move |_| commands.choose(place)
            >
                <code>{completion.text}</code>
                <span>{completion.description}</span>
            </li>
        }
    };
    view! {
        <Show when=move || commands.is_open.get()>
            <ul class="mini-commands" id="mini-commands" role="listbox" aria-label="Commands for Coda">
                {move || commands.completions.get().into_iter().enumerate().map(option).collect_view()}
            </ul>
        </Show>
    }
}
