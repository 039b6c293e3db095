//! Parts of a turn's latency: names, values and fills.

use leptos::prelude::*;

use crate::model::TurnLatency;

/// Reads a value from a turn.
pub(super) type Read = fn(&TurnLatency) -> Option<f64>;

#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) name: &'static str,
    /// Fill with a pattern of [`Patterns`], so that parts differ in more than colour.
    pub(super) fill: &'static str,
    /// In seconds.
    pub(super) read: Read,
}

/// In stacking order.
pub(super) const PARTS: [Part; 5] = [
    Part { name: "Recognition", fill: "url(#perf-fill-1)", read: |turn| turn.stt },
    Part { name: "Language model", fill: "url(#perf-fill-2)", read: |turn| turn.llm },
    Part { name: "Speech synthesis", fill: "url(#perf-fill-3)", read: |turn| turn.tts },
    Part { name: "Tools", fill: "url(#perf-fill-4)", read: |turn| turn.tools },
    Part { name: "Memory", fill: "url(#perf-fill-5)", read: |turn| turn.memory },
];

/// Sum of the known parts, in seconds.
pub(super) fn sum(turn: &TurnLatency) -> f64 {
    PARTS.iter().filter_map(|part| (part.read)(turn)).sum()
}

/// SVG fill patterns of the parts, each a colour with a mark. Render once per page.
#[component]
pub(super) fn Patterns() -> impl IntoView {
    let marks = ["", "M-2 8 8 -2M-2 2 2 -2M4 8 8 4", "M0 3H6", "M3 0V6", "M0 0 6 6M6 0 0 6"];
    let pattern = |(place, mark): (usize, &'static str)| {
        let number = place + 1;
        view! {
            <pattern id=format!("perf-fill-{number}") width="6" height="6" patternUnits="userSpaceOnUse">
                <rect width="6" height="6" style:fill=format!("var(--series-{number})") />
                <path d=mark class="perf-mark" />
            </pattern>
        }
    };
    view! {
        <svg class="perf-patterns" aria-hidden="true">
            <defs>{marks.into_iter().enumerate().map(pattern).collect_view()}</defs>
        </svg>
    }
}
