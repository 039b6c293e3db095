//! Sends `tracing` events to the browser's console.

use std::sync::OnceLock;

use gloo_timers::callback::Interval;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Registry, reload};
use tracing_wasm::{ConsoleConfig, WASMLayer, WASMLayerConfigBuilder};

/// Interval of clearing the browser's performance timeline, in milliseconds: tracing-wasm 0.2 adds a mark for
/// each event and removes none.
const CLEAR_MILLIS: u32 = 2_000;

static LEVEL: OnceLock<reload::Handle<LevelFilter, Registry>> = OnceLock::new();

/// Starts logging. Idempotent. With `timeline`, events also appear in the browser's performance timeline.
pub fn start_log(timeline: bool) {
    LEVEL.get_or_init(|| {
        let (level, handle) = reload::Layer::new(LevelFilter::WARN);
        let config = WASMLayerConfigBuilder::new()
            .set_report_logs_in_timings(timeline)
            // No colors: tracing-wasm passes them as format specifiers, so the console would
            // also format an event's text.
            .set_console_config(ConsoleConfig::ReportWithoutConsoleColor)
            .build();
        let subscriber = Registry::default().with(level).with(WASMLayer::new(config));
        // Fails if a test has already set a subscriber, which is then meant to receive the events.
        let _ = tracing::subscriber::set_global_default(subscriber);
        if timeline {
            Interval::new(CLEAR_MILLIS, clear_timeline).forget();
        }
        handle
    });
}

/// Sets the log level from now on.
pub fn set_log_level(level: LevelFilter) {
    if let Some(handle) = LEVEL.get() {
        // Fails only if the subscriber is gone, which the global one never is.
        let _ = handle.reload(level);
    }
}

fn clear_timeline() {
    if let Some(performance) = web_sys::window().and_then(|window| window.performance()) {
        performance.clear_marks();
        performance.clear_measures();
    }
}
