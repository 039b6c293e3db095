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
    ("Uptime", "Share of the time connected", uptime),
    ("Frames in", "Per second, last 10 seconds", |metrics| rate(metrics.frames_in_rate)),
    ("Frames out", "Per second, last 10 seconds", |metrics| rate(metrics.frames_out_rate)),
    ("Reconnects", "Connections after the first", |metrics| metrics.reconnects.to_string()),
    ("Retries", "Resent because no echo came", |metrics| metrics.retries.to_string()),
    ("Duplicates suppressed", "Equal messages within a second; only the first was sent", |metrics| {
        metrics.outcomes.suppressed.to_string()
    }),
    ("Events missed offline", "Sent while disconnected, not replayed", |metrics| metrics.missed_away.to_string()),
    ("Events missed online", "Lost on an open connection", |metrics| metrics.missed_open.to_string()),
    ("Events recovered", "Replayed or late", |metrics| metrics.recovered.to_string()),
    ("Unreadable frames", "Received, but not valid", |metrics| metrics.unreadable.to_string()),
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
                <h2 id="perf-link">"Connection quality"</h2>
            </header>
            <ScrollTable label="Connection times" class="numbers" testid="link-table">
                    <thead>
                        <tr>
                            <th scope="col">"Time"</th>
                            <th scope="col">"Median"</th>
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

/// A percentile, and how many values it needs to stand on.
type Percentile = (u64, fn(&Percentiles) -> Duration);

const PERCENTILES: [Percentile; 4] = [(1, |it| it.p50), (20, |it| it.p95), (100, |it| it.p99), (1, |it| it.max)];

#[component]
fn PercentilesRow(row: TimeRow, metrics: RwSignal<Metrics>) -> impl IntoView {
    let (name, about, read) = row;
    let cells = PERCENTILES.map(|(needed, figure)| {
        let value = move || {
            let percentiles = metrics.with(read);
            format::maybe_seconds((percentiles.count >= needed).then(|| figure(&percentiles).as_secs_f64()))
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
