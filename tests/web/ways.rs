//! Navigation from a finding, a message or a search term to the page that has more on it.

use coda_dashboard::model::Turn;
use js_sys::Reflect;
use leptos::prelude::*;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{KeyboardEvent, KeyboardEventInit};

use crate::page::Page;
use crate::server;

const BADGE: &str = ".nav [data-testid=findings-badge]";
const DEBUGGER: &str = ".nav a[href='/debugger']";
const TRACE: &str = "[data-testid=trace]";
const FILTER: &str = "[data-testid=debugger-filter]";
const FIELD: &str = ".palette input";
const OFFERED: &str = ".palette [role=option] > span";

async fn ready() -> Page {
    let page = Page::open(&server::fresh().await);
    page.until_ready().await;
    page
}

fn value(page: &Page, selector: &str) -> Option<String> {
    Reflect::get(page.all(selector).first()?, &"value".into()).ok()?.as_string()
}

#[wasm_bindgen_test]
async fn open_findings_are_counted_in_the_navigation_and_in_the_details_of_the_connection() {
    let page = ready().await;
    assert!(page.all(BADGE).is_empty(), "nothing is wrong");
    server::make("/send", json!({"text": "not json"})).await;
    page.until("the badge", || page.texts(BADGE) == ["1 finding"]).await;
    assert_eq!(page.texts(DEBUGGER).concat().trim(), "Debugger1 finding");
    page.click("[data-testid=connection]");
    page.until("its details", || !page.all(".popover").is_empty()).await;
    assert_eq!(page.texts(".popover dd a").concat().trim(), "Debugger 1 finding");
    page.click(".popover dd a");
    page.until("the findings", || !page.all("[data-testid=debugger-findings]").is_empty()).await;
    page.click("[data-testid=finding] .button");
    page.until("no badge", || page.all(BADGE).is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_message_and_its_answer_lead_to_their_trace_in_the_debugger() {
    let page = ready().await;
    page.say("hello");
    page.until_answered(1).await;
    let own = |rows: &Vec<coda_dashboard::state::TurnRow>| {
        rows.iter().find_map(|row| row.turn.with_untracked(Turn::message)).expect("a message")
    };
    let id = page.context.talk.rows.with_untracked(own);
    let links = page.all(TRACE);
    let hrefs: Vec<_> = links.iter().filter_map(|link| link.get_attribute("href")).collect();
    let expected = format!("/debugger?filter=id:{id}");
    assert_eq!(hrefs, [expected.clone(), expected]);
    assert!(links.iter().all(|link| link.get_attribute("aria-label").is_some_and(|name| !name.is_empty())));
    page.click(&format!("[data-testid=turn][data-role=assistant] {TRACE}"));
    page.until("its filter", || value(&page, FILTER) == Some(format!("id:{id}"))).await;
}

async fn open_palette(page: &Page) {
    let init = KeyboardEventInit::new();
    init.set_key("k");
    init.set_ctrl_key(true);
    init.set_bubbles(true);
    window().dispatch_event(&KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap()).unwrap();
    page.until("the palette", || !page.all(FIELD).is_empty()).await;
}

async fn until_first(page: &Page, typed: &str, label: &str) {
    page.type_into(FIELD, typed);
    page.until(label, || page.texts(OFFERED).first().is_some_and(|first| first == label)).await;
}

/// Runs the palette's first result for these words.
async fn choose(page: &Page, typed: &str, label: &str) {
    open_palette(page).await;
    until_first(page, typed, label).await;
    page.press(FIELD, "Enter", false);
    page.until("the palette gone", || page.all(FIELD).is_empty()).await;
}

#[wasm_bindgen_test]
async fn the_palette_finds_a_command_by_other_words_than_its_own() {
    let page = Page::open("?backend=demo");
    page.until_ready().await;
    open_palette(&page).await;
    for (typed, label) in [
        ("repl", "Debugger: replay to Coda"),
        ("export", "Export the conversation as Markdown"),
        ("EXPORT json", "Export the conversation as JSON"),
        ("save chat", "Export the conversation as Markdown"),
        ("record", "Debugger: recordings"),
        ("jsonl", "Debugger: recordings"),
        ("toggle theme", "Switch the theme"),
        ("dark", "Theme: dark"),
        ("memory", "Go to Memory"),
        ("latency", "Go to Performance"),
        ("start experiment", "Debugger: experiments"),
        ("shortcuts", "Keyboard shortcuts"),
    ] {
        until_first(&page, typed, label).await;
    }
    page.type_into(FIELD, "clear search");
    page.until("nothing to clear", || page.texts(OFFERED) == ["Search conversation for “clear search”"]).await;
}

#[wasm_bindgen_test]
async fn the_palette_opens_parts_of_the_debugger_whether_or_not_it_is_open() {
    let page = Page::open("?backend=demo");
    page.until_ready().await;
    choose(&page, "repl", "Debugger: replay to Coda").await;
    page.until("the replay", || !page.all("[data-testid=debugger-replay]").is_empty()).await;
    choose(&page, "record", "Debugger: recordings").await;
    page.until("the recordings", || !page.all("[data-testid=debugger-import]").is_empty()).await;
    page.click(".nav a[href='/']");
    page.until("no debugger", || page.all("[data-testid=debugger]").is_empty()).await;
    choose(&page, "experiments", "Debugger: experiments").await;
    page.until("the experiments", || !page.all("[data-testid=debugger-experiments]").is_empty()).await;
}

#[wasm_bindgen_test]
async fn the_palette_offers_what_can_be_done_at_the_moment() {
    let page = Page::open("?backend=demo");
    page.until_ready().await;
    choose(&page, "protections", "Experiment: turn protections off").await;
    page.until("the experiment", || page.context.experiments.unprotected.get_untracked()).await;
    choose(&page, "protections", "Experiment: turn protections on").await;
    page.until("its end", || !page.context.experiments.unprotected.get_untracked()).await;
    page.say("hello");
    page.until_answered(1).await;
    page.type_into("[data-testid=search]", "hello");
    page.until("the search", || window().location().search().unwrap().contains("q=hello")).await;
    choose(&page, "clear search", "Clear search").await;
    page.until("no search", || !window().location().search().unwrap().contains("q=")).await;
}
