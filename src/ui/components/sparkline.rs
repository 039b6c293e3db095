//! A small line without axes, beside the figure that it leads to.

use std::fmt::Write as _;

use leptos::prelude::*;

#[component]
pub fn Sparkline(
    /// Oldest first.
    #[prop(into)]
    values: Signal<Vec<f64>>,
    color: &'static str,
) -> impl IntoView {
    let path = move || {
        values.with(|values| {
            let (low, high) =
                values.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
            // A line that hardly moves is drawn as one.
            let range = (high - low).max(high.abs() * 0.02).max(f64::EPSILON);
            #[expect(clippy::cast_precision_loss, reason = "some hundred points")]
            let step = 100.0 / values.len().saturating_sub(1).max(1) as f64;
            let mut path = String::new();
            let mut x = 0.0;
            for (at, value) in values.iter().enumerate() {
                let y = 22.0 - (value - low) / range * 20.0;
                // Writing to a string cannot fail.
                let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
                x += step;
            }
            path
        })
    };
    view! {
        <svg class="sparkline" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
            <path d=path style:stroke=color />
        </svg>
    }
}
