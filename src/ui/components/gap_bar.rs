//! The response gap of a turn as a bar of its parts.

use leptos::prelude::*;

use crate::model::{Gap, GapPart};
use crate::ui::format;

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
        GapPart::Unexplained => "var(--text)",
    }
}

/// A bar whose full width stands for the whole gap. Its parts are named in a tooltip only.
#[component]
pub fn GapPieces(gap: Memo<Option<Gap>>) -> impl IntoView {
    // Where each part begins and how wide it is, in percent, and its name.
    let pieces = Memo::new(move |_| {
        let gap = gap.get();
        let whole = gap.map_or(0.0, |gap| gap.total().as_secs_f64()).max(0.001);
        let mut from = 0.0;
        GapPart::ALL.map(|part| {
            let time = gap.map(|gap| gap.part(part)).unwrap_or_default();
            let (start, width) = (from, 100.0 * time.as_secs_f64() / whole);
            from += width;
            (start, width, format!("{} {}", part.title(), format::span(time)))
        })
    });
    let rects = GapPart::ALL.into_iter().enumerate().map(|(place, part)| {
        let piece = Memo::new(move |_| pieces.with(|pieces| pieces.get(place).cloned()).unwrap_or_default());
        view! {
            <rect
                x=move || format!("{:.2}%", piece.with(|piece| piece.0))
                width=move || format!("{:.2}%", piece.with(|piece| piece.1))
                height="100%"
                fill=gap_fill(part)
            >
                <title>{move || piece.with(|piece| piece.2.clone())}</title>
            </rect>
        }
    });
    view! {
        <svg class="gap-bar" aria-hidden="true">
            {rects.collect_view()}
        </svg>
    }
}
