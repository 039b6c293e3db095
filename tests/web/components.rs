//! The components against the simulated Coda in the page, or without any server.

use coda_dashboard::protocol::Command;
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::Page;

/// A port without a listener.
const NOBODY: &str = "?ws=ws://127.0.0.1:9";
const COMPOSER: &str = "[data-testid=composer]";
const SEND: &str = "[data-testid=send]";
const OUTGOING: &str = "[data-testid=outgoing]";
const TALK: &str = "[data-testid=talk]";

async fn demo() -> Page {
    let page = Page::open("?backend=demo");
    page.until_ready().await;
    page
}

#[wasm_bindgen_test]
async fn the_demo_is_labelled_and_answers() {
    let page = demo().await;
    assert_eq!(page.texts("[data-testid=demo-badge]"), ["Demo"]);
    page.say("What can you do?");
    page.until_answered(1).await;
    assert_eq!(page.attribute(OUTGOING, "data-state"), "delivered");
    assert_eq!(page.all("[data-testid=turn][data-role=user]").len(), 1);
}

#[wasm_bindgen_test]
async fn enter_sends_and_shift_enter_does_not() {
    let page = demo().await;
    page.type_into(COMPOSER, "one");
    page.press(COMPOSER, "Enter", true);
    assert_eq!(page.context.talk.draft.get_untracked(), "one", "it is still there");
    page.press(COMPOSER, "Enter", false);
    assert_eq!(page.context.talk.draft.get_untracked(), "");
    page.until("the message", || page.all(OUTGOING).len() == 1).await;
}

#[wasm_bindgen_test]
async fn blank_text_cannot_be_sent() {
    let page = demo().await;
    assert!(page.element(SEND).has_attribute("disabled"));
    page.type_into(COMPOSER, " \n ");
    assert!(page.element(SEND).has_attribute("disabled"));
    page.press(COMPOSER, "Enter", false);
    page.type_into(COMPOSER, "x");
    page.until("a button that can be pressed", || !page.element(SEND).has_attribute("disabled")).await;
    assert!(page.all(OUTGOING).is_empty());
}

#[wasm_bindgen_test]
async fn what_is_typed_without_a_connection_waits_and_can_be_taken_back() {
    let page = Page::open(NOBODY);
    page.until_shown("No WebSocket server answers at this address").await;
    page.say("later");
    page.until("it waits", || page.attribute(OUTGOING, "data-state") == "queued").await;
    page.until_shown("1 waiting").await;
    page.click(".outgoing button");
    page.until("it is taken back", || page.attribute(OUTGOING, "data-state") == "cancelled").await;
}

#[wasm_bindgen_test]
async fn what_is_typed_and_not_sent_outlives_every_component() {
    let page = demo().await;
    page.type_into(COMPOSER, "half a sen");
    page.mount_again();
    let value = || {
        let field = page.all(COMPOSER).pop()?;
        js_sys::Reflect::get(&field, &"value".into()).ok()?.as_string()
    };
    page.until("what was typed", || value().as_deref() == Some("half a sen")).await;
}

#[wasm_bindgen_test]
async fn the_controls_that_need_a_connection_are_off_without_one() {
    let page = Page::open(NOBODY);
    page.until("the page", || !page.all(TALK).is_empty()).await;
    assert!(page.element(TALK).has_attribute("disabled"));
    assert!(page.all("[data-testid=stop-speaking]").is_empty(), "there is no speech to stop");
    assert!(!page.element(COMPOSER).has_attribute("disabled"));
}

#[wasm_bindgen_test]
async fn holding_by_touch_listens_until_the_finger_leaves() {
    let page = demo().await;
    page.pointer(TALK, "pointerdown");
    page.until("listening", || page.attribute("[data-testid=avatar]", "data-mode") == "listening").await;
    assert_eq!(page.attribute(TALK, "aria-pressed"), "true");
    page.pointer(TALK, "pointercancel");
    page.until("let go", || page.attribute(TALK, "aria-pressed") == "false").await;
    page.until_answered(1).await;
}

#[wasm_bindgen_test]
async fn a_click_on_the_button_that_is_to_be_held_leaves_no_trace_in_the_demo() {
    let page = demo().await;
    page.pointer(TALK, "pointerdown");
    page.pointer(TALK, "pointerup");
    page.until_shown("Hold the button").await;
    page.say("typed");
    page.until("an answer", || !page.all(&format!("{OUTGOING}[data-state=delivered]")).is_empty()).await;
    page.until("its words", || page.texts("[data-testid=turn]").concat().contains("You said")).await;
    assert_eq!(page.all("[data-testid=turn][data-role=user]").len(), 1);
    assert!(!page.texts("[data-testid=turn]").concat().contains("No speech"), "silence is no error");
}

#[wasm_bindgen_test]
async fn the_second_of_two_equal_messages_is_marked_and_can_be_sent_after_all() {
    let page = demo().await;
    page.say("twice");
    page.say("twice");
    page.until("one held back", || !page.all("[data-state=suppressed]").is_empty()).await;
    page.click("[data-state=suppressed] button");
    page.until_shown("Resent below").await;
    page.until("the third delivered", || page.all("[data-state=delivered]").len() == 2).await;
}

#[wasm_bindgen_test]
async fn a_wrong_address_is_refused_beside_the_field_and_nothing_is_connected() {
    let page = Page::open("?ws=nonsense");
    page.until_shown("is not an address").await;
    page.click("[data-testid=connection]");
    page.until("the details", || !page.all("[data-testid=address]").is_empty()).await;
    page.type_into("[data-testid=address]", "http://localhost:8765");
    page.click("form.address button");
    page.until_shown("but Coda needs ws:// or wss://").await;
    assert_eq!(page.attribute("[data-testid=connection]", "data-phase"), "offline");
}

#[wasm_bindgen_test]
async fn a_log_level_that_is_none_is_answered_with_those_that_are() {
    let page = Page::open("?backend=demo&log=loud");
    page.until_shown("“loud” is not a log level. Use one of: warn, off, info, debug, trace, timeline.").await;
    page.until_ready().await;
}

#[wasm_bindgen_test]
async fn another_host_is_asked_about_first() {
    let page = Page::open("?ws=ws://coda.invalid:8765");
    page.until_shown("Connect to coda.invalid?").await;
    assert_eq!(page.attribute("[data-testid=connection]", "data-phase"), "offline");
    page.click("dialog .button");
    page.until("the question gone", || page.all("dialog").is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_tool_call_that_was_opened_stays_open_when_its_result_comes() {
    let page = demo().await;
    page.say("What is the weather in Rabat today?");
    page.until("a tool call", || !page.all(".tool").is_empty()).await;
    page.element(".tool").set_attribute("open", "").unwrap();
    page.until("its result", || page.attribute(".tool", "data-state") == "done").await;
    assert!(page.element(".tool").has_attribute("open"));
}

#[wasm_bindgen_test]
async fn a_panel_that_reads_the_stores_can_come_and_go_without_a_trace() {
    let page = demo().await;
    let sent = page.number("frames-out");
    for _ in 0..5 {
        page.click("[data-testid=connection]");
        page.until_shown("Duplicates suppressed").await;
        page.click("[data-testid=connection]");
        page.until("closed", || page.all(".popover").is_empty()).await;
    }
    page.context.sender().unwrap().send(Command::DemoFlow, "test", "once");
    page.until_answered(1).await;
    assert_eq!(page.number("frames-out"), sent + 1, "one message, sent once");
}

#[wasm_bindgen_test]
async fn a_panic_is_shown_with_its_report_and_a_way_on() {
    let page = demo().await;
    coda_dashboard::browser::show_panic_report("the sky fell at src/sky.rs:1");
    let shown = document().query_selector(".panic").unwrap().expect("the report covers the page");
    let text = shown.text_content().unwrap();
    for part in
        ["The dashboard has stopped", "the sky fell at src/sky.rs:1", "Coda dashboard 0.", "Copy report", "Reload"]
    {
        assert!(text.contains(part), "no {part} in {text}");
    }
    shown.remove();
    drop(page);
}

#[wasm_bindgen_test]
async fn icons_are_drawn_and_say_nothing() {
    let page = demo().await;
    let icons = page.all(".nav a > *, .button > *, .icon-button > *");
    // In a narrow window some of the navigation is hidden.
    let is_shown = |icon: &web_sys::Element| icon.parent_element().is_some_and(|parent| parent.client_width() > 0);
    let is_icon = |icon: &&web_sys::Element| icon.has_attribute("aria-hidden") && is_shown(icon);
    let icons: Vec<_> = icons.iter().filter(is_icon).collect();
    assert!(icons.len() >= 3, "{}", icons.len());
    for icon in icons {
        assert_eq!(icon.local_name(), "svg");
        assert!(icon.get_bounding_client_rect().width() > 8.0, "{}", icon.outer_html());
    }
}
