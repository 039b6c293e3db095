//! The Memory page against the Python test server: it shows what the server reports.

use coda_dashboard::ui::components::ConnectionChip;
use coda_dashboard::ui::pages::MemoryPage;
use leptos::prelude::*;
use leptos_router::components::Router;
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;
use crate::server;

const MEMORY: &str = "[data-testid=memory]";
const CONTENT: &str = ".memory-content";
const DETAILS: &str = "[data-testid=memory-details]";
const HISTORY: &str = "[data-testid=memory-history] li";
const COUNT: &str = "[data-testid=memory-count]";
const DEBUG_TAB: &str = "#memory-tab-debug";

/// Opens the connected page at this query of its URL.
async fn opened_at(query: &'static str) -> Page {
    // Otherwise events of the previous test would be replayed.
    server::make("/restart", json!({})).await;
    let page = Page::open_with(&server::fresh().await, move || {
        window().history().unwrap().replace_state_with_url(&JsValue::NULL, "", Some(&format!("/{query}"))).unwrap();
        view! {
            <Router>
                <ConnectionChip />
                <MemoryPage />
            </Router>
        }
    });
    page.until_ready().await;
    page
}

async fn notify(kind: &str, data: Value) {
    server::make("/event", json!({"type": kind, "data": data})).await;
}

async fn store(id: &str, content: &str, kind: &str, importance: f64) {
    let data = json!({"memory_id": id, "content_preview": content, "memory_type": kind, "importance": importance});
    notify("memory_store", data).await;
}

async fn three_memories(page: &Page) {
    store("mem_1", "User likes jazz", "preference", 0.6).await;
    store("mem_2", "User's name is Sam", "fact", 0.9).await;
    store("mem_3", "Talked about Rabat", "conversation", 0.4).await;
    page.until("three memories", || page.all(MEMORY).len() == 3).await;
}

fn address() -> String {
    window().location().search().unwrap()
}

fn focused() -> String {
    document().active_element().map(|element| element.id()).unwrap_or_default()
}

#[wasm_bindgen_test]
async fn without_memories_the_page_says_what_will_appear_and_how() {
    let page = opened_at("").await;
    page.until_shown("No memories yet").await;
    page.until_shown("Talk to Coda").await;
    page.click(DEBUG_TAB);
    page.until_shown("No statistics yet. They arrive with the next stored memory").await;
    for nothing in ["No operations yet", "No searches yet", "No retrievals yet", "No snapshots yet"] {
        page.until_shown(nothing).await;
    }
}

#[wasm_bindgen_test]
async fn a_stored_memory_appears_with_type_importance_and_source() {
    let page = opened_at("").await;
    store("mem_1", "User likes jazz", "preference", 0.6).await;
    page.until("the memory", || page.texts(CONTENT) == ["User likes jazz"]).await;
    assert_eq!(page.texts(".memory-kind"), ["preference"]);
    assert_eq!(page.texts(".memory-number"), ["0.60"]);
    page.click(MEMORY);
    page.until_shown("store event").await;
    assert_eq!(page.texts(COUNT), ["1 memory seen so far."]);
    page.until_shown("cannot list them").await;
}

#[wasm_bindgen_test]
async fn an_update_and_a_reinforcement_show_in_its_history() {
    let page = opened_at("").await;
    store("mem_1", "User likes jazz", "preference", 0.6).await;
    page.until("the memory", || !page.all(MEMORY).is_empty()).await;
    page.click(MEMORY);
    page.until("its history", || page.texts(HISTORY).len() == 1).await;
    let update = json!({"memory_id": "mem_1", "field": "importance", "old_value": 0.6, "new_value": 0.75});
    notify("memory_update", update).await;
    notify("memory_debug_reinforce", json!({"memory_id": "mem_1", "success": true, "strength": 0.5})).await;
    page.until("three changes", || page.texts(HISTORY).len() == 3).await;
    let history = page.texts(HISTORY);
    assert!(history[0].ends_with("Reinforced by 0.5"), "{history:?}");
    assert!(history[1].ends_with("Changed importance from 0.6 to 0.75"), "{history:?}");
    assert!(history[2].ends_with("Stored"), "{history:?}");
    assert_eq!(page.texts(".memory-row .memory-number"), ["0.75"]);
}

#[wasm_bindgen_test]
async fn escape_closes_the_details_and_returns_the_focus() {
    let page = opened_at("").await;
    three_memories(&page).await;
    let row = page.all(MEMORY)[1].id();
    page.click(&format!("#{row}"));
    page.until("the focus on the details", || {
        document().active_element().is_some_and(|element| element.class_name() == "memory-details")
    })
    .await;
    page.press(DETAILS, "Escape", false);
    page.until("closed", || page.all(DETAILS).is_empty()).await;
    assert_eq!(focused(), row);
}

#[wasm_bindgen_test]
async fn a_forgotten_memory_is_hidden_unless_it_is_included_and_then_says_so() {
    let page = opened_at("").await;
    three_memories(&page).await;
    notify("memory_debug_forget", json!({"memory_id": "mem_1", "success": true})).await;
    page.until("it is hidden", || page.texts(COUNT) == ["2 of 3 memories shown."]).await;
    assert!(!page.texts(CONTENT).contains(&"User likes jazz".to_owned()));
    page.click("#memory-forgotten");
    page.until("it is shown", || page.all(MEMORY).len() == 3).await;
    assert_eq!(page.texts(".memory-forgotten"), ["Forgotten"]);
    assert_eq!(address(), "?forgotten=1");
    page.click("#memory-forgotten");
    page.until("it is hidden again", || page.all(MEMORY).len() == 2).await;
    assert_eq!(address(), "");
}

#[wasm_bindgen_test]
async fn search_types_importance_and_order_choose_and_live_in_the_address() {
    let page = opened_at("").await;
    three_memories(&page).await;
    page.type_into("#memory-search", "rabat 100%25");
    page.until_shown("No memories match these filters").await;
    assert_eq!(page.texts("#memory-search").len(), 1);
    let typed = js_sys::Reflect::get(&page.element("#memory-search"), &"value".into()).unwrap();
    assert_eq!(typed.as_string().as_deref(), Some("rabat 100%25"), "it comes back from the address as it was typed");
    page.type_into("#memory-search", "RABAT");
    page.until("one found", || page.texts(CONTENT) == ["Talked about Rabat"]).await;
    assert_eq!(address(), "?q=RABAT");
    page.type_into("#memory-search", "");
    page.until("all again", || page.all(MEMORY).len() == 3).await;
    page.click(".memory-chip:nth-of-type(2)");
    page.until("one type", || page.texts(CONTENT) == ["User's name is Sam"]).await;
    assert_eq!(address(), "?type=fact");
    assert_eq!(page.attribute(".memory-chip:nth-of-type(2)", "aria-pressed"), "true");
    page.click(".memory-chip:nth-of-type(2)");
    page.change("#memory-sort", "importance");
    let by_importance = ["User's name is Sam", "User likes jazz", "Talked about Rabat"];
    page.until("another order", || page.texts(CONTENT) == by_importance).await;
    page.type_into("#memory-min", "0.5");
    page.until("only what is important", || page.texts(CONTENT) == by_importance[..2]).await;
    assert_eq!(address(), "?sort=importance&min=0.5");
}

#[wasm_bindgen_test]
async fn a_link_opens_the_view_that_it_names() {
    let page = opened_at("?sort=content&min=0.5&ws=kept").await;
    three_memories_without_waiting().await;
    page.until("two in their order", || page.texts(CONTENT) == ["User likes jazz", "User's name is Sam"]).await;
    let sort = js_sys::Reflect::get(&page.element("#memory-sort"), &"value".into()).unwrap();
    assert_eq!(sort.as_string().as_deref(), Some("content"));
    page.click(DEBUG_TAB);
    page.until("the other tab", || page.attribute(DEBUG_TAB, "aria-selected") == "true").await;
    assert_eq!(address(), "?sort=content&min=0.5&ws=kept&tab=debug", "what was there stays");
}

async fn three_memories_without_waiting() {
    store("mem_1", "User's name is Sam", "fact", 0.9).await;
    store("mem_2", "User likes jazz", "preference", 0.6).await;
    store("mem_3", "Talked about Rabat", "conversation", 0.4).await;
}

#[wasm_bindgen_test]
async fn arrow_keys_change_the_tab_and_take_the_focus_along() {
    let page = opened_at("").await;
    page.press("#memory-tab-memories", "ArrowRight", false);
    page.until("the other tab", || page.attribute(DEBUG_TAB, "aria-selected") == "true").await;
    assert_eq!((focused().as_str(), address().as_str()), ("memory-tab-debug", "?tab=debug"));
    assert_eq!(page.attribute("#memory-tab-memories", "tabindex"), "-1");
    assert!(page.element("#memory-panel-memories").has_attribute("hidden"));
    page.press(DEBUG_TAB, "Home", false);
    page.until("back", || page.attribute(DEBUG_TAB, "aria-selected") == "false").await;
    assert_eq!(address(), "");
}

#[wasm_bindgen_test]
async fn the_debug_tab_shows_figures_operations_a_search_a_retrieval_and_a_snapshot() {
    let page = opened_at("?tab=debug").await;
    let stats = json!({
        "short_term": {"turn_count": 6, "max_turns": 20},
        "long_term": {"memory_count": 250, "max_memories": 1000, "memory_types": {"fact": 200, "preference": 50}},
        "debug": {"operations_count": 7, "operations_by_type": {"add_memory": 7}, "last_update": 1_745_582_409.1},
    });
    notify("memory_debug_stats", json!({"stats": stats})).await;
    page.until_shown("6 of 20").await;
    page.until_shown("250 of 1000").await;
    assert_eq!(page.attribute("[role=meter][aria-label='Long-term memories']", "aria-valuenow"), "25");
    page.until_shown("2025").await;

    let operation = |kind: &str, id: &str| json!({"operation_type": kind, "details": {"memory_id": id}});
    notify("memory_debug_operation", operation("add_memory", "mem_1")).await;
    notify("memory_debug_operation", operation("forget", "mem_2")).await;
    let rows = "[data-testid=memory-operations] tbody tr";
    page.until("two operations", || page.texts(rows).len() == 2).await;
    assert!(page.texts(rows)[0].contains("memory id: mem_2"), "the newest comes first");
    page.click(".memory-chip:nth-of-type(1)");
    page.until("one of the type", || page.texts(rows).len() == 1).await;
    assert_eq!(address(), "?tab=debug&operation=add_memory");

    let metadata = json!({"source_type": "preference", "importance": 0.75});
    let result = json!({"id": "mem_1", "content": "User likes jazz", "metadata": metadata, "similarity": 0.91});
    let search = json!({"query": "music?", "memory_type": "preference", "min_importance": 0.5, "results": [result], "results_count": 1});
    notify("memory_debug_search", search).await;
    page.until_shown("music?").await;
    page.until_shown("type preference, importance at least 0.50").await;
    page.element("[data-testid=memory-searches]").set_attribute("open", "").unwrap();
    page.until_shown("User likes jazz").await;
    page.until_shown("0.91").await;

    let retrieval = json!({"query": "what music", "results_count": 3, "top_result_preview": "User likes jazz"});
    notify("memory_retrieve", retrieval).await;
    page.until_shown("3 results").await;

    let metadata = json!({"memories": 3});
    let snapshot = json!({"action": "create", "snapshot_id": "snap_1", "success": false, "metadata": metadata});
    notify("memory_debug_snapshot", snapshot).await;
    page.until("the snapshot", || page.texts("[data-testid=memory-snapshots] tbody tr").len() == 1).await;
    let row = page.texts("[data-testid=memory-snapshots] tbody tr").concat();
    for words in ["create", "snap_1", "failed", "memories: 3"] {
        assert!(row.contains(words), "{words} in {row}");
    }
}

#[wasm_bindgen_test]
async fn hostile_text_in_a_memory_stays_text() {
    let page = opened_at("").await;
    let hostile = "<img src=x onerror=\"document.title='bad'\"><script>document.title='bad'</script>";
    store("mem_<b>1</b>", hostile, "<i>fact</i>", 1e300).await;
    page.until("the memory", || page.texts(CONTENT) == [hostile]).await;
    page.click(MEMORY);
    page.until("the details", || page.texts(".memory-text") == [hostile]).await;
    page.until_shown("mem_<b>1</b>").await;
    assert!(page.all("img, script, b, i").is_empty());
    assert_ne!(document().title(), "bad");
}
