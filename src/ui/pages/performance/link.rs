//! Metrics of the link between this page and Coda.

use std::time::Duration;

use leptos::prelude::*;

use crate::link::{Metrics, Percentiles};
use crate::state::use_websocket;
use crate::ui::components::ScrollTable;
use crate::ui::every::every;
use crate::ui::format;

/// Refresh interval.
const INTERVAL: Duration = Duration::from_secs(1);

/// A duration measured by the link: name, meaning and accessor.
type TimeRow = (&'static str, &'static str, fn(&Metrics) -> Percentiles);

const TIMES: [TimeRow; 3] = [
    ("Round trip", "From writing a message to its echo", |metrics| metrics.round_trip),
    ("Queue wait", "From creating a message to writing it", |metrics| metrics.queue_wait),
    ("Recovery", "From losing the connection to being connected again", |metrics| metrics.recovery),
];

/// Another metric: name, meaning and formatter.
type FigureRow = (&'static str, &'static str, fn(&Metrics) -> String);

const FIGURES: [FigureRow; 10] = [
    ("Uptime", "Share of the time with a connection, since one was first wanted", uptime),
    ("Frames in", "A second, over the last ten seconds", |metrics| rate(metrics.frames_in_rate)),
    ("Frames out", "A second, over the last ten seconds", |metrics| rate(metrics.frames_out_rate)),
    ("Reconnects", "Connections after the first", |metrics| metrics.reconnects.to_string()),
    ("Retries", "Messages written again because no echo came", |metrics| metrics.retries.to_string()),
    ("Duplicates held back", "Equal messages within a second, of which only the first was sent", |metrics| {
        metrics.outcomes.suppressed.to_string()
    }),
    ("Events missed while away", "Sent while there was no connection, and not replayed", |metrics| {
        metrics.missed_away.to_string()
    }),
    ("Events missed while connected", "That never came although the connection was open", |metrics| {
        metrics.missed_open.to_string()
    }),
    ("Events recovered", "Late or replayed, after a gap or an outage", |metrics| metrics.recovered.to_string()),
    ("Unreadable frames", "That came in and could not be read", |metrics| metrics.unreadable.to_string()),
];

fn rate(per_second: f64) -> String {
    format!("{} /s", format::decimals(per_second))
}

/// Rounded down, so that only a connection that was never lost shows 100 %.
fn uptime(metrics: &Metrics) -> String {
    let share = |share: f64| format!("{:.1} %", (share * 1_000.0).floor() / 10.0);
    metrics.uptime().map_or_else(|| format::UNKNOWN.to_owned(), share)
}

#[component]
pub(super) fn LinkSection() -> impl IntoView {
    let context = use_websocket();
    let metrics = RwSignal::new(context.link_metrics());
    every(INTERVAL, move || metrics.set(context.link_metrics()));
    let figures = FIGURES.map(|(name, about, words)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd class="link-value">{move || metrics.with(words)}</dd>
                <dd class="link-about">{about}</dd>
            </div>
        }
    });
    view! {
        <section class="perf-section" aria-labelledby="perf-link">
            <header class="page-head">
                <h2 id="perf-link">"The link to Coda"</h2>
            </header>
            <ScrollTable label="Times of the link" class="numbers" testid="link-table">
                    <thead>
                        <tr>
                            <th scope="col">"Time"</th>
                            <th scope="col">"p50"</th>
                            <th scope="col">"p95"</th>
                            <th scope="col">"p99"</th>
                            <th scope="col">"Max"</th>
                            <th scope="col">"Count"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {TIMES.map(|row| view! { <PercentilesRow row metrics /> }).collect_view()}
                    </tbody>
                </ScrollTable>
            <dl class="link-figures" data-testid="link-figures">
                {figures.collect_view()}
            </dl>
        </section>
    }
}

#[component]
fn PercentilesRow(row: TimeRow, metrics: RwSignal<Metrics>) -> impl IntoView {
    let (name, about, read) = row;
    let figures: [fn(&Percentiles) -> Duration; 4] = [|it| it.p50, |it| it.p95, |it| it.p99, |it| it.max];
    let cells = figures.map(|figure| {
        let value = move || {
            let percentiles = metrics.with(read);
            format::maybe_seconds((percentiles.count > 0).then(|| figure(&percentiles).as_secs_f64()))
        };
        view! { <td>{value}</td> }
    });
    view! {
        <tr>
            <th scope="row">
                {name} " " <span class="link-about">{about}</span>
            </th>
            {cells.collect_view()}
            <td>{move || metrics.with(read).count}</td>
        </tr>
    }
}
