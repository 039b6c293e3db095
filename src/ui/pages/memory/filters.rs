//! Filters and sort order of the list of memories, stored in the address.

use std::collections::BTreeMap;
use std::time::Duration;

use leptos::prelude::*;

use super::chips::TypeChips;
use crate::model::{MemoryFilter, MemorySort};
use crate::state::use_websocket;
use crate::ui::address::Address;

/// Debounce for typing. Browsers allow a page about ten address changes a second.
const PAUSE: Duration = Duration::from_millis(200);
/// Query parameters of the filters. Excludes the sort order, which hides nothing.
const FILTERS: [&str; 4] = ["q", "type", "min", "forgotten"];
/// Sort orders with their values in the address and their labels.
const SORTS: [(MemorySort, &str, &str); 4] = [
    (MemorySort::LastSeen, "", "Last seen"),
    (MemorySort::Newest, "newest", "Newest"),
    (MemorySort::Importance, "importance", "Importance"),
    (MemorySort::Content, "content", "Content"),
];

/// Reads the filter from the address. Invalid values count as absent.
pub(super) fn filter(address: &Address) -> MemoryFilter {
    MemoryFilter {
        text: address.first("q"),
        kinds: address.all("type").into_iter().collect(),
        min_importance: min_importance(address),
        include_forgotten: includes_forgotten(address),
        sort: sort_order(address),
    }
}

/// Clears all filters but not the sort order.
pub(super) fn clear(address: &Address) {
    address.clear(&FILTERS);
}

fn sort_order(address: &Address) -> MemorySort {
    let asked_for = address.first("sort");
    SORTS.iter().find(|(_, name, _)| *name == asked_for).map(|(order, ..)| *order).unwrap_or_default()
}

fn min_importance(address: &Address) -> f64 {
    let number = address.first("min").parse().ok().filter(|number: &f64| number.is_finite());
    number.map_or(0.0, |number| number.clamp(0.0, 1.0))
}

fn includes_forgotten(address: &Address) -> bool {
    address.first("forgotten") == "1"
}

#[component]
pub(super) fn Filters(address: Address) -> impl IntoView {
    let memories = use_websocket().data.memories;
    let mut search = debounce(PAUSE, move |text: String| address.set("q", &text));
    let mut at_least = debounce(PAUSE, move |number: String| {
        address.set("min", if number == "0" { "" } else { &number });
    });
    let kinds = Memo::new(move |_| {
        memories.with(|memories| {
            let owned = memories.kinds().into_iter().map(|(kind, count)| (kind.to_owned(), count as u64));
            owned.collect::<BTreeMap<String, u64>>()
        })
    });
    let text = Memo::new(move |_| address.first("q"));
    let least = Memo::new(move |_| min_importance(&address));
    let sort = Memo::new(move |_| sort_order(&address));
    let forgotten = Memo::new(move |_| includes_forgotten(&address));
    // On a phone, what is rarely used is behind a button, which says how many filters are set.
    let is_open = RwSignal::new(false);
    let set = Memo::new(move |_| {
        let kinds = address.all("type").len();
        kinds + usize::from(least.get() > 0.0) + usize::from(forgotten.get())
    });
    view! {
        <search class="memory-filters" aria-label="Memories" data-open=move || is_open.get().to_string()>
            <div class="memory-fields">
                <div class="field memory-search">
                    <label for="memory-search">"Search"</label>
                    <input
                        id="memory-search"
                        type="search"
                        autocomplete="off"
                        placeholder="Search content, type or ID"
                        prop:value=text
                        on:input=move |event| search(event_target_value(&event))
                    />
                </div>
                <button
                    class="button memory-more"
                    type="button"
                    data-testid="memory-filters"
                    aria-expanded=move || is_open.get().to_string()
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    {move || if set.get() > 0 { format!("Filters ({})", set.get()) } else { "Filters".to_owned() }}
                </button>
                <div class="field">
                    <label for="memory-sort">"Sort by"</label>
                    <select
                        id="memory-sort"
                        on:change=move |event| address.set("sort", &event_target_value(&event))
                    >
                        {SORTS
                            .map(|(order, name, label)| {
                                view! {
                                    <option value=name prop:selected=move || sort.get() == order>
                                        {label}
                                    </option>
                                }
                            })
                            .collect_view()}
                    </select>
                </div>
                <div class="field">
                    <label for="memory-min">
                        "Minimum importance "
                        <output for="memory-min">{move || if least.get() > 0.0 { format!("{:.2}", least.get()) } else { "any".to_owned() }}</output>
                    </label>
                    <input
                        id="memory-min"
                        type="range"
                        min="0"
                        max="1"
                        step="0.05"
                        prop:value=move || least.get().to_string()
                        on:input=move |event| at_least(event_target_value(&event))
                    />
                </div>
                <label class="memory-check">
                    <input
                        id="memory-forgotten"
                        type="checkbox"
                        prop:checked=forgotten
                        on:change=move |event| {
                            address.set("forgotten", if event_target_checked(&event) { "1" } else { "" });
                        }
                    />
                    "Include forgotten"
                </label>
            </div>
            <TypeChips address name="type" label="Types of memories" counts=kinds />
        </search>
    }
}
