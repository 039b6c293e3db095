//! Findings, replays to the server, and playback of recordings in the pages.

use coda_dashboard::history::Recording;
use coda_dashboard::replay::Playback;
use leptos::prelude::*;
use serde_json::json;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::debugger::{Debugger, choose_file};
use crate::page::Page;
use crate::server;

const FINDING: &str = "[data-testid=finding][data-open=true]";
const TURN: &str = "[data-testid=turn]";
const PLAYBACK: &str = "[data-testid=playback]";
const POSITION: &str = "[data-testid=playback-position]";

#[wasm_bindgen_test]
async fn what_is_wrong_is_said_with_the_rows_that_show_it_and_can_be_silenced() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    page.click("[data-testid=debugger-open-findings]");
    page.until_shown("No findings in this record").await;
    server::make("/send", json!({"text": "not json"})).await;
    page.until("the finding", || page.attribute(FINDING, "data-kind") == "frames-could-not-be-read").await;
    assert_eq!(page.texts("[data-testid=finding-count]"), ["1"]);
    page.click(&format!("{FINDING} .button"));
    page.until("silence", || page.all(FINDING).is_empty()).await;
    page.until_shown("Silenced (1)").await;
    page.click("[data-testid=debugger-findings] details summary");
    page.click("[data-testid=finding] .button");
    page.until("it again", || page.all(FINDING).len() == 1).await;
    let link = format!("{FINDING} .finding-rows .link-button");
    let cells = page.texts("[data-testid=debugger-row][data-tone=bad] [role=gridcell]");
    assert_eq!(page.texts(&link), [format!("{} no type", cells[1])], "by what the table shows");
    page.click(&link);
    page.until("the row", || page.texts("[data-testid=debugger-details]").join("").contains("not json")).await;
}

#[wasm_bindgen_test]
async fn errors_are_counted_against_the_messages_before_them() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.send("hello");
    server::make("/exception", json!({"where": "callback", "text": "artificial"})).await;
    page.click("[data-testid=debugger-open-findings]");
    page.until_shown("RuntimeError: artificial").await;
    page.click("[data-testid=correlate]");
    page.until_shown("system_error: RuntimeError: artificial, once").await;
}

#[wasm_bindgen_test]
async fn nothing_is_sent_again_without_a_dry_run() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.send("once more");
    debugger.filter("type:text_input").await;
    debugger.until_rows("[data-state=delivered]", 2).await;
    debugger.open_form("replay", "replay-start").await;
    let start = "[data-testid=replay-start]";
    assert!(page.element(start).has_attribute("disabled"));
    page.click("[data-testid=replay-dry-run]");
    page.until_shown("Coda answers").await;
    page.until_shown("Send 1 message").await;
    page.click(start);
    page.until_shown("1 of 1 messages sent").await;
    page.until("its outcome", || page.texts("[data-testid=replay-sent]").join("").contains("confirmed by Coda")).await;
    let report = server::report().await;
    let texts: Vec<_> = report["messages"].as_array().unwrap().iter().filter(|it| it["type"] == "text_input").collect();
    assert_eq!(texts.len(), 2);
    assert_ne!(texts[0]["message_id"], texts[1]["message_id"], "a message of its own");
    page.click("[data-testid=replay-stop]");
    page.until("the form", || page.all(start).len() == 1).await;
}

#[wasm_bindgen_test]
async fn the_same_bytes_are_foretold_to_be_dropped_and_are() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.send("twice");
    debugger.filter("type:text_input").await;
    debugger.until_rows("[data-state=delivered]", 2).await;
    debugger.open_form("replay", "replay-ids").await;
    page.change("[data-testid=replay-ids]", "1");
    page.click("[data-testid=replay-dry-run]");
    page.until_shown("dropped as a duplicate").await;
    page.click("[data-testid=replay-start]");
    page.until_shown("dropped by Coda as a duplicate").await;
    page.click("[data-testid=replay-stop]");
}

#[wasm_bindgen_test]
async fn what_came_after_the_table_was_paused_is_not_among_what_it_shows() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.filter("type:text_input").await;
    debugger.send("before");
    debugger.until_rows("[data-state=delivered]", 2).await;
    page.click("[data-testid=debugger-pause]");
    debugger.send("meanwhile");
    page.until_shown("Paused, ").await;
    let delivered = || page.context.connection.in_flight.get_untracked() == 0;
    page.until("its echo", delivered).await;
    debugger.open_form("replay", "replay-start").await;
    page.click("[data-testid=replay-dry-run]");
    page.until_shown("Send 1 message").await;
}

#[wasm_bindgen_test]
async fn an_archive_of_chromes_is_shown_with_its_findings_and_the_lives_of_its_messages() {
    let debugger = Debugger::open().await;
    let page = &debugger.page;
    debugger.open_form("recordings", "debugger-import").await;
    choose_file(page, "[data-testid=debugger-import]", "chrome.har", include_str!("../fixtures/chrome.har"));
    page.until_shown("Recording: chrome.har").await;
    page.click("[data-testid=debugger-open-findings]");
    let kinds = || page.all(FINDING).iter().filter_map(|it| it.get_attribute("data-kind")).collect::<Vec<_>>();
    page.until("a burst", || kinds().iter().any(|kind| kind.contains("burst"))).await;
    page.click("[data-testid=correlate]");
    let sides = || page.texts("[data-testid=debugger-correlation] tbody th");
    page.until("figures without sides", || sides().first().is_some_and(|side| side == "unknown")).await;
    debugger.filter("type:text_input dir:out").await;
    debugger.until_rows("[data-state=delivered]", 1).await;
    page.click("[data-testid=debugger-row]");
    page.until("its message", || page.all("[data-testid=tab-message]").len() == 1).await;
    page.click("[data-testid=tab-message]");
    page.until("its life", || !page.all("[data-testid=debugger-life]").is_empty()).await;
    page.until_shown("reply from Coda").await;
}

fn recorded(page: &Page) -> Playback {
    page.context.history.with_untracked(|recorder| Playback::new(&Recording::of(recorder, recorder.rows(..))))
}

#[wasm_bindgen_test]
async fn a_recording_is_shown_moment_by_moment_while_the_live_data_wait_aside() {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    page.say("hello recording");
    page.until_answered(1).await;
    let words = || page.texts(".turns [data-testid=turn] .turn-body");
    let live = words();
    page.context.playback.begin("test".into(), recorded(&page));
    page.until("the bar", || page.all(PLAYBACK).len() == 1).await;
    page.until("the same as live", || words() == live).await;
    page.type_into(POSITION, "0");
    page.until("nothing yet", || page.all(TURN).is_empty()).await;
    assert!(page.element("[data-testid=send]").has_attribute("disabled"), "nothing can be said in the past");
    // Live data continue meanwhile.
    let before = page.number("frames-in");
    let turn = json!({"type": "conversation_turn", "data": {"role": "assistant", "content": "meanwhile"}});
    server::make("/event", turn).await;
    page.until("the event", || page.number("frames-in") > before).await;
    let end = page.attribute(POSITION, "max");
    page.type_into(POSITION, &end);
    page.until("the end", || words() == live).await;
    page.click("[data-testid=playback-end]");
    page.until("live again", || words().join(" ").contains("meanwhile")).await;
    assert!(page.all(PLAYBACK).is_empty());
}

#[wasm_bindgen_test]
async fn nothing_that_is_done_to_a_recording_reaches_coda() {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    page.say("twice");
    page.say("twice");
    page.until_answered(1).await;
    page.until("a message held back", || !page.all("[data-state=suppressed]").is_empty()).await;
    let sent = || async {
        let messages = server::report().await["messages"].as_array().cloned().unwrap_or_default();
        messages.iter().filter(|message| message["type"] != "ping").count()
    };
    let before = sent().await;
    page.context.show_recording("test".into(), recorded(&page));
    page.until("the bar", || page.all(PLAYBACK).len() == 1).await;
    assert!(page.context.sender().is_none());
    page.say("into the past");
    page.pointer("[data-testid=talk]", "pointerdown");
    page.pointer("[data-testid=talk]", "pointerup");
    // Clicks every button except those that end the playback or control the connection.
    for button in page.all(".talk button, .turns button, .composer button") {
        button.unchecked_into::<web_sys::HtmlElement>().click();
    }
    let at = page.number("frames-out");
    page.context.playback.end();
    page.say("live again");
    page.until_answered(2).await;
    assert!(page.number("frames-out") > at);
    assert_eq!(sent().await, before + 1, "only what was said live");
}

#[wasm_bindgen_test]
async fn a_recording_plays_by_itself_to_its_end() {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    page.say("hello");
    page.until_answered(1).await;
    page.context.playback.begin("test".into(), recorded(&page));
    page.until("the bar", || page.all(PLAYBACK).len() == 1).await;
    page.change(&format!("{PLAYBACK} select"), "64");
    page.click("[data-testid=playback-play]");
    let frames = untrack(|| page.context.playback.frames());
    page.until("the end", || page.context.playback.position.get_untracked() == frames).await;
    page.until("its end", || page.attribute("[data-testid=playback-play]", "aria-pressed") == "false").await;
    assert_eq!(page.all("[data-testid=turn][data-role=assistant]").len(), 1);
    page.context.playback.end();
}
