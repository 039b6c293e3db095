//! The region in which a wide table scrolls, so that the page does not.

use leptos::prelude::*;

/// A table that scrolls by itself, by keyboard too.
#[component]
pub(super) fn TableRegion(
    /// What the table shows.
    label: &'static str,
    /// The table.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="perf-scroll" role="region" aria-label=label tabindex="0">
            {children()}
        </div>
    }
}
