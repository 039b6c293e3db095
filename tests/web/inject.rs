//! Synthetic events in the page: shown, marked, and cleared.

use coda_dashboard::history::Recorder;
use coda_dashboard::model::Turn;
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::debugger::{Debugger, ROW};

const TEXT: &str = "[data-testid=inject-text]";
const SEND: &str = "[data-testid=inject-send]";
const TURN: &str = r#"{"type":"conversation_turn","data":{"role":"assistant","content":"never said"}}"#;

impl Debugger {
    /// Whether the entry with this text is marked.
    fn is_marked(&self, text: &str) -> bool {
        let is_it = |turn: &Turn| turn.is_synthetic && turn.text.contains(text);
        self.page.context.talk.rows.with_untracked(|rows| rows.iter().any(|row| row.turn.with_untracked(is_it)))
    }

    /// Whether this text is in the conversation.
    fn is_said(&self, text: &str) -> bool {
        let rows = self.page.context.talk.rows;
        rows.with_untracked(|rows| rows.iter().any(|row| row.turn.with_untracked(|turn| turn.text.contains(text))))
    }
}

#[wasm_bindgen_test]
async fn an_injected_event_is_shown_marked_and_cleared_while_coda_goes_on() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.open_form("inject", "inject").await;
    page.type_into(TEXT, TURN);
    page.click(SEND);
    page.until("the turn", || debugger.is_said("never said")).await;
    page.until_shown("Injected conversation_turn.").await;
    // Others may come at any time.
    let is_frame = |text: &str| {
        let frames = |recorder: &Recorder| recorder.rows(..).any(|row| row.frame().is_some_and(|it| it.contains(text)));
        page.context.history.with_untracked(frames)
    };
    assert!(!is_frame("never said"), "no frame came");
    debugger.filter("is:synthetic").await;
    debugger.until_rows("[data-state=synthetic]", 1).await;
    // What Coda says meanwhile is shown too, and stays.
    debugger.send("a real text");
    page.until("the real text", || debugger.is_said("a real text")).await;
    assert!(debugger.is_marked("never said") && !debugger.is_marked("a real text"));
    page.click("[data-testid=inject-clear]");
    page.until("without it", || !debugger.is_said("never said")).await;
    assert!(debugger.is_said("a real text"));
    assert_eq!(page.all(ROW).len(), 1, "its row stays");
}

#[wasm_bindgen_test]
async fn what_coda_could_not_send_is_refused_and_templates_are_valid() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.open_form("inject", "inject").await;
    page.type_into(TEXT, r#"{"type":"auth_challenge","data":{"token":"a"}}"#);
    page.until_shown("only events can be injected").await;
    assert!(page.element(SEND).has_attribute("disabled"));
    page.change("[data-testid=inject-template]", "system_error");
    page.until("no error", || page.texts("[data-testid=inject-error]").concat().is_empty()).await;
    assert!(!page.element(SEND).has_attribute("disabled"));
}
