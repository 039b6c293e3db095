//! Search in the conversation, and the conversation as a file.

use std::time::Duration;

use icondata_lu::{LuBraces, LuFileText, LuSearch};
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::Glyph;
use crate::model::{Turn, export_json, export_markdown};
use crate::state::use_app;
use crate::ui::address::Address;
use crate::ui::files::download;

/// Browsers let a page change the address some ten times a second at most: typing waits for a pause.
const PAUSE: Duration = Duration::from_millis(200);

/// The row above the conversation; `found` is how many entries match.
#[component]
pub(super) fn ConversationTools(
    /// Where the search is kept.
    address: Address,
    /// What is searched for.
    search: Memo<String>,
    /// How many entries match.
    #[prop(into)]
    found: Signal<usize>,
) -> impl IntoView {
    let app = use_app();
    let turns = move || {
        let rows = app.talk.rows.get_untracked();
        rows.iter().map(|row| row.turn.get_untracked()).collect::<Vec<Turn>>()
    };
    let look_for = StoredValue::new_local(debounce(PAUSE, move |words: String| address.set("q", &words)));
    let look_for = move |words| look_for.update_value(|look_for| look_for(words));
    let is_searching = move || search.with(|search| !search.trim().is_empty());
    view! {
        <div class="conversation-tools">
            <label class="search">
                <Glyph icon=LuSearch />
                <span class="visually-hidden">"Search in the conversation"</span>
                <input
                    type="search"
                    data-testid="search"
                    placeholder="Search"
                    prop:value=search
                    on:input=move |event| look_for(event_target_value(&event))
                    on:keydown=move |event| {
                        if event.key() == "Escape" {
                            event_target::<HtmlInputElement>(&event).set_value("");
                            look_for(String::new());
                        }
                    }
                />
            </label>
            <span class="search-count" role="status">
                {move || is_searching().then(|| format!("{} found", found.get()))}
            </span>
            <button
                class="button quiet"
                title="The whole conversation as a Markdown file"
                on:click=move |_| download("coda-conversation.md", "text/markdown", &export_markdown(turns().iter()))
            >
                <Glyph icon=LuFileText />
                "Markdown"
            </button>
            <button
                class="button quiet"
                title="The whole conversation as a JSON file"
                on:click=move |_| download("coda-conversation.json", "application/json", &export_json(turns().iter()))
            >
                <Glyph icon=LuBraces />
                "JSON"
            </button>
        </div>
    }
}
