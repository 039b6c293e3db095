//! Coda's resource use as a table, newest first.

use std::collections::BTreeSet;

use leptos::prelude::*;

use crate::model::ResourceSample;
use crate::state::use_websocket;
use crate::ui::components::{Each, ScrollTable};
use crate::ui::format;

/// Upper limit of reports listed: ten minutes at Coda's rate.
const ROWS: usize = 120;

type Column = (&'static str, fn(&ResourceSample) -> Option<f64>, fn(f64) -> String);

const COLUMNS: [Column; 4] = [
    ("CPU", |sample| sample.cpu_percent, format::percent),
    ("RAM", |sample| sample.memory_mb, format::megabytes),
    ("GPU memory", |sample| sample.gpu_vram_mb, format::megabytes),
    ("Uptime", |sample| sample.uptime_seconds, format::uptime),
];

#[component]
pub(super) fn MachineTable() -> impl IntoView {
    let performance = use_websocket().data.performance;
    let samples = move || {
        // Rows are keyed by time, so of several reports at the same time only one is listed.
        let mut seen = BTreeSet::new();
        performance.with(|performance| {
            let newest = performance.samples().iter().rev().take(ROWS).copied();
            newest.filter(|sample| seen.insert(sample.time.timestamp_millis())).collect::<Vec<_>>()
        })
    };
    view! {
        <ScrollTable label="What Coda uses, report by report" class="numbers" testid="machine-table">
                <thead>
                    <tr>
                        <th scope="col">"Report"</th>
                        {COLUMNS.map(|(name, ..)| view! { <th scope="col">{name}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    <Each each=samples key=|sample| sample.time.timestamp_millis() let:sample>
                        <tr>
                            <th scope="row">{format::full_time(sample.time)}</th>
                            {COLUMNS
                                .map(|(_, read, words)| {
                                    view! { <td>{read(&sample).map_or_else(|| format::UNKNOWN.to_owned(), words)}</td> }
                                })
                                .collect_view()}
                        </tr>
                    </Each>
                </tbody>
            </ScrollTable>
    }
}
