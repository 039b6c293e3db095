//! The parts of a turn's latency: their names, values, and how a chart tells them apart.

use leptos::prelude::*;

use crate::model::TurnLatency;

/// Whatever is read from a turn.
pub(super) type Read = fn(&TurnLatency) -> Option<f64>;

/// A part of a turn's latency.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// What it is called.
    pub(super) name: &'static str,
    /// How it is filled: a pattern of `Patterns`, so that it does not take colours to see.
    pub(super) fill: &'static str,
    /// Its seconds.
    pub(super) read: Read,
}

/// The parts in the order in which they are stacked.
pub(super) const PARTS: [Part; 5] = [
    Part { name: "STT", fill: "url(#perf-fill-1)", read: |turn| turn.stt },
    Part { name: "LLM", fill: "url(#perf-fill-2)", read: |turn| turn.llm },
    Part { name: "TTS", fill: "url(#perf-fill-3)", read: |turn| turn.tts },
    Part { name: "Tools", fill: "url(#perf-fill-4)", read: |turn| turn.tools },
    Part { name: "Memory", fill: "url(#perf-fill-5)", read: |turn| turn.memory },
];

/// What the parts of a turn add up to.
pub(super) fn sum(turn: &TurnLatency) -> f64 {
    PARTS.iter().filter_map(|part| (part.read)(turn)).sum()
}

/// The patterns that the parts are filled with: a colour and a mark each. Once in the page.
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
