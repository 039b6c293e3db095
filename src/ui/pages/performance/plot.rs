//! Frame of a chart: vertical axis, grid, and labels below.

use leptos::prelude::*;

use super::scale::Scale;

/// Ticks are evenly spaced, so CSS places them without coordinates.
#[component]
pub(super) fn Plot(
    /// Vertical axis.
    scale: Memo<Scale>,
    /// Formats a tick with its unit.
    words: fn(f64) -> String,
    /// Labels below, from left to right.
    #[prop(into)]
    below: Signal<[String; 3]>,
    children: Children,
) -> impl IntoView {
    let ticks = move || scale.get().ticks().rev().map(|tick| view! { <span>{words(tick)}</span> }).collect_view();
    let lines = move || scale.get().ticks().map(|_| view! { <span></span> }).collect_view();
    view! {
        <div class="plot">
            <div class="plot-ticks" aria-hidden="true">
                {ticks}
            </div>
            <div class="plot-area">
                <div class="plot-grid" aria-hidden="true">
                    {lines}
                </div>
                {children()}
            </div>
            <div class="plot-below" aria-hidden="true">
                {[0, 1, 2].map(|at| view! { <span>{move || below.with(|below| below[at].clone())}</span> }).collect_view()}
            </div>
        </div>
    }
}
