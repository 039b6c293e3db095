//! Latency of the last turns as stacked bars.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::parts::{PARTS, sum};
use super::plot::Plot;
use super::scale::Scale;
use crate::model::{TurnLatency, median, sorted};
use crate::state::use_websocket;
use crate::ui::components::Each;
use crate::ui::format;

/// Number of turns shown.
const SHOWN: usize = 30;
/// Highest bar, in medians of the turns shown. A higher one is cut, and its label tells.
const HIGHEST: f64 = 4.0;
/// Shortest axis, in seconds.
const SHORTEST_AXIS: f64 = 0.01;

/// Range of the turns shown, as indices among those kept.
pub(super) fn shown_places() -> Memo<(usize, usize)> {
    let performance = use_websocket().data.performance;
    Memo::new(move |_| {
        let end = performance.with(|performance| performance.turns().len());
        (end.saturating_sub(SHOWN), end)
    })
}

/// The turn at an index. The index identifies a turn until the model is full and evicts the oldest.
pub(super) fn turn_at(place: usize) -> Memo<Option<TurnLatency>> {
    let performance = use_websocket().data.performance;
    Memo::new(move |_| performance.with(|performance| performance.turns().get(place).copied()))
}

fn in_words(turn: &TurnLatency) -> String {
    let parts = PARTS.map(|part| match (part.read)(turn) {
        Some(value) => format!("{} {}", part.name, format::seconds(value)),
        None => format!("no {}", part.name),
    });
    let total =
        turn.total.map_or_else(|| "total not reported".to_owned(), |it| format!("total {}", format::seconds(it)));
    format!("Turn of {}: {total}; {}", format::full_time(turn.time), parts.join(", "))
}

/// The chart with its legend, which shows the turn under the pointer or the focus, otherwise the last turn.
#[component]
pub(super) fn TurnChart() -> impl IntoView {
    let performance = use_websocket().data.performance;
    let places = shown_places();
    let pointed = RwSignal::new(None::<usize>);
    let focused = RwSignal::new(None::<usize>);
    let left_at = RwSignal::new(None::<usize>);
    // Roving tabindex: the bar focused last, or the last turn.
    let tab_stop = Memo::new(move |_| {
        let (first, end) = places.get();
        left_at.get().filter(|place| (first..end).contains(place)).unwrap_or_else(|| end.saturating_sub(1))
    });
    let scale = Memo::new(move |_| {
        // One very long turn does not flatten the others.
        let highest = performance.with(|performance| {
            let sums = sorted(performance.turns().iter().rev().take(SHOWN).map(sum));
            let usual = median(&sums).unwrap_or_default();
            sums.last().copied().unwrap_or_default().min(usual * HIGHEST)
        });
        Scale::from_zero(highest, SHORTEST_AXIS)
    });
    let go = move |event: ev::KeyboardEvent| {
        let ((first, end), now) = (places.get_untracked(), tab_stop.get_untracked());
        let next = match event.key().as_str() {
            "ArrowLeft" => now.saturating_sub(1).max(first),
            "ArrowRight" => (now + 1).min(end.saturating_sub(1)),
            "Home" => first,
            "End" => end.saturating_sub(1),
            _ => return,
        };
        event.prevent_default();
        let bar =
            document().get_element_by_id(&bar_id(next)).and_then(|bar| bar.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(bar) = bar {
            let _ = bar.focus();
        }
    };
    let focus = move |place| {
        focused.set(Some(place));
        left_at.set(Some(place));
    };
    let picked = Signal::derive(move || pointed.get().or_else(|| focused.get()));
    view! {
        <div class="turn-chart">
            <Plot scale words=format::seconds below=Signal::stored(["older turns".to_owned(), String::new(), "last turn".to_owned()])>
                <div
                    class="bars"
                    role="listbox"
                    aria-orientation="horizontal"
                    aria-label="Latency of each turn. Arrow keys move from turn to turn."
                    on:keydown=go
                    on:pointerleave=move |_| pointed.set(None)
                    on:focusout=move |_| focused.set(None)
                >
                    <Each
                        each=move || {
                            let (first, end) = places.get();
                            first..end
                        }
                        key=|place| *place
                        let:place
                    >
                        <Bar
                            place
                            scale
                            tab_stop
                            point=move || pointed.set(Some(place))
                            focus=move || focus(place)
                        />
                    </Each>
                </div>
            </Plot>
            <Legend picked places />
        </div>
    }
}

fn bar_id(place: usize) -> String {
    format!("perf-turn-{place}")
}

#[component]
fn Bar(
    place: usize,
    scale: Memo<Scale>,
    tab_stop: Memo<usize>,
    point: impl Fn() + 'static,
    focus: impl Fn() + 'static,
) -> impl IntoView {
    let turn = turn_at(place);
    // Top and height of each part, in percent.
    let boxes = Memo::new(move |_| {
        let (turn, scale) = (turn.get().unwrap_or_default(), scale.get());
        let mut below = 0.0;
        PARTS.map(|part| {
            let start = scale.fraction(below);
            below += (part.read)(&turn).unwrap_or_default();
            let end = scale.fraction(below);
            (100.0 * (1.0 - end), 100.0 * (end - start))
        })
    });
    let rects = PARTS.iter().enumerate().map(|(at, part)| {
        view! {
            <rect
                x="10%"
                width="80%"
                fill=part.fill
                y=move || boxes.with(|boxes| boxes.get(at).map(|(top, _)| format!("{top:.2}%")))
                height=move || boxes.with(|boxes| boxes.get(at).map(|(_, height)| format!("{height:.2}%")))
            />
        }
    });
    view! {
        <div
            class="bar"
            role="option"
            id=bar_id(place)
            tabindex=move || if tab_stop.get() == place { "0" } else { "-1" }
            aria-selected=move || (tab_stop.get() == place).to_string()
            aria-label=move || turn.get().as_ref().map(in_words)
            on:pointerenter=move |_| point()
            on:focus=move |_| focus()
        >
            <svg aria-hidden="true">{rects.collect_view()}</svg>
            {move || {
                let total = turn.get().as_ref().map(sum).unwrap_or_default();
                let is_cut = scale.get().fraction(total) >= 1.0 && total > scale.get().ticks().next_back().unwrap_or(total);
                is_cut.then(|| view! { <span class="bar-cut" aria-hidden="true">{format::seconds(total)}</span> })
            }}
        </div>
    }
}

#[component]
fn Legend(picked: Signal<Option<usize>>, places: Memo<(usize, usize)>) -> impl IntoView {
    let performance = use_websocket().data.performance;
    let chosen = Memo::new(move |_| picked.get().filter(|place| *place + 1 < places.get().1));
    let turn = Memo::new(move |_| {
        let place = chosen.get();
        performance.with(|performance| {
            let turns = performance.turns();
            place.map_or_else(|| turns.back(), |place| turns.get(place)).copied().unwrap_or_default()
        })
    });
    let which = move || if chosen.get().is_some() { "Turn of " } else { "Last turn, " };
    let items = PARTS.map(|part| {
        view! {
            <li>
                <svg class="swatch" aria-hidden="true">
                    <rect width="100%" height="100%" fill=part.fill />
                </svg>
                <span>{part.name}</span>
                <span class="legend-value">{move || turn.with(|turn| format::maybe_seconds((part.read)(turn)))}</span>
            </li>
        }
    });
    view! {
        <div class="legend">
            <p>
                {which} {move || format::full_time(turn.with(|turn| turn.time))} ": total "
                <strong>{move || turn.with(|turn| format::maybe_seconds(turn.total))}</strong>
            </p>
            <ul>{items.collect_view()}</ul>
        </div>
    }
}
