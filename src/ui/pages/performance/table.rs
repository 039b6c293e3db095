//! Scroll container for a wide table, so that the page does not scroll.

use leptos::prelude::*;

/// Focusable, so that the keyboard can scroll it.
#[component]
pub(super) fn TableRegion(
    /// Accessible name.
    label: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="perf-scroll" role="region" aria-label=label tabindex="0">
            {children()}
        </div>
    }
}
