//! Search in the conversation, and its export to a file.

use std::time::Duration;

use icondata_lu::{LuBraces, LuFileText, LuSearch};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::hits::Hits;
use crate::model::{Turn, export_json, export_markdown};
use crate::state::{WebSocketContext, use_websocket};
use crate::ui::address::Address;
use crate::ui::components::{Icon, SearchField};
use crate::ui::files::download;
use crate::ui::format;

/// Debounce for typing. Browsers allow a page about ten address changes a second.
const PAUSE: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui::components) enum ExportFormat {
    /// For people.
    Markdown,
    /// For programs.
    Json,
}

/// Downloads the whole conversation, regardless of the current search.
pub(in crate::ui::components) fn export(context: &WebSocketContext, format: ExportFormat) {
    // What Coda never said must not pass for its words.
    let has_synthetic = context.synthetic.count.get_untracked() > 0;
    let name = if has_synthetic { "coda-conversation-with-synthetic-events" } else { "coda-conversation" };
    let rows = context.talk.rows.get_untracked();
    let turns: Vec<Turn> = rows.iter().map(|row| row.turn.get_untracked()).collect();
    match format {
        ExportFormat::Markdown => {
            download(&format!("{name}.md"), "text/markdown", &export_markdown("Conversation with Coda", turns.iter()));
        }
        ExportFormat::Json => {
            download(&format!("{name}.json"), "application/json", &export_json(turns.iter()));
        }
    }
}

#[component]
pub(super) fn ConversationTools(
    address: Address,
    /// Query parameter `q`.
    search: Memo<String>,
    hits: Hits,
) -> impl IntoView {
    let context = use_websocket();
    let look_for = StoredValue::new_local(debounce(PAUSE, move |words: String| address.set("q", &words)));
    let look_for = move |words| look_for.update_value(|look_for| look_for(words));
    let is_searching = move || search.with(|search| !search.trim().is_empty());
    let count = move || match (hits.place(), hits.count()) {
        (Some(place), count) => format!("{place} of {count}"),
        (None, count) => format::matches(count),
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.is_composing() => {
            event.prevent_default();
            let typed = event_target_value(&event);
            if search.with_untracked(|search| *search == typed) {
                hits.step(!event.shift_key());
            } else {
                // Enter skips the debounce.
                address.set("q", &typed);
            }
        }
        "Escape" => {
            event_target::<HtmlInputElement>(&event).set_value("");
            look_for(String::new());
        }
        _ => {}
    };
    // On phones alone, where there is little room.
    let is_open = RwSignal::new(false);
    Effect::new(move |_| {
        if is_searching() {
            is_open.set(true);
        }
    });
    view! {
        <button
            class="icon-button conversation-tools-toggle"
            type="button"
            data-testid="conversation-tools-toggle"
            aria-label="Search and export"
            title="Search and export"
            aria-controls="conversation-tools"
            aria-expanded=move || is_open.get().to_string()
            on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
        >
            <Icon icon=LuSearch />
        </button>
        <div class="conversation-tools" id="conversation-tools" data-open=move || is_open.get().to_string()>
            <SearchField
                label="Search conversation"
                testid="search"
                text=search
                on_input=look_for
                on_keydown=Callback::new(on_key)
                keys="Enter: next match, Shift+Enter: previous, Escape: clear"
            />
            <span class="search-count" role="status" data-testid="search-count">
                {move || is_searching().then(count)}
            </span>
            <button
                class="button quiet"
                title="Export the conversation as Markdown"
                on:click=move |_| export(&context, ExportFormat::Markdown)
            >
                <Icon icon=LuFileText />
                "Export Markdown"
            </button>
            <button
                class="button quiet"
                title="Export the conversation as JSON"
                on:click=move |_| export(&context, ExportFormat::Json)
            >
                <Icon icon=LuBraces />
                "Export JSON"
            </button>
        </div>
    }
}
