//! Type filters: toggle buttons.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::ui::address::Address;
use crate::ui::components::Each;

/// Upper limit of types offered, so that a server that makes up thousands cannot fill the page.
const OFFERED: usize = 40;

/// One toggle per type; none pressed means all. The pressed ones are stored in the address.
#[component]
pub(super) fn TypeChips(
    address: Address,
    /// Query parameter.
    name: &'static str,
    label: &'static str,
    /// Types with their counts.
    #[prop(into)]
    counts: Signal<BTreeMap<String, u64>>,
) -> impl IntoView {
    let pressed = Memo::new(move |_| address.all(name));
    // A pressed type stays, so that it can be released even at a count of zero.
    let offered = Memo::new(move |_| {
        let mut offered: Vec<String> = counts.with(|counts| counts.keys().take(OFFERED).cloned().collect());
        for kind in pressed.get() {
            if !offered.contains(&kind) {
                offered.push(kind);
            }
        }
        offered
    });
    view! {
        <div class="memory-chips" role="group" aria-label=label>
            <Each each=move || offered.get() key=String::clone let:kind>
                {
                    let kind = StoredValue::new(kind);
                    let text = kind.get_value();
                    let is_pressed = move || pressed.with(|pressed| kind.with_value(|kind| pressed.contains(kind)));
                    let count = move || {
                        counts.with(|counts| kind.with_value(|kind| counts.get(kind).copied().unwrap_or_default()))
                    };
                    view! {
                        <button
                            type="button"
                            class="memory-chip"
                            aria-pressed=move || is_pressed().to_string()
                            on:click=move |_| kind.with_value(|kind| address.toggle(name, kind))
                        >
                            <span class="memory-chip-mark" aria-hidden="true">
                                {move || if is_pressed() { "✓" } else { "" }}
                            </span>
                            <span class="memory-chip-name">{text}</span>
                            <span class="memory-chip-count">{count}</span>
                        </button>
                    }
                }
            </Each>
        </div>
    }
}
