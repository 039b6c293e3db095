//! Frame counts by wire type. A click filters by that type.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::components::Each;
use crate::ui::debugger::state::use_debugger;

#[component]
pub fn TypeCounts() -> impl IntoView {
    let debugger = use_debugger();
    let counts = Memo::new(move |_| {
        debugger.with_recorder(|recorder| {
            recorder.counts_by_type().map(|(kind, count)| (kind.clone(), count)).collect::<Vec<(Arc<str>, usize)>>()
        })
    });
    let kinds =
        Memo::new(move |_| counts.with(|counts| counts.iter().map(|(kind, _)| kind.clone()).collect::<Vec<_>>()));
    let only = Memo::new(move |_| debugger.filter.only_type());
    view! {
        <ul class="debugger-counts" aria-label="Frames by type">
            <Each each=move || kinds.get() key=Clone::clone let:kind>
                {
                    let (name, shown, counted, asked) = (kind.to_string(), kind.to_string(), kind.clone(), kind.clone());
                    let count = Memo::new(move |_| {
                        counts.with(|counts| counts.iter().find(|(kind, _)| *kind == counted).map_or(0, |(_, count)| *count))
                    });
                    view! {
                        <li>
                            <button
                                class="debugger-count"
                                type="button"
                                data-testid="debugger-count"
                                data-type=name
                                aria-pressed=move || (only.get().as_deref() == Some(&*asked)).to_string()
                                on:click=move |_| debugger.filter.toggle_type(&kind)
                            >
                                <span>{shown}</span>
                                <span class="number">{count}</span>
                            </button>
                        </li>
                    }
                }
            </Each>
        </ul>
    }
}
