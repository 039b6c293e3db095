//! Coda's resource usage over time.

use leptos::prelude::*;

use super::chart_time::{ChartTime, RangeButtons};
use super::line_chart::LineChart;
use super::machine_table::MachineTable;
use crate::state::{Settings, use_websocket};
use crate::ui::address::Address;
use crate::ui::format;

/// CPU, memory and graphics memory over time, and Coda's uptime.
#[component]
pub(super) fn MachineSection() -> impl IntoView {
    let context = use_websocket();
    let performance = context.data.performance;
    let is_present = move || context.is_present();
    let last = Memo::new(move |_| performance.with(|performance| performance.samples().back().copied()));
    let is_empty = Memo::new(move |_| last.with(Option::is_none));
    let address = Address::of_page();
    ChartTime::provide();
    let is_table = Memo::new(move |_| address.first("machine") == "table");
    let uptime = move || last.get().and_then(|sample| sample.uptime_seconds).map(format::uptime);
    view! {
        <section class="perf-section" aria-labelledby="perf-machine" data-testid="machine">
            <header class="page-head">
                <h2 id="perf-machine">"Resource usage"</h2>
                <Show when=move || !is_empty.get()>
                    <RangeButtons />
                    <button
                        class="button"
                        data-testid="machine-as-table"
                        aria-pressed=move || is_table.get().to_string()
                        on:click=move |_| address.set("machine", if is_table.get_untracked() { "" } else { "table" })
                    >
                        "Show as table"
                    </button>
                </Show>
            </header>
            <Show
                when=move || !is_empty.get()
                fallback=|| {
                    view! {
                        <p class="perf-note">
                            "No reports yet. Coda sends CPU and memory every few seconds while connected."
                        </p>
                    }
                }
            >
                <p class="perf-note">
                    {move || if is_present() { "Up for " } else { "When last seen, up for " }}
                    <strong>{move || uptime().unwrap_or_else(|| format::UNKNOWN.to_owned())}</strong>
                    ". Last report "
                    {move || last.get().map(|sample| format::full_time(sample.time))} "."
                </p>
                <Show when=move || is_table.get() fallback=LineCharts>
                    <MachineTable />
                </Show>
            </Show>
        </section>
    }
}

#[component]
fn LineCharts() -> impl IntoView {
    let context = use_websocket();
    let performance = context.data.performance;
    let limits = context.settings.current;
    #[expect(clippy::cast_precision_loss, reason = "limits are below 2^53")]
    let limit = move |read: fn(&Settings) -> u64| {
        Signal::derive(move || Some(limits.with(read)).filter(|limit| *limit > 0).map(|limit| limit as f64))
    };
    let has_graphics = Memo::new(move |_| {
        performance.with(|performance| {
            performance.samples().iter().rev().any(|it| it.gpu_vram_mb.is_some_and(|used| used > 0.0))
        })
    });
    view! {
        <div class="line-charts">
            <LineChart
                name="CPU"
                about="of one core"
                color="var(--series-1)"
                read=|sample| sample.cpu_percent
                words=format::percent
                is_from_zero=true
                limit=limit(|settings| settings.cpu_limit_percent)
            />
            <LineChart
                name="RAM"
                about="main memory"
                color="var(--series-2)"
                read=|sample| sample.memory_mb
                words=format::megabytes
                is_from_zero=false
                limit=limit(|settings| settings.ram_limit_mb)
            />
            <Show when=move || has_graphics.get()>
                <LineChart
                    name="GPU"
                    about="graphics memory"
                    color="var(--series-3)"
                    read=|sample| sample.gpu_vram_mb
                    words=format::megabytes
                    is_from_zero=false
                    limit=None
                />
            </Show>
        </div>
    }
}
