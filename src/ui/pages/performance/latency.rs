//! Latency of turns and of their parts.

use leptos::either::Either;
use leptos::prelude::*;

use super::audio::AudioTable;
use super::parts::{PARTS, Patterns, Read};
use super::turn_chart::TurnChart;
use super::turn_table::TurnTable;
use crate::model::{Partial, Summary};
use crate::state::use_websocket;
use crate::ui::address::Address;
use crate::ui::components::ScrollTable;
use crate::ui::format;

/// A part known before a turn is complete: name, and seconds.
type PartialPart = (&'static str, fn(&Partial) -> Option<f64>);

const PARTIAL: [PartialPart; 5] = [
    ("Recognition", |partial| partial.stt),
    ("Language model", |partial| partial.llm),
    ("Speech synthesis", |partial| partial.tts),
    ("Tools", |partial| partial.tools),
    ("Audio", |partial| partial.tts_audio),
];

#[component]
pub(super) fn LatencySection() -> impl IntoView {
    let performance = use_websocket().data.performance;
    let address = Address::of_page();
    let is_empty = Memo::new(move |_| performance.with(|performance| performance.turns().is_empty()));
    let is_table = Memo::new(move |_| address.first("turns") == "table");
    let turns = move || {
        if is_table.get() { Either::Left(view! { <TurnTable /> }) } else { Either::Right(view! { <TurnChart /> }) }
    };
    view! {
        <section class="perf-section" aria-labelledby="perf-latency">
            <header class="page-head">
                <h2 id="perf-latency">"Latency reported by Coda"</h2>
                <Show when=move || !is_empty.get()>
                    <button
                        class="button"
                        data-testid="as-table"
                        aria-pressed=move || is_table.get().to_string()
                        on:click=move |_| address.set("turns", if is_table.get_untracked() { "" } else { "table" })
                    >
                        "Show as table"
                    </button>
                </Show>
            </header>
            <p class="perf-note">"Coda's own figures: without sending, and without waiting to speak."</p>
            <Show when=move || !is_empty.get() fallback=|| view! { <PartialTable /> }>
                <Patterns />
                {turns}
                <div class="perf-pair">
                    <PartTable />
                    <AudioTable />
                </div>
            </Show>
        </section>
    }
}

/// Latest values of each part, shown until the first turn is complete.
#[component]
fn PartialTable() -> impl IntoView {
    let performance = use_websocket().data.performance;
    let partial = Memo::new(move |_| performance.with(crate::model::Performance::partial));
    let rows = PARTIAL.map(|(name, read)| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{move || format::maybe_seconds(partial.with(read))}</td>
            </tr>
        }
    });
    view! {
        <p class="perf-note">
            "No complete turn yet. Until then, the latest duration of each stage:"
        </p>
        <ScrollTable label="Latest duration of each stage" class="numbers narrow" testid="partial-table">
                <thead>
                    <tr>
                        <th scope="col">"Stage"</th>
                        <th scope="col">"Latest"</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.collect_view()} <tr>
                        <th scope="row">"Total"</th>
                        <td class="perf-words">"after the first complete turn"</td>
                    </tr>
                </tbody>
            </ScrollTable>
    }
}

/// Statistics of each part over all turns kept.
#[component]
fn PartTable() -> impl IntoView {
    let rows = PARTS.iter().map(|part| (part.name, part.read)).chain([("Total", (|turn| turn.total) as Read)]);
    view! {
        <ScrollTable label="Latency by stage" class="numbers" testid="part-table">
                <caption>"Latency by stage"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Stage"</th>
                        <th scope="col">"Latest"</th>
                        <th scope="col">"Mean"</th>
                        <th scope="col" title="Half of the turns were at most this long">
                            "Median"
                        </th>
                        <th scope="col" title="95 % of the turns were at most this long; needs 20 turns">
                            "p95"
                        </th>
                        <th scope="col">"Max"</th>
                        <th scope="col" title="Turns that report this stage">
                            "Turns"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows.map(|(name, read)| view! { <PartRow name read /> }).collect_view()}</tbody>
            </ScrollTable>
    }
}

#[component]
fn PartRow(name: &'static str, read: Read) -> impl IntoView {
    let performance = use_websocket().data.performance;
    let summary = Memo::new(move |_| performance.with(|performance| performance.summary(read)));
    let figures: [fn(&Summary) -> Option<f64>; 5] = [
        |it| Some(it.last),
        |it| Some(it.mean),
        |it| Some(it.p50),
        |it| format::p95(it.count, it.p95),
        |it| Some(it.max),
    ];
    let cells = figures.map(|figure| {
        view! { <td>{move || format::maybe_seconds(summary.with(|summary| summary.as_ref().and_then(figure)))}</td> }
    });
    view! {
        <tr>
            <th scope="row">{name}</th>
            {cells.collect_view()}
            <td>{move || summary.with(|summary| summary.map_or(0, |summary| summary.count))}</td>
        </tr>
    }
}
