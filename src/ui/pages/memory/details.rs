//! Details and history of one memory.

use chrono::{DateTime, Utc};
use icondata_lu::LuX;
use leptos::html;
use leptos::prelude::*;

use super::bar::Bar;
use super::keyed::keyed;
use super::labels::{self, UNKNOWN, told};
use crate::model::Memory;

use crate::protocol::iso8601;
use crate::state::use_websocket;
use crate::ui::components::{CopyButton, Each, Icon};
use crate::ui::format;

/// Takes the focus whenever another memory is chosen.
#[component]
pub(super) fn Details(chosen: RwSignal<Option<u64>>, on_close: Callback<()>) -> impl IntoView {
    let memories = use_websocket().data.memories;
    let memory = Memo::new(move |_| {
        let number = chosen.get()?;
        memories.with(|memories| memories.get(number).cloned())
    });
    let read = move |field: fn(&Memory) -> String| {
        move || memory.with(|memory| memory.as_ref().map_or_else(|| UNKNOWN.to_owned(), field))
    };
    let importance = move || memory.with(|memory| memory.as_ref().and_then(|memory| memory.importance));
    let content = move || memory.with_untracked(|memory| memory.as_ref().map(|memory| memory.content.clone()));
    let panel = NodeRef::<html::Section>::new();
    Effect::new(move |_| {
        chosen.track();
        if let Some(panel) = panel.get() {
            let _ = panel.focus();
        }
    });
    view! {
        <section
            class="memory-details"
            data-testid="memory-details"
            aria-labelledby="memory-details-head"
            tabindex="-1"
            node_ref=panel
        >
            <header class="memory-details-head">
                <h2 id="memory-details-head">"Details"</h2>
                <CopyButton
                    label="Copy the content"
                    text=Callback::new(move |()| content().unwrap_or_default())
                />
                <button
                    class="icon-button"
                    type="button"
                    aria-label="Close the details"
                    title="Close (Escape)"
                    on:click=move |_| on_close.run(())
                >
                    <Icon icon=LuX />
                </button>
            </header>
            <Show when=move || memory.with(Option::is_none)>
                <p class="memory-note">"This memory is no longer on this page."</p>
            </Show>
            <p class="memory-text" dir="auto">
                {read(|memory| told(&memory.content))}
            </p>
            <dl class="kv">
                <dt>"State"</dt>
                <dd>{read(|memory| if memory.forgotten { "forgotten" } else { "remembered" }.to_owned())}</dd>
                <dt>"Id"</dt>
                <dd>{read(|memory| memory.id.as_ref().map_or_else(|| UNKNOWN.to_owned(), ToString::to_string))}</dd>
                <dt>"Type"</dt>
                <dd>{read(|memory| told(memory.memory_type.as_deref().unwrap_or_default()))}</dd>
                <dt>"Importance"</dt>
                <dd class="memory-importance">
                    <span class="memory-number">{move || labels::share(importance())}</span>
                    <Bar share=Signal::derive(move || importance().unwrap_or(0.0)) />
                </dd>
                <dt>"First seen"</dt>
                <dd>{read(|memory| format::full_time(memory.first_seen))}</dd>
                <dt>"Last seen"</dt>
                <dd>{read(|memory| format::full_time(memory.last_seen))}</dd>
                <dt>"Source"</dt>
                <dd>{read(|memory| format!("{} event", labels::source(memory.source)))}</dd>
            </dl>
            <h3>"History"</h3>
            <History memory />
        </section>
    }
}

/// Changes of the memory, newest first.
#[component]
fn History(memory: Memo<Option<Memory>>) -> impl IntoView {
    let number = move || memory.with(|memory| memory.as_ref().map(|memory| memory.number));
    let changes = Memo::new(move |_| {
        memory.with(|memory| {
            let changes = memory.as_ref().map(|memory| memory.history.as_slice()).unwrap_or_default();
            keyed(changes.iter().rev().map(|change| (change.time, labels::change(&change.what))))
        })
    });
    let entry = |((time, words), _): ((DateTime<Utc>, String), usize)| {
        view! {
            <li>
                <time datetime=iso8601(time)>{move || format::full_time(time)}</time>
                <span>{words}</span>
            </li>
        }
    };
    view! {
        <ol class="memory-history" data-testid="memory-history">
            <Each each=move || changes.get() key=move |entry| (number(), entry.clone()) children=entry />
        </ol>
    }
}
