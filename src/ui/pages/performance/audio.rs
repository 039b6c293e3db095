//! Processing time against the duration of speech.

use leptos::prelude::*;

use super::parts::Read;
use crate::model::Performance;
use crate::state::use_websocket;
use crate::ui::components::ScrollTable;
use crate::ui::format;

const ROWS: [(&str, Read); 3] = [
    ("Processing", |turn| turn.processing),
    ("You spoke", |turn| turn.stt_audio),
    ("Coda spoke", |turn| turn.tts_audio),
];

/// Seconds of each row in one column. `None` where not reported.
type Column = [Option<f64>; 3];

fn last(performance: &Performance) -> Column {
    ROWS.map(|(_, read)| performance.turns().back().and_then(read))
}

fn average(performance: &Performance) -> Column {
    ROWS.map(|(_, read)| performance.summary(read).map(|summary| summary.mean))
}

/// Processing time per second of speech.
fn ratio([processing, by_user, by_coda]: Column) -> Option<f64> {
    let spoken = by_user.unwrap_or_default() + by_coda.unwrap_or_default();
    processing.filter(|_| spoken > 0.0 && spoken.is_finite()).map(|processing| processing / spoken)
}

/// Last turn and average.
#[component]
pub(super) fn AudioTable() -> impl IntoView {
    let performance = use_websocket().data.performance;
    let columns = [last, average].map(|read| Memo::new(move |_| performance.with(read)));
    let cell = move |column: Memo<Column>, at: usize| {
        let value = move || column.with(|column| column.get(at).copied().flatten());
        let width = move || {
            let longest = column.with(|column| column.iter().copied().flatten().fold(0.0, f64::max));
            let share = value().filter(|_| longest > 0.0).map_or(0.0, |value| 100.0 * (value / longest));
            format!("{share:.1}%")
        };
        view! {
            <td>
                {move || format::maybe_seconds(value())}
                <span class="perf-share" aria-hidden="true">
                    <span style:width=width></span>
                </span>
            </td>
        }
    };
    let rows = ROWS.iter().enumerate().map(move |(at, (name, _))| {
        view! {
            <tr>
                <th scope="row">{*name}</th>
                {columns.map(|column| cell(column, at)).collect_view()}
            </tr>
        }
    });
    let ratios = columns.map(|column| view! { <td>{move || format::maybe_seconds(column.with(|it| ratio(*it)))}</td> });
    view! {
        <ScrollTable label="Processing vs. speech" class="numbers" testid="audio-table">
                <caption>"Processing vs. speech"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        <th scope="col">"Last turn"</th>
                        <th scope="col">"Average"</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.collect_view()} <tr>
                        <th scope="row" title="Processing time for each second of speech, yours and Coda's">
                            "Processing per second spoken"
                        </th>
                        {ratios.collect_view()}
                    </tr>
                </tbody>
            </ScrollTable>
    }
}
