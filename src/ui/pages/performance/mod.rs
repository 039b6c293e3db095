//! Performance page: Coda's latency and resource use.

mod audio;
mod chart_time;
mod gap;
mod key_figures;
mod latency;
mod line_chart;
mod link;
mod machine;
mod machine_table;
mod parts;
mod picture;
mod plot;
mod scale;
mod sort;
mod timings;
mod turn_chart;
mod turn_table;

use leptos::prelude::*;

use gap::GapSection;
use key_figures::KeyFigures;
use latency::LatencySection;
use link::LinkSection;
use machine::MachineSection;
use timings::TimingSection;

#[component]
pub fn PerformancePage() -> impl IntoView {
    view! {
        <section class="page-body perf">
            <header class="page-head">
                <h1>"Performance"</h1>
            </header>
            <KeyFigures />
            <GapSection />
            <LatencySection />
            <MachineSection />
            <TimingSection />
            <LinkSection />
        </section>
    }
}
