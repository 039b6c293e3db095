//! The Memories tab: filters, counts, the list, and details.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::details::Details;
use super::filters::{self, Filters};
use super::labels::counted;
use super::row::{MemoryRow, row_id};
use crate::state::use_websocket;
use crate::ui::address::Address;
use crate::ui::components::{Each, EmptyState, ShowMore, focus};

/// Rows shown at first and added per step, because every row costs and nobody reads more.
const ROWS: usize = 200;
const LIST: &str = "memory-list";

#[component]
pub(super) fn MemoryList(address: Address) -> impl IntoView {
    let memories = use_websocket().data.memories;
    let known = Memo::new(move |_| memories.with(|memories| memories.all().len()));
    let filter = Memo::new(move |_| filters::filter(&address));
    let matching = Memo::new(move |_| {
        filter.with(|filter| {
            memories
                .with(|memories| memories.matching(filter).into_iter().map(|memory| memory.number).collect::<Vec<_>>())
        })
    });
    let limit = RwSignal::new(ROWS);
    let chosen = RwSignal::new(None::<u64>);
    let close = move || {
        if let Some(number) = chosen.get_untracked() {
            chosen.set(None);
            // The row may be filtered out by now.
            let _ = focus(&row_id(number)) || focus(LIST);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && chosen.get_untracked().is_some() {
            event.prevent_default();
            close();
        }
    };
    let shown = move || {
        let (fitting, known) = (matching.with(Vec::len), known.get());
        let (drawn, all) = (fitting.min(limit.get()), counted(known as u64, "memory", "memories"));
        match (drawn == known, fitting > drawn) {
            (true, _) => format!("{all} seen so far."),
            (false, false) => format!("{drawn} of {all} shown."),
            (false, true) => format!("{drawn} of {all} shown, {fitting} match the filters."),
        }
    };
    view! {
        <Show when=move || { known.get() > 0 } fallback=NoMemories>
            <Filters address />
            <p class="memory-note">
                <span role="status" data-testid="memory-count">
                    {shown}
                </span>
                " Coda 0.1.2 may hold others, but cannot list them."
                <span class="memory-heading" aria-hidden="true">"Importance"</span>
            </p>
            <div class="memory-split" data-open=move || chosen.get().is_some().to_string() on:keydown=on_key>
                <div class="memory-main" id=LIST tabindex="-1">
                    <ul class="memory-list" aria-label="Memories">
                        <Each
                            each=move || matching.with(|all| all.iter().copied().take(limit.get()).collect::<Vec<_>>())
                            key=|number| *number
                            let:number
                        >
                            <MemoryRow number chosen />
                        </Each>
                    </ul>
                    <Show when=move || matching.with(Vec::is_empty)>
                        <div class="memory-none">
                            <p>"No memories match these filters. Forgotten memories are hidden unless you include them."</p>
                            <button class="button" type="button" on:click=move |_| filters::clear(&address)>
                                "Clear the filters"
                            </button>
                        </div>
                    </Show>
                    <ShowMore limit step=ROWS total=Signal::derive(move || matching.with(Vec::len)) />
                </div>
                <Show when=move || chosen.get().is_some()>
                    <Details chosen on_close=Callback::new(move |()| close()) />
                </Show>
            </div>
        </Show>
    }
}

#[component]
fn NoMemories() -> impl IntoView {
    view! {
        <EmptyState title="No memories yet" has_ways=true>
            "Memories appear here when Coda stores, changes, finds, reinforces or forgets them. Tell it something about yourself, ask about it later, or try the demo."
        </EmptyState>
    }
}
