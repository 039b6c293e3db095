//! The Memory page: Coda's memories, and how its memory works.

mod bar;
mod chips;
mod debug;
mod details;
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

use leptos::prelude::*;

use crate::ui::address::Address;
use crate::ui::components::{AskButton, TabList, panel_id, tab_id};
use debug::Debug;
use memories::MemoryList;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Memories,
    Debug,
}

impl Tab {
    const ALL: [(Self, &'static str); 2] = [(Self::Memories, "Memories"), (Self::Debug, "Debug")];

    const fn in_address(self) -> &'static str {
        match self {
            Self::Memories => "",
            Self::Debug => "debug",
        }
    }
}

#[component]
pub fn MemoryPage() -> impl IntoView {
    let address = Address::of_page();
    let tab = Memo::new(move |_| if address.first("tab") == "debug" { Tab::Debug } else { Tab::Memories });
    view! {
        <section class="page-body memory">
            <header class="page-head">
                <h1>"Memory"</h1>
                <div class="actions">
                    <AskButton text="#show_memory" label="Ask for memories" component="memory page" />
                    <AskButton text="#summarize_session" label="Ask for summary" component="memory page" />
                </div>
            </header>
            <p class="memory-note">"Coda answers these requests by voice and on Talk."</p>
            <TabList
                id="memory".to_owned()
                label="Parts of the page"
                tabs=Tab::ALL.to_vec()
                current=tab
                choose=move |tab: Tab| address.set("tab", tab.in_address())
            />
            {Tab::ALL
                .map(|(panel, name)| {
                    view! {
                        <div
                            role="tabpanel"
                            class="memory-panel"
                            id=panel_id("memory", name)
                            aria-labelledby=tab_id("memory", name)
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
