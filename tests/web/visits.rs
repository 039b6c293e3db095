//! Memory of what is no longer shown is freed, since the dashboard stays open all day.

use coda_dashboard::history::Recording;
use coda_dashboard::state::Loaded;
use serde_json::json;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

use crate::heap;
use crate::page::{Page, pause};
use crate::server;

const TURN: &str = "[data-testid=turn]";
const ROW: &str = ".debugger-rows .debugger-row";
const FILTER: &str = ".debugger-filter input";
const SEARCH: &str = "[data-testid=search]";
const COUNT: &str = "[data-testid=search-count]";
const ROUNDS: usize = 3;
const TIMES: usize = 6;
/// Bytes per repetition, for the router keeps the visited URLs and events arrive meanwhile. 45 entries once leaked 50 000.
const BOUND: usize = 4_000;

/// A page that has seen a thousand events of every kind.
async fn open_with_much_to_show() -> Page {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    let before = page.number("frames-in");
    server::make("/flood", json!({"count": 1_000, "wait": true})).await;
    page.until("all events", || page.number("frames-in") >= before + 1_000).await;
    page.until("the last event", || page.texts(TURN).concat().contains("flood-")).await;
    page
}

/// Returns the allocated bytes once everything in progress has finished.
async fn held_at_rest() -> usize {
    loop {
        let before = heap::held();
        pause(100).await;
        if heap::held().abs_diff(before) < 100 {
            return heap::held();
        }
    }
}

/// Returns the bytes leaked per `act`: the least of several rounds, since others include a
/// collection that grows in steps.
async fn growth_of_each(what: &str, mut act: impl AsyncFnMut()) -> usize {
    act().await;
    let mut growths = [0; ROUNDS];
    for growth in &mut growths {
        let before = held_at_rest().await;
        for _ in 0..TIMES {
            act().await;
        }
        *growth = held_at_rest().await.saturating_sub(before) / TIMES;
    }
    let growth = growths.into_iter().min().unwrap_or_default();
    console_log!("{what}: {growth} bytes each time");
    growth
}

async fn go_to(page: &Page, path: &str, shown: &str) {
    page.click(&format!("nav a[href='{path}']"));
    page.until(path, || !page.all(shown).is_empty()).await;
}

#[wasm_bindgen_test]
async fn visits_of_full_pages_leave_nothing_behind() {
    let page = open_with_much_to_show().await;
    let pages = [
        ("/", TURN),
        ("/history", ".session-item"),
        ("/tools", ".call-list li"),
        ("/performance", ".perf-section"),
        ("/memory", "[data-testid=memory]"),
        ("/system", ".error-list li"),
        ("/help", "[data-testid=help]"),
        ("/debugger", ROW),
    ];
    for link in page.all(".nav a") {
        let path = link.get_attribute("href").unwrap();
        let is_listed = path == "/settings" || pages.iter().any(|(listed, _)| *listed == path);
        assert!(is_listed, "{path} is in the navigation, but not in this test");
    }
    for (path, shown) in pages {
        let visit = async || {
            go_to(&page, path, shown).await;
            go_to(&page, "/settings", ".settings-section").await;
        };
        let growth = growth_of_each(path, visit).await;
        assert!(growth < BOUND, "{growth} bytes stay of each visit of {path}");
    }
}

#[wasm_bindgen_test]
async fn a_recording_that_was_shown_leaves_nothing_behind_when_the_live_record_is_back() {
    let page = open_with_much_to_show().await;
    let show = async || {
        let imported = Recording::import(include_str!("../fixtures/chrome.har")).unwrap();
        page.context.imported.load(Loaded::new("chrome.har".into(), imported));
        go_to(&page, "/debugger", "[data-testid=debugger-banner]").await;
        go_to(&page, "/settings", ".settings-section").await;
        page.context.imported.close();
    };
    let growth = growth_of_each("an imported recording", show).await;
    assert!(growth < BOUND, "{growth} bytes stay of each recording");
}

#[wasm_bindgen_test]
async fn a_search_of_the_open_conversation_leaves_nothing_behind() {
    let page = open_with_much_to_show().await;
    let search = async || {
        for (words, shows_count) in [("flood", true), ("", false)] {
            page.type_into(SEARCH, words);
            page.until("the count", || page.texts(COUNT).concat().is_empty() != shows_count).await;
        }
    };
    let growth = growth_of_each("search", search).await;
    assert!(growth < BOUND, "{growth} bytes stay of each search");
}

#[wasm_bindgen_test]
async fn rows_that_come_and_go_in_the_open_debugger_leave_nothing_behind() {
    let page = open_with_much_to_show().await;
    go_to(&page, "/debugger", ROW).await;
    let filter = async || {
        for (words, none) in [("type:nothing-like-this", true), ("", false)] {
            page.type_into(FILTER, words);
            page.until("what is asked for", || page.all(ROW).is_empty() == none).await;
        }
    };
    let growth = growth_of_each("filter", filter).await;
    assert!(growth < BOUND, "{growth} bytes stay of each filter");
}
