//! State that outlives a reload or a change of page: an unsent text, an imported recording.

use coda_dashboard::history::Recording;
use coda_dashboard::replay::Playback;
use coda_dashboard::state::Loaded;
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::address::{go_to, with_control};
use crate::debugger::choose_file;
use crate::page::Page;
use crate::server;

const COMPOSER: &str = "[data-testid=composer]";
const BANNER: &str = "[data-testid=debugger-banner]";
const CHROME: &str = include_str!("../fixtures/chrome.har");

async fn demo() -> Page {
    let page = Page::open_at("/?backend=demo");
    page.until_ready().await;
    page
}

/// Returns the content of the text box.
fn typed(page: &Page) -> Option<String> {
    js_sys::Reflect::get(&page.all(COMPOSER).pop()?.into(), &"value".into()).ok()?.as_string()
}

#[wasm_bindgen_test]
async fn what_is_typed_is_there_after_a_reload_until_it_is_sent() {
    let page = demo().await;
    page.type_into(COMPOSER, "half a\nsentence");
    drop(page);
    let page = Page::open_again();
    page.until("what was typed", || typed(&page).as_deref() == Some("half a\nsentence")).await;
    page.until_ready().await;
    page.press(COMPOSER, "Enter", false);
    page.until_answered(1).await;
    drop(page);
    let page = Page::open_again();
    page.until("an empty box", || typed(&page).as_deref() == Some("")).await;
}

#[wasm_bindgen_test]
async fn a_text_that_is_too_long_to_be_kept_can_be_written_and_no_older_one_comes_back() {
    let page = demo().await;
    page.type_into(COMPOSER, "an older text");
    let long = "x".repeat(2 << 20);
    page.type_into(COMPOSER, &long);
    assert_eq!(page.context.talk.draft.with_untracked(String::len), long.len());
    page.until_shown("too long to store").await;
    page.type_into(COMPOSER, "short");
    page.until("no warning", || page.all("[data-testid=draft-unkept]").is_empty()).await;
    page.type_into(COMPOSER, &long);
    drop(page);
    let page = Page::open_again();
    page.until("an empty box", || typed(&page).as_deref() == Some("")).await;
}

#[wasm_bindgen_test]
async fn a_text_that_is_taken_back_can_be_changed() {
    let page = Page::open_at("/?ws=ws://127.0.0.1:9");
    page.type_into(COMPOSER, "not sent yet");
    page.press(COMPOSER, "Enter", false);
    page.until("it waits", || !page.all("[data-testid=outgoing]").is_empty()).await;
    page.click("[data-testid=outgoing] .link-button");
    page.until("taken back", || !page.all("[data-state=cancelled]").is_empty()).await;
    assert_eq!(typed(&page).as_deref(), Some("not sent yet"));
}

#[wasm_bindgen_test]
async fn a_text_that_is_taken_back_does_not_replace_the_one_that_is_written() {
    let page = Page::open_at("/?ws=ws://127.0.0.1:9");
    page.type_into(COMPOSER, "first");
    page.press(COMPOSER, "Enter", false);
    page.until("it waits", || !page.all("[data-testid=outgoing]").is_empty()).await;
    page.type_into(COMPOSER, "second");
    page.click("[data-testid=outgoing] .link-button");
    page.until("taken back", || !page.all("[data-state=cancelled]").is_empty()).await;
    assert_eq!(typed(&page).as_deref(), Some("second"));
}

#[wasm_bindgen_test]
async fn a_full_storage_takes_nothing_from_what_is_written() {
    let page = demo().await;
    page.type_into(COMPOSER, "an older text");
    let storage = window().session_storage().unwrap().unwrap();
    let (mut size, mut number) = (4 << 20, 0);
    while size > 100 {
        number += 1;
        if storage.set_item(&format!("filler {number}"), &"x".repeat(size)).is_err() {
            size /= 2;
        }
    }
    let text = "y".repeat(100_000);
    page.type_into(COMPOSER, &text);
    assert_eq!(page.context.talk.draft.get_untracked(), text);
    drop(page);
    let page = Page::open_again();
    page.until("an empty box", || typed(&page).as_deref() == Some("")).await;
    storage.clear().unwrap();
}

#[wasm_bindgen_test]
async fn an_imported_recording_is_there_again_after_the_help_to_one_of_its_findings() {
    let page = Page::open_at(&format!("/debugger{}", server::fresh().await));
    page.until_ready().await;
    page.click("[data-testid=debugger-open-recordings]");
    page.until("the form", || !page.all("[data-testid=debugger-import]").is_empty()).await;
    choose_file(&page, "[data-testid=debugger-import]", "chrome.har", CHROME);
    page.until("the recording", || !page.all(BANNER).is_empty()).await;
    page.click("[data-testid=debugger-open-findings]");
    page.until("a finding", || !page.all(".finding-advice a").is_empty()).await;
    page.click(".finding-advice a");
    page.until("its help", || !page.all("[data-testid=help]").is_empty()).await;
    go_to(&page, "/debugger").await;
    page.until_shown("Recording: chrome.har").await;

    // Also in the dock of another page.
    go_to(&page, "/tools").await;
    page.element(".shell").dispatch_event(&with_control("`")).unwrap();
    page.until("the recording in the dock", || !page.all(&format!(".dock-panel {BANNER}")).is_empty()).await;
    page.click("[data-testid=debugger-live]");
    page.until("the live record", || page.all(BANNER).is_empty()).await;
    go_to(&page, "/debugger").await;
    page.until("the live record again", || !page.all("[data-testid=debugger-pause]").is_empty()).await;
    assert!(page.all(BANNER).is_empty());
}

#[wasm_bindgen_test]
async fn while_a_recording_is_played_the_bar_says_which_record_the_debugger_shows() {
    let page = demo().await;
    let recorded = |page: &Page| {
        page.context.history.with_untracked(|recorder| Playback::new(&Recording::of(recorder, recorder.rows(..))))
    };
    page.context.playback.begin("this session".into(), recorded(&page));
    page.until_shown("The debugger shows the live record.").await;
    page.context.imported.load(Loaded::new("chrome.har".into(), Recording::import(CHROME).unwrap()));
    page.until_shown("The debugger shows all of chrome.har.").await;
    page.context.imported.close();
    page.until_shown("The debugger shows the live record.").await;
    page.context.playback.end();
}
