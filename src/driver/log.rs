//! Sends what `tracing` reports to the browser's console.

use std::sync::OnceLock;

use gloo_timers::callback::Interval;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Registry, reload};
use tracing_wasm::{ConsoleConfig, WASMLayer, WASMLayerConfigBuilder};

/// How often the browser's timeline is emptied (ms): tracing-wasm 0.2 marks each event there and removes none.
const CLEAR_MILLIS: u32 = 2_000;

static LEVEL: OnceLock<reload::Handle<LevelFilter, Registry>> = OnceLock::new();

/// Starts logging; later calls change nothing. With `timeline`, events are also marked in the browser's performance timeline.
pub fn start_log(timeline: bool) {
    LEVEL.get_or_init(|| {
        let (level, handle) = reload::Layer::new(LevelFilter::WARN);
        let config = WASMLayerConfigBuilder::new()
            .set_report_logs_in_timings(timeline)
            // Without colors, which are given as format specifiers: the console would format the text of an event, too.
            .set_console_config(ConsoleConfig::ReportWithoutConsoleColor)
            .build();
        let subscriber = Registry::default().with(level).with(WASMLayer::new(config));
        // It fails where a test has set another one, which is then meant to see the events.
        let _ = tracing::subscriber::set_global_default(subscriber);
        if timeline {
            Interval::new(CLEAR_MILLIS, clear_timeline).forget();
        }
        handle
    });
}

/// Sets how much is logged from now on.
pub fn set_log_level(level: LevelFilter) {
    if let Some(handle) = LEVEL.get() {
        // It fails where the subscriber is gone, which a global one never is.
        let _ = handle.reload(level);
    }
}

fn clear_timeline() {
    if let Some(performance) = web_sys::window().and_then(|window| window.performance()) {
        performance.clear_marks();
        performance.clear_measures();
    }
}
