//! The Performance page, with events that the Python test server sends verbatim.

use coda_dashboard::ui::pages::PerformancePage;
use leptos::prelude::*;
use leptos_router::components::Router;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;
use crate::server;

const NO_TURN: &str = "after the first complete turn";
const BAR: &str = "[role=option]";

async fn opened() -> Page {
    let query = server::fresh().await;
    let page = Page::open_with(&query, || view! { <Router><PerformancePage /></Router> });
    page.until("a connection", || page.context.connection.is_ready()).await;
    page
}

async fn event(kind: &str, data: Value) {
    server::make("/event", json!({"type": kind, "data": data})).await;
}

fn trace(llm: f64) -> Value {
    json!({
        "stt_seconds": 0.4, "llm_seconds": llm, "tts_seconds": 0.3, "tool_seconds": 0.06, "memory_seconds": 0.02,
        "total_seconds": 1.5, "total_processing_seconds": 1.58, "stt_audio_duration": 2.1, "tts_audio_duration": 1.1,
        "total_interaction_seconds": 4.7,
    })
}

/// Returns the cells of a table's body, row by row.
fn rows(page: &Page, table: &str) -> Vec<Vec<String>> {
    let rows = page.all(&format!("[data-testid={table}] tbody tr")).len();
    let cells = |row| page.texts(&format!("[data-testid={table}] tbody tr:nth-child({row}) :is(th, td)"));
    (1..=rows).map(cells).collect()
}

fn text(page: &Page) -> String {
    page.element(".perf").inner_text()
}

fn operations(page: &Page) -> Vec<String> {
    rows(page, "timing-table").into_iter().map(|row| row[1].clone()).collect()
}

async fn timings() {
    for (component, operation, seconds) in [("llm", "generate", 0.8), ("stt", "transcribe", 0.2), ("llm", "plan", 3.0)]
    {
        let timing = json!({"component": component, "operation": operation, "duration_seconds": seconds});
        event("component_timing", timing).await;
    }
    let own = json!({"avg_seconds": 0.5, "max_seconds": 0.9, "min_seconds": 0.1, "count": 4, "total_seconds": 2.0});
    event("component_stats", json!({"components": {"tool": {"get_weather": own}}})).await;
}

#[wasm_bindgen_test]
async fn before_the_first_turn_the_page_says_what_will_come() {
    let page = opened().await;
    page.until_shown(NO_TURN).await;
    page.until_shown("No timings yet").await;
    assert!(page.all(BAR).is_empty());
    assert_eq!(rows(&page, "partial-table")[1], ["Language model", "–"]);
    assert_eq!(rows(&page, "link-table")[2].last().unwrap(), "0", "nothing recovered yet");
    assert_eq!(page.texts("h1"), ["Performance"]);
}

#[wasm_bindgen_test]
async fn parts_of_a_turn_are_shown_before_it_is_complete() {
    let page = opened().await;
    let result = json!({"text": "hi", "total_tokens": 4, "duration_seconds": 0.5, "has_tool_calls": false});
    event("llm_result", result).await;
    page.until("the part", || rows(&page, "partial-table").get(1).is_some_and(|row| row[1] == "500 ms")).await;
    assert!(text(&page).contains(NO_TURN));
}

#[wasm_bindgen_test]
async fn the_first_turn_is_shown_as_a_bar_in_words_and_in_figures() {
    let page = opened().await;
    event("latency_trace", trace(0.8)).await;
    page.until("its bar", || page.all(BAR).len() == 1).await;
    assert!(!text(&page).contains(NO_TURN));
    let words = page.attribute(BAR, "aria-label");
    assert!(
        words.ends_with(
            "total 1.5 s; Recognition 400 ms, Language model 800 ms, Speech synthesis 300 ms, Tools 60 ms, Memory 20 ms"
        ),
        "{words}"
    );
    assert_eq!(page.attribute(BAR, "tabindex"), "0");
    let parts = rows(&page, "part-table");
    assert_eq!(parts[1], ["Language model", "800 ms", "800 ms", "800 ms", "–", "800 ms", "1"]);
    let audio = rows(&page, "audio-table");
    assert_eq!(audio[0], ["Processing", "1.6 s", "1.6 s"]);
    assert_eq!(audio[3], ["Processing per second spoken", "494 ms", "494 ms"]);

    event("latency_trace", trace(0.2)).await;
    page.until("the second bar", || page.all(BAR).len() == 2).await;
    assert_eq!(rows(&page, "part-table")[1], ["Language model", "200 ms", "500 ms", "500 ms", "–", "800 ms", "2"]);
}

#[wasm_bindgen_test]
async fn the_arrow_keys_go_from_bar_to_bar_and_the_legend_follows() {
    let page = opened().await;
    for llm in [0.1, 0.2, 0.7] {
        event("latency_trace", trace(llm)).await;
    }
    page.until("the bars", || page.all(BAR).len() == 3).await;
    let llm = || page.texts(".legend-value")[1].clone();
    assert_eq!(llm(), "700 ms", "the last turn");
    page.element("[role=option][tabindex='0']").focus().unwrap();
    page.press("[role=option][tabindex='0']", "ArrowLeft", false);
    page.until("the turn before", || llm() == "200 ms").await;
    page.press("[role=option][tabindex='0']", "Home", false);
    page.until("the first turn", || llm() == "100 ms").await;
    assert_eq!(page.all("[role=option][tabindex='0']").len(), 1, "one stop for the tab key");
}

#[wasm_bindgen_test]
async fn the_chart_can_be_read_as_a_table_newest_first() {
    let page = opened().await;
    for number in 0..32 {
        event("latency_trace", trace(f64::from(number) + 1.0)).await;
    }
    page.until("the last 30", || page.all(BAR).len() == 30).await;
    page.click("[data-testid=as-table]");
    // With thirty turns on display, the last ones may still be in transit.
    let ends = || {
        let shown = rows(&page, "turn-table");
        let cell = |row: Option<&Vec<String>>| row.map(|row| row[2].clone()).unwrap_or_default();
        (shown.len(), cell(shown.first()), cell(shown.last()))
    };
    page.until("the table", || ends() == (30, "32.0 s".into(), "3.0 s".into())).await;
    assert_eq!(page.attribute("[data-testid=as-table]", "aria-pressed"), "true");
    assert_eq!(window().location().search().unwrap(), "?turns=table");
}

#[wasm_bindgen_test]
async fn timings_are_sorted_by_the_column_that_is_pressed() {
    let page = opened().await;
    timings().await;
    page.until("all rows", || operations(&page).len() == 4).await;
    assert_eq!(operations(&page), ["generate", "plan", "transcribe", "get_weather"], "by component");
    page.click("[data-column=mean]");
    let largest_first = ["plan", "generate", "transcribe", "get_weather"];
    page.until("the largest mean first", || operations(&page) == largest_first).await;
    assert_eq!(page.attribute("[aria-sort]", "aria-sort"), "descending");
    assert_eq!(window().location().search().unwrap(), "?sort=mean&order=descending");
    page.click("[data-column=mean]");
    let smallest_first = ["transcribe", "generate", "plan", "get_weather"];
    page.until("the smallest first, unknown ones still last", || operations(&page) == smallest_first).await;
    assert_eq!(page.all("[aria-sort]").len(), 1);
    let reported = ["tool", "get_weather", "–", "–", "–", "–", "–", "–", "–", "500 ms", "900 ms"];
    assert_eq!(rows(&page, "timing-table")[3], reported);
}

#[wasm_bindgen_test]
async fn the_machine_is_shown_with_units_and_graphics_only_if_reported() {
    let page = opened().await;
    event("system_metrics", json!({"memory_mb": 512.0, "cpu_percent": 12.5, "uptime_seconds": 11_580.0})).await;
    let shown = |words: &str| text(&page).contains(words);
    page.until("the figures", || shown("512 MB") && shown("12.5 %") && shown("3 hours 13 minutes")).await;
    event("system_metrics", json!({"gpu_vram_mb": 2310.0})).await;
    page.until("graphics memory", || shown("2310 MB")).await;
    assert_eq!(page.attribute(".line", "role"), "slider");
}

#[wasm_bindgen_test]
async fn the_arrow_keys_move_along_a_line_and_say_time_and_value() {
    let page = opened().await;
    event("system_metrics", json!({"cpu_percent": 12.5})).await;
    let readout = || page.texts("[data-testid=readout]").first().cloned().unwrap_or_default();
    page.until("the line", || readout().starts_with("least")).await;
    page.press(".line", "Home", false);
    page.until("time and value", || readout().ends_with(": 12.5 %")).await;
    assert_eq!(page.attribute(".line", "aria-valuetext"), readout());
}

#[wasm_bindgen_test]
async fn odd_values_leave_no_word_that_is_none() {
    let page = opened().await;
    for seconds in [0.0, 5e-324, 1e-9, 1e300, 1.7e308] {
        let turn = json!({
            "stt_seconds": seconds, "llm_seconds": seconds, "tts_seconds": seconds, "total_seconds": seconds,
            "total_processing_seconds": seconds, "stt_audio_duration": 5e-324, "tts_audio_duration": -1.0,
        });
        event("latency_trace", turn).await;
        event("component_timing", json!({"component": "llm", "operation": "plan", "duration_seconds": seconds})).await;
        let sample = json!({
            "memory_mb": seconds, "cpu_percent": seconds, "gpu_vram_mb": seconds, "uptime_seconds": seconds,
        });
        event("system_metrics", sample).await;
    }
    event("latency_trace", json!({"stt_seconds": null, "total_seconds": 2.0})).await;
    page.until("all turns", || page.all(BAR).len() == 6).await;
    page.until("all timings", || rows(&page, "timing-table").first().is_some_and(|row| row[2] == "5")).await;
    page.until("the largest", || text(&page).contains("over 1000 days")).await;
    let html = page.element(".perf").inner_html();
    for word in ["NaN", "inf%", ">inf", "inf ", "Infinity", "\"-0"] {
        assert!(!html.contains(word), "“{word}” in {html}");
    }
}

#[wasm_bindgen_test]
async fn the_lines_of_the_machine_can_be_read_as_a_table_newest_first() {
    let page = opened().await;
    for (cpu, uptime) in [(12.0, 60), (48.5, 65)] {
        event("system_metrics", json!({"memory_mb": 512.0, "cpu_percent": cpu, "uptime_seconds": uptime})).await;
        page.until_shown(&format!("{cpu}")).await;
    }
    page.click("[data-testid=machine-as-table]");
    page.until("two rows", || rows(&page, "machine-table").len() >= 2).await;
    // The server also sends samples of its own in between.
    let rows = rows(&page, "machine-table");
    let place = |cpu: &str| rows.iter().position(|row| row[1].starts_with(cpu)).unwrap();
    assert!(place("48.5") < place("12"), "{rows:?}");
    let newest = &rows[place("48.5")];
    assert!(newest[2].contains("512"), "{newest:?}");
    assert_eq!(newest[3], "–", "no graphics memory was reported");
    assert!(page.all(".line-chart").is_empty());
}
