//! The response gap of a turn as a bar of its parts.

use std::time::Duration;

use leptos::prelude::*;

use crate::model::{Gap, GapPart};

/// Colour of a part.
pub const fn gap_fill(part: GapPart) -> &'static str {
    match part {
        GapPart::Sending => "var(--line-strong)",
        GapPart::Recognition => "var(--series-1)",
        GapPart::Preparing => "var(--series-6)",
        GapPart::FirstToken => "var(--series-2)",
        GapPart::Writing => "var(--series-3)",
        GapPart::Tools => "var(--series-5)",
        GapPart::HandOff => "var(--series-7)",
        GapPart::Synthesis => "var(--series-4)",
        GapPart::Unexplained => "var(--line)",
    }
}

/// A bar whose full width stands for `longest`. Its parts are named in a tooltip only.
#[component]
pub fn GapPieces(gap: Gap, longest: Duration) -> impl IntoView {
    let scale = 100.0 / longest.as_secs_f64().max(0.001);
    let mut from = 0.0;
    let pieces = gap
        .parts()
        .map(|(part, time)| {
            let (start, width) = (from, time.as_secs_f64() * scale);
            from += width;
            let name = format!("{} {}", part.title(), crate::ui::format::span(time));
            view! {
                <rect x=format!("{start:.2}%") width=format!("{width:.2}%") height="100%" fill=gap_fill(part)>
                    <title>{name}</title>
                </rect>
            }
        })
        .collect_view();
    view! {
        <svg class="gap-bar" aria-hidden="true">
            {pieces}
        </svg>
    }
}
