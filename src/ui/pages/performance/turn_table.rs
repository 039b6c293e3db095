//! Latency of the last turns as a table, newest first.

use leptos::prelude::*;

use super::parts::{PARTS, Read};
use super::turn_chart::{shown_places, turn_at};
use crate::ui::components::{Each, ScrollTable};
use crate::ui::format;

const OTHERS: [(&str, Read); 4] = [
    ("Total", |turn| turn.total),
    ("Processing", |turn| turn.processing),
    ("You spoke", |turn| turn.stt_audio),
    ("Coda spoke", |turn| turn.tts_audio),
];

fn columns() -> impl Iterator<Item = (&'static str, Read)> {
    PARTS.iter().map(|part| (part.name, part.read)).chain(OTHERS)
}

/// The same turns as in the chart.
#[component]
pub(super) fn TurnTable() -> impl IntoView {
    let places = shown_places();
    let heads = columns().map(|(name, _)| view! { <th scope="col">{name}</th> }).collect_view();
    view! {
        <ScrollTable label="Latency of each turn" class="numbers" testid="turn-table">
                <thead>
                    <tr>
                        <th scope="col">"Turn"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>
                    <Each
                        each=move || {
                            let (first, end) = places.get();
                            (first..end).rev()
                        }
                        key=|place| *place
                        let:place
                    >
                        <TurnRow place />
                    </Each>
                </tbody>
            </ScrollTable>
    }
}

#[component]
fn TurnRow(place: usize) -> impl IntoView {
    let turn = turn_at(place);
    let cells = columns().map(|(_, read)| {
        view! { <td>{move || format::maybe_seconds(turn.with(|turn| turn.as_ref().and_then(read)))}</td> }
    });
    view! {
        <tr>
            <th scope="row">{move || turn.with(|turn| turn.map(|turn| format::full_time(turn.time)))}</th>
            {cells.collect_view()}
        </tr>
    }
}
