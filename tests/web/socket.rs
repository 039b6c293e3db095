//! The page with a real WebSocket, judged by what the server received.

use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;
use crate::server;

const OUTGOING: &str = "[data-testid=outgoing]";

async fn connected() -> Page {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    page
}

/// Returns how often messages of this type were received, and how often executed.
async fn received(kind: &str) -> (usize, usize) {
    let report = server::report().await;
    let messages = report["messages"].as_array().cloned().unwrap_or_default();
    let of_kind: Vec<&Value> = messages.iter().filter(|message| message["type"] == kind).collect();
    (of_kind.len(), of_kind.iter().filter(|message| message["acted"] == json!(true)).count())
}

#[wasm_bindgen_test]
async fn a_sentence_is_answered_over_a_real_socket() {
    let page = connected().await;
    page.say("hello");
    page.until_answered(1).await;
    page.until_shown("You said: hello").await;
    assert_eq!(page.attribute(OUTGOING, "data-state"), "delivered");
    assert_eq!(received("text_input").await, (1, 1));
    assert_eq!(server::report().await["connections_now"], 1);
}

#[wasm_bindgen_test]
async fn a_burst_of_messages_arrives_in_order_one_at_a_time() {
    let page = connected().await;
    for number in 0..20 {
        page.say(&format!("text {number}"));
    }
    page.until("all delivered", || page.all("[data-state=delivered]").len() == 20).await;
    let report = server::report().await;
    let texts: Vec<String> = report["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|message| Some(message["data"]["text"].as_str()?.to_owned()))
        .collect();
    assert_eq!(texts, (0..20).map(|number| format!("text {number}")).collect::<Vec<_>>());
    assert_eq!(report["overlapped"], 0, "the next was sent before the echo of the last");
}

#[wasm_bindgen_test]
async fn a_dropped_connection_is_replaced_by_exactly_one() {
    let page = connected().await;
    server::make("/drop", json!({})).await;
    // The first attempt may be immediate, so the phase could be missed; the counter cannot.
    page.until("another connection", || page.context.link_metrics().reconnects == 1).await;
    page.until_ready().await;
    let report = server::report().await;
    assert_eq!((report["connections_now"].clone(), report["auth_ok"].clone()), (json!(1), json!(2)));
}

#[wasm_bindgen_test]
async fn a_lost_echo_is_settled_by_the_same_bytes_without_acting_twice() {
    let page = connected().await;
    server::make("/echo", json!({"swallow": 1, "types": ["text_input"]})).await;
    page.say("only once");
    page.until("delivered", || page.all("[data-state=delivered]").len() == 1).await;
    assert_eq!(received("text_input").await, (2, 1));
}

#[wasm_bindgen_test]
async fn frames_that_cannot_be_read_are_shown_and_cost_nothing_else() {
    let page = connected().await;
    server::make("/send", json!({"text": "{\"type\": \"llm_token\", \"data\": {\"token\": 7}}"})).await;
    page.until_shown("field “data.token”: invalid type: integer, expected a string").await;
    page.say("and on");
    page.until_answered(1).await;
}

#[wasm_bindgen_test]
async fn a_page_that_is_closed_leaves_no_connection_behind() {
    let page = connected().await;
    drop(page);
    let other = connected().await;
    assert_eq!(server::report().await["connections_now"], 1);
    drop(other);
}
