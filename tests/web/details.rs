//! The details of the debugger's selected row, against the Python test server.

use serde_json::json;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::debugger::{DETAILS, Debugger, ROW, TABLE};
use crate::server;

const HOP: &str = "[data-testid=debugger-hop]";
const MARK: &str = "[data-testid=debugger-mark]";
const COMPARE: &str = "[data-testid=debugger-compare]";
const TURN: &str = "[data-testid=debugger-turn]";

impl Debugger {
    /// Clicks the row, counted from 0, and waits for its details.
    async fn choose(&self, place: usize) {
        let before = self.page.texts(DETAILS);
        self.page.all(ROW)[place].unchecked_ref::<web_sys::HtmlElement>().click();
        self.page.until("other details", || ![vec![], before.clone()].contains(&self.page.texts(DETAILS))).await;
    }

    /// Chooses a view of the row as soon as it has it.
    async fn show_tab(&self, name: &str) {
        let tab = format!("[data-testid=tab-{name}]");
        self.page.until(&tab, || self.page.all(&tab).len() == 1).await;
        self.page.click(&tab);
    }

    /// Waits for the details of a row of this type.
    async fn until_chosen(&self, kind: &str) {
        let is_it = || self.page.texts(&format!("{DETAILS} dd")).contains(&kind.to_owned());
        self.page.until(kind, is_it).await;
    }

    /// Filters for the sent text and waits until it is delivered.
    async fn until_delivered(&self) {
        self.filter("type:text_input").await;
        self.page.until("delivered", || !self.page.all("[data-state=delivered]").is_empty()).await;
    }
}

#[wasm_bindgen_test]
async fn the_details_show_each_hop_of_a_message_whose_echo_was_lost() {
    let debugger = Debugger::open().await;
    server::make("/echo", json!({"swallow": 1, "types": ["text_input"]})).await;
    debugger.send("only once");
    debugger.until_delivered().await;
    debugger.page.press(TABLE, "ArrowUp", false);
    debugger.page.press(TABLE, "Enter", false);
    debugger.show_tab("message").await;
    debugger.page.until("the hops", || debugger.page.texts(HOP).len() > 5).await;
    let hops = debugger.page.texts(HOP).join("\n");
    for words in ["created", "queued", "attempt 1", "attempt 2", "delivered"] {
        assert!(hops.contains(words), "no “{words}” in:\n{hops}");
    }
    let details = debugger.page.texts(DETAILS).join("\n");
    assert!(details.contains("test") && details.contains("say"), "its origin: {details}");
}

#[wasm_bindgen_test]
async fn a_result_leads_to_its_call_and_to_the_message_that_began_the_turn() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.send("use a tool");
    debugger.filter("type:tool_result").await;
    debugger.until_rows("", 1).await;
    page.click(ROW);
    debugger.until_chosen("tool_result").await;
    assert!(page.texts(DETAILS).join("").contains("Turn of"));
    debugger.filter("").await;
    page.click("[data-testid=debugger-partner]");
    debugger.until_chosen("tool_call").await;
}

#[wasm_bindgen_test]
async fn two_rows_are_compared_field_by_field() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.send("what differs?");
    debugger.filter("type:conversation_turn").await;
    debugger.until_rows("", 2).await;
    debugger.choose(0).await;
    assert!(page.all(COMPARE).is_empty(), "nothing is marked yet");
    page.click(MARK);
    assert!(page.all(COMPARE).is_empty(), "a row is not compared with itself");
    debugger.choose(1).await;
    let table = page.texts(COMPARE).join("\n");
    for words in ["data.role", "\"user\"", "\"assistant\"", "data.content", "what differs?"] {
        assert!(table.contains(words), "no “{words}” in:\n{table}");
    }
    assert!(!table.contains("version"), "what is equal is left out:\n{table}");
}

#[wasm_bindgen_test]
async fn the_turn_that_a_message_began_is_drawn_from_its_first_event_to_its_last() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    // Not a text of another test: Coda drops an event equal to one it sent within the last
    // seconds, such as the user's turn.
    debugger.send("use the tool");
    debugger.until_delivered().await;
    debugger.choose(0).await;
    debugger.show_tab("turn").await;
    let names = || page.texts(&format!("{TURN} tbody button"));
    page.until("the end of the turn", || names().iter().any(|name| name == "llm_result")).await;
    let place =
        |name: &str| names().iter().position(|known| known.starts_with(name)).unwrap_or_else(|| panic!("no {name}"));
    let order = ["llm_start", "tool_call", "tool_result", "llm_token", "llm_result"].map(place);
    assert!(order.is_sorted(), "{:?}", names());
    assert!(page.texts(&format!("{TURN} tbody")).join("").contains("llm_token × "), "tokens are one bar");
    let buttons = page.all(&format!("{TURN} tbody button"));
    buttons[place("tool_call")].unchecked_ref::<web_sys::HtmlElement>().click();
    debugger.show_tab("payload").await;
    debugger.until_chosen("tool_call").await;
}
