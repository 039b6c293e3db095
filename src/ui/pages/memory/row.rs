//! A memory in the list, as a button that opens its details.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::bar::Bar;
use super::labels;
use crate::model::Memory;

use crate::state::use_websocket;
use crate::ui::components::words;
use crate::ui::format;

/// Characters of content in the list: two lines on a wide screen. The details show all.
const CONTENT: usize = 300;

/// Element id of a row.
pub(super) fn row_id(number: u64) -> String {
    format!("memory-{number}")
}

/// Fields shown in a row.
#[derive(Clone, Debug, Default, PartialEq)]
struct MemoryFields {
    content: String,
    kind: String,
    importance: Option<f64>,
    last_seen: DateTime<Utc>,
    is_forgotten: bool,
}

impl MemoryFields {
    fn of(memory: &Memory) -> Self {
        let content = match &memory.id {
            Some(id) if memory.content.is_empty() => format!("(only its id is known: {id})"),
            // Coda remembers its answers as it wrote them, in Markdown.
            _ => format::cut(&words(&memory.content), CONTENT),
        };
        Self {
            content,
            kind: memory.kind().to_owned(),
            importance: memory.importance,
            last_seen: memory.last_seen,
            is_forgotten: memory.forgotten,
        }
    }
}

/// A memory on two lines.
#[component]
pub(super) fn MemoryRow(number: u64, chosen: RwSignal<Option<u64>>) -> impl IntoView {
    let memories = use_websocket().data.memories;
    let line =
        Memo::new(move |_| memories.with(|memories| memories.get(number).map(MemoryFields::of)).unwrap_or_default());
    let last_seen = Memo::new(move |_| line.with(|line| line.last_seen));
    let importance = move || line.with(|line| line.importance);
    view! {
        <li>
            <button
                type="button"
                class="memory-row"
                id=row_id(number)
                data-testid="memory"
                aria-current=move || (chosen.get() == Some(number)).then_some("true")
                data-forgotten=move || line.with(|line| line.is_forgotten).to_string()
                on:click=move |_| chosen.set(Some(number))
            >
                <span class="memory-content" dir="auto">
                    {move || line.with(|line| line.content.clone())}
                </span>
                <span class="memory-importance">
                    <span class="visually-hidden">"Importance "</span>
                    <span class="memory-number">{move || labels::share(importance())}</span>
                    <Show when=move || importance().is_some()>
                        <Bar share=Signal::derive(move || importance().unwrap_or(0.0)) />
                    </Show>
                </span>
                <span class="memory-meta">
                    {move || {
                        line.with(|line| line.is_forgotten)
                            .then(|| view! { <strong class="memory-forgotten">"Forgotten"</strong> })
                    }}
                    <span class="memory-kind">
                        {move || line.with(|line| line.kind.clone())}
                    </span>
                    <span>"Last seen " {move || format::moment(last_seen.get())}</span>
                </span>
            </button>
        </li>
    }
}
