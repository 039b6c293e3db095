//! The Memory page: Coda's memories, and how its memory works.

mod bar;
mod chips;
mod debug;
mod details;
mod empty;
mod figures;
mod filters;
mod keyed;
mod labels;
mod memories;
mod operations;
mod results;
mod row;
mod search_log;
mod snapshots;
mod tabs;

use leptos::prelude::*;

use crate::ui::address::Address;
use crate::ui::components::AskButton;
use debug::Debug;
use memories::MemoryList;
use tabs::{Tab, Tabs};

#[component]
pub fn MemoryPage() -> impl IntoView {
    let address = Address::of_page();
    let tab = Memo::new(move |_| Tab::named(&address.first("tab")));
    view! {
        <section class="page-body memory">
            <header class="page-head">
                <h1>"Memory"</h1>
                <div class="actions">
                    <AskButton text="#show_memory" label="Show memory" component="memory page" />
                    <AskButton text="#summarize_session" label="Summarize session" component="memory page" />
                </div>
            </header>
            <Tabs address tab />
            {Tab::ALL
                .map(|panel| {
                    view! {
                        <div
                            role="tabpanel"
                            class="memory-panel"
                            id=panel.panel_id()
                            aria-labelledby=panel.tab_id()
                            hidden=move || tab.get() != panel
                        >
                            <Show when=move || tab.get() == panel>
                                {match panel {
                                    Tab::Memories => view! { <MemoryList address /> }.into_any(),
                                    Tab::Debug => view! { <Debug address /> }.into_any(),
                                }}
                            </Show>
                        </div>
                    }
                })
                .collect_view()}
        </section>
    }
}
