//! The URL names the Coda in use on every page, and the selected row of the debugger.

use coda_dashboard::browser;
use coda_dashboard::state::{LogLevel, Settings, Start};
use leptos::prelude::*;
use serde_json::json;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlAnchorElement, UrlSearchParams};

use crate::debugger::{DETAILS, ROW, TABLE, choose_file};
use crate::frames::animation_frame;
use crate::page::Page;
use crate::server;

/// A port without a listener.
const NOBODY: &str = "ws://127.0.0.1:9";
const BANNER: &str = "[data-testid=debugger-banner]";

/// Returns a query parameter of the current URL.
pub fn named(name: &str) -> Option<String> {
    UrlSearchParams::new_with_str(&window().location().search().unwrap()).unwrap().get(name)
}

fn address() -> String {
    window().location().pathname().unwrap() + &window().location().search().unwrap()
}

/// Returns the links within the page's origin.
fn links(page: &Page) -> Vec<HtmlAnchorElement> {
    let origin = window().location().origin().unwrap();
    let links = page.all("a[href]").into_iter().map(JsCast::unchecked_into::<HtmlAnchorElement>);
    links.filter(|link| link.origin() == origin).collect()
}

/// Returns the paths of the pages in the navigation.
fn navigation(page: &Page) -> Vec<String> {
    let links = page.all(".nav a").into_iter().map(JsCast::unchecked_into::<HtmlAnchorElement>);
    links.map(|link| link.pathname()).collect()
}

async fn until_at(page: &Page, path: &str) {
    page.until(path, || window().location().pathname().unwrap() == path && !page.all("h1").is_empty()).await;
}

/// Goes to a page by the first link to it.
pub async fn go_to(page: &Page, path: &str) {
    let link = links(page).into_iter().find(|link| link.pathname() == path);
    link.unwrap_or_else(|| panic!("no link to {path}")).click();
    until_at(page, path).await;
}

/// Follows a link from outside the page.
fn follow(href: &str) {
    let link: HtmlAnchorElement = document().create_element("a").unwrap().unchecked_into();
    link.set_href(href);
    document().body().unwrap().append_child(&link).unwrap();
    link.click();
    link.remove();
}

/// Fails if any link drops the parameters that the page was opened with.
fn assert_links_keep(page: &Page, kept: &[(&str, &str)]) {
    let links = links(page);
    assert!(links.len() > 8, "the links of {}: {}", address(), links.len());
    for link in links {
        let query = UrlSearchParams::new_with_str(&link.search()).unwrap();
        for (name, value) in kept {
            assert_eq!(query.get(name).as_deref(), Some(*value), "{name} in {} at {}", link.href(), address());
        }
    }
}

#[wasm_bindgen_test]
async fn every_link_of_every_page_keeps_the_server_and_the_log_level() {
    let query = server::fresh().await;
    let page = Page::open_at(&format!("/{query}&log=info"));
    page.until_ready().await;
    let kept = [("ws", query.trim_start_matches("?ws=")), ("log", "info")];
    server::make("/send", json!({"text": "not json"})).await;
    page.say("use a tool, and say which");
    page.until_answered(1).await;
    for path in navigation(&page) {
        let path = &*path;
        go_to(&page, path).await;
        if path == "/debugger" {
            page.click("[data-testid=debugger-open-findings]");
            page.until("a finding", || !page.all(".finding-advice a").is_empty()).await;
        }
        assert_links_keep(&page, &kept);
    }
    go_to(&page, "/tools").await;
    page.click(".tool-turn a");
    page.until("the turn", || named("turn").is_some()).await;
    assert_links_keep(&page, &kept);
    page.element(".shell").dispatch_event(&with_control("k")).unwrap();
    page.until("the palette", || !page.all(".palette input").is_empty()).await;
    page.type_into(".palette input", "troubleshooting");
    page.press(".palette input", "Enter", false);
    until_at(&page, "/help").await;
    assert_links_keep(&page, &kept);
    follow(&format!("/nowhere{query}&log=info"));
    page.until_shown("Page not found").await;
    assert_links_keep(&page, &kept);
    page.click(".empty a");
    page.until("the conversation", || !page.all("[data-testid=composer]").is_empty()).await;
    assert_links_keep(&page, &kept);
}

/// A key press together with Ctrl.
pub fn with_control(key: &str) -> web_sys::KeyboardEvent {
    let init = web_sys::KeyboardEventInit::new();
    init.set_key(key);
    init.set_ctrl_key(true);
    init.set_bubbles(true);
    init.set_cancelable(true);
    web_sys::KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap()
}

#[wasm_bindgen_test]
async fn an_address_that_is_chosen_by_hand_takes_the_place_of_a_stale_one() {
    for stale in [format!("ws={NOBODY}").as_str(), "ws=nonsense", "backend=demo"] {
        let query = server::fresh().await;
        let page = Page::open_at(&format!("/settings?{stale}&log=info"));
        until_at(&page, "/settings").await;
        page.click("[data-testid=connection]");
        page.until("the field", || !page.all(".popover [data-testid=address]").is_empty()).await;
        page.type_into(".popover [data-testid=address]", query.trim_start_matches("?ws="));
        page.click(".popover [type=submit]");
        let is_gone = || named("ws").is_none() && named("backend").is_none();
        page.until(&format!("no {stale}"), is_gone).await;
        assert_eq!(named("log").as_deref(), Some("info"));
        page.until("the server", || page.context.connection.is_ready() && !page.context.connection.is_demo()).await;
        go_to(&page, "/tools").await;
        drop(page);
        let page = Page::open_again();
        page.until("the same server", || page.context.connection.is_ready()).await;
        assert!(!page.context.connection.is_demo(), "{stale} came back");
    }
}

#[wasm_bindgen_test]
async fn the_demo_is_still_there_after_a_page_and_a_reload() {
    let page = Page::open_at(&format!("/?ws={NOBODY}"));
    page.until_shown("No WebSocket server answers at this address").await;
    page.context.use_demo();
    page.until("the demo in the address", || named("backend").as_deref() == Some("demo")).await;
    assert_eq!(named("ws"), None);
    page.until_ready().await;
    assert_eq!(untrack(|| page.context.address()), format!("{NOBODY}/"), "the way back");
    go_to(&page, "/system").await;
    drop(page);
    let page = Page::open_again();
    page.until_ready().await;
    assert_eq!(page.texts("[data-testid=demo-badge]"), ["Demo"]);
}

#[wasm_bindgen_test]
async fn a_log_level_that_is_set_takes_the_place_of_the_one_in_the_address() {
    let page = Page::open_at("/?backend=demo&log=info");
    page.until_ready().await;
    let settings = page.context.settings.current.get_untracked();
    page.context.set_settings(Settings { gap_millis: 30, ..settings.clone() });
    leptos::task::tick().await;
    assert_eq!(named("log").as_deref(), Some("info"), "another setting leaves it");
    page.context.set_settings(Settings { log_level: LogLevel::Off, ..settings });
    page.until("no level in the address", || named("log").is_none()).await;
    assert_eq!(named("backend").as_deref(), Some("demo"));
}

#[wasm_bindgen_test]
fn a_host_that_was_agreed_to_is_not_asked_about_after_a_reload() {
    let (url, host) = ("ws://coda.invalid:8765/".to_owned(), "coda.invalid".to_owned());
    let storage = window().local_storage().unwrap().unwrap();
    storage.clear().unwrap();
    let query = format!("?ws={url}");
    assert_eq!(Start::choose(&query), Start::Ask { url: url.clone(), host });
    browser::remember(&url);
    assert_eq!(Start::choose(&query), Start::Connect(url));
    storage.clear().unwrap();
}

/// Returns the number of the row whose details are shown.
fn row_in_details(page: &Page) -> Option<String> {
    page.texts(&format!("{DETAILS} dd")).into_iter().next()
}

#[wasm_bindgen_test]
async fn a_link_to_a_row_leads_to_its_details_when_the_debugger_was_left() {
    let page = Page::open_at(&format!("/debugger{}", server::fresh().await));
    page.until_ready().await;
    page.until("rows", || page.all(ROW).len() > 3).await;
    page.click(ROW);
    page.until("its details", || row_in_details(&page).is_some()).await;
    let row = row_in_details(&page);
    assert_eq!(named("row"), row);
    let link = address();
    // Keys change the selection faster than the URL may change, so the URL lags behind.
    page.press(TABLE, "ArrowDown", false);
    page.until("the next row", || row_in_details(&page) != row).await;
    page.until("its number in the address", || named("row") == row_in_details(&page)).await;
    go_to(&page, "/tools").await;
    assert_eq!(named("row"), None);
    follow(&link);
    page.until("the details of the row", || row_in_details(&page) == row).await;
}

#[wasm_bindgen_test]
async fn a_link_to_a_row_that_is_not_there_says_so() {
    let page = Page::open_at(&format!("/debugger{}&row=99999", server::fresh().await));
    page.until_shown("Row 99999 is not in this record.").await;
    assert!(page.all(DETAILS).is_empty());
}

#[wasm_bindgen_test]
async fn a_link_to_a_row_of_a_recording_leads_there_while_it_is_loaded() {
    let page = Page::open_at(&format!("/debugger{}", server::fresh().await));
    page.until_ready().await;
    page.click("[data-testid=debugger-open-recordings]");
    page.until("the form", || !page.all("[data-testid=debugger-import]").is_empty()).await;
    choose_file(&page, "[data-testid=debugger-import]", "chrome.har", include_str!("../fixtures/chrome.har"));
    page.until("the recording", || !page.all(BANNER).is_empty()).await;
    // Its rows replace the live ones.
    animation_frame().await;
    page.click(ROW);
    page.until("its details", || row_in_details(&page).is_some()).await;
    let (link, row) = (address(), row_in_details(&page));
    go_to(&page, "/tools").await;
    follow(&link);
    page.until("the details of the row", || row_in_details(&page) == row).await;
    assert_eq!(page.all(BANNER).len(), 1);
    page.click("[data-testid=debugger-live]");
    page.until("no row of it in the address", || named("row").is_none()).await;
}
