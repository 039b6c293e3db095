//! The frame of a chart: the vertical axis with its grid, and words below.

use leptos::prelude::*;

use super::scale::Scale;

/// The frame around what is drawn. The ticks are equally far apart, so that no figure is needed to place them.
#[component]
pub(super) fn Plot(
    /// The vertical axis.
    scale: Memo<Scale>,
    /// How its numbers are written, with their unit.
    words: fn(f64) -> String,
    /// What stands below, from left to right.
    below: [&'static str; 3],
    /// What is drawn.
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
                {below.map(|words| view! { <span>{words}</span> }).collect_view()}
            </div>
        </div>
    }
}
