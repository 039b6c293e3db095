//! A share as the length of a bar, beside its number.

use leptos::prelude::*;

/// A bar as long as the share, which is from 0 to 1. The number stands beside it, so it is silent.
#[component]
pub(super) fn Bar(#[prop(into)] share: Signal<f64>) -> impl IntoView {
    let width = move || format!("{:.0}%", share.get().clamp(0.0, 1.0) * 100.0);
    view! {
        <span class="memory-bar" aria-hidden="true">
            <span style:width=width></span>
        </span>
    }
}
