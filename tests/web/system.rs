//! The System page with and without a connection.

use coda_dashboard::ui::pages::{PerformancePage, SystemPage};
use leptos::prelude::*;
use leptos_router::components::Router;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;
use crate::server;

#[wasm_bindgen_test]
async fn without_a_connection_no_part_of_coda_is_said_to_be_ready() {
    const STATE: &str = "[data-service=memory] .state-word";
    let page = Page::open_with(&server::fresh().await, || view! { <Router><SystemPage /></Router> });
    page.until("a connection", || page.context.connection.is_ready()).await;
    server::make("/event", json!({"type": "memory_retrieve", "data": {"query": "jazz"}})).await;
    page.until("a part that is ready", || page.attribute(STATE, "data-state") == "ready").await;
    page.context.disconnect();
    page.until_shown("last seen ready").await;
    let states: Vec<String> =
        page.all(".state-word").iter().filter_map(|state| state.get_attribute("data-state")).collect();
    assert!(!states.is_empty() && states.iter().all(|state| state == "unknown"), "{states:?}");
}

#[wasm_bindgen_test]
async fn without_a_connection_coda_is_not_said_to_run() {
    let page = Page::open_with(&server::fresh().await, || view! { <Router><PerformancePage /></Router> });
    page.until("a connection", || page.context.connection.is_ready()).await;
    server::make("/event", json!({"type": "system_metrics", "data": {"uptime_seconds": 11_580.0}})).await;
    page.until_shown("Up for").await;
    page.context.disconnect();
    page.until_shown("When last seen, up for").await;
}
