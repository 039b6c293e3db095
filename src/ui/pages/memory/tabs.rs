//! Tabs of the page.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::ui::address::Address;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Memories,
    Debug,
}

impl Tab {
    pub(super) const ALL: [Self; 2] = [Self::Memories, Self::Debug];

    /// Tab by its value in the address; the first if unknown.
    pub(super) fn named(name: &str) -> Self {
        if name == "debug" { Self::Debug } else { Self::Memories }
    }

    pub(super) const fn tab_id(self) -> &'static str {
        match self {
            Self::Memories => "memory-tab-memories",
            Self::Debug => "memory-tab-debug",
        }
    }

    pub(super) const fn panel_id(self) -> &'static str {
        match self {
            Self::Memories => "memory-panel-memories",
            Self::Debug => "memory-panel-debug",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Memories => "Memories",
            Self::Debug => "Debug",
        }
    }

    const fn in_address(self) -> &'static str {
        match self {
            Self::Memories => "",
            Self::Debug => "debug",
        }
    }

    /// Tab that a key leads to.
    fn after(self, key: &str) -> Option<Self> {
        match key {
            // With two tabs, both arrows lead to the other.
            "ArrowLeft" | "ArrowRight" => Some(if self == Self::Memories { Self::Debug } else { Self::Memories }),
            "Home" => Some(Self::Memories),
            "End" => Some(Self::Debug),
            _ => None,
        }
    }
}

/// Roving tabindex: arrow keys, Home and End choose, and only the chosen tab is a Tab stop.
#[component]
pub(super) fn Tabs(address: Address, tab: Memo<Tab>) -> impl IntoView {
    let choose = move |tab: Tab| address.set("tab", tab.in_address());
    let on_key = move |event: KeyboardEvent| {
        let Some(next) = tab.get_untracked().after(&event.key()) else { return };
        event.prevent_default();
        choose(next);
        focus(next.tab_id());
    };
    view! {
        <div class="memory-tabs" role="tablist" aria-label="Parts of the page" on:keydown=on_key>
            {Tab::ALL
                .map(|each| {
                    view! {
                        <button
                            type="button"
                            role="tab"
                            class="memory-tab"
                            id=each.tab_id()
                            aria-controls=each.panel_id()
                            aria-selected=move || (tab.get() == each).to_string()
                            tabindex=move || if tab.get() == each { "0" } else { "-1" }
                            on:click=move |_| choose(each)
                        >
                            {each.label()}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// Focuses an element by id. Returns false if there is none.
pub(super) fn focus(id: &str) -> bool {
    let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}
