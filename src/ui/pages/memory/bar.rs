//! Share as the length of a bar.

use leptos::prelude::*;

/// Bar for a share from 0 to 1. Hidden from screen readers, because the number is beside it.
#[component]
pub(super) fn Bar(#[prop(into)] share: Signal<f64>) -> impl IntoView {
    let width = move || format!("{:.0}%", share.get().clamp(0.0, 1.0) * 100.0);
    view! {
        <span class="memory-bar" aria-hidden="true">
            <span style:width=width></span>
        </span>
    }
}
