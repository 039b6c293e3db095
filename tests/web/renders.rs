//! Events change text nodes and attributes; they re-run no component.

use coda_dashboard::ui::take_renders;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;
use crate::server;

#[wasm_bindgen_test]
async fn a_thousand_events_run_no_component_function_a_second_time() {
    let query = server::fresh().await;
    let _earlier = take_renders();
    let page = Page::open(&query);
    page.until_ready().await;
    let before = page.number("frames-in");
    server::make("/flood", json!({"count": 1_000, "wait": true})).await;
    page.until("all events", || page.number("frames-in") >= before + 1_000).await;
    page.until("the last event", || page.texts("[data-testid=turn]").concat().contains("flood-")).await;

    let renders = take_renders();
    let of = |component: &str| renders.get(component).copied().unwrap_or_default();
    for component in [
        "Shell",
        "TopBar",
        "ConnectionChip",
        "ThemeButton",
        "TroubleBanner",
        "NoticeList",
        "Confirm",
        "TalkPage",
        "ConversationView",
        "VoiceControls",
        "Composer",
        "AvatarFace",
        "PipelineView",
        "ConversationTools",
        "Palette",
        "PageChange",
        "Empty",
    ] {
        assert_eq!(of(component), 1, "{component} in {renders:?}");
    }
    let turns = page.all("[data-testid=turn]").len();
    assert!(turns > 10, "the flood has turns of every kind");
    assert_eq!(of("TurnView"), turns, "one run for each turn: {renders:?}");
    assert_eq!(of("CopyButton"), turns + page.all("pre .copy-button").len(), "{renders:?}");
    assert_eq!(of("ToolView"), page.all(".tool").len(), "one run for each tool call: {renders:?}");
    assert_eq!(of("Markdown"), page.all(".markdown").len(), "one run for each complete answer: {renders:?}");
}
