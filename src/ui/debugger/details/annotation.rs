//! The user's bookmark and note on the chosen row.

use leptos::prelude::*;

use crate::ui::debugger::state::use_debugger;

/// Maximum length of a note, as the record keeps it.
const NOTE_CHARS: &str = "2000";

#[component]
pub fn BookmarkButton(number: u64) -> impl IntoView {
    let debugger = use_debugger();
    let is_bookmarked = Memo::new(move |_| debugger.annotation(number).is_bookmarked);
    view! {
        <button
            class="button small"
            type="button"
            data-testid="bookmark"
            title="B"
            aria-pressed=move || is_bookmarked.get().to_string()
            on:click=move |_| debugger.toggle_bookmark(number)
        >
            {move || if is_bookmarked.get() { "★ Bookmarked" } else { "☆ Bookmark" }}
        </button>
    }
}

/// The note, closed while it is empty.
#[component]
pub fn AnnotationView(number: u64) -> impl IntoView {
    let debugger = use_debugger();
    let annotation = Memo::new(move |_| debugger.annotation(number));
    let has_note = annotation.with_untracked(|annotation| !annotation.comment.is_empty());
    let note_id = debugger.element_id("note");
    view! {
        <details class="debugger-annotate" open=has_note>
            <summary>"Note and bookmarks"</summary>
            <div class="field">
                <label for=note_id.clone()>"Note"</label>
                <textarea
                    id=note_id
                    rows="2"
                    maxlength=NOTE_CHARS
                    data-testid="row-note"
                    prop:value=move || annotation.with(|annotation| annotation.comment.clone())
                    on:change=move |event| {
                        let note = event_target_value(&event);
                        debugger.annotate(number, |annotation| annotation.comment = note);
                    }
                ></textarea>
            </div>
            <div class="actions">
                <button
                    class="button small"
                    type="button"
                    data-testid="bookmark-previous"
                    on:click=move |_| debugger.jump_to_bookmark(false)
                >
                    "Previous bookmark"
                </button>
                <button
                    class="button small"
                    type="button"
                    data-testid="bookmark-next"
                    on:click=move |_| debugger.jump_to_bookmark(true)
                >
                    "Next bookmark"
                </button>
            </div>
            <Show when=move || !debugger.is_live()>
                <p class="field-hint">
                    "Closing an opened recording discards its bookmarks and notes. Export it to keep them."
                </p>
            </Show>
        </details>
    }
}
